"""What calls have in common, whatever they ask: who may read, what is asked twice."""
import concurrent.futures
import datetime
import json
import urllib.parse

from lib.contract import request_schema
from lib.server import PATIENCE_S, Api, Fleet
from lib.trackers import Jt808, jt808_location

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_lists_and_bodies_of_every_kind(server):
    """A list as a text, an array or a form, and JSON that curl -d calls a form."""
    devices = ["013912345678", "013912345679", "013912345680"]
    fleet = Fleet(server, devices=devices)
    for device in devices[:2]:
        terminal = Jt808(server.device, device)
        terminal.register()
        terminal.report(jt808_location(datetime.datetime.now(datetime.timezone.utc)))

    def ask(body, headers=None):
        return fleet.api.post("/api/vehicle/GetCurrentVehicleInfoByDeviceIDs", data=body.encode(),
                              headers=headers).json()

    text = ",".join(devices)
    repeated = urllib.parse.urlencode([("deviceids", device) for device in devices])
    for body, headers in ((json.dumps({"DeviceIDs": text}), None),
                          (json.dumps({"DeviceIDs": devices}), None),
                          (json.dumps({"DeviceIDs": devices}), FORM), (repeated, FORM),
                          (urllib.parse.urlencode({"DeviceIDs": text}), FORM)):
        rows = ask(body, headers)["Data"]["data"]
        assert [row["SIM2"] for row in rows] == devices[:2], body
    for body in ('{"DeviceIDs": ""}', '{"DeviceIDs": []}'):
        assert ask(body)["Data"]["total"] == 2
    for body, headers in ((json.dumps({"DeviceIDs": [text]}), None), ("DeviceIDs=%ff", FORM),
                          ('{"DeviceIDs": [["1"]]}', None), ('{"DeviceIDs": null}', None),
                          ("DeviceID=1", FORM), ("DeviceIDs=1", None)):
        assert ask(body, headers)["Code"] == 401, body


def test_a_browser_reads_for_the_origins_that_are_set(make_server):
    """A page of another origin asks first (OPTIONS), then sends its token and reads the answer."""
    origin = {"Origin": "https://maps.example.com"}
    path = "/api/vehicle/GetDeviceList"
    closed = make_server()
    opened = make_server("[api]\ncors_origins = http://a.example https://maps.example.com\n")
    for server, allows in ((closed, None), (opened, origin["Origin"])):
        fleet = Fleet(server, devices=["1"])
        asked = fleet.api.session.options(
            f"http://{server.http}{path}", timeout=PATIENCE_S,
            headers={**origin, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "authorization"})
        assert (asked.status_code, asked.headers["Allow"]) == (200, "POST, OPTIONS")
        answer = fleet.api.post(path, {"PageIndex": 1, "PageSize": 1}, origin)
        assert answer.json()["Data"]["total"] == 1
        for response in (asked, answer):
            assert response.headers.get("Access-Control-Allow-Origin") == allows
            assert ("Origin" in response.headers.get("Vary", "")) is bool(allows)
        assert ("Authorization" in asked.headers.get("Access-Control-Allow-Headers", "")) is \
            bool(allows)


def test_who_edits_what_was_changed_meanwhile_hears_so(server):
    """Every Modify asks of the Version that its List answers, also after a restart."""
    kinds = {"Enterprise": ("HoldID", {"HoldName": "Other"}),
             "Group": ("GroupID", {"GroupName": "south"}),
             "User": ("UserID", {"Role": "operator"}),
             "Device": ("DeviceID", {"Model": "GT06"}),
             "Geofence": ("PolygonID", {"RegionName": "yard"}),
             "SIM": ("ICCID", {"Tag": "spare"}),
                 "ReportSchedule": ("ScheduleID", {"ScheduleName": "weekly"})}
    document = server.api.get("/api/openapi.json").json()
    fields = {path: request_schema(document, path)["properties"] for path in document["paths"]}
    assert {f"/api/manage/Modify{kind}" for kind in kinds} == \
        {path for path in fields if "Version" in fields[path]}
    fleet = Fleet(server, devices=["1"])
    fleet.api.data("manage/AddGroup", GroupName="north")
    fleet.api.data("manage/AddGeofence", RegionName="port", Shape="circle", Points=[[13.4, 52.5]],
                   Radius=100)
    fleet.api.data("manage/AddSIM", ICCID="8988228055509013601", SIM="882285109030215")
    fleet.api.data("manage/AddReportSchedule", Report="latest", Format="csv", Every="week",
                   At="1 07:00")
    rows = {kind: fleet.root.data(f"manage/List{kind}s", HoldID=fleet.hold)["data"][0]
            for kind in kinds}
    server.stop()
    server.start()
    for kind, (key, change) in kinds.items():
        fields = {"HoldID": fleet.hold, key: rows[kind][key], **change,
                  "Version": rows[kind]["Version"]}
        assert fleet.root.call(f"manage/Modify{kind}", **fields)["Code"] == 200, kind
        assert fleet.root.call(f"manage/Modify{kind}", **fields)["Code"] == 409, kind


def test_a_double_click_adds_once(server):
    """Of many calls with one RequestID that come at once, one adds, and all answer its result."""
    fleet = Fleet(server)
    apis = [Api(server.http, fleet.api.token) for _ in range(8)]

    def click(api):
        return [api.data("manage/AddGroup", GroupName="north", RequestID="r-1"),
                api.data("manage/AddUser", LoginName="ben", PassWord="secret-9", Role="viewer",
                         RequestID="r-1")]

    with concurrent.futures.ThreadPoolExecutor(len(apis)) as pool:
        answers = list(pool.map(click, apis))
    assert all(answer == answers[0] for answer in answers)
    assert fleet.api.data("manage/ListGroups")["total"] == 1
    assert fleet.api.data("manage/ListUsers")["total"] == 2
