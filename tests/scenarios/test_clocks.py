"""What trackers' clocks say and what time it was: zones of their own, weeks that rolled over."""
import datetime

from lib.faults import now
from lib.server import Fleet, counter, wait_until
from lib.trackers import Gt06, Jt808, jt808_location

IMEI = "359990000000017"
# A login that says +3:00, and a fix of 2025-03-22 15:29:30 by a clock that runs on UTC.
LOGIN = bytes.fromhex("787811010359990000000017800612c1000199330d0a")
FIX = bytes.fromhex("787826221903160f1d1ecf0026550003f1b0001210f6027f02287d001fb8010000000024"
                    "2d05aa3ba70d0a")
ROLLOVER = datetime.timedelta(weeks=1024)


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def tracker_of(server):
    """Logged in by the login that says +3:00."""
    tracker = Gt06(server.device, IMEI)
    tracker.send(LOGIN)
    assert tracker.read_frame() == (0x01, b"", 1)
    return tracker


def send(tracker, frame):
    """A location, and the heartbeat whose answer covers it."""
    tracker.send(frame)
    tracker.heartbeat()


def listed(fleet):
    return fleet.api.data("manage/ListDevices")["data"][0]


def history(fleet):
    return [row["GPSTime"] for row in fleet.history(IMEI, "2025-03-22", "2025-03-23")["data"]]


def test_the_zone_of_a_device_is_set(server):
    fleet = Fleet(server, devices=[IMEI])
    tracker = tracker_of(server)
    send(tracker, FIX)
    assert history(fleet) == ["2025-03-22 12:29:30"]
    fleet.api.data("manage/ModifyDevice", DeviceID=IMEI, UtcOffsetMinutes=0)
    assert (listed(fleet)["UtcOffsetMinutes"], listed(fleet)["ClockHint"]) == (0, None)
    send(tracker, FIX)  # again: it is known by the time that it had
    assert history(fleet) == ["2025-03-22 12:29:30"]
    server.kill()
    server.start()
    fleet = SameFleet(server, fleet)
    tracker = tracker_of(server)
    send(tracker, FIX)
    assert history(fleet) == ["2025-03-22 12:29:30"]
    tracker.report(datetime.datetime(2025, 3, 22, 15, 30, 30), 22.5, 113.9)
    tracker.heartbeat()
    assert history(fleet) == ["2025-03-22 12:29:30", "2025-03-22 15:30:30"]


class SameFleet(Fleet):
    """The administrator of a fleet, logged in anew."""

    def __init__(self, server, fleet):
        self.api = server.api.login(fleet.login_name, "secret-1")


def test_a_device_that_is_set_from_the_start(server):
    fleet = Fleet(server, devices=[{"DeviceID": IMEI, "UtcOffsetMinutes": 0}])
    send(tracker_of(server), FIX)
    assert history(fleet) == ["2025-03-22 15:29:30"]


def test_the_configuration_beats_the_login(make_server):
    server = make_server("[protocol.gt06]\nutc_offset_min = 60\n")
    fleet = Fleet(server, devices=[IMEI])
    send(tracker_of(server), FIX)
    assert history(fleet) == ["2025-03-22 14:29:30"]


def test_terminals_of_one_link_have_zones_of_their_own(server):
    ids = ["013900000001", "013900000002"]
    fleet = Fleet(server, devices=[ids[0], {"DeviceID": ids[1], "UtcOffsetMinutes": 0}])
    link = Jt808(server.device, ids[0])
    noon = (now() - datetime.timedelta(days=2)).replace(hour=12, minute=0, second=0)
    # The helper tells Beijing time, as the protocol wants it.
    for device_id, said in ((ids[0], noon), (ids[1], noon - datetime.timedelta(hours=8))):
        link.device_id = device_id
        link.report(jt808_location(said))
        assert fleet.status(device_id)["GPSTime"] == text(noon)


def test_a_week_that_rolled_over(server):
    fleet = Fleet(server, devices=[IMEI])
    tracker = Gt06(server.device, IMEI)
    tracker.login()
    taken = now() - datetime.timedelta(minutes=1)
    for _ in range(2):
        tracker.report(taken - ROLLOVER, 22.5, 113.9)
    tracker.heartbeat()
    assert wait_until(lambda: fleet.status(IMEI))["GPSTime"] == text(taken)
    rows = fleet.history(IMEI, text(taken), text(now()))["data"]
    assert [row["GPSTime"] for row in rows] == [text(taken)]
    tracker.report(taken - ROLLOVER - datetime.timedelta(minutes=1), 22.6, 113.9, valid=False)
    tracker.heartbeat()
    row = fleet.status(IMEI)
    assert row["GPSTime"] == row["RcvTime"]
    # Each report counts, a repeat too.
    assert (counter(server, "times_moved"), counter(server, "times_replaced")) == (2, 1)
