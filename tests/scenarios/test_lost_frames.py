"""Frames that are cut off, damaged or early: what is acknowledged is in the store."""
import datetime

from lib.faults import now, text
from lib.server import Fleet, counter, wait_until
from lib.trackers import GT06_LBS, Gt06, Jt808, Link, bcd, gt06_frame, gt06_position, jt808_location

IMEI = "860000000000009"
CUT = 12


def fix(serial, time, lat):
    """A GT06 location, which gets no answer of its own."""
    content = gt06_position(time, lat, 113.9) + GT06_LBS + bytes([1, 0, 0])
    return gt06_frame(0x22, content, serial)


def login(serial):
    return gt06_frame(0x01, bcd(IMEI.zfill(16)), serial)


def heartbeat(serial):
    return gt06_frame(0x13, bytes([0x46, 6, 4, 0, 2]), serial)


def answers(tracker):
    """Everything the server answers until it closes: (type, serial) of each."""
    try:
        while True:
            tracker.fill()
    except (AssertionError, ConnectionError):
        pass
    found = []
    while tracker.received:
        kind, _, serial = tracker.read_frame()
        found.append((kind, serial))
    return found


def stored(fleet, start):
    """The latitudes of a tracker's history from `start` on."""
    rows = fleet.history(IMEI, text(start - datetime.timedelta(minutes=1)),
                         text(start + datetime.timedelta(minutes=10)))["data"]
    return [row["Lat"] for row in rows]


def test_a_fix_that_is_cut_off_hides_no_other_and_is_not_acknowledged(server):
    """The heartbeat behind it is answered only on the connection that sends the same again."""
    fleet = Fleet(server, devices=[IMEI])
    start = now() - datetime.timedelta(minutes=5)
    said = login(1) + fix(2, start, 10.0)[:CUT] + \
        fix(3, start + datetime.timedelta(seconds=10), 10.5) + heartbeat(4)
    tracker = Gt06(server.device, IMEI)
    tracker.send(said)
    assert answers(tracker) == [(0x01, 1)]
    assert stored(fleet, start)[:1] == [10.5]

    again = Gt06(server.device, IMEI)
    again.send(said)
    assert again.read_frame()[0::2] == (0x01, 1)
    assert again.read_frame()[0::2] == (0x13, 4)
    assert counter(server, "frames_bad") == 2
    assert counter(server, "frames_bad_again") == 1
    again.serial = 4
    again.heartbeat()
    assert "event=frame_bad device=" + IMEI in server.log()


def test_what_follows_a_frame_that_never_ends_is_found(server):
    """A long head without its rest: after five seconds what has come is looked through."""
    fleet = Fleet(server, devices=[IMEI])
    start = now() - datetime.timedelta(minutes=5)
    tracker = Gt06(server.device, IMEI)
    tracker.login()
    tracker.send(bytes.fromhex("79790e0094") + fix(2, start, 20.5))
    assert answers(tracker) == []
    assert stored(fleet, start)[:1] == [20.5]


def test_a_location_that_is_cut_off_costs_jt808_nothing_else(server):
    fleet = Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    start = now() - datetime.timedelta(minutes=1)
    for i in range(10):
        time = start + datetime.timedelta(seconds=i)
        cut = terminal.frame(0x0200, jt808_location(time, lat=1.0))[:20 + i]
        terminal.send(cut + terminal.frame(0x0200, jt808_location(time, lat=30.0 + i)))
        terminal.acknowledged(0x0200)
        assert fleet.status("013900000001")["Lat"] == 30.0 + i
    assert counter(server, "frames_bad") == 10


def test_frames_before_the_login_count(server):
    """They are kept for the login, which acknowledges them, and the connection stays."""
    fleet = Fleet(server, devices=[IMEI])
    start = now() - datetime.timedelta(minutes=5)
    tracker = Gt06(server.device, IMEI)
    early = [fix(i + 1, start + datetime.timedelta(seconds=i), 40.0 + i) for i in range(15)]
    tracker.send(b"".join(early) + heartbeat(16))
    other = Link(server.device)
    other.send(login(1))
    other.fill()  # the server has turned to others meanwhile
    other.close()
    assert counter(server, "fixes_stored") == 0
    tracker.send(login(17))
    assert tracker.read_frame()[0::2] == (0x13, 16)
    assert tracker.read_frame()[0::2] == (0x01, 17)
    assert stored(fleet, start)[:15] == [40.0 + i for i in range(15)]
    tracker.serial = 17
    tracker.heartbeat()


def test_early_frames_are_bounded(server):
    Fleet(server, devices=[IMEI])
    start = now() - datetime.timedelta(minutes=5)
    tracker = Gt06(server.device, IMEI)
    for i in range(17):
        tracker.send(fix(i + 1, start, 40.0))
    assert tracker.closed()
    wait_until(lambda: counter(server, "frames_anonymous") == 17)
    assert counter(server, "fixes_stored") == 0
