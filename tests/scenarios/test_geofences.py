"""Geofences and alarm rules over what trackers send: sections 18 and 25, records and kills."""
import datetime
import sqlite3

import pytest

from lib.server import Fleet, wait_until
from lib.trackers import Jt808, jt808_location

TRUCK = "013800000001"
YARD = 52.5, 13.4
METRE = 1 / 111_200  # degrees of latitude
ENTER, LEAVE, OVERSPEED, SILENCE = 7, 8, 4, 9
FORM = "%Y-%m-%d %H:%M:%S"


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def at(time, north_m, **options):
    """A position so far north of the yard's middle."""
    return jt808_location(time, lat=YARD[0] + north_m * METRE, lon=YARD[1], **options)


def add_yard(fleet, **fields):
    circle = {"RegionName": "Hof", "Shape": "circle", "Points": [[YARD[1], YARD[0]]],
              "Radius": 100, **fields}
    return fleet.api.data("manage/AddGeofence", **circle)["PolygonID"]


def events(server, what="kind, gps_time_s, decided_s, ended_s, name"):
    """The rows of the store, as they are committed."""
    db = sqlite3.connect(f"file:{server.data}/odograph.db?mode=ro", uri=True)
    try:
        return db.execute(f"SELECT {what} FROM event ORDER BY gps_time_s, id").fetchall()
    finally:
        db.close()


def test_into_a_yard_and_out_again(server):
    fleet = Fleet(server, devices=[{"DeviceID": TRUCK, "VehiclePlate": "B 1"}])
    yard = add_yard(fleet)
    truck = Jt808(server.device, TRUCK)
    truck.register()
    start = now() + datetime.timedelta(seconds=5)
    truck.report(at(start, -300))
    asked = {"VehiclePlate": "B 1", "PolygonID": yard}
    inside = fleet.api.data("vehicle/IsInGeofence", **asked)["data"]
    assert list(inside) == ["VehiclePlate", "InFence", "IsOnline", "GPSFlag", "GPSTime"]
    assert (inside["InFence"], inside["IsOnline"], inside["GPSFlag"]) == (0, 1, 1)
    assert fleet.api.data("vehicle/GetVehicleRegion", VehiclePlates="") == \
        {"total": 0, "data": []}
    truck.report(at(start + datetime.timedelta(seconds=20), 0))
    assert fleet.api.data("vehicle/IsInGeofence", **asked)["data"]["InFence"] == 1
    regions = fleet.api.data("vehicle/GetVehicleRegion", VehiclePlates="b 1")
    assert regions["total"] == 1
    row = regions["data"][0]
    assert list(row) == ["VehicleNum", "RegionName", "InRegionTime"]
    assert (row["VehicleNum"], row["RegionName"]) == ("B 1", "Hof")
    # Two thirds of the way are outside: 13 s.
    since = datetime.datetime.strptime(row["InRegionTime"], FORM).replace(
        tzinfo=datetime.timezone.utc)
    assert abs((since - start).total_seconds() - 40 / 3) <= 1
    truck.report(at(start + datetime.timedelta(seconds=40), 300))
    assert fleet.api.data("vehicle/IsInGeofence", **asked)["data"]["InFence"] == 0
    assert [row[0] for row in events(server)] == [ENTER, LEAVE]
    assert {row[4] for row in events(server)} == {"Hof"}


def test_a_geofence_for_others_goes_by_the_position(server):
    fleet = Fleet(server, devices=[{"DeviceID": TRUCK, "VehiclePlate": "B 1"},
                                   {"DeviceID": "013800000002", "VehiclePlate": "B 2"}])
    yard = add_yard(fleet, DeviceIDs=["013800000002"])
    truck = Jt808(server.device, TRUCK)
    truck.register()
    for north_m, wanted in ((0, 1), (300, 0)):
        truck.report(at(now() + datetime.timedelta(seconds=north_m / 10), north_m))
        data = fleet.api.data("vehicle/IsInGeofence", VehiclePlate="B 1", PolygonID=yard)["data"]
        assert data["InFence"] == wanted
    other = fleet.api.data("vehicle/IsInGeofence", VehiclePlate="B 2", PolygonID=yard)["data"]
    assert (other["InFence"], other["GPSTime"]) == (0, None)
    assert fleet.api.data("vehicle/GetVehicleRegion", VehiclePlates="") == \
        {"total": 0, "data": []}
    assert events(server) == []


