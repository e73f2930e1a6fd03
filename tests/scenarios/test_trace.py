"""Section 26: the way of a device, of any length, as the document prints it."""
import datetime

from lib.faults import Load, StalledReader, ids
from lib.server import PATIENCE_S, Fleet, wait_until
from lib.shapes import TIME, hold_to, parse
from lib.trackers import Jt808, jt808_item, jt808_location

METHOD = "vehicle/GetVehicleTrace"
UTC = datetime.timezone.utc
DEVICE = "013912345678"
ROW = [
    ("RcvTime", str, TIME), ("GPSTime", str, TIME), ("Lon", str, r"-?\d+\.\d{6}"),
    ("Lat", str, r"-?\d+\.\d{6}"), ("RLon", str, r"-?\d+\.\d{6}"), ("RLat", str, r"-?\d+\.\d{6}"),
    ("StatusDes", str, r".+"), ("Speed", str, r"\d+(\.[1-9])?"), ("Direct", str, r"\d{1,3}"),
    ("Status", str, r"[01]"), ("Mileage", str, r"\d+"), ("GPSFlag", str, r"[01]"),
]
NOTHING = {"total": 0, "data": [], "correct_path": []}
RECORDS = 50000


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def now(minutes=0):
    return datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(minutes=minutes)


def trace(api, start, end, device=DEVICE, **options):
    """Data, every row of it held to the example."""
    answer = api.post(f"/api/{METHOD}", {"DeviceID": device, "StartTime": text(start),
                                         "EndTime": text(end), **options})
    raw = parse(answer.text)
    assert raw["Code"] == (int, "200") and raw["ErrMsg"] is None, answer.text[:1000]
    assert list(raw["Data"]) == ["total", "data", "correct_path"]
    for row in raw["Data"]["data"]:
        hold_to(row, ROW)
    data = answer.json()["Data"]
    assert data["total"] == len(data["data"])
    return data


def test_the_document_s_example(server):
    """Its pair of coordinates, too: one place in WGS-84 and in GCJ-02."""
    fleet = Fleet(server, devices=[DEVICE])
    time = now(-2)
    assert trace(fleet.api, now(-60), now()) == NOTHING  # never reported
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    items = b"".join(jt808_item(number, value) for number, value in (
        (0x01, (294604).to_bytes(4, "big")), (0x30, bytes([19])), (0x31, bytes([7]))))
    terminal.report(jt808_location(time, lat=23.344890, lon=113.353287, acc=False, items=items))
    terminal.report(jt808_location(time + datetime.timedelta(seconds=30), lat=23.345890,
                                   lon=113.353287, speed_kmh=38.9, course=271, items=items))
    data = trace(fleet.api, time, now(), ContainZeroSpeed=True)
    standing, moving = data["data"]
    assert text(time) <= standing.pop("RcvTime") <= text(now(1))
    assert standing == {
        "GPSTime": text(time), "Lon": "113.353287", "Lat": "23.344890", "RLon": "113.358781",
        "RLat": "23.342420", "StatusDes": standing["StatusDes"], "Speed": "0", "Direct": "0",
        "Status": "0", "Mileage": "29460", "GPSFlag": "1",
    }
    assert standing["StatusDes"].startswith("ACC off [")
    assert "GSM network middle 19,Satellite middle 7" in standing["StatusDes"]
    assert (moving["Speed"], moving["Direct"], moving["Status"]) == ("38.9", "271", "1")
    assert data["correct_path"] == []
    assert trace(fleet.api, time, now())["data"] == [moving]
    # Asked for as forms, under the second prefix, with numbers for texts and texts for bools.
    form = f"deviceid=13912345678&starttime={text(time)}&endtime={text(now())}" \
        "&containzerospeed=true"
    answer = fleet.api.post("/api/asset/getvehicletrace/", data=form.encode(),
                            headers={"Content-Type": "application/x-www-form-urlencoded"}).json()
    assert answer["Data"]["total"] == 2
    asked = trace(fleet.api, time, now(), ContainCorrectPath=True)
    first, last = asked["correct_path"]  # two places, where they were told
    assert abs(float(first["x"]) - 113.358781) < 1e-4 and abs(float(first["y"]) - 23.34242) < 1e-4
    assert abs(float(last["y"]) - 23.34342) < 1e-4
    assert trace(fleet.api, now(-60), now(-50), ContainCorrectPath=True) == NOTHING


