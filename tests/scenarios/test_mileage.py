"""Sections 14 and 17: what was travelled, and the fuel that was used."""
import datetime
import math
import os
import pathlib
import re

import pytest

from lib.server import Fleet, simulate, wait_until
from lib.trackers import Jt808, jt808_item, jt808_location

from test_sections import recent, rows_of, text

pytestmark = pytest.mark.one_sanitizer

MILEAGE_ROW = [
    ("ObjectCode", str, r".+"), ("VehicleNum", str, r".+"), ("OilNum", str, r"\d+\.\d"),
    ("Mileage", str, r"\d+\.\d"),
]
ORDER = "startTime should not be greater than end time"
SHARED = pathlib.Path(os.environ.get("ODOGRAPH_SHARED",
                                     pathlib.Path(__file__).parents[2].parent / "shared"))
TRACES = SHARED / "data" / "traces"


def items(counter_hm=None, fuel_dl=None):
    """The tracker's counter in tenths of a kilometre, its fuel in tenths of a litre."""
    counter = b"" if counter_hm is None else jt808_item(0x01, counter_hm.to_bytes(4, "big"))
    fuel = b"" if fuel_dl is None else jt808_item(0x02, fuel_dl.to_bytes(2, "big"))
    return counter + fuel


def after(start, seconds):
    return start + datetime.timedelta(seconds=seconds)


def mileage(api, device_id, start, end):
    return api.data("vehicle/GetMileageByDeviceID", DeviceID=device_id, StartTime=text(start),
                    EndTime=text(end))


