"""Trees of enterprises: what is below is seen, and what is above or beside does not exist.

    top ─── mid ─── low        other
       │       └─── twin
       └─── side
"""
import datetime
import json
import random
import time

import pytest

from lib.contract import request_schema
from lib.live import Picture
from lib.server import Fleet
from lib.trackers import Jt808, jt808_location
from test_tenants import FILLING, OWN_WORDS, PLATFORM_WIDE, without_new_ids

UTC = datetime.timezone.utc
PARENTS = {"top": None, "mid": "top", "side": "top", "low": "mid", "twin": "mid", "other": None}
NOBODYS = {"device": "013900000099", "plate": "absent", "iccid": "8988228055509013999",
           "group": 987654, "user": 987654, "fence": 987654, "hold": 987654, "command": 987654,
            "alarm": 987654, "report": 987654, "share": 987654, "schedule": 987654}
# What each field that names something is tried with; a field that is missing here fails the test.
IDENTIFIERS = {
    "DeviceID": ["device"], "DeviceIDs": ["device"], "ids": ["device", "plate"],
    "VehiclePlate": ["plate"], "VehiclePlates": ["plate"], "NumberPlateLists": ["plate"],
    "VehicleNums": ["plate"], "Key": ["device", "plate", "iccid"], "ICCID": ["iccid"],
    "GroupID": ["group"], "GroupIDs": ["group"], "groups": ["group"], "UserID": ["user"],
    "PolygonID": ["fence"], "PolygonIDs": ["fence"], "HoldID": ["hold"], "ParentHoldID": ["hold"],
    "CommandID": ["command"], "ReportID": ["report"], "ShareID": ["share"],
    "ScheduleID": ["schedule"],
    "AlarmIDs": ["alarm"], "SinceAlarmID": ["alarm"],
    "ID": ["device", "group"],
}
NO_NAMES = {"TokenID", "RequestID", "RecID"}  # of the own account, or made up by the client
OWN_ACCOUNT = {"GetLoginToken", "LogOut", "Resume", "ChangePassword", "ListTokens", "DeleteToken"}
LISTS = {"GeofenceID", "DeviceIDs", "PolygonIDs", "GroupIDs", "AlarmIDs"}


class Member:
    """An enterprise of the tree, with one of everything; `names` are its identifiers."""

    def __init__(self, server, name, number, parent):
        self.name = name
        device = f"01390000000{number}"
        options = {"ParentHoldID": parent.hold} if parent else {}
        self.fleet = Fleet(server, name, [{"DeviceID": device, "VehiclePlate": f"car-{name}"}],
                           **options)
        self.api, self.hold = self.fleet.api, self.fleet.hold
        terminal = Jt808(server.device, device)
        terminal.register()
        terminal.report(jt808_location(datetime.datetime.now(UTC).replace(microsecond=0)))
        self.terminal = terminal
        self.names = {
            "device": device, "plate": f"car-{name}", "hold": self.hold,
            "iccid": f"898822805550901360{number}",
            "group": self.api.data("manage/AddGroup", GroupName=f"group-{name}")["GroupID"],
            "user": self.api.data("manage/ListUsers")["data"][0]["UserID"],
            "fence": self.api.data("manage/AddGeofence", RegionName=f"yard-{name}", Shape="circle",
                                   Points=[[13.4, 52.5]], Radius=50)["PolygonID"],
        }
        self.api.data("manage/AddSIM", ICCID=self.names["iccid"], SIM=str(number), DeviceID=device)
        assert self.api.call("vehicle/SendTextCommand", DeviceID=device,
                             TextCommand="STATUS")["Code"] == 200
        assert terminal.read_frame()[0] == 0x8300
        self.names["command"] = self.api.data("manage/ListCommands")["data"][0]["CommandID"]
        self.names["report"] = self.api.data("manage/AddReport", Report="latest",
                                             Format="csv")["ReportID"]
        self.names["schedule"] = self.api.data("manage/AddReportSchedule", Report="latest",
                                               Format="csv", Every="day",
                                               At="07:00")["ScheduleID"]
        self.names["alarm"] = 1 + number
        tomorrow = datetime.datetime.now(UTC) + datetime.timedelta(days=1)
        self.names["share"] = self.api.data("manage/AddShare", DeviceIDs=device,
                                            Until=tomorrow.isoformat())["ShareID"]


@pytest.fixture
def tree(server):
    members = {}
    for number, (name, parent) in enumerate(PARENTS.items()):
        members[name] = Member(server, name, number, members.get(parent))
    yield members
    for member in members.values():
        member.terminal.close()


