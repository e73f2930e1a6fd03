"""Where vehicles are, in words: sections 12, 13, 23, 24 and 28, and the places of part 8's rows."""
import datetime
import re

import pytest

from lib.server import Fleet
from lib.shapes import TIME, hold_to, parse
from lib.trackers import Jt808, jt808_item, jt808_location

UTC = datetime.timezone.utc
DEVICE, SILENT = "013912345678", "013912345679"
SHENZHEN = {"lat": 22.556138, "lon": 113.941988}

LOCATION_ROW = [
    ("VehiclePlate", str, r".+"), ("VehicleNum", str, r".+"), ("RcvTime", str, TIME),
    ("GPSTime", str, TIME), ("Lon", float, r"-?\d+\.\d{6}"), ("Lat", float, r"-?\d+\.\d{6}"),
    ("RLon", float, r"-?\d+\.\d{6}"), ("RLat", float, r"-?\d+\.\d{6}"), ("StatusDes", str, r".+"),
    ("Speed", int, r"\d+"), ("Mileage", str, r"\d+\.\d"), ("Location", str, r".+"),
    ("IsReversal", int, r"0"),
]
ADDRESSES = [("vehicle/GetVehicleAddress", "VehiclePlate", "881225"),
             ("vehicle/GetVehicleAddressByDeviceID", "DeviceID", DEVICE)]
LOCATIONS = [("vehicle/GetVehicleLocation", "VehiclePlate", "881225"),
             ("vehicle/GetVehicleLocationByDeviceID", "DeviceID", DEVICE)]
NO_PLATE = "Limited authority or vehicle/asset does not exist"
NO_DEVICE = "Limited authority or vehicle does not exist"


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def now(minutes=0):
    return datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(minutes=minutes)


def make_fleet(server, **enterprise):
    return Fleet(server, devices=[{"DeviceID": DEVICE, "VehiclePlate": "881225"},
                                  {"DeviceID": SILENT, "VehiclePlate": "silent"}], **enterprise)


def report(server, **place):
    """One fix of a minute ago in Shenzhen, or elsewhere; answers its time."""
    time = now(-1)
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    items = jt808_item(0x01, (274).to_bytes(4, "big")) + jt808_item(0x30, bytes([22])) + \
        jt808_item(0x31, bytes([7]))
    terminal.report(jt808_location(time, **{**SHENZHEN, "items": items, **place}))
    return time


def test_addresses_as_the_document_prints_them(server):
    fleet = make_fleet(server)
    for method, field, name in ADDRESSES:
        assert fleet.api.data(method, **{field: name}) == ""
    time = report(server)
    answers = [fleet.api.data(method, **{field: name}) for method, field, name in ADDRESSES]
    found = re.fullmatch(rf"\(({TIME})\) (\d+) Meters, (.+)", answers[0])
    assert found, answers
    assert found.group(1) == text(time)
    names = found.group(3).split(", ")
    assert names[-1] == "China" and "Guangdong" in found.group(3) and len(names) >= 2
    assert answers[1] == answers[0]
    # The second prefix, the other form of the name, leading zeros, a number for a text.
    for path, fields in (("/api/asset/GetVehicleAddress", {"vehicleplate": " 881225 "}),
                         ("/API/ASSET/getvehicleaddressbydeviceids/", {"DEVICEID": 13912345678})):
        assert fleet.api.post(path, fields).json()["Data"] == answers[0]


def test_locations_as_the_document_prints_them(server):
    """The pair of the example: one place in WGS-84 and in GCJ-02."""
    fleet = make_fleet(server)
    nothing = {"total": 0, "data": []}
    for method, field, name in LOCATIONS:
        assert fleet.api.data(method, **{field: name}) == nothing
    time = report(server, speed_kmh=0.5, acc=False)
    for method, field, name in LOCATIONS:
        answer = fleet.api.post(f"/api/{method}", {field: name})
        raw = parse(answer.text)
        assert list(raw["Data"]) == ["data"] and raw["ErrMsg"] is None
        hold_to(raw["Data"]["data"], LOCATION_ROW)
        row = answer.json()["Data"]["data"]
        received = row.pop("RcvTime")
        assert text(time) <= received <= text(now(1))
        assert "China" in row["Location"] and not row["Location"].startswith("(")
        assert row == {
            "VehiclePlate": "881225", "VehicleNum": "881225", "GPSTime": text(time),
            "Lon": 113.941988, "Lat": 22.556138, "RLon": 113.946864, "RLat": 22.553121,
            "StatusDes": row["StatusDes"], "Speed": 1, "Mileage": "27.4",
            "Location": row["Location"], "IsReversal": 0,
        }
        assert row["StatusDes"].startswith("ACC off [")
        assert "GSM network middle 22,Satellite middle 7" in row["StatusDes"]
        assert fleet.api.data("vehicle/GetVehicleAddress",
                              VehiclePlate="881225").endswith(" Meters, " + row["Location"])
    asset = fleet.api.post("/api/asset/getvehiclelocation", {"VehiclePlate": 881225}).json()
    assert asset["Data"]["data"]["VehicleNum"] == "881225"


