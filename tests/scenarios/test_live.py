"""The snapshot and the live stream: what a page shows becomes what the calls tell.

Ticks of the stream fall between any two lines, and so do reports of the trackers' own state: a test
says what comes in the end, and what never may, and not what comes next.
"""
import datetime
import gzip
import json
import socket
import time

import pytest

from lib.live import Picture, Stream, rows_of
from lib.server import Api, Fleet, wait_until
from lib.trackers import Gt06, Jt808, jt808_location

CAR, TRUCK, SLEEPER = "860000000000009", "013900000001", "013900000002"


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def truck_at(truck, lat, **options):
    """A report of a second of its own: which of one second is shown goes by what they say."""
    truck.reported = max(now(), getattr(truck, "reported", now()) + datetime.timedelta(seconds=1))
    truck.report(jt808_location(truck.reported, lat=lat, lon=113.9, speed_kmh=50, **options))


@pytest.fixture
def fleet(server):
    return Fleet(server, devices=[CAR, TRUCK, SLEEPER])


@pytest.fixture
def truck(server, fleet):
    del fleet
    truck = Jt808(server.device, TRUCK)
    truck.register()
    truck_at(truck, 22.5)
    return truck


def user(fleet, name, role="viewer", groups=()):
    """(a client logged in as a new user, its id)"""
    made = fleet.api.data("manage/AddUser", LoginName=name, PassWord="secret-1", Role=role,
                          GroupIDs=list(groups))
    return fleet.api.login(name, "secret-1"), made["UserID"]


# ---- the snapshot ----

def test_a_snapshot_says_what_lists_say(fleet, truck):
    data = fleet.api.data("snapshot")
    rows = {row["id"]: row for row in rows_of(data["columns"]).values()}
    assert set(rows) == {CAR, TRUCK, SLEEPER}
    status = fleet.api.data("vehicle/GetCurrentVehicleInfoByDeviceIDs", DeviceIDs=TRUCK)["data"][0]
    row = rows[TRUCK]
    assert (row["x"] / 1e6, row["y"] / 1e6) == (status["Lon"], status["Lat"])
    assert row["v"] / 10 == status["Speed"] and row["d"] == status["Direct"]
    assert row["plate"] == status["VehicleNum"] and row["oc"] == status["ObjectCode"]
    assert row["s"] == 3 or row["f"] & 2 == 0
    assert row["t"] <= data["now"] + 1 and row["r"] <= data["now"] + 1 < row["u"]
    assert row["f"] & 4
    never = rows[SLEEPER]
    assert never["s"] == 0 and never["f"] == 0 and never["a"] == []
    assert {name for name, value in never.items() if value is None} == \
        {"x", "y", "v", "d", "n", "t", "r", "u", "km"}
    assert truck is not None

def test_after_a_restart_a_snapshot_knows_the_kilometres_of_today(server, fleet, truck):
    truck_at(truck, 22.5002)  # 22 m in a second

    def kilometres():
        return rows_of(fleet.api.data("snapshot", cols="id,km", ids=TRUCK)["columns"])

    def driven():
        return [row["km"] for row in kilometres().values() if row["km"]]

    before = wait_until(driven, what="the kilometres of today")
    server.stop()
    server.start()
    assert [row["km"] for row in kilometres().values()] == before



def test_snapshots_by_get_and_squeezed(fleet, truck):
    head = {"Authorization": fleet.api.token}
    got = fleet.api.get("/api/snapshot?cols=id,odo&ids=" + TRUCK, headers=head).json()["Data"]
    assert list(got["columns"]) == ["i", "id", "odo"] and got["columns"]["id"] == [TRUCK]
    assert fleet.api.get("/API/Snapshot/?ids=none", headers=head).json()["Data"]["columns"]["i"] \
        == []
    answer = fleet.api.get("/api/snapshot", headers={**head, "Accept-Encoding": "gzip"},
                           stream=True)
    squeezed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(squeezed))["Data"]["columns"]["i"]) == 3
    assert fleet.api.get("/api/snapshot").json()["Code"] == 401
    assert fleet.api.get("/api/user/GetLoginToken").status_code == 405
    assert truck is not None


