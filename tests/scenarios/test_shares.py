"""Shares: what whoever has the link may read, and what ends it."""
import datetime
import json

import pytest
import requests

from lib.contract import request_schema
from lib.live import Picture, Stream
from lib.server import PATIENCE_S, Api, Fleet, wait_until
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
FORM = "%Y-%m-%d %H:%M:%S"
VAN, TRUCK, CAR = "013900000001", "013900000002", "013900000003"
REFUSED = {"Code": 403, "Data": None, "ErrMsg": "Limited authority"}
INVALID = {"Code": 401, "Data": None, "ErrMsg": "Token invalid"}
NOBODYS = "0123456789ABCDEF0123456789ABCDEF"
# What a stranger must never read, wherever it stands.
SECRETS = ["Fleet One", "north", "yard", "1064755708", "8988228055509013601", "code-77",
           "GT06-secret", "spare key", TRUCK, "Truck 2", CAR]
ALWAYS = {
    "vehicle/GetDeviceList": {"PageIndex": 1, "PageSize": 10},
    "vehicle/GetCurrentVehicleInfo": {"VehiclePlates": ""},
    "vehicle/GetCurrentVehicleInfoByDeviceIDs": {"DeviceIDs": ""},
    "vehicle/GetHistoryVehicleInfo": {"NumberPlateLists": "Van 1"},
    "vehicle/GetHistoryVehicleInfoByDeviceID": {"DeviceID": VAN},
    "vehicle/GetVehicleLocation": {"VehiclePlate": "Van 1"},
    "vehicle/GetVehicleLocationByDeviceID": {"DeviceID": VAN},
    "vehicle/IsInGeofence": {"VehiclePlate": "Van 1"},
    "vehicle/GetVehicleTrace": {"DeviceID": VAN, "ContainZeroSpeed": True},
    "manage/GetMe": {},
    "manage/GetDevice": {"DeviceID": VAN},
    "manage/GetPlaces": {"DeviceIDs": VAN},
    "manage/GetTrack": {},
    "manage/GetTrips": {"Places": True},
    "manage/GetStops": {},
    "manage/GetDays": {},
    "snapshot": {},
}
SPANS = {"GetHistoryVehicleInfo", "GetHistoryVehicleInfoByDeviceID", "GetVehicleTrace", "GetTrack",
         "GetTrips", "GetStops", "GetDays"}
NO_TOKEN = {"GetLoginToken", "Resume"}


def now():
    return datetime.datetime.now(UTC).replace(microsecond=0)


def at(time):
    return time.strftime(FORM)


def hours(count):
    return datetime.timedelta(hours=count)


def share(api, devices, until=None, **fields):
    """(ShareID, a client with the link's token)."""
    until = until or now() + hours(1)
    made = api.data("manage/AddShare", DeviceIDs=devices, Until=at(until), **fields)
    assert made["Path"].startswith("/s/") and len(made["Path"]) == 35
    return made["ShareID"], Api(api.address, made["Path"][3:])


def drive(fleet, device, lat, seconds=1):
    """A fix that is newer than all before."""
    fleet.newest = max(now(), fleet.newest + datetime.timedelta(seconds=seconds))
    fleet.links[device].report(jt808_location(fleet.newest, lat=lat, lon=13.4, speed_kmh=30))


@pytest.fixture
def fleet(server):
    """A van with a past, and vehicles beside it that no share is of."""
    fleet = Fleet(server)
    north = fleet.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    fleet.add([{"DeviceID": VAN, "VehiclePlate": "Van 1", "ObjectCode": "code-77",
                "SIM": "1064755708", "ICCID": "8988228055509013601", "Model": "GT06-secret",
                "Note": "spare key", "GroupID": north},
               {"DeviceID": TRUCK, "VehiclePlate": "Truck 2"}, {"DeviceID": CAR}])
    fleet.fence = fleet.api.data(
        "manage/AddGeofence", RegionName="yard", Shape="circle", Points=[[13.4, 52.5]], Radius=500,
        AlarmOn="both")["PolygonID"]
    fleet.newest = now()
    fleet.links = {device: Jt808(server.device, device) for device in (VAN, TRUCK)}
    for device, link in fleet.links.items():
        link.register()
        for minutes in (180, 170, 160):  # long before any share
            link.report(jt808_location(now() - datetime.timedelta(minutes=minutes),
                                       lat=52.4 - minutes / 1e4, lon=13.4, speed_kmh=40))
        for lat in (52.495, 52.5):  # into the geofence, which is new
            drive(fleet, device, lat, seconds=30)
    wait_until(lambda: "[yard]" in fleet.status(VAN)["StatusDes"], what="the geofence's alarm")
    yield fleet
    for link in fleet.links.values():
        link.close()