def test_what_is_refused(server):
    fleet = make_fleet(server)
    other = Fleet(server, "Other", [{"DeviceID": "013900000009", "VehiclePlate": "theirs"}])
    report(server)
    root = server.root()
    danger = "Dangerous value in parameters or parameter value missed: "
    for (method, field, _), message in zip(ADDRESSES, (NO_PLATE, NO_DEVICE)):
        for name in ("absent", "theirs", "013900000009"):
            assert fleet.api.call(method, **{field: name}) == \
                {"Code": 4001, "Data": None, "ErrMsg": message}
        assert other.api.call(method, **{field: DEVICE})["Code"] == 4001
        missing = fleet.api.call(method)
        assert (missing["Code"], missing["ErrMsg"]) == (401, f"{danger}{field}: value missing")
        assert root.call(method, **{field: "x"})["Code"] == 401
        assert server.api.call(method, **{field: "x"})["ErrMsg"] == "Token invalid"
    for method, field, name in LOCATIONS:
        for unseen in ("absent", "theirs", "013900000009"):
            assert fleet.api.call(method, **{field: unseen}) == \
                {"Code": 404, "Data": None, "ErrMsg": "This device does not exist"}
        assert other.api.call(method, **{field: name})["Code"] == 404
        missing = fleet.api.call(method)
        assert (missing["Code"], missing["ErrMsg"]) == (500, f"{field}: value missing")
        assert root.call(method, **{field: name})["Code"] == 500
        assert root.data(method, HoldID=fleet.hold, **{field: name})["data"]["IsReversal"] == 0
        assert server.api.call(method, **{field: name})["Code"] == 401


def test_a_device_without_a_position_has_no_place(server):
    fleet = make_fleet(server)
    report(server, lat=0, lon=0, valid=False)
    for method, field, name in ADDRESSES:
        assert fleet.api.data(method, **{field: name}) == ""
    for method, field, name in LOCATIONS:
        assert fleet.api.data(method, **{field: name}) == {"total": 0, "data": []}
    assert fleet.api.data("manage/GetPlaces", DeviceIDs=DEVICE) == [""]


def test_many_places_at_once(server):
    fleet = make_fleet(server)
    Fleet(server, "Other", ["013900000009"])
    report(server)
    location = fleet.api.data("vehicle/GetVehicleLocationByDeviceID",
                              DeviceID=DEVICE)["data"]["Location"]
    api, get = fleet.api, "manage/GetPlaces"
    viewer = fleet.user("viewer")
    assert viewer.data(get, DeviceIDs=[DEVICE, SILENT, "013900000009", DEVICE.lstrip("0")]) == \
        [location, "", None, location]
    assert api.data(get, Points=[[113.941988, 22.556138]]) == [location]
    chinese = api.data(get, Points=[["113.941988", 22.556138]], Language="zh")[0]
    assert "\u4e2d\u56fd" in chinese and "China" not in chinese
    berlin, nairobi, ocean = api.data(get, Points=[[13.4, 52.52], [36.8167, -1.2833], [-30, 0.5]])
    assert berlin.startswith("Berlin") and berlin.endswith("Germany")
    assert nairobi.endswith("Kenya") and ocean
    assert len(api.data(get, Points=[[i / 10, 50] for i in range(200)])) == 200
    too_many = api.call(get, DeviceIDs=",".join(["1"] * 201))
    assert (too_many["Code"], too_many["ErrMsg"]) == (500, "DeviceIDs: more than 200")
    assert api.call(get, Points=[[0, 0]] * 201)["Code"] == 500
    bad = api.call(get, Points=[[0, 0], [0, 90.1]])
    assert (bad["Code"], bad["Data"]) == (500, {"Point": 1})
    assert api.call(get)["Code"] == 500
    assert server.api.call(get, Points=[])["Code"] == 401