def test_what_a_snapshot_is_asked_for(fleet):
    api = fleet.api

    def ids(**fields):
        return set(api.data("snapshot", **fields)["columns"]["id"])

    group = api.data("manage/AddGroup", GroupName="north")["GroupID"]
    api.data("manage/ModifyDevice", DeviceID=CAR, GroupID=group)
    api.data("manage/ModifyDevice", DeviceID=TRUCK, VehiclePlate="B-X 1")
    assert ids(ids=f"{CAR},unknown,{CAR}") == {CAR}
    assert ids(ids="b-x 1", type=1) == {TRUCK}
    assert ids(groups=group) == {CAR}
    assert ids(groups=group, ids=SLEEPER) == {CAR, SLEEPER}
    assert api.call("snapshot", cols="id,colour")["ErrMsg"] == "cols: there is no column colour"
    assert api.call("snapshot", type=2)["Code"] == 500
    assert api.call("snapshot", groups="north")["Code"] == 500
    limited, _ = user(fleet, "limited", groups=[group])
    assert set(limited.data("snapshot")["columns"]["id"]) == {CAR}
    assert limited.data("snapshot", ids=TRUCK)["columns"]["i"] == []


# ---- the stream ----

def test_changes_come(server, fleet, truck):
    page = Picture(fleet.api)
    hello = page.stream.next("hello")
    assert hello["role"] == "admin" and hello["every"] == 1 and hello["focus"] == []
    assert page.stream.headers["content-type"] == "text/event-stream"
    assert page.stream.headers["cache-control"] == "no-store"
    truck_at(truck, 22.6)
    page.until(lambda rows: page.by_id()[TRUCK]["y"] == 22600000)
    car = Gt06(server.device, CAR)
    car.login()
    car.report(now(), 22.7, 113.9)
    page.until(lambda rows: page.by_id()[CAR]["y"] == 22700000)
    assert page.by_id()[CAR]["f"] & 4
    car.close()
    page.until(lambda rows: not page.by_id()[CAR]["f"] & 4)
    # A snapshot may be of a second ago.
    page.until(lambda rows: list(rows_of(fleet.api.data("snapshot", ids=TRUCK)["columns"]).values())
               == [page.by_id()[TRUCK]])


@pytest.mark.parametrize("squeezed", [False, True])
def test_what_people_change(fleet, squeezed):
    api = fleet.api
    page = Picture(api, gzip=squeezed)
    page.stream.next("hello")
    assert (page.stream.headers.get("content-encoding") == "gzip") == squeezed
    api.data("manage/AddDevice", DeviceID="new-1", VehiclePlate="fresh")
    page.until(lambda rows: page.by_id().get("new-1", {}).get("s") == 0)
    api.data("manage/ModifyDevice", DeviceID=CAR, VehiclePlate="renamed")
    page.until(lambda rows: page.by_id()[CAR]["plate"] == "renamed")
    api.data("manage/DeleteDevice", DeviceID="new-1")
    page.until(lambda rows: "new-1" not in page.by_id())
    group = api.data("manage/AddGroup", GroupName="north")["GroupID"]
    told = page.stream.until(lambda event: event[0] == "meta" and "groups" in event[2])[-1]
    assert told[2]["groups"] == [[group, "north"]]
    api.data("manage/SetFocus", DeviceID=CAR, Focus=True)
    told = page.stream.until(lambda event: event[0] == "meta" and "focus" in event[2])[-1]
    assert [page.rows[i]["id"] for i in told[2]["focus"]] == [CAR]
    api.data("manage/AddGeofence", RegionName="yard", Shape="circle", Points=[[113.9, 22.5]],
             Radius=100)
    told = page.stream.until(lambda event: event[0] == "meta" and "fences" in event[2])[-1]
    again = Stream(api).next("hello")
    assert again["fences"] == told[2]["fences"]
    assert [page.rows[i]["id"] for i in again["focus"]] == [CAR]


def test_alarms_are_told_one_by_one(fleet, truck):
    stream = Stream(fleet.api, cols="a")
    stream.next("hello")
    truck_at(truck, 22.5, alarm=1)
    alarm = stream.next("a")["alarms"][0]
    listed = fleet.api.data("manage/ListAlarms")["data"][0]
    assert (alarm["AlarmID"], alarm["kind"], alarm["off"]) == (listed["AlarmID"], 3, None)
    assert not alarm["acknowledged"]
    fleet.api.data("manage/AcknowledgeAlarms", AlarmIDs=[alarm["AlarmID"]])
    stream.until(lambda event: event[0] == "a" and event[2]["alarms"][-1]["acknowledged"])
    truck_at(truck, 22.5)
    over = stream.until(lambda event: event[0] == "a" and event[2]["alarms"][-1]["off"])[-1]
    assert over[2]["alarms"][-1]["AlarmID"] == alarm["AlarmID"]