def test_standing_and_networks_are_asked_for(server):
    import requests
    fleet = Fleet(server, devices=["phone-1", DEVICE])
    start = now(-10)
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    steps = [{"speed_kmh": 40}, {"speed_kmh": 0}, {"speed_kmh": 40, "valid": False},
             {"speed_kmh": 0.1}]
    for i, step in enumerate(steps):
        terminal.report(jt808_location(start + datetime.timedelta(seconds=10 * i),
                                       lat=22.5 + i / 1000, **step))

    def speeds(**options):
        return [row["Speed"] for row in trace(fleet.api, start, now(), **options)["data"]]

    assert speeds() == ["40", "40", "0.1"]  # without a lock the last place is shown, as in 9 and 10
    assert speeds(ContainZeroSpeed="1") == ["40", "0", "40", "0.1"]
    stamp = int(start.timestamp())
    body = {"location": {"timestamp": start.isoformat(), "coords": {
        "latitude": -33.5, "longitude": 151.25, "speed": 10, "accuracy": 5}},
        "device_id": "phone-1"}
    told = requests.post(f"http://{server.device}/", json=body, timeout=PATIENCE_S)
    assert told.status_code == 200
    url = f"http://{server.device}/?id=phone-1&timestamp={stamp + 60}&lat=-33.49&lon=151.25" \
        "&speed=20"
    assert requests.get(url, timeout=PATIENCE_S).status_code == 200
    rows = trace(fleet.api, start, now(), device="phone-1")["data"]
    assert [(row["Speed"], row["GPSFlag"]) for row in rows] == [("36", "1"), ("37", "1")]
    assert [(row["RLon"], row["RLat"]) for row in rows] == \
        [(row["Lon"], row["Lat"]) for row in rows]  # Sydney is the same in both systems


def test_what_is_refused(server):
    fleet = Fleet(server, devices=[DEVICE])
    other = Fleet(server, "Other")
    span = {"StartTime": "2026-01-01", "EndTime": "2026-01-02"}
    gone = {"Code": 404, "Data": None, "ErrMsg": "This device does not exist"}
    assert fleet.api.call(METHOD, DeviceID="absent", **span) == gone
    assert other.api.call(METHOD, DeviceID=DEVICE, **span) == gone
    assert fleet.api.call(METHOD, DeviceID="absent", StartTime="2026-01-02",
                          EndTime="2026-01-01") == gone
    turned = fleet.api.call(METHOD, DeviceID=DEVICE, StartTime="2026-01-02", EndTime="2026-01-01")
    assert (turned["Code"], turned["ErrMsg"]) == \
        (403, "startTime should not be greater than end time")
    for fields, message in (({}, "DeviceID: value missing"),
                            ({"DeviceID": DEVICE}, "StartTime: value missing"),
                            ({"DeviceID": DEVICE, **span, "ContainZeroSpeed": "x"},
                             "ContainZeroSpeed: ")):
        answer = fleet.api.call(METHOD, **fields)
        assert answer["Code"] == 500 and answer["ErrMsg"].startswith(message)
    assert server.root().call(METHOD, DeviceID=DEVICE, **span)["Code"] == 500
    assert server.root().data(METHOD, DeviceID=DEVICE, HoldID=fleet.hold, **span) == NOTHING
    assert server.api.call(METHOD, DeviceID=DEVICE, **span) == \
        {"Code": 401, "Data": None, "ErrMsg": "Token invalid"}