def spanned(method, fields, start, end):
    is_span = method.rsplit("/", 1)[-1] in SPANS
    return {**fields, "StartTime": at(start), "EndTime": at(end)} if is_span else fields


def test_what_a_link_reads(server, fleet):
    """Every call there is: those of the table with no word too much, all others 403."""
    _, stranger = share(fleet.api, VAN)
    _, witness = share(fleet.api, VAN, History=True)
    made = now()
    truck = Jt808(server.device, CAR)  # it has no place in any answer either
    truck.register()
    truck.close()
    drive(fleet, VAN, 52.5005)
    ALWAYS["vehicle/IsInGeofence"]["PolygonID"] = fleet.fence
    for method, fields in ALWAYS.items():
        asked = spanned(method, fields, made - hours(5), made + hours(5))
        for client in (stranger, witness):
            answer = client.post(f"/api/{method}", asked)
            assert answer.json()["Code"] == 200, (method, answer.text)
            for secret in SECRETS:
                assert secret not in answer.text, (method, secret, answer.text)
    document = server.api.get("/api/openapi.json").json()
    refused = 0
    for path in document["paths"]:
        method = path.removeprefix("/api/")
        if method in ALWAYS or method in ("live", "export") or \
                method.rsplit("/", 1)[1] in NO_TOKEN:
            continue
        for fields in ({}, dict.fromkeys(request_schema(document, path)["properties"], VAN)):
            assert witness.call(method, **fields) == REFUSED, method
        refused += 1
    assert refused > 60


def times_of(client, method, fields, start, end):
    """All the times that an answer about a span tells, but those of the answer itself."""
    data = client.data(method, **spanned(method, fields, start, end))
    rows = data["data"]
    if method == "manage/GetTrack":
        return [at(datetime.datetime.fromtimestamp(t, UTC)) for row in rows
                for t in row["columns"]["t"]]
    keys = ("GPSTime", "StartTime", "EndTime", "FirstTime", "LastTime")
    return [row[key] for row in rows for key in keys if row.get(key)]


def test_a_link_reads_its_time_alone(fleet):
    """Without History nothing from before it was made, however it is asked for; with it all."""
    long_ago, before = now() - hours(10), now()
    _, stranger = share(fleet.api, VAN)
    _, witness = share(fleet.api, VAN, History=True)
    me = stranger.data("manage/GetMe")
    from_time = me["Share"]["StartTime"]
    assert from_time >= at(before) and me["Share"]["Devices"] == [VAN]
    assert (me["LoginName"], me["Role"], me["HoldID"], me["HoldName"]) == ("", "viewer", None, None)
    assert witness.data("manage/GetMe")["Share"]["StartTime"] is None
    drive(fleet, VAN, 52.501)
    for method in ALWAYS:
        if method.rsplit("/", 1)[-1] not in SPANS:
            continue
        fields = ALWAYS[method]
        seen = times_of(stranger, method, fields, long_ago, now() + hours(1))
        assert all(time >= from_time for time in seen), (method, from_time, seen)
        cursor = {"After": f"{int(long_ago.timestamp())}/{VAN}"} if "manage/" in method else {}
        again = times_of(stranger, method, {**fields, **cursor}, long_ago, now() + hours(1))
        assert all(time >= from_time for time in again), (method, again)
        assert times_of(stranger, method, fields, long_ago, before - hours(1)) in ([], [from_time])
        whole = times_of(witness, method, fields, long_ago, now() + hours(1))
        assert any(time < from_time for time in whole), (method, whole)
    span = {"DeviceID": VAN, "format": "csv", "StartTime": at(long_ago), "EndTime": at(now())}
    assert stranger.get("/api/export", params=span,
                        headers={"Authorization": stranger.token}).json() == REFUSED
    file = witness.get("/api/export", params=span, headers={"Authorization": witness.token})
    assert file.headers["Content-Type"].startswith("text/csv") and VAN in file.text
    assert not any(secret in file.text for secret in SECRETS)
    other = witness.get("/api/export", params={**span, "DeviceID": TRUCK},
                        headers={"Authorization": witness.token})
    assert other.json()["Code"] == 404
    assert stranger.data("manage/GetDevice", DeviceID=VAN)["KilometresToday"] is None