def test_a_stream_is_narrowed(fleet, truck, server):
    api = fleet.api
    group = api.data("manage/AddGroup", GroupName="north")["GroupID"]
    api.data("manage/ModifyDevice", DeviceID=TRUCK, GroupID=group, VehiclePlate="B-X 1")
    by_plate = Stream(api, ids="b-x%201", type=1, cols="x,odo", every=2)
    by_group = Stream(api, post={"groups": [str(group)], "cols": ["y"]})
    other = Stream(api, ids=CAR)
    assert by_plate.next("hello")["every"] == 2
    other.next("hello")
    truck_at(truck, 22.8)
    assert set(by_plate.next("d")) == {"now", "i", "x", "odo"}
    by_group.until(lambda event: event[0] == "d" and event[2]["y"] == [22800000])
    car = Gt06(server.device, CAR)
    car.login()
    car.report(now(), 22.9, 113.9)
    other.until(lambda event: event[0] == "d" and event[2]["y"] == [22900000])
    api.data("manage/ModifyDevice", DeviceID=TRUCK, GroupID=0)
    told = by_group.until(lambda event: event[0] == "meta" and "gone" in event[2])[-1]
    assert len(told[2]["gone"]) == 1
    for query, why in (({"every": 0}, "every"), ({"every": 61}, "every"), ({"cols": "x,w"}, "cols"),
                       ({"type": "a"}, "type")):
        refused = Stream(api, **query)
        assert refused.status == 200 and why.encode() in refused.raw, query


def test_one_frame_and_the_end(fleet, truck):
    cursor = fleet.api.data("snapshot")["cursor"]
    truck_at(truck, 22.6)
    once = Stream(fleet.api, gzip=True, after=cursor, once=1)
    events = once.until_over()
    assert [event[0] for event in events] == ["hello", "d"]
    assert events[1][2]["y"] == [22600000]
    def nothing():
        nonlocal events
        events = Stream(fleet.api, after=events[1][1], once="true").until_over()
        assert [event[0] for event in events] == ["hello", "d"]
        return events[1][2]["i"] == []

    wait_until(nothing, what="a frame without news")


def test_a_stream_goes_on_where_it_was(fleet, truck):
    page = Picture(fleet.api)
    page.stream.next("hello")
    truck_at(truck, 22.6)
    page.until(lambda rows: page.by_id()[TRUCK]["y"] == 22600000)
    page.stream.close()
    truck_at(truck, 22.7)
    page.again()
    events = page.stream.until(lambda event: event[0] == "d" and event[2]["y"] == [22700000])
    assert {event[0] for event in events} == {"hello", "d"}
    boot, number = page.cursor.split("-")
    for cursor in ("x", f"{boot}-{int(number) + 1000}", f"{'0' * 16}-{number}", f"{boot}-1x"):
        names = [event[0] for event in
                 Stream(fleet.api, after=cursor).until(lambda event: event[0] == "reset")]
        assert names == ["hello", "reset"], cursor


# ---- rights ----

def test_who_may_no_longer_see_hears_no_more(fleet, truck):
    api = fleet.api
    group = api.data("manage/AddGroup", GroupName="north")["GroupID"]
    api.data("manage/ModifyDevice", DeviceID=TRUCK, GroupID=group)
    viewer, viewer_id = user(fleet, "viewer")
    leaving, _ = user(fleet, "leaving")
    page, gone = Picture(viewer), Stream(leaving)
    page.stream.next("hello")
    gone.next("hello")
    leaving.data("user/LogOut")
    api.data("manage/ModifyDevice", DeviceID=CAR, VehiclePlate="after the end")
    assert "after the end" not in str(gone.until_over())
    api.data("manage/ModifyUser", UserID=viewer_id, GroupIDs=[group])
    api.data("manage/ModifyDevice", DeviceID=CAR, VehiclePlate="not for you")
    events = page.stream.until_over()  # `reset` is the last of it, or a frame that was under way
    assert "not for you" not in str(events)
    assert "reset" not in [event[0] for event in events[:-1]]
    page.again()
    page.until(lambda rows: set(page.by_id()) == {TRUCK})
    truck_at(truck, 22.7)
    page.until(lambda rows: page.by_id()[TRUCK]["y"] == 22700000)
    api.data("manage/ModifyDevice", DeviceID=TRUCK, GroupID=0)
    page.until(lambda rows: not rows)
    api.data("manage/DeleteUser", UserID=viewer_id)
    page.stream.until_over()


