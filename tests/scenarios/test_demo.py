"""What `./dev run` starts: a newcomer's first minutes."""
import collections
import datetime

import pytest

from lib.server import PATIENCE_S, Fleet, run, wait_until

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
LONG_S = 4 * PATIENCE_S  # for a third of a million fixes
VEHICLES = 60
SILENT = 1  # of them was registered and never reported
LOST = "860000000100006"


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def past_until(demo):
    """Up to when the past of the fleet is stored; None: not all of it is."""
    value = demo.data("manage/GetPreference", Key="demo.past")["Value"]
    return datetime.datetime.fromtimestamp(value, UTC) if value else None


def history(demo, device_id, start, end):
    return demo.data("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID=device_id,
                     StartTime=text(start), EndTime=text(end))["data"]


def states(rows):
    """How many are in each state."""
    found = collections.Counter()
    for row in rows:
        words = row["StatusDes"]
        found["moving"] += "Moving" in words
        found["idle"] += "ACC idle" in words
        found["parked"] += "ACC off" in words
        found["alarm"] += "alarm" in words
        found["lbs"] += "LBS" in words
    return found


def wait_for_counters(demo):
    """All that a newcomer is to see at once."""
    def all_report():
        rows = demo.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")["data"]
        return len(rows) == VEHICLES - SILENT and states(rows)

    def all_states():
        found = all_report()
        return found and all(found[state] for state in
                             ("moving", "idle", "parked", "alarm", "lbs"))

    def counted(status):
        return demo.data("vehicle/GetDeviceList", PageIndex=1, PageSize=1, Status=status)["total"]

    wait_until(all_states, what="the fleet reporting, in every state")
    wait_until(lambda: counted(1) >= 1 and counted(2) >= 1, what="some online, some offline")


def check_answers(demo):
    """One of each protocol that takes commands."""
    asked = ("013801000001", "860000000100001")
    for device_id in asked:
        demo.data("vehicle/SendQueryStatusCommand", DeviceID=device_id)

    def are_answered():
        rows = demo.data("manage/ListCommands")["data"]
        return [row["State"] for row in rows] == ["answered"] * len(asked)

    wait_until(are_answered, what="answers of both")


def seconds(row):
    return datetime.datetime.fromisoformat(row["GPSTime"])


def check_days(demo, device_id, end):
    """The rows of three days: there is no hole, and they end where the vehicle is at `end`."""
    start = end - 3 * DAY
    rows = history(demo, device_id, start, end)
    times = [seconds(row) for row in rows]
    edges = [start.replace(tzinfo=None), *times, end.replace(tzinfo=None)]
    longest = max(later - earlier for earlier, later in zip(edges, edges[1:]))
    assert longest <= datetime.timedelta(minutes=2), (device_id, longest)
    assert max(row["Speed"] for row in rows) > 40, device_id
    return rows


@pytest.mark.one_sanitizer
def test_the_demo_shows_every_state_and_has_a_past(make_server):
    server = make_server(arguments=["--demo"])
    demo = server.api.login("demo", "demo")
    me = demo.data("manage/GetMe")
    assert me["TimeZone"] == "Europe/Berlin"
    # times of one zone are compared, and those of Berlin may be repeated in autumn
    demo.data("manage/ModifyEnterprise", HoldID=me["HoldID"], TimeZone="UTC")
    wait_for_counters(demo)
    check_answers(demo)
    said = demo.data("manage/GetMe")["Map"]["Attribution"]
    assert "© OpenStreetMap contributors (ODbL: routes of the demo fleet)" in said
    begun = wait_until(lambda: past_until(demo), timeout_s=LONG_S, what="all of the past stored")

    # Some of all protocols; the one that fell silent has no reports of the last day.
    listed = demo.data("vehicle/GetDeviceList", PageIndex=1, PageSize=100)["data"]
    driven = [row["DeviceID"] for row in listed if row["DeviceType"] == 0]
    chosen = [device_id for device_id in driven[::9] if device_id != LOST]
    before = [len(check_days(demo, device_id, begun)) for device_id in chosen]
    month = demo.data("manage/GetTrips", DeviceIDs=chosen[0], StartTime=text(begun - 29 * DAY),
                      EndTime=text(begun - 25 * DAY))["data"]
    assert month

    called = wait_until(lambda: demo.data("manage/ListAlarms", AlarmType="SOS alarm")["data"],
                        what="a call for help")
    assert seconds(called[0]) - begun.replace(tzinfo=None) < datetime.timedelta(minutes=1)

    server.stop()
    server.start()  # what came since is sent, and what was there stays as it is
    demo = server.api.login("demo", "demo")
    wait_until(lambda: past_until(demo) > begun, timeout_s=LONG_S, what="the time between stored")
    assert before == [len(history(demo, device_id, begun - 3 * DAY, begun))
                      for device_id in chosen]


def test_the_demo_stays_in_a_directory_of_its_own(make_server):
    server = make_server(arguments=["--demo"])
    Fleet(server)
    server.stop()
    server.start()  # an enterprise added to the demo's does not hinder it
    assert server.api.login("demo", "demo")
    server.stop()

    real = make_server()
    Fleet(real)
    real.stop()
    refused = run("serve", "--data", str(real.data), "--http", "127.0.0.1:0", "--device",
                  "127.0.0.1:0", "--demo")
    assert refused.returncode == 1 and f"--demo: {real.data}" in refused.stderr
    real.start()
    answer = real.api.call("user/GetLoginToken", LoginName="demo", PassWord="demo")
    assert answer["Code"] != 200