def test_a_link_knows_no_other_vehicle(server, fleet):
    """Other devices of the enterprise, and of others, are like those that there are not."""
    other = Fleet(server, "Other", [{"DeviceID": "013900000009", "VehiclePlate": "theirs"}])
    _, stranger = share(fleet.api, VAN, History=True)
    for method, fields in (("manage/GetDevice", {"DeviceID": "{}"}),
                           ("vehicle/GetVehicleLocationByDeviceID", {"DeviceID": "{}"}),
                           ("vehicle/GetCurrentVehicleInfoByDeviceIDs", {"DeviceIDs": "{}"}),
                           ("manage/GetPlaces", {"DeviceIDs": "{}"}),
                           ("manage/GetTrack", {"DeviceIDs": "{}"}),
                           ("manage/GetTrips", {"DeviceIDs": "{}"}),
                           ("vehicle/GetHistoryVehicleInfoByDeviceID", {"DeviceID": "{}"}),
                           ("vehicle/GetVehicleTrace", {"DeviceID": "{}"})):
        answers = set()
        for device in (TRUCK, CAR, "013900000009", "013900000099"):
            filled = {name: value.format(device) for name, value in fields.items()}
            asked = spanned(method, filled, now() - hours(5), now())
            answers.add(stranger.post(f"/api/{method}", {**asked, "HoldID": other.hold,
                                                         "IncludeBelow": True}).text)
        assert len(answers) == 1, (method, answers)
    group = fleet.api.data("manage/ListGroups")["data"][0]["GroupID"]
    assert stranger.data("manage/GetTrips", GroupIDs=[group],
                         **spanned("GetTrips", {}, now() - hours(5), now()))["data"] == []
    assert stranger.data("snapshot", groups=str(group))["columns"]["i"] == []
    assert stranger.call("manage/GetTrack", Columns="rpm",
                         **spanned("GetTrack", {}, now() - hours(5), now()))["Code"] == 500
    _, theirs = share(other.api, "013900000009")
    assert fleet.api.call("manage/AddShare", DeviceIDs="013900000009", Until=at(now() + hours(1))) \
        == {"Code": 404, "Data": None, "ErrMsg": "This device does not exist"}
    mine = fleet.api.data("manage/ListShares")
    assert mine["total"] == 1 and "theirs" not in json.dumps(mine)
    number = other.api.data("manage/ListShares")["data"][0]["ShareID"]
    for foreign in (number, 987654):
        assert fleet.api.call("manage/DeleteShare", ShareID=foreign)["Code"] == 404
    assert theirs.call("manage/GetMe")["Code"] == 200


def test_a_stream_tells_of_its_vehicle_and_ends_with_its_share(server, fleet):
    number, stranger = share(fleet.api, VAN)
    pages = Picture(stranger)
    assert set(pages.by_id()) == {VAN}
    fleet.api.data("manage/AddGroup", GroupName="south")
    fleet.api.data("manage/ModifyGeofence", PolygonID=fleet.fence, RegionName="depot")
    drive(fleet, TRUCK, 52.6)
    fleet.api.data("manage/DeleteDevice", DeviceID=CAR)
    drive(fleet, VAN, 52.7)
    pages.until(lambda rows: any(row.get("y") == 52700000 for row in rows.values()))
    assert len(pages.rows) == 1
    row = next(iter(pages.rows.values()))
    assert (row["a"], row["g"], row["sim"] if "sim" in row else "") == ([], 0, "")
    stream = Stream(stranger)
    hello = stream.next("hello")
    assert (hello["hold"], hello["groups"], hello["focus"], hello["fences"]) == (0, [], [], 0)
    fleet.api.data("manage/DeleteShare", ShareID=number)
    words = [event for event in stream.until_over() if event[0] in ("a", "meta")]
    assert words == []
    pages.stream.until_over()
    assert stranger.call("snapshot") == INVALID
    assert fleet.api.call("manage/DeleteShare", ShareID=number)["Code"] == 404


