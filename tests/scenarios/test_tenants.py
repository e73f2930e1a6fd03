"""Two enterprises: what belongs to the other is exactly like what does not exist."""
import datetime
import json
import re

import pytest

from lib.contract import request_schema
from lib.server import Fleet
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
MINE, THEIRS, NOBODYS = "013900000001", "013900000002", "013900000003"

# Every call that names a device, with the name in place of {}: by ID, and by plate.
CALLS = [
    ("vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 10, "Key": "{}"}),
    ("vehicle/GetCurrentVehicleInfo", {"VehiclePlates": "{}"}),
    ("vehicle/GetCurrentVehicleInfo", {"VehiclePlates": "mine,{}"}),
    ("vehicle/GetCurrentVehicleInfoByDeviceIDs", {"DeviceIDs": "{}"}),
    ("vehicle/GetCurrentVehicleInfoByDeviceIDs", {"DeviceIDs": MINE + ",{}"}),
    ("vehicle/GetHistoryVehicleInfo",
     {"NumberPlateLists": "{}", "StartTime": "2020-01-01", "EndTime": "2030-01-01"}),
    ("vehicle/GetHistoryVehicleInfoByDeviceID",
     {"DeviceID": "{}", "StartTime": "2020-01-01", "EndTime": "2030-01-01"}),
    ("vehicle/GetVehicleAddress", {"VehiclePlate": "{}"}),
    ("vehicle/GetVehicleAddressByDeviceID", {"DeviceID": "{}"}),
    ("vehicle/GetVehicleLocation", {"VehiclePlate": "{}"}),
    ("vehicle/GetVehicleLocationByDeviceID", {"DeviceID": "{}"}),
    ("vehicle/GetVehicleTrace",
     {"DeviceID": "{}", "StartTime": "2020-01-01", "EndTime": "2030-01-01"}),
    ("manage/GetPlaces", {"DeviceIDs": MINE + ",{}"}),
    ("vehicle/ModifyVehiclePlate", {"DeviceID": "{}", "NewVehiclePlate": "stolen"}),
    ("vehicle/ModifyAssetName", {"DeviceID": "{}", "AssetName": "stolen"}),
    ("manage/ModifyDevice", {"DeviceID": "{}", "VehiclePlate": "stolen"}),
    ("manage/DeleteDevice", {"DeviceID": "{}"}),
    ("manage/ListDevices", {"Key": "{}"}),
    ("manage/SetFocus", {"DeviceID": "{}", "Focus": True}),
    ("manage/ListUnknownDevices", {"DeviceID": "{}"}),
    ("manage/AddSIM", {"ICCID": "8988228055509013601", "SIM": "1", "DeviceID": "{}"}),
    ("manage/ListSIMs", {"Key": "{}"}),
]


@pytest.fixture
def fleets(server):
    """Two fleets of one device each, both on the road."""
    one = Fleet(server, "One", [{"DeviceID": MINE, "VehiclePlate": "mine"}])
    two = Fleet(server, "Two", [{"DeviceID": THEIRS, "VehiclePlate": "theirs"}])
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    for device in (MINE, THEIRS):
        terminal = Jt808(server.device, device)
        terminal.register()
        terminal.report(jt808_location(now))
        terminal.close()
    return one, two


def filled(fields, name):
    return {k: v.replace("{}", name) if isinstance(v, str) else v for k, v in fields.items()}


@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_no_call_tells_theirs_from_nobodys(fleets, role):
    one, two = fleets
    api = one.api if role == "admin" else one.user(role)
    before = two.status(THEIRS)
    for method, fields in CALLS:
        for foreign, missing in ((THEIRS, NOBODYS), ("theirs", "absent"),
                                 (THEIRS.lstrip("0"), NOBODYS.lstrip("0"))):
            theirs = api.post(f"/api/{method}", filled(fields, foreign))
            nobodys = api.post(f"/api/{method}", filled(fields, missing))
            assert theirs.status_code == nobodys.status_code, method
            assert theirs.text.replace(foreign, "?") == nobodys.text.replace(missing, "?"), method
    after = two.status(THEIRS)
    assert {k: v for k, v in after.items() if k != "StatusDes"} == \
        {k: v for k, v in before.items() if k != "StatusDes"}


def test_hold_id_leads_to_no_other_enterprise(fleets):
    """An admin may name one below the own alone (test_trees.py); from others it is passed over."""
    one, two = fleets
    operator = one.user("operator")
    for method, fields in (("vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 10}),
                           ("manage/ListDevices", {}), ("manage/ListGroups", {})):
        own = operator.call(method, **fields)
        assert operator.call(method, HoldID=two.hold, **fields) == own
        assert THEIRS not in json.dumps(own)
        refused = one.api.call(method, HoldID=two.hold, **fields)
        assert refused["Code"] in (404, 500) and refused["Data"] is None
        assert one.api.call(method, HoldID=987654, **fields) == refused


ALIKE = "north\u200b"  # which looks like "north"
TURNED = "\u202ehtron"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # a joiner belongs into this word


def test_no_name_only_looks_like_another(fleets):
    """Wherever a name is stored; nothing is changed by one that is refused."""
    one, _ = fleets
    group = one.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    user = one.api.data("manage/ListUsers")["data"][0]["UserID"]
    circle = {"Shape": "circle", "Points": [[13.2, 53.5]], "Radius": 100}
    calls = [(one.api, method, fields, field) for method, fields, field in (
        ("manage/AddGroup", {}, "GroupName"),
        ("manage/ModifyGroup", {"GroupID": group}, "GroupName"),
        ("manage/AddUser", {"PassWord": "secret-1", "Role": "viewer"}, "LoginName"),
        ("manage/ModifyUser", {"UserID": user}, "LoginName"),
        ("manage/AddDevice", {"DeviceID": "013900000009"}, "VehiclePlate"),
        ("manage/AddDevice", {"DeviceID": "013900000009"}, "ObjectCode"),
        ("manage/AddDevice", {"DeviceID": "013900000009"}, "SIM"),
        ("manage/ModifyDevice", {"DeviceID": MINE}, "VehiclePlate"),
        ("manage/ModifyDevice", {"DeviceID": MINE}, "Model"),
        ("vehicle/ModifyVehiclePlate", {"DeviceID": MINE}, "NewVehiclePlate"),
        ("vehicle/ModifyAssetName", {"DeviceID": MINE}, "AssetName"),
        ("manage/AddGeofence", circle, "RegionName"),
        ("manage/AddSIM", {"ICCID": "8988228055509013601", "SIM": "1"}, "Tag"),
        ("manage/AddReportSchedule", {"Report": "trips", "Format": "csv", "Every": "day",
                                      "At": "07:00"}, "ScheduleName"))]
    calls += [(one.root, "manage/AddEnterprise", {}, "HoldName"),
              (one.root, "manage/ModifyEnterprise", {"HoldID": one.hold}, "HoldName")]
    lists = ("Users", "Groups", "Devices", "Geofences", "SIMs", "ReportSchedules", "Enterprises",
             "Audit")

    def kept():
        return [one.api.data(f"manage/List{what}")["data"] for what in lists]

    before = kept()
    for api, method, fields, field in calls:
        for name, why in ((ALIKE, "holds an invisible character"),
                          (TURNED, "holds a character that turns text around")):
            answer = api.call(method, **fields, **{field: name})
            assert (answer["Code"], answer["ErrMsg"]) == (500, f"{field}: {why}"), method
    many = one.api.data("manage/AddDevices", Devices=[
        {"DeviceID": "013900000007", "VehiclePlate": ALIKE},
        {"DeviceID": "013900000008", "VehiclePlate": PERSIAN}])
    assert "VehiclePlate: holds an invisible character" in json.dumps(many)
    added = [d for d in one.api.data("manage/ListDevices")["data"] if d["DeviceID"] != MINE]
    assert [d["VehiclePlate"] for d in added] == [PERSIAN]
    one.api.data("manage/DeleteDevice", DeviceID="013900000008")
    assert [rows for rows, what in zip(kept(), lists) if what != "Audit"] == before[:-1]
    assert one.api.data("manage/ListDevices", Key=ALIKE)["total"] == 0  # to search is no fault


def test_users_and_groups_stay_apart(fleets):
    one, two = fleets
    users = two.api.data("manage/ListUsers")["data"]
    group = two.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    for method, fields in (("manage/ModifyUser", {"UserID": users[0]["UserID"], "Role": "viewer"}),
                           ("manage/DeleteUser", {"UserID": users[0]["UserID"]}),
                           ("manage/ModifyGroup", {"GroupID": group, "GroupName": "x"}),
                           ("manage/DeleteGroup", {"GroupID": group})):
        assert one.api.call(method, **fields)["Code"] == 404, method
    assert one.api.call("manage/AddDevice", DeviceID="013900000009", GroupID=group)["Code"] in \
        (404, 500)
    listed = one.api.data("manage/ListEnterprises")["data"]
    assert [row["HoldID"] for row in listed] == [one.hold]


def test_a_taken_device_id_says_no_more(fleets):
    one, _ = fleets
    theirs = one.api.call("manage/AddDevice", DeviceID=THEIRS)
    own = one.api.call("manage/AddDevice", DeviceID=MINE)
    assert theirs["Code"] == own["Code"] == 409
    assert theirs["ErrMsg"] == own["ErrMsg"]


def test_a_user_limited_to_groups_sees_these_alone(server):
    fleet = Fleet(server, "One")
    north = fleet.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    fleet.add([{"DeviceID": MINE, "GroupID": north}, {"DeviceID": THEIRS}])
    fleet.api.data("manage/AddGroup", GroupName="south")
    limited = fleet.user("operator", GroupIDs=[north])
    own = limited.data("manage/ListGroups")
    assert own["total"] == 1
    assert [(g["GroupID"], g["GroupName"]) for g in own["data"]] == [(north, "north")]
    viewer = fleet.user("viewer")
    assert [g["GroupName"] for g in viewer.data("manage/ListGroups")["data"]] == ["north", "south"]
    assert viewer.call("manage/AddGroup", GroupName="east")["Code"] == 403
    listed = limited.data("vehicle/GetDeviceList", PageIndex=1, PageSize=10)
    assert [r["DeviceID"] for r in listed["data"]] == [MINE]
    assert limited.data("vehicle/ModifyVehiclePlate", DeviceID=THEIRS,
                        NewVehiclePlate="x") == "4"
    assert limited.data("vehicle/ModifyVehiclePlate", DeviceID=MINE, NewVehiclePlate="x") == "0"
    assert limited.call("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID=THEIRS,
                        StartTime="2026-01-01", EndTime="2026-01-02")["Code"] == 4002


def test_what_ends_takes_its_rights_along(server):
    """A deleted group leaves its devices in none; a new password ends tokens, and so does the end
    of an enterprise."""
    fleet = Fleet(server, "One")
    north = fleet.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    fleet.add([{"DeviceID": MINE, "GroupID": north}])
    fleet.api.data("manage/DeleteGroup", GroupID=north)
    assert fleet.api.data("manage/ListDevices")["data"][0]["GroupID"] == 0
    fleet.api.data("manage/ChangePassword", OldPassWord="secret-1", NewPassWord="secret-5")
    assert fleet.api.call("manage/ListGroups")["Code"] == 401
    again = server.api.login(fleet.login_name, "secret-5")
    fleet.root.data("manage/DeleteEnterprise", HoldID=fleet.hold)
    assert again.call("manage/ListGroups")["Code"] == 401
    assert server.api.call("user/GetLoginToken", LoginName=fleet.login_name,
                           PassWord="secret-5")["Code"] == 4006


# What the calls are filled with where a field is required and not the one tried.
FILLING = {
    "PageIndex": 1, "PageSize": 10, "StartTime": "2020-01-01", "EndTime": "2020-01-02",
    "VehiclePlates": "mine", "DeviceIDs": MINE, "NumberPlateLists": "mine", "DeviceID": MINE,
    "NewVehiclePlate": "mine", "AssetName": "mine", "Focus": True,
    "Role": "viewer", "PassWord": "secret-3", "OldPassWord": "wrong-1", "NewPassWord": "secret-4",
}
# Known to the whole platform: the contract lets a taken one be told, and nothing more.
PLATFORM_WIDE = {("AddDevice", "DeviceID"), ("AddDevices", "Devices"), ("AddUser", "LoginName"),
                 ("ModifyUser", "LoginName")}
# Searches what this test itself did, in which "absent" came to be a password that is masked.
OWN_WORDS = {("ListAudit", "Key")}


def test_every_field_of_every_call(fleets, server):
    """The OpenAPI document names every field; none may tell theirs from nobody's."""
    one, two = fleets
    group = two.api.data("manage/AddGroup", GroupName="north")["GroupID"]
    user = two.api.data("manage/ListUsers")["data"][0]["UserID"]
    names = [(THEIRS, NOBODYS), ("theirs", "absent")]
    numbers = {"GroupID": (group, 987654), "UserID": (user, 987654),
               "HoldID": (two.hold, 987654), "GroupIDs": ([group], [987654])}
    document = server.api.get("/api/openapi.json").json()
    tried = 0
    for path in document["paths"]:
        method = path.rsplit("/", 1)[1]
        if method in ("GetLoginToken", "LogOut", "Resume", "live"):
            continue
        schema = request_schema(document, path)
        for field in [*schema["properties"], "HoldID"]:
            if (method, field) in PLATFORM_WIDE | OWN_WORDS:
                continue
            for theirs, nobodys in names + [numbers[field]] if field in numbers else names:
                answers = []
                for serial, value in enumerate((theirs, nobodys)):
                    fields = {k: FILLING.get(k, f"n{tried}-{serial}")
                              for k in schema.get("required", [])}
                    if method == "DeleteDevice":
                        fields["DeviceID"] = "absent-1"  # the own one is for all the calls
                    if method in ("AddDevice", "AddUser"):
                        unique = "DeviceID" if method == "AddDevice" else "LoginName"
                        fields[unique] = f"new-{tried}-{serial}"
                    fields[field] = value
                    answer = one.api.post(path, fields)
                    shown = answer.text
                    for name in (theirs, nobodys):
                        shown = shown.replace(name, "?") if isinstance(name, str) else shown
                    answers.append((answer.status_code, without_new_ids(shown)))
                assert answers[0] == answers[1], (path, field, theirs)
                tried += 1
            if method in ("ModifyVehiclePlate", "ModifyAssetName", "ModifyDevice"):
                one.api.data("manage/ModifyDevice", DeviceID=MINE, VehiclePlate="mine")
    assert tried > 100
    assert two.status(THEIRS)["VehicleNum"] == "theirs"
    assert two.api.data("manage/ListGroups")["data"][0]["GroupName"] == "north"


def without_new_ids(text):
    """An answer without what differs between any two calls: ids just made, durations, times."""
    names = "UserID|GroupID|HoldID|Version|ObjectCode|RcvTime|StatusDes|now"
    text = re.sub(rf'"({names})":("[^"]*"|\d+)', "", text)
    return re.sub(r"(new-|n)\d+-\d", "new", text)