def test_places_by_name(server):
    fleet = make_fleet(server)
    found = fleet.api.data("manage/FindPlaces", Key="Berl")
    first = next(row for row in found if row["Name"] == "Berlin" and row["Kind"] == "city")
    assert abs(first["Lon"] - 13.4) < 0.3 and abs(first["Lat"] - 52.5) < 0.3
    assert len(found) <= 50
    assert all(list(row) == ["Name", "Lon", "Lat", "Kind"] for row in found)
    for fields in ({"Key": "\u6df1\u5733"}, {"Key": "shenzhen"}):
        names = [row["Name"] for row in
                 fleet.api.data("manage/FindPlaces", Language="zh", **fields)]
        assert any(name.startswith("\u6df1\u5733") for name in names), names
    assert fleet.api.data("manage/FindPlaces", Key="no place has this name") == []
    assert fleet.api.call("manage/FindPlaces", Key=" ")["Code"] == 500
    assert fleet.api.call("manage/FindPlaces", Key="x" * 65)["Code"] == 500


def test_rows_name_their_places_where_that_is_wished(server):
    fleet = make_fleet(server)
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    start = now(-60)
    for i in range(40):
        moves = 10 <= i < 25
        terminal.report(jt808_location(
            start + datetime.timedelta(seconds=60 * i), lat=22.55 + 0.005 * min(max(i - 9, 0), 15),
            lon=113.95, speed_kmh=33 if moves else 0, acc=moves, alarm=1 if i == 12 else 0))
    when = {"StartTime": text(start), "EndTime": text(start + datetime.timedelta(minutes=39))}
    plain, named, chinese = (
        fleet.api.data("manage/GetTrips", DeviceIDs=DEVICE, **when, **more)["data"]
        for more in ({}, {"Places": True}, {"Places": "true", "Language": "zh"}))
    assert len(plain) == 1
    assert "StartPlace" not in plain[0] and "EndPlace" not in plain[0]
    for row, words in ((named[0], "China"), (chinese[0], "\u4e2d\u56fd")):
        assert words in row["StartPlace"] and words in row["EndPlace"]
        assert {k: v for k, v in row.items() if not k.endswith("Place")} == plain[0]
    points = [[float(plain[0]["StartLon"]), float(plain[0]["StartLat"])],
              [float(plain[0]["EndLon"]), float(plain[0]["EndLat"])]]
    assert fleet.api.data("manage/GetPlaces", Points=points) == \
        [named[0]["StartPlace"], named[0]["EndPlace"]]
    for method, more in (("GetStops", {}), ("GetOverspeed", {"Kmh": 30}),
                         ("GetOffline", {"Minutes": 100000})):
        rows = fleet.api.data(f"manage/{method}", DeviceIDs=DEVICE, Places=True, **when,
                              **more)["data"]
        assert all("China" in row["Place"] for row in rows), method
        assert rows or method == "GetOffline"
        assert fleet.api.call(f"manage/{method}", DeviceIDs=DEVICE, Language="de", **when,
                              **more)["Code"] == 500
    alarms = fleet.api.data("manage/ListAlarms", Places=True)["data"]
    assert [row["AlarmType"] for row in alarms] == ["SOS alarm"]
    assert "China" in alarms[0]["Place"]
    assert "Place" not in fleet.api.data("manage/ListAlarms")["data"][0]


@pytest.mark.parametrize("language, word", [("en", "China"), ("zh", "\u4e2d\u56fd")])
def test_the_language_of_the_server(make_server, language, word):
    server = make_server(f"[api]\ngazetteer_language = {language}\n")
    fleet = make_fleet(server)
    report(server)
    assert word in fleet.api.data("vehicle/GetVehicleAddress", VehiclePlate="881225")
    assert word in fleet.api.data("vehicle/GetVehicleLocation",
                                  VehiclePlate="881225")["data"]["Location"]
    assert word in fleet.api.data("manage/GetPlaces", DeviceIDs=DEVICE)[0]
