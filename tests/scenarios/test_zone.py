"""Section 27: the vehicles that are in a zone now."""
import datetime

from lib.faults import Load, StalledReader, ids
from lib.server import Fleet, wait_until
from lib.shapes import STATUS_ROW, rows_of
from lib.trackers import Jt808, jt808_item, jt808_location

METHOD = "vehicle/GetVehiclesInZone"
ROW = [member for member in STATUS_ROW if member[0] not in ("ObjectCode", "OilNum")]
WORLD = {"MinLon": -180, "MinLat": -90, "MaxLon": 180, "MaxLat": 90}


def now(minutes=0):
    time = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return time + datetime.timedelta(minutes=minutes)


def test_the_document_s_example(server):
    fleet = Fleet(server, devices=[{"DeviceID": "861917935", "VehiclePlate": "Y 513",
                                    "SIM": "144007608"}])
    zone = {"MinLon": 113, "MinLat": "23", "MaxLon": 114, "MaxLat": 24, "Coordsys": "wsg84"}
    nothing = {"total": 0, "data": [], "correct_path": []}
    assert fleet.api.data(METHOD, **zone) == nothing  # never reported
    terminal = Jt808(server.device, "861917935")
    terminal.register()
    items = b"".join(jt808_item(number, value) for number, value in (
        (0x01, (118850).to_bytes(4, "big")), (0x30, bytes([15])), (0x31, bytes([10]))))
    time = now(-1)
    terminal.report(jt808_location(time, lat=23.203487, lon=113.39095, acc=False, items=items))
    data = rows_of(fleet.api, METHOD, ROW, **zone)
    row = data["data"][0]
    assert row == {
        "SIM": "144007608", "SIM2": "861917935", "VehicleNum": "Y 513",
        "GPSTime": time.strftime("%Y-%m-%d %H:%M:%S"), "RcvTime": row["RcvTime"],
        "Lon": 113.39095, "Lat": 23.203487, "Speed": 0.0, "Direct": 0, "Mileage": "11885.0",
        "StatusDes": row["StatusDes"], "IsOnline": 1, "IsAlarm": 0, "Status": 0, "IsReversal": 0,
    }
    assert data["total"] == 1
    assert "ACC off [" in row["StatusDes"] and "Satellite strong 10" in row["StatusDes"]
    # A zone of the other side of the world, then the first one again after it has left that.
    assert fleet.api.data(METHOD, **{**zone, "MinLat": -24, "MaxLat": -23}) == nothing
    terminal.report(jt808_location(now(), lat=24.000001, lon=113.39095, acc=False))
    assert fleet.api.data(METHOD, **zone) == nothing


def test_zones_of_both_systems(server):
    """The pair of sections 23 and 24: one place in WGS-84 and in GCJ-02; and one in Taipei."""
    fleet = Fleet(server, devices=["013912345678", "013912345679"])
    for device, lat, lon in (("013912345678", 22.556138, 113.941988),
                             ("013912345679", 25.033, 121.565)):
        terminal = Jt808(server.device, device)
        terminal.register()
        terminal.report(jt808_location(now(-1), lat=lat, lon=lon))

    def around(lon, lat, **more):
        edge = 0.000001
        data = fleet.api.data(METHOD, MinLon=lon - edge, MaxLon=lon + edge, MinLat=lat - edge,
                              MaxLat=lat + edge, **more)
        return [row["SIM2"] for row in data["data"]]

    assert around(113.941988, 22.556138) == ["013912345678"]
    assert around(113.946864, 22.553121, Coordsys="gcj02") == ["013912345678"]
    assert around(113.946864, 22.553121) == []
    assert around(113.941988, 22.556138, Coordsys="gcj02") == []
    for system in ("wsg84", "wgs84", "gcj02"):
        assert around(121.565, 25.033, Coordsys=system) == ["013912345679"]
    # Whatever the zone is of, the answer is WGS-84.
    row = fleet.api.data(METHOD, MinLon=113.9, MaxLon=114, MinLat=22, MaxLat=23,
                         Coordsys="gcj02")["data"][0]
    assert (row["Lon"], row["Lat"]) == (113.941988, 22.556138)


def test_bad_zones_are_500_and_a_bad_token_is_401(server):
    fleet = Fleet(server, devices=["013912345678"])
    for name, fields in (
            ("MinLon", {**WORLD, "MinLon": 10, "MaxLon": 9}),
            ("MinLat", {**WORLD, "MinLat": 10, "MaxLat": 9}),
            ("MaxLon", {**WORLD, "MaxLon": 181}),
            ("MaxLat", {**WORLD, "MaxLat": "x"}),
            ("Coordsys", {**WORLD, "Coordsys": "bd09"}),
            ("MinLat", {"MinLon": 1, "MaxLon": 2, "MaxLat": 2})):
        answer = fleet.api.post(f"/api/{METHOD}", fields).json()
        assert answer["Code"] == 500 and name in answer["ErrMsg"], answer
    fleet.api.token = "0" * 32
    answer = fleet.api.post(f"/api/{METHOD}", WORLD).json()
    assert (answer["Code"], answer["ErrMsg"]) == (401, "Token invalid")


def test_who_drives_out_while_a_client_reads_is_shown_as_found(server):
    devices = ids(8000)
    fleet = Fleet(server, devices=devices)
    with Load(server, "--udp", "--devices", "8000", "--fixes", "1") as load:
        assert load.result()["acknowledged"] == 8000
    north = {**WORLD, "MinLat": 0}
    reader = StalledReader(fleet.api, METHOD, **north)
    wait_until(reader.has_begun)
    terminal = Jt808(server.device, devices[-1])
    terminal.register()
    terminal.report(jt808_location(now(5), lat=-33.86, lon=151.2))
    assert fleet.status(devices[-1])["Lat"] == -33.86
    status, answer = reader.read()
    reader.close()
    assert status == 200 and answer["Code"] == 200
    rows = answer["Data"]["data"]
    assert answer["Data"]["total"] == len(rows) == 8000
    assert all(row["Lat"] >= 0 for row in rows) and rows[-1]["SIM2"] == devices[-1]
    assert fleet.api.data(METHOD, **north)["total"] == 7999