def tried_fields(server):
    """(path, method, schema, field, kind of name) of everything that names something."""
    document = server.api.get("/api/openapi.json").json()
    for path in document["paths"]:
        method = path.rsplit("/", 1)[1]
        if method in OWN_ACCOUNT or method == "live":  # a stream: its own tests are below
            continue
        schema = request_schema(document, path)
        for field in schema["properties"]:
            is_name = field.endswith(("ID", "IDs", "ICCID")) and field not in NO_NAMES
            assert field in IDENTIFIERS or not is_name, (method, field)
            for kind in IDENTIFIERS.get(field, []):
                yield path, method, schema, field, kind


def filled(schema, method, field, value, number):
    """The fields of a call that fails late, whatever the one tried holds."""
    fields = {name: FILLING.get(name, f"n{number}") for name in schema.get("required", [])}
    if method in ("AddDevice", "AddUser"):
        fields["DeviceID" if method == "AddDevice" else "LoginName"] = f"new-{number}-0"
    is_list = field in LISTS and isinstance(value, int)
    fields[field] = [value] if is_list else value
    return fields


def shown(answer, name=None):
    """An answer without the text that was asked for and without what no two answers share."""
    text = answer.text.replace(name, "?") if isinstance(name, str) else answer.text
    return answer.status_code, without_new_ids(text)


@pytest.mark.parametrize("who,strangers", [("mid", ("top", "side", "other")),
                                           ("low", ("mid", "twin"))])
def test_what_is_above_and_beside_does_not_exist(server, tree, who, strangers):
    """For an admin who asks for all below, too; up and sideways answers are those of nobody's."""
    api = tree[who].api
    tried = 0
    for path, method, schema, field, kind in tried_fields(server):
        if (method, field) in PLATFORM_WIDE | OWN_WORDS or (method, kind) == ("AddSIM", "iccid"):
            continue
        names = [NOBODYS[kind]] + [tree[stranger].names[kind] for stranger in strangers]
        answers = []
        for name in names:
            fields = filled(schema, method, field, name, tried)
            if method == "DeleteDevice":
                fields["DeviceID"] = "absent-1" if field != "DeviceID" else name
            answers.append(shown(api.post(path, {**fields, "IncludeBelow": True}), name))
            tried += 1
        assert len(set(answers)) == 1, (path, field, kind, answers)
    assert tried > 300
    for stranger in strangers:
        member = tree[stranger]
        assert member.fleet.status(member.names["device"])["VehicleNum"] == member.names["plate"]
        assert member.api.data("manage/ListCommands")["data"][0]["State"] != "cancelled"
        assert member.api.data("manage/ListGeofences")["total"] == 1


def test_what_is_below_answers_as_to_its_own(server, tree):
    """Whoever acts in it by HoldID hears what its own admin does, from each level above."""
    low = tree["low"]
    tried = 0
    for path, method, schema, field, kind in tried_fields(server):
        is_reading = method.startswith(("Get", "List", "Is", "Find", "snapshot"))
        if not is_reading or field == "HoldID" or method in ("GetMe", "ListEnterprises"):
            continue
        fields = filled(schema, method, field, low.names[kind], tried)
        own = shown(low.api.post(path, fields))
        for above in ("mid", "top"):
            answer = tree[above].api.post(path, {**fields, "HoldID": low.hold})
            assert shown(answer) == own, (path, field, above)
        tried += 1
    assert tried > 60


