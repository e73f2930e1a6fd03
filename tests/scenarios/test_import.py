"""odograph export and import: a store beside its server, and tracks that others made."""
import datetime
import json
import os
import sqlite3
import subprocess

import pytest

from lib.server import BINARY, Fleet, Server, counter, run, wait_until
from lib.trackers import Jt808, jt808_item, jt808_location
from lib.tracks import FORMATS, csv_rows, gpx_points, points_of, utc

pytestmark = pytest.mark.one_sanitizer

UTC = datetime.timezone.utc
START = datetime.datetime(2024, 3, 1, 8, tzinfo=UTC)
COUNT = 50
DEVICES = ["013912345678", "013912345679"]


def report(i, device=0):
    items = jt808_item(0x01, (10000 + i).to_bytes(4, "big")) + jt808_item(0x31, bytes([9])) + \
        jt808_item(0x2b, (1250 + i).to_bytes(2, "big") + bytes(2))
    return jt808_location(START + datetime.timedelta(seconds=30 * i), lat=48.1 + i / 1e4 + device,
                          lon=11.5 + i / 1e4, speed_kmh=41.5, course=45, altitude=520,
                          valid=i % 10 != 3, items=items)


def result(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def take(server, *arguments):
    """`odograph import` into a server's store, while it is stopped."""
    return run("import", "--data", str(server.data), *map(str, arguments))


def export(server, *arguments):
    done = subprocess.run([BINARY, "export", "--data", str(server.data), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Source:
    """A server with two devices that have a track, and a third that has none."""

    def __init__(self, server):
        self.server = server
        self.fleet = Fleet(server, TimeZone="Europe/Berlin", devices=[*DEVICES, "013912345680"])
        for number, device in enumerate(DEVICES):
            terminal = Jt808(server.device, device)
            terminal.register()
            for i in range(COUNT):
                terminal.report(report(i, number))
            terminal.close()

    def records(self, device=DEVICES[0]):
        data = self.fleet.history(device, "2024-03-01", "2024-03-02")["data"]
        assert len(data) == COUNT
        return [(START + datetime.timedelta(seconds=30 * i), row["Lat"], row["Lon"])
                for i, row in enumerate(data)]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("source")).start()
    yield Source(server)
    server.close()


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A server with an enterprise, that is stopped."""
    server = Server(tmp_path_factory.mktemp("target")).start()
    server.hold = Fleet(server, TimeZone="Asia/Shanghai").hold
    server.stop()
    yield server
    server.close()


# ---- export ----

@pytest.mark.parametrize("kind", FORMATS)
def test_a_store_in_use_is_written_a_file_a_device(source, kind, tmp_path):
    out = tmp_path / "out"
    told = json.loads(export(source.server, "--format", kind, "--out", out))
    assert told == {"devices": 3, "files": 2, "kept": 0, "empty": 1, "failed": 0,
                    "records": 2 * COUNT}
    assert sorted(os.listdir(out)) == [f"{device}.{kind}" for device in DEVICES]
    for device in DEVICES:
        data = (out / f"{device}.{kind}").read_bytes()
        assert points_of(kind, data, tmp_path) == source.records(device)
        # The same file as the API's, but for the title, which says the span.
        answer = source.fleet.api.get("/api/export", params={
            "format": kind, "DeviceID": device, "StartTime": "2024-03-01",
            "EndTime": "2024-03-02"}, headers={"Authorization": source.fleet.api.token})
        assert len(data.splitlines()) == len(answer.content.splitlines())


def test_an_export_goes_on_where_it_was(source, tmp_path):
    out = tmp_path / "out"
    export(source.server, "--out", out)
    kept, other = out / f"{DEVICES[0]}.gpx", out / f"{DEVICES[1]}.gpx"
    whole = other.read_bytes()
    kept.write_text("mine")
    other.rename(out / f"{DEVICES[1]}.gpx.part")  # as an export leaves it that was killed
    told = json.loads(export(source.server, "--out", out))
    assert (told["kept"], told["files"]) == (1, 1)
    assert kept.read_text() == "mine" and other.read_bytes() == whole
    assert sorted(os.listdir(out)) == [kept.name, other.name]
    told = json.loads(export(source.server, "--out", out, "--overwrite"))
    assert (told["kept"], told["files"]) == (0, 2)
    assert len(gpx_points(kept.read_bytes())) == 1


def test_a_file_that_cannot_have_its_name_is_told(source, tmp_path):
    out = tmp_path / "out"
    (out / f"{DEVICES[0]}.gpx").mkdir(parents=True)
    done = run("export", "--data", str(source.server.data), "--out", str(out), "--overwrite")
    assert done.returncode == 1 and f"{DEVICES[0]}.gpx: " in done.stderr
    told = json.loads(done.stdout)
    assert (told["failed"], told["files"]) == (1, 1)
    assert sorted(os.listdir(out)) == [f"{device}.gpx" for device in DEVICES]


def test_a_span_of_one_device_on_standard_output(source):
    rows = csv_rows(export(source.server, "--format", "csv", "--device", DEVICES[0],
                           "--from", "2024-03-01 09:05:00", "--to", "2024-03-01T08:10:00Z"))
    assert [utc(row["time_utc"]) for row in rows] == \
        [START + datetime.timedelta(seconds=30 * i) for i in range(10, 21)]
    assert {row["zone"] for row in rows} == {"Europe/Berlin"}
    both = csv_rows(export(source.server, "--format", "csv", "--enterprise", source.fleet.hold))
    assert len(both) == 2 * COUNT and {row["device_id"] for row in both} == set(DEVICES)


def test_what_cannot_be_exported_is_told(source, tmp_path):
    data = ["--data", str(source.server.data)]
    out = tmp_path / "out"
    (out / f"{DEVICES[0]}.gpx").mkdir(parents=True)
    for status, said, arguments in (
            (2, "--data is missing", []),
            (2, "wants gpx, kml, csv or geojson", [*data, "--format", "xls"]),
            (2, "yyyy-MM-dd", [*data, "--from", "soon"]),
            (1, "lies before --from", [*data, "--from", "2024-03-02", "--to", "2024-03-01"]),
            (1, "no such device", [*data, "--device", "77"]),
            (1, "no such enterprise", [*data, "--enterprise", "77"]),
            (1, "no odograph.db", ["--data", str(tmp_path)]),
            (1, "wants a directory", [*data, "--out", str(source.server.config)]),
            (1, f"{DEVICES[0]}.gpx: Is a directory",
             [*data, "--out", str(out), "--overwrite"])):
        done = run("export", *arguments)
        assert done.returncode == status and said in done.stderr, (arguments, done.stderr)
    assert (out / f"{DEVICES[0]}.gpx").is_dir()
    assert not [name for name in os.listdir(out) if name.endswith(".part")]
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "export", *data], stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        assert done.returncode == 1 and b"No space left" in done.stderr


# ---- import ----

def shown(server, device, *names):
    """What section 10 shows of a device, after a start; the server is stopped again."""
    server.start()
    root = server.root()
    data = root.data("vehicle/GetHistoryVehicleInfoByDeviceID", HoldID=server.hold,
                     DeviceID=device, StartTime="2024-03-01", EndTime="2024-03-03")["data"]
    server.stop()
    return [tuple(row[name] for name in names) for row in data]


@pytest.mark.parametrize("kind", ("csv", "gpx"))
def test_our_own_files_come_back_equal(source, make_server, kind, tmp_path):
    server = make_server()
    server.hold = Fleet(server, TimeZone="Asia/Shanghai").hold
    server.stop()
    file = tmp_path / f"all.{kind}"
    file.write_bytes(export(source.server, "--format", kind))
    first = result(take(server, file, "--enterprise", server.hold, "--create"))
    assert (first["read"], first["stored"], first["repeated"]) == (2 * COUNT, 2 * COUNT, 0)
    assert (first["broken"], first["devices"], first["created"]) == (0, 2, 2)
    again = result(take(server, file))
    assert (again["stored"], again["repeated"], again["created"]) == (0, 2 * COUNT, 0)
    names = ("Lat", "Lon", "Speed", "Direct", "Mileage")
    there = source.fleet.history(DEVICES[0], "2024-03-01", "2024-03-02")["data"]
    assert shown(server, DEVICES[0], *names) == [tuple(row[n] for n in names) for row in there]
    back = export(server, "--format", kind, "--device", DEVICES[0])
    assert points_of(kind, back, tmp_path) == source.records()
    if kind == "csv":
        rows, other = csv_rows(back), csv_rows(export(source.server, "--format", "csv",
                                                      "--device", DEVICES[0]))
        for row in (*rows, *other):
            for name in ("name", "time", "zone"):  # of the other enterprise
                del row[name]
        assert rows == other
    assert server.check()[DEVICES[0]]["fixes"] == COUNT


SIMPLE = """device_id,time,lat,lon,speed_kmh,colour
700100,2024-03-01 08:00:00,48.1,11.5,40,red
700100,2024-03-01T08:01:00+02:00,48.2,11.6,41.5,blue
700100,1709280120,48.3,11.7,,
700100,2024-03-01 25:00:00,48.4,11.8,43,
700100,2024-03-01 08:04:00,95,11.8,43,
700100,2024-03-01 08:05:00,48.4
no id!,2024-03-01 08:06:00,48.4,11.8,43,
700100,1999-03-01 08:07:00,48.4,11.8,43,
700100,2999-03-01 08:08:00,48.4,11.8,43,
700100,2024-03-01 08:09:00,48.4,11.8,fast,
700100,2024-03-01 08:10:00,48.4,11.8,"4"3,
"""


def test_broken_lines_are_named_and_passed_over(target, tmp_path):
    file = tmp_path / "simple.csv"
    file.write_text(SIMPLE)
    done = take(target, file, "--zone", "Asia/Shanghai", "--enterprise", target.hold, "--create")
    told = result(done)
    assert (told["read"], told["stored"], told["broken"], told["created"]) == (3, 3, 8, 1)
    assert told["left_out"] == {"colour": 2}
    for line, why in ((5, "the time is none"), (6, "out of range"), (7, "not as many fields"),
                      (8, "the DeviceID is none"), (9, "before 2005"), (10, "in the future"),
                      (11, "speed_kmh"), (12, "stray quote")):
        assert any(f"simple.csv:{line}: " in text and why in text
                   for text in done.stderr.splitlines()), (line, why, done.stderr)
    rows = csv_rows(export(target, "--format", "csv", "--device", "700100"))
    assert [(row["time_utc"], row["time"], row["speed_kmh"]) for row in rows] == [
        ("2024-03-01T00:00:00Z", "2024-03-01T08:00:00+08:00", "40"),
        ("2024-03-01T06:01:00Z", "2024-03-01T14:01:00+08:00", "41.5"),
        ("2024-03-01T08:02:00Z", "2024-03-01T16:02:00+08:00", "")]


DEVICES_OF_TRACCAR = [
    "id,name,uniqueid,lastupdate,positionid,groupid,attributes,phone,model,contact,category",
    "1,Truck One,800100,2024-03-01 08:00:00,7,3,{},+4912345,GT06N,Ann,truck",
    "2,Courier,800200,,,,{},,,,person",
    "3,Bad,no id!,,,,{},,,,",
    "4,Unused,800400,,,,{},,,,",
]
POSITIONS_OF_TRACCAR = [
    "id,protocol,deviceid,servertime,devicetime,fixtime,valid,latitude,longitude,altitude,speed,"
    "course,address,attributes,accuracy,network",
    '1,gt06,1,2024-03-01 08:00:05,2024-03-01 08:00:00,2024-03-01 08:00:00.000,t,48.1,11.5,520,'
    '21.598272138228943,45,"A street, 1",'
    '"{""sat"":9,""hdop"":0.8,""ignition"":true,""battery"":4.1,""power"":12.25,""rssi"":21,'
    '""odometer"":1000500.0,""hours"":7200000,""temp1"":-18.5,""adc1"":2.5,""rpm"":820,'
    '""driverUniqueId"":""47"",""fuel"":61.5,""batteryLevel"":94,""distance"":12.5,'
    '""colour"":""red""}",0,'
    '"{""radioType"":""gsm"",""cellTowers"":[{""cellId"":17,""locationAreaCode"":5,'
    '""mobileCountryCode"":262,""mobileNetworkCode"":1}]}"',
    '2,gt06,1,2024-03-01 08:01:05,2024-03-01 08:01:00,2024-03-01 08:01:00+00,f,48.2,11.6,521,'
    '1.5e-05,46,NULL,"{""alarm"":""sos,unheard""}",0,NULL',
    '3,osmand,2,2024-03-01 08:02:00,2024-03-01 08:02:00,2024-03-01 08:02:00,true,-33.9,151.2,0,'
    '0,0,,"{""approximate"":true}",25,',
    '4,gt06,9,2024-03-01 08:00:05,2024-03-01 08:00:00,2024-03-01 08:00:00,t,48.1,11.5,0,0,0,,{},'
    '0,',
    '5,gt06,1,2024-03-01 08:00:05,2024-03-01 08:00:00,2024-03-01 08:09:00,t,48.1,11.5,0,0,0,,{bad,'
    '0,',
]


def traccar(directory):
    devices, positions = directory / "tc_devices.csv", directory / "tc_positions.csv"
    devices.write_text("\n".join(DEVICES_OF_TRACCAR) + "\n")
    positions.write_text("\n".join(POSITIONS_OF_TRACCAR) + "\n")
    return [positions, devices]


def test_a_traccar_data_base_moves_here(target, tmp_path):
    files = traccar(tmp_path)
    done = take(target, *files, "--enterprise", target.hold, "--create")
    told = result(done)
    assert (told["read"], told["stored"], told["broken"]) == (3, 3, 3)
    assert told["created"] == 2  # the others have no fix
    assert told["left_out"] == {
        "alarm unheard": 1, "colour": 1, "distance": 1, "tc_devices.contact": 1,
        "tc_devices.groupid": 1, "tc_devices.lastupdate": 1, "tc_devices.positionid": 1,
        "tc_positions.accuracy": 1, "tc_positions.address": 1, "tc_positions.devicetime": 5}
    for line in ("tc_devices.csv:4", "tc_positions.csv:5", "tc_positions.csv:6"):
        assert line in done.stderr
    again = result(take(target, *files))
    assert (again["stored"], again["repeated"]) == (0, 3)
    first, second = csv_rows(export(target, "--format", "csv", "--device", "800100"))
    assert {name: first[name] for name in (
        "name", "time_utc", "received_utc", "lat", "position", "speed_kmh", "satellites", "hdop",
        "gsm", "odometer_km", "fuel_l", "power_v", "battery_v", "battery_percent", "ignition",
        "temperature_1_c", "cell")} == {
            "name": "Truck One", "time_utc": "2024-03-01T08:00:00Z",
            "received_utc": "2024-03-01T08:00:05Z", "lat": "48.1", "position": "gps",
            "speed_kmh": "40", "satellites": "9", "hdop": "0.8", "gsm": "21",
            "odometer_km": "1000.5", "fuel_l": "61.5", "power_v": "12.25", "battery_v": "4.1",
            "battery_percent": "94", "ignition": "1", "temperature_1_c": "-18.5",
            "cell": "262-1-5-17"}
    assert json.loads(first["extra"]) == {"analogue[1]": 2.5, "rpm": 820, "engine_hours": 2,
                                          "driver": "47", "source": "gt06"}
    assert (second["alarms"], second["speed_kmh"]) == ("SOS alarm", "0")
    courier, = csv_rows(export(target, "--format", "csv", "--device", "800200"))
    assert (courier["position"], courier["lat"]) == ("lbs", "-33.9")
    target.start()
    devices = {d["DeviceID"]: d for d in
               target.root().data("manage/ListDevices", HoldID=target.hold)["data"]}
    audit = target.root().data("manage/ListAudit", HoldID=target.hold)["data"]
    target.stop()
    assert {"device 800100", "device 800200"} <= {
        row["Object"] for row in audit if row["Action"] == "odograph import"}
    assert (devices["800100"]["SIM"], devices["800100"]["Model"]) == ("+4912345", "GT06N")
    assert (devices["800200"]["VehiclePlate"], devices["800200"]["DeviceType"]) == ("Courier", 1)


GPX = """<?xml version="1.0"?>
<gpx version="1.0" xmlns="http://www.topografix.com/GPX/1/0"><wpt lat="1" lon="1"/><trk><trkseg>
<trkpt lat="48.1" lon="11.5"><ele>520.4</ele><time>2024-03-01T08:00:00Z</time><speed>10</speed>
<course>45</course></trkpt>
<trkpt lat="48.2" lon="11.6"><time>2024-03-01T09:01:00+01:00</time></trkpt>
<trkpt lat="48.3" lon="11.7"></trkpt>
</trkseg></trk></gpx>
"""


def test_a_track_of_another_program(target, tmp_path):
    file = tmp_path / "walk.gpx"
    file.write_text(GPX)
    into = ["--enterprise", target.hold, "--create"]
    done = take(target, file, *into)
    assert done.returncode == 0 and "--device names one" in done.stderr
    told = result(take(target, file, *into, "--device", "900100"))
    assert (told["stored"], told["broken"], told["left_out"]) == (2, 1, {"wpt": 1})
    rows = csv_rows(export(target, "--format", "csv", "--device", "900100"))
    assert [(r["time_utc"], r["altitude_m"], r["speed_kmh"], r["course_deg"]) for r in rows] == [
        ("2024-03-01T08:00:00Z", "520.4", "36", "45"), ("2024-03-01T08:01:00Z", "", "", "")]


def test_a_broken_file_changes_nothing(target, tmp_path):
    before = target.check()
    good = tmp_path / "good.csv"
    good.write_text("device_id,time_utc,lat,lon\n990001,2024-03-01 08:00:00,1,2\n")
    into = ["--enterprise", target.hold, "--create"]
    for name, text, why in (
            ("cut.gpx", GPX[:-20], "cut.gpx: line 7: "),
            ("bomb.gpx", '<!DOCTYPE x [<!ENTITY a "b">]><gpx>&a;</gpx>', "document type"),
            ("other.gpx", "<kml></kml>", "no <gpx>"),
            ("deep.gpx", "<gpx>" + "<a>" * 99 + "</a>" * 99 + "</gpx>", "too deep"),
            ("quote.csv", "device_id,time_utc,lat,lon\n1,2024-03-01 08:00:00,\"1,2\n", "quote"),
            ("none.csv", "a,b\n1,2\n", "neither GPX nor CSV"),
            ("empty.csv", "", "neither GPX nor CSV"),
            ("timeless.csv", "lat,lon\n1,2\n", "time"),
            ("tc_positions.csv", "deviceid,fixtime\n1,2\n", "tc_devices")):
        file = tmp_path / name
        file.write_text(text)
        done = take(target, good, file, *into)
        assert done.returncode == 1 and why in done.stderr, (name, done.stderr)
        assert done.stdout == "" and "Traceback" not in done.stderr
    assert take(target, tmp_path / "missing.csv").returncode == 1
    assert take(target, tmp_path).returncode == 1
    done = take(target, good)
    assert done.returncode == 1 and "not registered" in done.stderr
    done = take(target, good, "--enterprise", "77", "--create")
    assert done.returncode == 1 and "no such enterprise" in done.stderr
    assert take(target, good, "--create").returncode == 2
    assert take(target).returncode == 2
    assert take(target, good, *into, "--zone", "Mars/Base").returncode == 1
    assert target.check() == before


HOSTILE_CSV = """device_id,time_utc,lat,lon,received_utc,name
930100,2024-03-01 08:00:00,48.1,11.5,2100-01-01 00:00:00,x
930100,2024-03-01 08:00:10,48.1,11.5,9999999999,x
930100,2024-03-01 08:00:20,48.1,11.5,2024-03-01 09:00:00,x
"""
POINT = '<trkpt lat="48.1" lon="11.5"><time>2024-03-01T08:00:{:02d}Z</time>' \
    '<extensions><speed_kmh>{}</speed_kmh></extensions></trkpt>'
HOSTILE_GPX = "<gpx>{}<trk><trkseg>{}</trkseg></trk></gpx>".format(
    "<trk><extensions><device_id>" + "9" * 70 + "</device_id></extensions><trkseg>" +
    POINT.format(0, 1) + "</trkseg></trk>",
    POINT.format(10, "0" * 1200 + "12") + POINT.format(20, "0" * 300 + "12"))


def test_hostile_values_are_not_bent_into_others(target, tmp_path):
    """A DeviceID or a number is not cut to a shorter one; nothing was received in the future."""
    into = ["--enterprise", target.hold, "--create"]
    file = tmp_path / "hostile.gpx"
    file.write_text(HOSTILE_GPX)
    done = take(target, file, "--device", "930200", *into)
    told = result(done)
    assert (told["read"], told["broken"], told["created"]) == (1, 2, 1)
    assert "the DeviceID is too long" in done.stderr and "a value is too long" in done.stderr
    row, = csv_rows(export(target, "--format", "csv", "--device", "930200"))
    assert (row["time_utc"], row["speed_kmh"]) == ("2024-03-01T08:00:20Z", "12")
    file = tmp_path / "hostile.csv"
    file.write_text(HOSTILE_CSV)
    assert result(take(target, file, *into))["read"] == 3
    rows = csv_rows(export(target, "--format", "csv", "--device", "930100"))
    assert [row["received_utc"] for row in rows] == [
        "2024-03-01T08:00:00Z", "2024-03-01T08:00:10Z", "2024-03-01T09:00:00Z"]


def test_the_order_of_the_lines_changes_nothing(target, tmp_path):
    """Alarms and distances are there when the import ends, not when a server has run."""
    lines = {"940100": [], "940200": []}
    for i in range(300):
        time = START + datetime.timedelta(seconds=20 * i)
        alarms = "SOS alarm" if i % 30 == 7 else ""
        for device in lines:
            lines[device].append(f"{device},{time:%Y-%m-%d %H:%M:%S},{48 + i / 1e3:.5f},11.5,"
                                 f"{40 if i % 50 < 30 else 0},{alarms}")
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["device_id,time_utc,lat,lon,speed_kmh,alarms", *lines["940100"],
                               *reversed(lines["940200"])]) + "\n")
    told = result(take(target, file, "--enterprise", target.hold, "--create"))
    assert (told["stored"], told["broken"]) == (600, 0)
    rows = [[(row["time_utc"], row["total_km"], row["status"]) for row in csv_rows(
        export(target, "--format", "csv", "--device", device))] for device in lines]
    assert rows[0] == rows[1] and len(rows[0]) == 300
    with sqlite3.connect(target.data / "odograph.db") as db:
        events = db.execute("SELECT device_id, gps_time_s, ended_s, count FROM event WHERE "
                            "device_id IN (SELECT id FROM device WHERE device_id IN (?, ?)) "
                            "ORDER BY device_id, gps_time_s", tuple(lines)).fetchall()
    db.close()
    assert len(events) == 20 and all(event[2] > event[1] for event in events)
    assert [event[1:] for event in events[:10]] == [event[1:] for event in events[10:]]


def test_a_pipe_is_no_file(target, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    done = take(target, tmp_path / "pipe.csv")
    assert done.returncode == 1 and "wants a file" in done.stderr


def test_a_server_has_the_store(source, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(f"device_id,time_utc,lat,lon\n{DEVICES[0]},2024-03-01 08:00:00,1,2\n")
    done = take(source.server, file)
    assert done.returncode == 1 and "a server has it" in done.stderr
    assert len(source.records()) == COUNT


def test_an_import_that_is_killed_is_begun_again(make_server, tmp_path):
    server = make_server()
    server.hold = Fleet(server).hold
    server.stop()
    count = 30000
    file = tmp_path / "long.csv"
    with open(file, "w", encoding="utf-8") as out:
        out.write("device_id,time_utc,lat,lon,speed_kmh\n")
        for i in range(count):
            time = START + datetime.timedelta(seconds=10 * (i // 3))
            out.write(f"60010{i % 3},{time:%Y-%m-%d %H:%M:%S},{48 + i / 1e5:.5f},11.5,40\n")
    arguments = ["import", "--data", str(server.data), str(file), "--enterprise",
                 str(server.hold), "--create"]
    with subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as importing:
        # Once some of it is stored; where the machine is so quick that all is, that is as good.
        wait_until(lambda: importing.poll() is not None or
                   sum(row["fixes"] for row in server.check().values()) > 0, what="some fixes")
        importing.kill()
    told = result(run(*arguments))
    assert told["stored"] + told["repeated"] == told["read"] == count
    assert {device: row["fixes"] for device, row in server.check().items()} == \
        {f"60010{i}": count // 3 for i in range(3)}


def test_what_is_imported_is_of_the_past(make_server, tmp_path):
    """A fix before the newest one is sorted in: where the vehicle is stays as it was told."""
    server = make_server()
    fleet = Fleet(server, devices=[DEVICES[0]])
    terminal = Jt808(server.device, DEVICES[0])
    terminal.register()
    terminal.report(report(0))
    wait_until(lambda: counter(server, "fixes_stored") == 1, what="the fix")
    terminal.close()
    shown = fleet.status(DEVICES[0])
    server.stop()
    file = tmp_path / "one.csv"
    file.write_text(f"device_id,time_utc,lat,lon\n{DEVICES[0]},2024-03-01 07:00:00,48,11\n")
    assert result(take(server, file))["stored"] == 1
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    now = fleet.status(DEVICES[0])
    assert all(now[name] == shown[name] for name in ("GPSTime", "Lat", "Lon", "Speed"))
    assert len(fleet.history(DEVICES[0], "2024-03-01", "2024-03-02")["data"]) == 2