def test_what_ends_a_share(server, fleet):
    """Its time, its maker's rights, the loss of its vehicle; not a restart."""
    operator = fleet.user("operator")
    users = {row["LoginName"]: row["UserID"] for row in fleet.api.data("manage/ListUsers")["data"]}
    _, by_operator = share(operator, VAN)
    _, short = share(fleet.api, VAN, until=now() + datetime.timedelta(seconds=3))
    number, both = share(fleet.api, f"{VAN},{TRUCK}")
    _, of_car = share(fleet.api, CAR)
    short_stream, of_operator = Stream(short), Stream(by_operator)
    short_stream.until_over()
    assert short.call("manage/GetMe") == INVALID
    server.kill()
    server.start()
    assert both.data("manage/GetMe")["Share"]["Devices"] == [VAN, TRUCK]
    assert [row["DeviceIDs"] for row in fleet.api.data("manage/ListShares")["data"]] == \
        [[CAR], [VAN, TRUCK], [VAN]]
    fleet.api.data("manage/ModifyUser", UserID=users[f"operator{fleet.hold}"], Role="viewer")
    assert by_operator.call("manage/GetMe") == INVALID
    of_operator.close()
    fleet.api.data("manage/DeleteDevice", DeviceID=CAR)
    assert of_car.call("manage/GetMe") == INVALID
    fleet.api.data("manage/DeleteDevice", DeviceID=TRUCK)
    assert both.data("manage/GetMe")["Share"]["Devices"] == [VAN]
    below = fleet.root.data("manage/AddEnterprise", HoldName="below",
                            ParentHoldID=fleet.hold)["HoldID"]
    assert fleet.api.call("manage/MoveDevice", DeviceID=VAN, HoldID=below,
                          KeepHistory=True)["Code"] == 200
    assert both.call("manage/GetMe") == INVALID
    assert fleet.api.call("manage/DeleteShare", ShareID=number)["Code"] == 404
    actions = [row["Action"] for row in fleet.api.data("manage/ListAudit")["data"]
               if row["Object"].startswith("share ")]
    assert actions.count("AddShare") == 4 and actions.count("MoveDevice") == 2
    audit = json.dumps(fleet.api.data("manage/ListAudit"))
    assert both.token not in audit and both.token not in server.log()


def test_a_share_goes_on_without_what_left(server, fleet):
    """One vehicle of it moves to another enterprise, and back; another is deleted."""
    number, client = share(fleet.api, f"{VAN},{TRUCK},{CAR}")
    _, of_car = share(fleet.api, CAR)
    stream = Stream(client)

    def devices():
        return client.data("manage/GetMe")["Share"]["Devices"]

    below = fleet.root.data("manage/AddEnterprise", HoldName="below",
                            ParentHoldID=fleet.hold)["HoldID"]
    fleet.api.data("manage/MoveDevice", DeviceID=CAR, HoldID=below, KeepHistory=True)
    assert devices() == [VAN, TRUCK] and of_car.call("manage/GetMe") == INVALID
    stream.until_over()  # its rights are others now, and it comes again
    fleet.root.data("manage/MoveDevice", DeviceID=CAR, HoldID=fleet.hold, KeepHistory=True)
    assert fleet.api.data("manage/GetDevice", DeviceID=CAR)["DeviceID"] == CAR
    assert devices() == [VAN, TRUCK]
    server.kill()
    server.start()
    for api in (client, fleet.api):
        api.address = server.api.address
    assert devices() == [VAN, TRUCK]
    fleet.api.data("manage/DeleteDevice", DeviceID=TRUCK)
    assert devices() == [VAN]
    assert [row["ShareID"] for row in fleet.api.data("manage/ListShares")["data"]] == [number]