def test_lists_tell_whose_rows_are(tree):
    """With IncludeBelow there is one of each enterprise, without it the own alone."""
    whole = {tree[name].hold: name for name in ("mid", "low", "twin")}
    api = tree["mid"].api
    for method, fields in (("manage/ListDevices", {}), ("manage/ListUsers", {}),
                           ("manage/ListGroups", {}), ("manage/ListGeofences", {}),
                           ("manage/ListSIMs", {}), ("manage/ListCommands", {}),
                           ("vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 10}),
                           ("vehicle/GetCurrentVehicleInfo", {"VehiclePlates": ""}),
                           ("vehicle/GetCurrentVehicleInfoByDeviceIDs", {"DeviceIDs": ""})):
        rows = api.data(method, IncludeBelow=True, **fields)["data"]
        assert {row["HoldID"]: row["HoldName"] for row in rows} == whole, method
        own = api.data(method, **fields)["data"]
        assert len(own) == 1 and "HoldID" not in own[0], method
    listed = api.data("manage/ListEnterprises")["data"]
    assert {row["HoldID"]: row["HoldName"] for row in listed} == whole
    assert [row["ParentHoldID"] for row in listed] == [None, tree["mid"].hold, tree["mid"].hold]


def test_the_audit_of_a_tree_is_one_list(tree):
    """The newest first, page by page, each row with whose it is; what is above is not in it."""
    whole = {tree[name].hold: name for name in ("mid", "low", "twin")}
    mid, low = tree["mid"], tree["low"]
    for member in (mid, low, tree["twin"], low, mid, tree["top"]):
        member.api.data("manage/AddGroup", GroupName=f"g{random.getrandbits(64)}")

    def audit(api=mid.api, **fields):
        answer = api.data("manage/ListAudit", **fields)
        return answer["data"], answer["total"]

    rows, total = audit(IncludeBelow=True)
    assert total == len(rows) == sum(audit(HoldID=hold)[1] for hold in whole)
    assert {row["HoldID"]: row["HoldName"] for row in rows} == whole
    assert [row["Time"] for row in rows] == sorted((row["Time"] for row in rows), reverse=True)
    for hold in whole:
        own = [{k: v for k, v in row.items() if k not in ("HoldID", "HoldName")}
               for row in rows if row["HoldID"] == hold]
        assert own == audit(HoldID=hold)[0]
    paged = []
    for page in range(1, total // 7 + 2):
        part, of = audit(IncludeBelow=True, PageIndex=page, PageSize=7)
        assert of == total
        paged += part
    assert paged == rows
    key = low.names["device"]
    assert {row["HoldID"] for row in audit(IncludeBelow=True, Key=key)[0]} == {low.hold}
    assert {row["HoldID"] for row in audit(low.api, IncludeBelow=True)[0]} == {low.hold}
    below, _ = audit(tree["top"].fleet.root, HoldID=mid.hold, IncludeBelow=True)
    assert below == rows
    platform, count = audit(tree["top"].fleet.root)
    assert [row["Object"] for row in audit(tree["top"].fleet.root, IncludeBelow=True)[0]] == \
        [row["Object"] for row in platform] and count == len(platform)


def test_a_foreign_enterprise_costs_what_none_does(tree):
    """The quickest of many calls, which load does not slow down."""
    names = {"nobodys": NOBODYS["hold"], "above": tree["top"].hold, "beside": tree["side"].hold}
    quickest = dict.fromkeys(names, float("inf"))
    for _ in range(40):
        for name, hold in names.items():
            began = time.perf_counter()
            answer = tree["mid"].api.call("manage/ListGroups", HoldID=hold)
            quickest[name] = min(quickest[name], time.perf_counter() - began)
            assert answer["Code"] == 404
    assert max(quickest.values()) < 2 * min(quickest.values()) + 0.002, quickest


def test_pages_show_what_is_below(tree):
    """The snapshot and the live stream go over the tree, and begin anew where that changes."""
    top, mid, low = tree["top"], tree["mid"], tree["low"]
    pages = Picture(top.api, IncludeBelow="true")
    assert set(pages.by_id()) == {tree[n].names["device"] for n in PARENTS if n != "other"}
    own = Picture(mid.api, HoldID=mid.hold)
    assert set(own.by_id()) == {mid.names["device"]}

    later = datetime.datetime.now(UTC) + datetime.timedelta(seconds=2)  # than its first second
    low.terminal.report(jt808_location(later, lat=52.1))
    pages.until(lambda rows: any(row.get("y") == 52100000 for row in rows.values()))
    low.api.data("manage/DeleteDevice", DeviceID=low.names["device"])
    pages.until(lambda rows: low.names["device"] not in json.dumps(list(rows.values())))

    top.fleet.root.data("manage/ModifyEnterprise", HoldID=mid.hold, ParentHoldID=0)
    pages.until(lambda rows: len(rows) == 2)
    assert set(pages.by_id()) == {tree[n].names["device"] for n in ("top", "side")}
    pages.stream.close()
    own.stream.close()


def test_a_stream_in_an_enterprise_below_ends_with_the_right_to_it(tree):
    top, mid = tree["top"], tree["mid"]
    pages = Picture(top.api, HoldID=mid.hold)
    assert set(pages.by_id()) == {mid.names["device"]}
    top.fleet.root.data("manage/ModifyEnterprise", HoldID=mid.hold, ParentHoldID=0)
    pages.stream.until_over()
    pages.stream.close()