def test_a_standing_vehicle_is_in_a_new_geofence_and_out_of_a_deleted_one(server):
    fleet = Fleet(server, devices=[{"DeviceID": TRUCK, "VehiclePlate": "B 1"}])
    truck = Jt808(server.device, TRUCK)
    truck.register()
    truck.report(at(now() - datetime.timedelta(seconds=60), 0))
    yard = add_yard(fleet)

    def is_inside(wanted):
        data = fleet.api.data("vehicle/IsInGeofence", VehiclePlate="B 1", PolygonID=yard)["data"]
        return data["InFence"] == wanted
    wait_until(lambda: is_inside(1), what="the truck in the new yard")
    fleet.api.data("manage/ModifyGeofence", PolygonID=yard, Points=[[14, 53]])
    wait_until(lambda: is_inside(0), what="the truck outside of the yard that moved")
    fleet.api.data("manage/ModifyGeofence", PolygonID=yard, Points=[[YARD[1], YARD[0]]])
    wait_until(lambda: is_inside(1), what="the truck in the yard again")
    server.kill()
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert is_inside(1)
    fleet.api.data("manage/DeleteGeofence", PolygonID=yard)
    wait_until(lambda: fleet.api.data("vehicle/GetVehicleRegion", VehiclePlates="")["total"] == 0,
               what="nobody in a deleted yard")
    assert fleet.api.data("manage/ListGeofences") == {"total": 0, "data": []}
    assert events(server) == []


def test_a_drawn_geofence_comes_back_as_it_was_drawn(server):
    fleet = Fleet(server)
    points = [[113.94, 22.56], [113.95, 22.56], [113.95, 22.57], [113.94, 22.57]]
    hole = [[113.942, 22.562], [113.944, 22.562], [113.944, 22.564]]
    made = fleet.api.data("manage/AddGeofence", RegionName="码头", Shape="polygon", Points=points,
                          Holes=[hole], Coordsys="gcj02", AlarmOn="enter", RequestID="a")
    again = fleet.api.data("manage/AddGeofence", RegionName="码头", Shape="polygon", Points=points,
                           RequestID="a")
    assert made == again
    row, = fleet.api.data("manage/ListGeofences", Geometry=True)["data"]
    assert (row["Points"], row["Holes"], row["Coordsys"]) == (points, [hole], "gcj02")
    few, = fleet.api.data("manage/ListGeofences", Geometry="simplified")["data"]
    assert few["Points"] == points
    none, = fleet.api.data("manage/ListGeofences")["data"]
    assert none["Points"] is None and none["Holes"] is None
    assert row["Version"] == few["Version"] == none["Version"]
    answer = fleet.api.call("manage/ModifyGeofence", PolygonID=row["PolygonID"],
                            Holes=[[[1, 1], [2, 1], [2, 2]]])
    assert answer["Code"] == 500 and answer["Data"] == {"Point": 0, "Hole": 0}
    fleet.api.data("manage/ModifyGeofence", PolygonID=row["PolygonID"], Holes=[],
                   Version=row["Version"])
    assert fleet.api.call("manage/DeleteGeofence", PolygonID=99)["Code"] == 404
    stale = fleet.api.call("manage/ModifyGeofence", PolygonID=row["PolygonID"], RegionName="x",
                           Version=row["Version"])
    assert stale["Code"] == 409