def test_who_may_share_what(fleet):
    soon = at(now() + hours(1))
    viewer = fleet.user("viewer")
    for method, fields in (("AddShare", {"DeviceIDs": VAN, "Until": soon}), ("ListShares", {}),
                           ("DeleteShare", {"ShareID": 1})):
        assert viewer.call(f"manage/{method}", **fields)["Code"] == 403, method
    group = fleet.api.data("manage/ListGroups")["data"][0]["GroupID"]
    limited = fleet.user("operator", GroupIDs=[group])
    assert limited.call("manage/AddShare", DeviceIDs=f"{VAN},{TRUCK}", Until=soon)["Code"] == 404
    _, narrow = share(limited, VAN)
    whole, _ = share(fleet.api, f"{VAN},{TRUCK}")
    assert [row["DeviceIDs"] for row in limited.data("manage/ListShares")["data"]] == [[VAN]]
    assert limited.call("manage/DeleteShare", ShareID=whole)["Code"] == 404
    fleet.api.data("manage/ModifyDevice", DeviceID=VAN, GroupID=0)
    assert narrow.call("manage/GetMe") == INVALID  # its maker sees the van no more
    for fields, word in (({"Until": at(now() - hours(1))}, "Until"),
                         ({"Until": at(now() + hours(24 * 400))}, "Until"),
                         ({"DeviceIDs": ",".join(f"1{n}" for n in range(51))}, "DeviceIDs"),
                         ({"DeviceIDs": ""}, "DeviceIDs")):
        answer = fleet.api.call("manage/AddShare", **{"DeviceIDs": VAN, "Until": soon, **fields})
        assert answer["Code"] == 500 and answer["ErrMsg"].startswith(word), answer
    first = fleet.api.data("manage/AddShare", DeviceIDs=VAN, Until=soon, RequestID="r-1")
    assert fleet.api.data("manage/AddShare", DeviceIDs=VAN, Until=soon, RequestID="r-1") == first


def test_the_page_of_a_link(make_server):
    """/s/TOKEN is the shell; a wrong one says so, and who tries many has to wait."""
    server = make_server("[api]\nframe_ancestors = https://portal.example.com\n")
    fleet = Fleet(server, devices=[VAN])
    _, stranger = share(fleet.api, VAN)

    def page(path, **options):
        return requests.get(f"http://{server.http}{path}", timeout=PATIENCE_S, **options)

    has_pages = "data-page" in page("/").text  # a program without them has one page for all
    good = page(f"/s/{stranger.token}")
    assert (good.status_code, 'data-page="map"' in good.text) == (200, has_pages)
    assert good.headers["Cache-Control"] == "no-store"
    assert good.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors https://portal.example.com" in good.headers["Content-Security-Policy"]
    for number, shown in ((3, "history"), (4, "map")):
        text = page(f"/api?key={stranger.token}&fun={number}").text
        assert (f'data-page="{shown}"' in text) == has_pages
    tile = {"Authorization": stranger.token}
    assert page("/map/style-light.json", headers=tile).status_code == 200
    assert page("/map/style-light.json", headers={"Authorization": NOBODYS}).status_code == 401
    for wrong in (fleet.api.token, "x", NOBODYS + "0", ""):
        bad = page(f"/s/{wrong}")
        assert (bad.status_code, 'data-page="login"' in bad.text) == (404, has_pages), wrong
    for number in range(40):
        answer = page(f"/s/{number:032X}")
        if answer.status_code == 429:
            break
    assert (answer.status_code, number < 25) == (429, True)
    assert int(answer.headers["Retry-After"]) > 0
    assert stranger.call("manage/GetMe") == INVALID  # nor does another way lead on from there
    assert fleet.api.call("manage/GetMe")["Code"] == 200  # accounts are none of this


def test_a_link_that_asks_too_often_waits(server, fleet):
    _, stranger = share(fleet.api, VAN)
    for _ in range(5000):
        answer = stranger.post("/api/manage/GetMe")
        if answer.status_code != 200:
            break
    assert (answer.status_code, answer.json()["Code"]) == (429, 429)
    assert int(answer.headers["Retry-After"]) >= 1
    assert fleet.api.call("manage/GetMe")["Code"] == 200
    wait_until(lambda: stranger.post("/api/manage/GetMe").status_code == 200)