def test_late_fixes_are_in_their_place(server):
    fleet = Fleet(server, devices=[DEVICE])
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    start = now(-30)
    for i in (0, 1, 4, 2, 3):
        terminal.report(jt808_location(start + datetime.timedelta(seconds=10 * i),
                                       lat=22.5 + i / 1000, speed_kmh=36))
    rows = wait_until(lambda: [row for row in trace(fleet.api, start, now())["data"]] or None)
    assert [row["Lat"] for row in rows] == [f"{22.5 + i / 1000:.6f}" for i in range(5)]


def sends(server, start, fixes):
    """A fix a minute from `start` on, of the first device."""
    with Load(server, "--devices", "1", "--fixes", str(fixes), "--interval", "60", "--burst", "16",
              "--window", "1024", "--start", start.strftime("%Y-%m-%dT%H:%M:%SZ")) as load:
        result = load.result()
    assert result["acknowledged"] == result["sent"] == fixes


def test_late_fixes_while_a_long_way_is_read(server):
    """The rows stay as many as was said, and in order."""
    (device,) = ids(1)
    fleet = Fleet(server, devices=[device])
    start, fixes = now(-60 * 24 * 30), 20000  # of which a week is 10,080
    sends(server, start, fixes)
    asked = {"DeviceID": device, "StartTime": text(start), "EndTime": text(now()),
             "ContainZeroSpeed": True, "ContainLBSLocation": True}
    whole = [row["GPSTime"] for row in fleet.api.data(METHOD, **asked)["data"]]
    assert len(whole) == fixes
    reader = StalledReader(fleet.api, METHOD, **asked)
    wait_until(reader.has_begun)
    sends(server, start + datetime.timedelta(seconds=20), fixes - 1)
    assert fleet.api.data(METHOD, **asked)["total"] > 1.9 * fixes  # few are of the same second
    status, answer = reader.read()
    reader.close()
    assert status == 200 and answer["Code"] == 200
    times = [row["GPSTime"] for row in answer["Data"]["data"]]
    assert answer["Data"]["total"] == len(times) == fixes
    assert times == sorted(set(times)) and times[:9000] == whole[:9000] and times != whole


def test_a_way_longer_than_one_answer(server):
    """Weeks of it: the first 50,000 records, whatever lies behind them."""
    (device,) = ids(1)
    fleet = Fleet(server, devices=[device])
    start = now(-60 * 24 * 30)
    with Load(server, "--devices", "1", "--fixes", str(RECORDS + 500), "--interval", "20",
              "--burst", "16", "--window", "1024", "--start",
              start.strftime("%Y-%m-%dT%H:%M:%SZ")) as load:
        assert load.result()["errors"] == 0
    whole = {"DeviceID": device, "StartTime": "2000-01-01", "EndTime": "9999-12-31"}
    every = fleet.api.data(METHOD, **whole, ContainZeroSpeed=True, ContainLBSLocation=True)
    assert every["total"] == len(every["data"]) == RECORDS
    times = [row["GPSTime"] for row in every["data"]]
    assert times == sorted(set(times))
    rest = fleet.api.data(METHOD, **{**whole, "StartTime": times[-1]}, ContainZeroSpeed=True,
                          ContainLBSLocation=True)
    assert rest["total"] == 501 and rest["data"][0]["GPSTime"] == times[-1]
    moving = fleet.api.data(METHOD, **whole)
    assert 0 < moving["total"] < RECORDS
    assert all(row["Speed"] != "0" for row in moving["data"])
    assert [row for row in every["data"] + rest["data"][1:] if row["Speed"] != "0"] == \
        moving["data"]
    # Three days of it are what section 10 tells of them.
    end = start + datetime.timedelta(days=2)
    records = fleet.history(device, text(start), text(end))["data"]
    rows = fleet.api.data(METHOD, DeviceID=device, StartTime=text(start), EndTime=text(end),
                          ContainZeroSpeed=True, ContainLBSLocation=True)["data"]
    assert [(r["GPSTime"], f"{r['Lon']:.6f}", r["StatusDes"]) for r in records] == \
        [(r["GPSTime"], r["Lon"], r["StatusDes"]) for r in rows]
