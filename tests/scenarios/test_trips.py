"""Trips, stops, days, overspeed and offline times over fixes that trackers sent."""
import datetime
import os
import pathlib
import random
import sqlite3

import pytest

from lib.faults import ids
from lib.server import Fleet, counter, simulate, wait_until
from lib.trackers import Jt808, jt808_location

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("ODOGRAPH_SHARED", ROOT.parent / "shared"))
TRACES = SHARED / "data" / "traces"
UTC = datetime.timezone.utc
FORM = "%Y-%m-%d %H:%M:%S"


def time_of(text):
    return datetime.datetime.strptime(text, FORM)


def all_rows(api, method, **fields):
    """The rows of all pages."""
    rows, after = [], {}
    while True:
        page = api.data(f"manage/{method}", **fields, **after)
        assert list(page) == ["data", "next", "done", "of"]
        rows += page["data"]
        if page["next"] is None:
            assert page["done"] == page["of"]
            return rows
        after = {"After": page["next"]}


def metres(rows):
    return sum(round(float(row["Kilometres"]) * 1000) for row in rows)


def seconds(row):
    return (time_of(row["EndTime"]) - time_of(row["StartTime"])).total_seconds()


def check_sums(api, **fields):
    """Trips and stops are the days; answers the three. The range begins and ends inside stops."""
    trips, stops, days = (all_rows(api, method, **fields)
                          for method in ("GetTrips", "GetStops", "GetDays"))
    ends = fields["StartTime"], fields["EndTime"]
    assert all(ends[0] <= trip["StartTime"] <= trip["EndTime"] <= ends[1] for trip in trips)
    assert abs(metres(trips + stops) - metres(days)) <= len(trips + stops + days)
    for name in ("DrivingSeconds", "IdleSeconds"):
        assert sum(row.get(name, 0) for row in trips + stops) == sum(day[name] for day in days)
    stopped = sum(row["Seconds"] - row["IdleSeconds"] for row in stops) + \
        sum(seconds(row) - row["DrivingSeconds"] - row["IdleSeconds"] for row in trips)
    assert stopped == sum(day["StoppedSeconds"] for day in days)
    assert len(trips) == sum(day["Trips"] for day in days)
    spans = sorted(trips + stops, key=lambda row: row["StartTime"])
    assert all(a["EndTime"] == b["StartTime"] for a, b in zip(spans, spans[1:]))
    return trips, stops, days


@pytest.mark.parametrize("name", ["drumlish.gpx", "reference_track_dg100.gpx"])
def test_a_real_track(server, name):
    if not (TRACES / name).exists():
        pytest.skip(f"{TRACES / name} is missing")
    fleet = Fleet(server, devices=["013800000001"])
    result = simulate(server.device, "--protocol", "osmand", "--first-id", "013800000001",
                      "--devices", "1", "--track", str(TRACES / name), "--once",
                      "--start", "2024-03-01T00:00:00Z")
    always = {"DeviceIDs": "013800000001", "StartTime": "2024-02-27",
              "EndTime": "2025-06-30 12:00:00"}
    trips, stops, days = check_sums(fleet.api, **always)
    assert len(trips) > 0 and sum(day["Fixes"] for day in days) == result["acknowledged"]
    mileage = float(fleet.status("013800000001")["Mileage"])
    assert mileage > 100 and abs(metres(days) - mileage * 1000) <= 50 + len(days)
    assert all(trip["DrivingSeconds"] > 0 and trip["MeanSpeed"] < 130 for trip in trips)

    draw = random.Random(name)
    roomy = [stop for stop in stops if seconds(stop) > 2]
    for _ in range(8):
        ends = sorted(time_of(stop["StartTime"]) +
                      datetime.timedelta(seconds=draw.randrange(1, int(seconds(stop))))
                      for stop in (draw.choice(roomy), draw.choice(roomy)))
        part, _, _ = check_sums(fleet.api, DeviceIDs="", StartTime=ends[0].strftime(FORM),
                                EndTime=ends[1].strftime(FORM))
        assert part == [trip for trip in trips
                        if ends[0].strftime(FORM) <= trip["StartTime"] <= ends[1].strftime(FORM)]


def made_day(start):
    """(time, metres north, km/h, ignition): two errands with a red light in each, then parked."""
    time, way = start, 0
    for _ in range(2):
        for speed, minutes, ignition in ((0, 10, False), (54, 12, True), (0, 3, True),
                                         (72, 10, True), (0, 7, True)):
            for _ in range(minutes * 2):
                time += datetime.timedelta(seconds=30)
                way += speed * 30 / 3.6
                yield time, way, speed, ignition
    for _ in range(20):
        time += datetime.timedelta(minutes=1)
        yield time, way, 0, False


def send(server, device_id, fixes):
    terminal = Jt808(server.device, device_id)
    terminal.register()
    for time, way, speed, ignition in fixes:
        terminal.report(jt808_location(time, lat=52.5 + way / 111195, lon=13.4, acc=ignition,
                                       speed_kmh=speed))
    terminal.close()


# In Berlin the clock goes back in this night, from 03:00 to 02:00.
NIGHT = datetime.datetime(2025, 10, 25, 22, 30, tzinfo=UTC)