def test_a_counter_s_first_value_is_shown_and_not_travelled(server):
    """The document's example of section 17: a vehicle with 357.6 km in a span."""
    fleet = Fleet(server, devices=[{"DeviceID": "013900000001", "VehiclePlate": "861956327",
                                    "ObjectCode": "1910235"}, "013900000002"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    start = recent(120)
    for minute, counter_hm in enumerate((1_200_000, 1_201_000, 1_203_576)):
        terminal.report(jt808_location(after(start, 1800 * minute), lat=22.5, speed_kmh=60,
                                       items=items(counter_hm)))
    assert fleet.status("013900000001")["Mileage"] == "120357.6"
    asked = {"VehiclePlate": "861956327", "StartTime": text(start)[:10], "eEndTime": "2098-08-08"}
    found = rows_of(fleet.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW, **asked)
    row = {"ObjectCode": "1910235", "VehicleNum": "861956327", "OilNum": "0.0",
           "Mileage": "357.6"}
    assert found == {"total": 1, "data": [row]}
    assert mileage(fleet.api, "13900000001", start, after(start, 3599)) == "100.0"
    assert mileage(fleet.api, "13900000001", after(start, 1801), after(start, 3600)) == "257.6"
    assert mileage(fleet.api, "013900000002", start, after(start, 3600)) == "0.0"

    everything = rows_of(fleet.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW, VehiclePlate="",
                         StartTime="2018-01-01", EndTime="2098-08-08")
    assert [r["Mileage"] for r in everything["data"]] == ["357.6", "0.0"]
    stranger = Fleet(server, name="Fleet Two")
    assert rows_of(stranger.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW, VehiclePlate="",
                   StartTime="2018-01-01", EndTime="2098-08-08") == {"total": 0, "data": []}

    server.kill()
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert rows_of(fleet.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW, **asked)["data"] == [row]


def test_fuel_with_a_refuel(server):
    """60 l down to 30 l, filled up to 70 l in a silence, down to 50 l; a reading each minute."""
    fleet = Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    start = recent(200)
    levels = [600 - 5 * i for i in range(61)] + [700 - 5 * i for i in range(41)]
    for i, level_dl in enumerate(levels):
        jump = 1200 if i > 60 else 0
        terminal.report(jt808_location(after(start, 60 * i + jump), lat=22.5,
                                       items=items(fuel_dl=level_dl)))

    def used(first, last):
        found = rows_of(fleet.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW,
                        VehiclePlate="013900000001", StartTime=text(first), EndTime=text(last))
        return float(found["data"][0]["OilNum"])

    end = after(start, 60 * len(levels) + 1200)
    assert 48.0 <= used(start, end) <= 50.0
    assert 29.0 <= used(start, after(start, 3600)) <= 30.0
    middle = after(start, 4000)
    assert used(start, middle) + used(after(middle, 1), end) == pytest.approx(used(start, end),
                                                                              abs=0.11)
    assert fleet.status("013900000001")["OilNum"] == "50.0"


def test_late_fixes_count_at_once(server):
    fleet = Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    start = recent(60)

    def send(order):
        for i in order:  # 30 s and about 333 m from one to the next
            terminal.report(jt808_location(after(start, 30 * i), lat=22.5 + 0.003 * i,
                                           lon=113.9 + 0.01 * (i % 2), speed_kmh=40))

    send(i for i in range(40) if i not in (11, 12, 13))
    without = float(mileage(fleet.api, "013900000001", start, after(start, 1200)))
    send((12, 11, 13))
    late = mileage(fleet.api, "013900000001", start, after(start, 1200))
    assert float(late) > without + 1
    wait_until(lambda: abs(float(fleet.status("013900000001")["Mileage"]) - float(late)) < 0.01)
    assert mileage(fleet.api, "013900000001", start, after(start, 1200)) == late


def test_codes(server):
    fleet = Fleet(server, devices=["013900000001"])
    span = {"StartTime": "2026-01-02", "EndTime": "2026-01-01"}
    call = fleet.api.call
    by_id, by_plate = "vehicle/GetMileageByDeviceID", "vehicle/GetMileageAndFuel"
    for method, fields, code in (
            (by_id, {"DeviceID": "013900000001", **span}, (403, ORDER)),
            (by_plate, {"VehiclePlate": "013900000001", **span}, (403, ORDER)),
            (by_id, {"DeviceID": "1", **span},
             (4002, "Device number does not exist or has been deleted")),
            (by_plate, {"VehiclePlate": "1,2", **span},
             (4001, "This vehicle plate does not exist or has been deleted")),
            (by_id, {"DeviceID": "013900000001", "StartTime": "2026-01-02"},
             (500, "EndTime: value missing")),
            (by_plate, {"VehiclePlate": "", "StartTime": "2026-01-02"},
             (401, "Dangerous value in parameters or parameter value missed: "
                   "EndTime: value missing"))):
        answer = call(method, **fields)
        assert (answer["Code"], answer["ErrMsg"]) == code, (method, fields)
        assert answer["Data"] is None


# ---- the tracks of ../shared ----

def records_of(fleet, device_id, row):
    """All records of a device, whose history is asked for three days at a time."""
    start, end = (datetime.datetime.fromisoformat(row[f"{name}_time"].rstrip("Z"))
                  for name in ("first", "last"))
    records = []
    while start <= end:
        last = start + datetime.timedelta(days=3) - datetime.timedelta(seconds=1)
        records += fleet.history(device_id, text(start), text(last))["data"]
        start += datetime.timedelta(days=3)
    assert len(records) < 50000
    return records


def interval_s(record):
    told = re.search(r"Upload interval \[(?:(\d+) days)? ?(?:(\d+) hours)? ?(?:(\d+) mins)? ?"
                     r"(?:(\d+) seconds)?\]", record["StatusDes"])
    days, hours, minutes, seconds = (int(part or 0) for part in told.groups()) if told else [0] * 4
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def travelled(record, metres, plausible, was_moving):
    """Whether the way from the anchor to a fix counts: the rules of src/fleet/fold.c."""
    if not plausible:
        return False
    if record["StatusDes"].startswith("ACC off"):
        return was_moving or record["Speed"] >= 10
    return metres > 100 or was_moving or record["StatusDes"].startswith("Moving")


def summed_m(records, inverse, has_speed):
    """The rules over the records' places, with GeographicLib's distances."""
    total_m = 0.0
    anchor = before = None
    for record in records:
        time = datetime.datetime.fromisoformat(record["GPSTime"])
        place = record["Lat"], record["Lon"]
        if before is None:
            anchor, before = place, record
            continue
        gap_s = (time - datetime.datetime.fromisoformat(before["GPSTime"])).total_seconds()
        was_moving = before["StatusDes"].startswith("Moving") and \
            gap_s <= max(600, 3 * interval_s(before))
        metres = inverse(*anchor, *place)["s12"]
        plausible = metres <= 100 or metres <= (gap_s + 1) * 83.33
        counts = travelled(record, metres, plausible, was_moving) if has_speed else \
            plausible and metres > 100
        total_m += metres if counts else 0
        anchor = place if counts or not plausible else anchor
        before = record
    return total_m


def with_speeds(track, directory):
    """The track with the speed to each of its points from the one before, m/s."""
    points = re.findall(r'lat="([-\d.]+)" lon="([-\d.]+)">.*?<time>(.*?)</time>',
                        track.read_text(), re.S)
    out = ["<gpx><trk><trkseg>"]
    before = None
    for lat, lon, told in points:
        now = float(lat), float(lon), datetime.datetime.fromisoformat(told.rstrip("Z"))
        speed_ms = 0.0
        if before is not None and now[2] > before[2]:
            north = (now[0] - before[0]) * 111320
            east = (now[1] - before[1]) * 111320 * math.cos(math.radians(now[0]))
            speed_ms = math.hypot(north, east) / (now[2] - before[2]).total_seconds()
        out.append(f'<trkpt lat="{lat}" lon="{lon}"><time>{told}</time>'
                   f"<speed>{speed_ms:.2f}</speed></trkpt>")
        before = now
    made = directory / track.name
    made.write_text("\n".join(out + ["</trkseg></trk></gpx>"]))
    return made


def replay(server, track, first, devices=1, protocol="jt808"):
    """A fleet that has driven the track; with the row that `odograph check` has of each device."""
    fleet = Fleet(server, devices=[str(first + i).zfill(12) for i in range(devices)])
    done = simulate(server.device, "--devices", str(devices), "--track", str(track), "--once",
                    "--start", "2020-01-01T00:00:00Z", "--burst", "16", "--protocol", protocol,
                    "--first-id", str(first).zfill(12))
    assert done["acknowledged"] == done["sent"] > 0, done
    return fleet, server.check()


def trace(name):
    if not (TRACES / name).exists():
        pytest.skip(f"{TRACES / name} is not there")
    return TRACES / name


@pytest.mark.parametrize("name", ["drumlish.gpx", "reference_track_dg100.gpx", "wuxi-taxis.csv"])
def test_tracks_against_geographiclib(server, name, tmp_path):
    """Totals within 0.1 % of the same fixes summed by GeographicLib under the same rules."""
    inverse = pytest.importorskip("geographiclib.geodesic").Geodesic.WGS84.Inverse
    track = trace(name)
    has_speed = track.suffix == ".gpx"
    if name == "drumlish.gpx":
        track = with_speeds(track, tmp_path)
    devices, protocol = (1, "jt808") if has_speed else (475, "osmand")
    fleet, rows = replay(server, track, 200000000001, devices, protocol)
    wanted_m = sum(summed_m(records_of(fleet, device_id, row), inverse, has_speed)
                   for device_id, row in rows.items())
    is_m = sum(row["odometer_km"] * 1000 for row in rows.values())
    found = rows_of(fleet.api, "vehicle/GetMileageAndFuel", MILEAGE_ROW, VehiclePlate="",
                    StartTime="2019-01-01", EndTime="2098-01-01")
    told_m = sum(float(row["Mileage"]) * 1000 for row in found["data"])
    assert wanted_m > 50000
    assert told_m == pytest.approx(is_m, abs=50 * devices)
    assert is_m == pytest.approx(wanted_m, rel=0.001)


def stops_of(records):
    """From the first to the last fix of each stretch of three minutes and more below 3 km/h."""
    stops = []
    slow = []
    for record in records + [{"Speed": 100}]:
        if record["Speed"] < 3:
            slow.append(datetime.datetime.fromisoformat(record["GPSTime"]))
            continue
        if len(slow) > 1 and (slow[-1] - slow[0]).total_seconds() >= 180:
            stops.append((slow[0], slow[-1]))
        slow = []
    return stops


def test_no_metre_while_parked(server, tmp_path):
    """What counts at standstill is more than the 100 m of drift, which 0.1 km would show."""
    track = with_speeds(trace("drumlish.gpx"), tmp_path)
    fleet, rows = replay(server, track, 200000000001)
    (device_id, row), = rows.items()
    stops = stops_of(records_of(fleet, device_id, row))
    assert len(stops) > 2
    for start, end in stops:
        assert mileage(fleet.api, device_id, after(start, 1), end) == "0.0", (start, end)