def test_enterprises_do_not_hear_each_other(server, fleet, truck):
    other = Fleet(server, devices=["other-1"], name="other")
    mine, theirs = Stream(fleet.api), Stream(other.api)
    mine.next("hello")
    theirs.next("hello")
    truck_at(truck, 22.6, alarm=1)
    mine.until(lambda event: event[0] == "d" and event[2]["y"] == [22600000])
    other.api.data("manage/ModifyDevice", DeviceID="other-1", Note="x")
    events = [event for event in theirs.until(lambda event: event[0] == "d") if event[0]]
    assert [event[0] for event in events] == ["meta", "d"]
    assert len(events[0][2]["devices"]["i"]) == 1 and len(events[1][2]["i"]) == 1
    assert b'"Code":401' in Stream(Api(server.http, "0" * 32)).raw
    root = server.root()
    assert b"HoldID" in Stream(root).raw
    assert Stream(root, HoldID=fleet.api.data("manage/GetMe")["HoldID"]).next("hello")["role"] \
        == "root"


# ---- the server ----

def test_the_server_dies_and_comes_back(server, fleet, truck):
    page = Picture(fleet.api)
    page.stream.next("hello")
    server.kill()
    page.stream.until_over()
    server.start()
    before, truck = truck.reported, Jt808(server.device, TRUCK)
    truck.reported = before
    truck.register()
    truck_at(truck, 22.9)
    page.api.address = server.http
    page.again()
    page.until(lambda rows: page.by_id()[TRUCK]["y"] == 22900000)


def test_a_stop_ends_streams(server, fleet):
    streams = [Stream(fleet.api) for _ in range(8)]
    for stream in streams:
        stream.next("hello")
    server.stop()
    for stream in streams:
        stream.until_over()
    server.start()


def test_eight_streams_beside_calls(server, fleet, truck):
    del server
    pages = [Picture(fleet.api, gzip=at % 2 == 0) for at in range(8)]
    for page in pages:
        page.stream.next("hello")
    for step in range(3):
        truck_at(truck, 22.6 + step / 10)
        fleet.api.data("manage/ListDevices")
    for page in pages:
        page.until(lambda rows, page=page: page.by_id()[TRUCK]["y"] == 22800000)


def test_streams_are_bounded(fleet):
    viewer, _ = user(fleet, "many")
    streams = [Stream(viewer) for _ in range(64)]
    for stream in streams:
        assert stream.status == 200
    refused = Stream(viewer)
    assert refused.status == 503 and refused.headers["retry-after"]
    assert Stream(fleet.api).status == 200
    streams.pop().close()
    # It is noticed when something is written to it.
    def again():
        fleet.api.data("manage/ModifyDevice", DeviceID=CAR, Note=str(time.monotonic()))
        one = Stream(viewer)
        one.close()
        return one.status == 200
    wait_until(again, what="the place of the one that left")


def test_a_slow_client_hears_less_and_holds_up_nobody(server, fleet):
    """Who does not read gets the newest state of each device once it does, and no backlog."""
    api = fleet.api
    slow, quick = Stream(api), Picture(api)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.next("hello")
    quick.stream.next("hello")
    truck = Jt808(server.device, TRUCK)
    truck.register()
    rounds = 5
    for step in range(rounds):
        fleet.add([{"DeviceID": f"{step}-{n}", "VehiclePlate": "p" * 50 + f"{step}-{n}",
                    "Model": "m" * 60} for n in range(4000)])
        truck_at(truck, 22.0 + step / 100)
        quick.until(lambda rows, y=22000000 + step * 10000: quick.by_id()[TRUCK]["y"] == y)
    last = 22000000 + (rounds - 1) * 10000
    events = slow.until(lambda event: event[0] == "d" and last in event[2]["y"])
    shown = {}
    for name, _, data in events:
        if name == "meta":
            shown.update(rows_of(data.get("devices", {"i": []})))
    assert len(shown) == rounds * 4000
    assert len(quick.by_id()) == rounds * 4000 + 3