def test_an_alarm_by_rule(server):
    fleet = Fleet(server, devices=[TRUCK])
    fleet.api.data("manage/SetAlarmRules", Scope="enterprise", OverspeedKmh=80)
    fleet.api.data("manage/SetAlarmRules", Scope="device", ID=TRUCK, FatigueMinutes=None)
    rules = fleet.api.data("manage/GetAlarmRules", Scope="device", ID=TRUCK, Effective=True)
    assert rules == {"Scope": "device", "ID": TRUCK, "OverspeedKmh": 80.0, "FatigueMinutes": None,
                     "Sources": {"OverspeedKmh": "enterprise", "FatigueMinutes": "device"}}
    truck = Jt808(server.device, TRUCK)
    truck.register()
    start = now() + datetime.timedelta(seconds=5)
    for i, speed in enumerate((70, 90, 95, 60, 60)):
        truck.report(at(start + datetime.timedelta(seconds=10 * i), 200 * i, speed_kmh=speed))
    begin = int(start.timestamp())
    assert events(server, "kind, gps_time_s, ended_s") == [(OVERSPEED, begin + 10, begin + 30)]


def test_a_fix_and_its_event_are_there_together_or_not_at_all(server):
    """Each fix crosses the border once; the server is killed amid them, again and again."""
    fleet = Fleet(server, devices=[TRUCK])
    add_yard(fleet)
    start = now() + datetime.timedelta(seconds=5)
    bodies = [at(start + datetime.timedelta(seconds=10 * i), 300 * (i % 2)) for i in range(56)]
    for kill in range(5):
        truck = Jt808(server.device, TRUCK)
        truck.register()
        sent = bodies[:12 * (kill + 1)]
        truck.send(b"".join(truck.frame(0x0200, body) for body in sent))
        truck.acknowledged(0x0200, serial=truck.serial - len(sent) + 1)
        server.kill()
        server.start()
        stored = server.check()[TRUCK]["fixes"]
        assert len(events(server)) == stored >= 1
    truck = Jt808(server.device, TRUCK)
    truck.register()
    for body in bodies:
        truck.report(body)
    rows = events(server)
    assert [row[0] for row in rows] == [ENTER, LEAVE] * 28
    times = [int((start + datetime.timedelta(seconds=10 * i)).timestamp()) for i in range(56)]
    assert [row[2] for row in rows] == times
    assert sum(row[3] == 0 for row in rows) == 1
    ids = events(server, "id")
    assert len(set(ids)) == len(ids) and ids == sorted(ids)


def test_late_fixes_have_their_crossings(server):
    fleet = Fleet(server, devices=[TRUCK])
    add_yard(fleet)
    truck = Jt808(server.device, TRUCK)
    truck.register()
    start = now() + datetime.timedelta(seconds=5)
    for second, north_m in ((0, -300), (40, 300), (60, 400)):
        truck.report(at(start + datetime.timedelta(seconds=second), north_m))
    crossed = [row[1:] for row in events(server)]
    truck.report(at(start + datetime.timedelta(seconds=20), 0))
    wait_until(lambda: len(events(server)) == 2 and [row[1:] for row in events(server)] != crossed,
               what="the crossings of the late fix")
    assert [row[0] for row in events(server)] == [ENTER, LEAVE]


@pytest.mark.soak
def test_a_silence_is_an_alarm_until_the_device_is_heard(server):
    fleet = Fleet(server, devices=[TRUCK])
    fleet.api.data("manage/SetAlarmRules", Scope="enterprise", OfflineMinutes=1)
    truck = Jt808(server.device, TRUCK)
    truck.register()
    truck.report(at(now(), 0))
    wait_until(lambda: [row[0] for row in events(server)] == [SILENCE],
               what="the silence")
    truck.send(truck.frame(0x0002))
    truck.acknowledged(0x0002)
    assert events(server, "kind, ended_s != 0") == [(SILENCE, 1)]
