"""GetTrack over fixes that trackers sent: the same as section 10 says, thinned, and in pages."""
import datetime
import random

from lib.server import Fleet
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
# In Berlin the clock goes back in this night, from 03:00 to 02:00.
NIGHT = datetime.datetime(2025, 10, 25, 22, 30, tzinfo=UTC)
RANGE = {"StartTime": "2025-10-25 12:00:00", "EndTime": "2025-10-27 12:00:00"}
CAR, TRUCK = "13900000001", "13900000002"


def drive(server, device_id, count, shuffled):
    """A fix every 20 s, north, then east; every tenth minute it stands."""
    fixes = list(range(count))
    if shuffled:
        random.Random(3).shuffle(fixes)
    terminal = Jt808(server.device, device_id)
    terminal.register()
    for i in fixes:
        stands = i % 30 < 3
        terminal.report(jt808_location(
            NIGHT + datetime.timedelta(seconds=20 * i), lat=52.5 + min(i, count // 2) * 0.001,
            lon=13.4 + max(0, i - count // 2) * 0.001, acc=not stands,
            speed_kmh=0 if stands else 40 + i % 7))
    terminal.close()


def columns_of(slices, device_id):
    columns = {}
    for part in slices:
        if part["DeviceID"] == device_id:
            for name, cells in part["columns"].items():
                columns.setdefault(name, []).extend(cells)
    assert len({len(cells) for cells in columns.values()}) <= 1
    return columns


def test_a_track_is_the_history(server):
    fleet = Fleet(server, devices=[CAR, TRUCK], TimeZone="Europe/Berlin")
    drive(server, CAR, 400, shuffled=True)
    drive(server, TRUCK, 60, shuffled=False)
    fields = {"DeviceIDs": [TRUCK, CAR], "Columns": "x,y,v,s,odo", **RANGE}
    page = fleet.api.data("manage/GetTrack", **fields)
    assert (page["next"], page["done"], page["of"]) == (None, 2, 2)
    for device_id, count in ((CAR, 400), (TRUCK, 60)):
        track = columns_of(page["data"], device_id)
        records = fleet.api.data("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID=device_id,
                                 **RANGE)["data"]
        assert len(track["t"]) == len(records) == count
        for i, record in enumerate(records):
            assert track["t"][i] == NIGHT.timestamp() + 20 * i
            assert track["x"][i] == round(record["Lon"] * 1e6)
            assert track["y"][i] == round(record["Lat"] * 1e6)
            assert track["v"][i] == round(record["Speed"] * 10)
            assert f"{track['odo'][i]:.1f}" == record["Mileage"]
            assert (track["s"][i] == 3) == record["StatusDes"].startswith("Moving")

    thinned = fleet.api.data("manage/GetTrack", **fields, MaxPoints=100)["data"]
    car, truck = columns_of(thinned, CAR), columns_of(thinned, TRUCK)
    assert 50 < len(car["t"]) <= 100 and len(truck["t"]) == 60
    assert [(part["Fixes"], part["Thinned"]) for part in thinned] == [(400, True), (60, False)]
    whole = columns_of(page["data"], CAR)
    assert car["t"][0] == whole["t"][0] and car["t"][-1] == whole["t"][-1]
    corner = whole["y"].index(max(whole["y"]))
    assert whole["t"][corner] in car["t"]
    assert set(zip(car["t"], car["x"], car["y"])) <= set(zip(whole["t"], whole["x"], whole["y"]))

    # From any time on, and after a restart, it is the same.
    middle = f"{int(whole['t'][200])}/{CAR}"
    rest = columns_of(fleet.api.data("manage/GetTrack", **fields, After=middle)["data"], CAR)
    assert rest["t"] == whole["t"][201:] and rest["s"] == whole["s"][201:]
    server.kill()
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert fleet.api.data("manage/GetTrack", **fields) == page