def test_late_data_tell_the_same_trips(server):
    """In order, shuffled, and both ways with doubles: the same rows, also after a restart."""
    fleet = Fleet(server, devices=["13900000001", "13900000002", "13900000003"],
                  TimeZone="Europe/Berlin")
    fixes = list(made_day(NIGHT))
    shuffled = fixes[:]
    random.Random(5).shuffle(shuffled)
    send(server, "13900000001", fixes)
    send(server, "13900000002", shuffled)
    send(server, "13900000003", fixes[::-1][:60] + fixes[:120] + fixes[40:])
    range_ = {"StartTime": "2025-10-25", "EndTime": "2025-10-27 23:59:59"}

    def answers():
        return {method: all_rows(fleet.api, method, **range_, **fields) for method, fields in (
            ("GetTrips", {}), ("GetStops", {}), ("GetDays", {}), ("GetOverspeed", {"Kmh": 60}),
            ("GetOffline", {}))}

    first = answers()
    for rows in first.values():
        of = [[{**row, "DeviceID": "", "VehicleNum": ""} for row in rows
               if row["DeviceID"] == f"1390000000{i}"] for i in (1, 2, 3)]
        assert of[0] and of[0] == of[1] == of[2]
    trips = [row for row in first["GetTrips"] if row["DeviceID"] == "13900000001"]
    assert [(row["DrivingSeconds"], row["IdleSeconds"]) for row in trips] == [(1320, 180)] * 2
    assert {row["MaxSpeed"] for row in first["GetOverspeed"]} == {72.0}
    server.stop()
    server.start()
    fleet.api.address = server.api.address
    assert answers() == first


def test_a_day_of_twenty_five_hours(server):
    fleet = Fleet(server, devices=["13900000001"], TimeZone="Europe/Berlin")
    send(server, "13900000001", made_day(NIGHT))
    days = all_rows(fleet.api, "GetDays", StartTime="2025-10-20", EndTime="2025-10-27 23:59:59")
    assert [day["Date"] for day in days] == ["2025-10-26", "2025-10-27"]
    whole = [day["DrivingSeconds"] + day["IdleSeconds"] + day["StoppedSeconds"] for day in days]
    assert whole == [25 * 3600 - 1800 - 30, 24 * 3600 - 1]
    assert days[0]["FirstTime"] == "2025-10-26 00:30:30" and days[1]["FirstTime"] is None
    assert days[0]["Trips"] == 2 and not days[0]["Clipped"]
    check_sums(fleet.api, StartTime="2025-10-25", EndTime="2025-10-27 10:00:00")


def test_an_open_trip_has_no_end(server):
    fleet = Fleet(server, devices=["13900000001"])
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    send(server, "13900000001", [(now - datetime.timedelta(seconds=30 * (10 - i)), i * 300, 36,
                                  True) for i in range(10)])
    day = {"StartTime": (now - datetime.timedelta(days=1)).strftime(FORM),
           "EndTime": (now + datetime.timedelta(days=1)).strftime(FORM)}
    (trip,) = all_rows(fleet.api, "GetTrips", **day)
    assert trip["EndTime"] is None and trip["EndLon"] is None and trip["EndLat"] is None
    assert trip["DrivingSeconds"] == 270 and 2.6 < float(trip["Kilometres"]) < 2.8
    assert all_rows(fleet.api, "GetStops", **day) == []
    assert all_rows(fleet.api, "GetOffline", **day) == []


def test_nobody_sees_the_trips_of_others(server):
    mine = Fleet(server, name="Mine", devices=["13900000001"])
    other = Fleet(server, name="Other", devices=["13900000002"])
    send(server, "13900000002", made_day(NIGHT))
    range_ = {"StartTime": "2025-10-25", "EndTime": "2025-10-27"}
    assert len(all_rows(other.api, "GetTrips", **range_)) == 2
    empty = {"data": [], "next": None, "done": 0, "of": 0}
    assert mine.api.data("manage/GetTrips", DeviceIDs="13900000002", **range_) == empty
    assert mine.api.data("manage/GetTrips", **range_)["of"] == 1
    assert mine.api.data("manage/GetTrips", **range_)["data"] == []
    after = other.api.data("manage/GetTrips", **range_)
    assert after["done"] == 1


def test_a_damaged_history_is_no_empty_one(make_server):
    """A page ends before what cannot be read; the next one says so, and others go on."""
    server = make_server("[store]\nseal_after_s = 1\n")
    fleet = Fleet(server, devices=ids(2))
    simulate(server.device, "--devices", "2", "--fixes", "2000", "--start", "2025-01-06T06:00:00Z")
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    server.stop()
    with sqlite3.connect(server.data / "odograph.db") as db:
        chunk, data = db.execute("SELECT id, data FROM track_chunk ORDER BY device DESC, id "
                                 "LIMIT 1").fetchone()
        db.execute("UPDATE track_chunk SET data=? WHERE id=?",
                   (bytes([data[0]]) + bytes(len(data) - 1), chunk))
    db.close()
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    week = {"StartTime": "2025-01-05", "EndTime": "2025-01-12"}
    page = api.data("manage/GetStops", **week)
    assert {row["DeviceID"] for row in page["data"]} == {ids(2)[0]}
    assert (page["done"], page["of"]) == (1, 2)
    refused = api.call("manage/GetStops", **week, After=page["next"])
    assert (refused["Code"], refused["ErrMsg"]) == (500, "System error")
    assert api.data("manage/GetStops", **week, DeviceIDs=ids(2)[0])["data"] == page["data"]
    assert api.call("manage/GetDays", **week, DeviceIDs=ids(2)[1])["Code"] == 500
