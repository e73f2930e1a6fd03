"""Alarms and crossings of geofences: trackers in, records out, as the document prints them."""
import datetime

from lib.server import Fleet, wait_until
from lib.shapes import TIME, rows_of
from lib.trackers import Gt06, Jt808, jt808_location

UTC = datetime.timezone.utc
DEVICE = "013912345678"
SOS, POWER_OFF = 1 << 0, 1 << 8

CROSSING_ROW = [("VehicleNum", str, r".+"), ("DeviceID", str, r".+"), ("RegionName", str, r".*"),
                ("IOTime", str, TIME), ("IOType", int, r"[01]")]
PLACE = [("Lon", float, r"-?\d+\.\d{6}"), ("Lat", float, r"-?\d+\.\d{6}")]
MOVEMENT = [("Speed", float, r"\d+\.\d"), ("Direct", int, r"\d{1,3}")]
HEAD = [("GPSTime", str, TIME), ("RcvTime", str, TIME), ("VehicleNum", str, r".+"),
        ("DeviceID", str, r".+"), ("AlarmType", str, r".+ alarm(\[.+\])?")]
ALARM_ROW = HEAD + PLACE + MOVEMENT + [("StatusDes", str, r".+")]
CURRENT_ROW = HEAD + MOVEMENT + PLACE
REMOVAL_ROW = [
    ("WONO", str, ""), ("PeopleName", str, ""), ("FrameNo", str, ""), ("CarInstallStore", str, ""),
    ("VehicleName", str, r".+"), ("SIM2", str, r".+"), ("AlarmType", str, r".+ alarm(\[.+\])?"),
    ("RcvTime", str, TIME), ("GPSTime", str, TIME), ("Speed", float, r"\d+\.\d"),
    ("StatusDes", str, r".+"), *PLACE, ("Culocation", str, ""), ("HoldName", str, r".+")]


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def row_at(rows, alarm_type):
    found = [row for row in rows["data"] if row["AlarmType"] == alarm_type]
    assert len(found) == 1, rows
    return found[0]


class Drive:
    """A vehicle that goes north from 22.500, 0.001 degrees every 10 s, through a yard."""

    def __init__(self, server):
        self.fleet = Fleet(server, name="3W group",
                           devices=[{"DeviceID": DEVICE, "VehiclePlate": "8020"}])
        self.api = self.fleet.api
        self.yard = self.api.data(
            "manage/AddGeofence", RegionName="Newly built fence", Shape="polygon", AlarmOn="both",
            Points=[[113.9, 22.5045], [114.0, 22.5045], [114.0, 22.5145], [113.9, 22.5145]]
        )["PolygonID"]
        self.api.data("manage/SetAlarmRules", Scope="enterprise", OverspeedKmh=80)
        self.terminal = Jt808(server.device, DEVICE)
        self.terminal.register()
        self.start = datetime.datetime.now(UTC).replace(microsecond=0) + \
            datetime.timedelta(seconds=30)
        self.steps = 0

    def time(self, step):
        return self.start + datetime.timedelta(seconds=10 * step)

    def go(self, steps, **options):
        for _ in range(steps):
            fields = {"speed_kmh": 38.9, "course": 0, **options}
            self.terminal.report(jt808_location(self.time(self.steps), lon=113.95,
                                                lat=22.5 + 0.001 * self.steps, **fields))
            self.steps += 1

    def range(self):
        return {"StartTime": text(self.time(0)), "EndTime": text(self.time(self.steps))}


def test_records_as_the_document_prints_them(server):
    drive = Drive(server)
    drive.go(5)
    drive.go(3, speed_kmh=95)
    drive.go(12)
    drive.go(1, alarm=SOS | POWER_OFF)
    api, when = drive.api, drive.range()
    into, out = (text(drive.time(4) + datetime.timedelta(seconds=5)),
                 text(drive.time(14) + datetime.timedelta(seconds=5)))

    crossings = rows_of(api, "vehicle/GetGeofenceRecordsByDeviceID", CROSSING_ROW,
                        DeviceIDs=f" {DEVICE} ,9", **when)
    common = {"VehicleNum": "8020", "DeviceID": DEVICE, "RegionName": "Newly built fence"}
    assert crossings == {"total": 2, "data": [{**common, "IOTime": into, "IOType": 0},
                                              {**common, "IOTime": out, "IOType": 1}]}
    assert rows_of(api, "vehicle/GetGeofenceRecords", CROSSING_ROW, VehicleNums="8020",
                   **when) == crossings

    alarms = rows_of(api, "vehicle/GetAlarmRecordsByDeviceID", ALARM_ROW, DeviceIDs=DEVICE, **when)
    assert rows_of(api, "vehicle/GetAlarmRecords", ALARM_ROW, VehicleNums="8020,x",
                   **when) == alarms
    assert [row["AlarmType"] for row in alarms["data"]] == [
        "Enter geofence alarm[Newly built fence]", "Overspeed alarm",
        "Leave geofence alarm[Newly built fence]", "Power off alarm", "SOS alarm"]
    entered = alarms["data"][0]
    received = entered.pop("RcvTime")
    assert abs(datetime.datetime.fromisoformat(received) -
               drive.start.replace(tzinfo=None)) < datetime.timedelta(minutes=5)
    assert entered == {
        "GPSTime": into, "VehicleNum": "8020", "DeviceID": DEVICE,
        "AlarmType": "Enter geofence alarm[Newly built fence]", "Lon": 113.95, "Lat": 22.5045,
        "Speed": 95.0, "Direct": 0,
        "StatusDes": "Moving [50 seconds],Upload interval [10 seconds],Altitude 0 Meters,"
                     "Overspeed alarm,Enter geofence alarm[Newly built fence]"}
    assert alarms["data"][3]["GPSTime"] == text(drive.time(20))

    removals = rows_of(api, "vehicle/GetRemovalAlarms", REMOVAL_ROW, DeviceIDs="", **when)
    assert [(row["AlarmType"], row["HoldName"]) for row in removals["data"]] == \
        [("Power off alarm", "3W group")]
    by_plate = rows_of(api, "vehicle/GetRemovalAlarms", REMOVAL_ROW, DeviceIDs="9", QueryType=2,
                       QueryKey="8020", AlarmType="overspeed alarm; Enter geofence alarm[x]",
                       **when)
    assert [row["AlarmType"] for row in by_plate["data"]] == \
        ["Enter geofence alarm[Newly built fence]", "Overspeed alarm"]
    asked = api.data("vehicle/GetRemovalAlarms", DeviceIDs=DEVICE, IsShowAddress=True, **when)
    assert "China" in asked["data"][0]["Culocation"]

    current = rows_of(api, "vehicle/GetCurrentAlarmInfo", CURRENT_ROW, DeviceID="")
    assert [(row["AlarmType"], row["GPSTime"], row["Lat"]) for row in current["data"]] == \
        [("Power off alarm", text(drive.time(20)), 22.52),
         ("SOS alarm", text(drive.time(20)), 22.52)]
    assert drive.fleet.status(DEVICE)["IsAlarm"] == 1
    assert api.data("vehicle/GetDeviceList", PageIndex=1, PageSize=9, Status=3)["total"] == 1


def test_statuses_name_geofences_and_show_what_rules_raised(server):
    drive = Drive(server)
    drive.go(5)
    drive.go(1, speed_kmh=95)
    assert drive.fleet.status(DEVICE)["StatusDes"].endswith(
        ",Overspeed alarm,Enter geofence alarm[Newly built fence]")
    zone = drive.api.data("vehicle/GetVehiclesInZone", MinLon=113, MinLat=22, MaxLon=114, MaxLat=23)
    assert zone["data"][0]["StatusDes"].endswith(",Enter geofence alarm[Newly built fence]")
    drive.go(2, speed_kmh=95)
    drive.go(10)
    drive.api.data("manage/ModifyGeofence", PolygonID=drive.yard, RegionName="Yard")
    history = drive.fleet.history(DEVICE, *drive.range().values())["data"]
    shown = [",".join(part for part in row["StatusDes"].split(",") if "alarm" in part)
             for row in history]
    assert shown == [""] * 5 + ["Overspeed alarm,Enter geofence alarm[Newly built fence]"] + \
        ["Overspeed alarm"] * 2 + [""] * 7 + ["Leave geofence alarm[Newly built fence]"] + [""] * 2
    renamed = drive.api.data("vehicle/GetAlarmRecordsByDeviceID", DeviceIDs=DEVICE,
                             **drive.range())["data"][0]
    assert renamed["StatusDes"].endswith(",Enter geofence alarm[Newly built fence]")


def test_alarms_are_acknowledged(server):
    drive = Drive(server)
    drive.go(5, alarm=POWER_OFF)
    drive.go(2)
    drive.go(1, alarm=SOS)
    api, operator = drive.api, drive.fleet.user("operator")
    other, viewer = Fleet(server, name="Other"), drive.fleet.user("viewer")
    listed = api.data("manage/ListAlarms")
    assert listed["total"] == 3
    power, entered, sos = listed["data"]
    assert (power["AlarmType"], power["Count"], power["Detail"]) == ("Power off alarm", 1, "")
    assert power["EndTime"] == text(drive.time(5)) and sos["EndTime"] is None
    numbers = [row["AlarmID"] for row in listed["data"]]
    assert api.data("manage/ListAlarms", SinceAlarmID=numbers[0])["total"] == 2
    assert [row["AlarmID"] for row in api.data("manage/ListAlarms", Open=True)["data"]] == \
        [sos["AlarmID"]]
    page = api.data("manage/ListAlarms", PageIndex=2, PageSize=2, Key="802")
    assert page["total"] == 3 and [row["AlarmID"] for row in page["data"]] == [sos["AlarmID"]]
    assert api.data("manage/ListAlarms", Key="nobody")["total"] == 0
    assert api.data("manage/ListAlarms", AlarmType="SOS alarm;Enter geofence alarm",
                    DeviceIDs=DEVICE)["total"] == 2

    wanted = {"AlarmIDs": [power["AlarmID"], sos["AlarmID"], 99]}
    assert viewer.call("manage/AcknowledgeAlarms", **wanted)["Code"] == 403
    assert other.api.call("manage/AcknowledgeAlarms", **wanted) == \
        {"Code": 404, "Data": None, "ErrMsg": "This alarm does not exist"}
    operator.data("manage/AcknowledgeAlarms", Note="Called", **wanted)
    api.data("manage/AcknowledgeAlarms", AlarmIDs=[sos["AlarmID"]], Note="Drill")
    done = {row["AlarmID"]: (row["AcknowledgedBy"], row["Note"])
            for row in api.data("manage/ListAlarms", Acknowledged=True)["data"]}
    assert done == {power["AlarmID"]: (f"operator{drive.fleet.hold}", "Called"),
                    sos["AlarmID"]: (drive.fleet.login_name, "Drill")}
    assert api.data("manage/ListAlarms", Acknowledged=False)["data"] == [entered]

    # What ends an alarm leaves the acknowledgement, also behind a restart.
    server.kill()
    server.start()
    api.address = server.api.address
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    terminal.report(jt808_location(drive.time(8), lat=22.508, lon=113.95, speed_kmh=38.9))
    ended = wait_until(lambda: api.data("manage/ListAlarms", SinceAlarmID=numbers[2] - 1,
                                        Open=False)["data"])
    assert (ended[0]["EndTime"], ended[0]["Note"]) == (text(drive.time(8)), "Drill")
    assert api.data("vehicle/GetCurrentAlarmInfo", DeviceID=DEVICE) == {"total": 0, "data": []}


def test_visits(server):
    drive = Drive(server)
    drive.go(16)
    drive.steps = 8
    drive.start += datetime.timedelta(seconds=100)
    drive.go(2)
    api, row = drive.api, {"DeviceID": DEVICE, "VehicleNum": "8020", "PolygonID": drive.yard,
                           "RegionName": "Newly built fence"}
    first = drive.start - datetime.timedelta(seconds=100)
    when = {"StartTime": text(first), "EndTime": text(first + datetime.timedelta(seconds=400))}
    page = api.data("manage/GetFenceVisits", **when)
    assert {key: page[key] for key in ("next", "done", "of")} == {"next": None, "done": 1, "of": 1}
    through, inside = page["data"]
    assert 1.0 < float(through.pop("Kilometres")) < 1.2
    assert through == {**row, "StartTime": text(first + datetime.timedelta(seconds=45)),
                       "EndTime": text(first + datetime.timedelta(seconds=145)), "Seconds": 100,
                       "Lon": "113.950000", "Lat": "22.504000", "Clipped": False}
    assert inside["EndTime"] is None and inside["Clipped"] is False
    assert api.data("manage/GetFenceVisits", PolygonIDs=[drive.yard + 1], **when)["data"] == []
    # In the middle of the visit, and where only the record behind the range tells of it.
    clipped = api.data("manage/GetFenceVisits", StartTime=text(first +
                                                               datetime.timedelta(seconds=60)),
                       EndTime=text(first + datetime.timedelta(seconds=80)))["data"]
    assert [(r["Seconds"], r["Clipped"], r["EndTime"]) for r in clipped] == \
        [(20, True, text(first + datetime.timedelta(seconds=80)))]


def test_what_is_refused(server):
    drive = Drive(server)
    drive.go(1)
    api, root = drive.api, server.root()
    when, turned = drive.range(), {"StartTime": "2020-07-30", "EndTime": "2020-07-25"}
    texts = {"vehicle/GetGeofenceRecordsByDeviceID":
             "DeviceIDs format is incorrect, please use DeviceID,DeviceID,DeviceID,\u2026format",
             "vehicle/GetAlarmRecordsByDeviceID":
             "deviceIDs format is not correct, please deviceID,deviceID,deviceID,\u2026format"}
    for method, message in texts.items():
        for ids in ("", ",", "1,,2", "1,", "1;2", "a b", "\u00e4"):
            answer = api.call(method, DeviceIDs=ids, **when)
            assert (answer["Code"], answer["ErrMsg"]) == (402, message), ids
        assert api.data(method, DeviceIDs="1, 2 ,x_-.:@", **when) == {"total": 0, "data": []}
    order = "startTime should not be greater than end time"
    for method, field in [("GetGeofenceRecordsByDeviceID", "DeviceIDs"),
                          ("GetAlarmRecordsByDeviceID", "DeviceIDs"),
                          ("GetGeofenceRecords", "VehicleNums"),
                          ("GetAlarmRecords", "VehicleNums"), ("GetRemovalAlarms", "DeviceIDs")]:
        fields = {field: DEVICE if field == "DeviceIDs" else "8020"}
        answer = api.call(f"vehicle/{method}", **fields, **turned)
        assert (answer["Code"], answer["ErrMsg"]) == (403, order)
        answer = api.call(f"vehicle/{method}", **fields)
        assert (answer["Code"], answer["ErrMsg"]) == (500, "StartTime: value missing")
    assert root.call("vehicle/GetRemovalAlarms", DeviceIDs="", **when)["Code"] == 4001
    assert root.call("vehicle/GetCurrentAlarmInfo", DeviceID="")["Code"] == 4001
    assert api.call("vehicle/GetRemovalAlarms", DeviceIDs="9", **turned)["Code"] == 4005
    for by, code in ((1, 4005), (2, 4006)):
        answer = api.call("vehicle/GetRemovalAlarms", QueryType=by, QueryKey="9", **when)
        assert answer["Code"] == code
    assert api.call("vehicle/GetCurrentAlarmInfo")["Code"] == 401
    assert api.data("vehicle/GetCurrentAlarmInfo", DeviceID="9") == {"total": 0, "data": []}


def test_a_geofence_drawn_around_a_vehicle(server):
    fleet = Fleet(server, devices=[DEVICE])
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    terminal.report(jt808_location(now - datetime.timedelta(seconds=60), lat=22.5, lon=113.9))
    yard = fleet.api.data("manage/AddGeofence", RegionName="Yard", Shape="circle", Radius=500,
                          Points=[[113.9, 22.5]])["PolygonID"]
    hour = datetime.timedelta(hours=1)
    visit = wait_until(lambda: fleet.api.data(
        "manage/GetFenceVisits", StartTime=text(now - hour), EndTime=text(now + hour))["data"])[0]
    assert (visit["PolygonID"], visit["RegionName"], visit["EndTime"]) == (yard, "Yard", None)
    assert visit["StartTime"] >= text(now) and visit["Clipped"] is False
    assert fleet.api.data("vehicle/GetGeofenceRecordsByDeviceID", DeviceIDs=DEVICE,
                          StartTime=text(now - hour), EndTime=text(now + hour))["data"] == []


def test_visits_end_with_the_geofence(server):
    """Moved away, made another's, and deleted, while the vehicle stands inside."""
    fleet = Fleet(server, devices=[DEVICE, "013912345679"])
    yard = fleet.api.data("manage/AddGeofence", RegionName="Yard", Shape="circle", Radius=500,
                          Points=[[113.9, 22.5]])["PolygonID"]
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    start = datetime.datetime.now(UTC).replace(microsecond=0)
    second, hour = datetime.timedelta(seconds=1), datetime.timedelta(hours=1)

    def visits(until=hour):
        return fleet.api.data("manage/GetFenceVisits", StartTime=text(start - hour),
                              EndTime=text(start + until))["data"]

    def change(method="ModifyGeofence", **fields):
        """Two changes within a second are one."""
        changed = datetime.datetime.now(UTC)
        fleet.api.data(f"manage/{method}", PolygonID=yard, **fields)
        wait_until(lambda: datetime.datetime.now(UTC) > changed + 2 * second, what="a second")

    def wait_for(number, is_open):
        wait_until(lambda: [row["EndTime"] is None for row in visits()] ==
                   [False] * (number - 1) + [is_open], what=f"visit {number}")
        return visits()[-1]

    terminal.report(jt808_location(start + 2 * second, lat=22.5, lon=113.9))
    wait_for(1, True)
    wait_until(lambda: datetime.datetime.now(UTC) > start + 3 * second, what="the last fix's time")
    change(Points=[[113.9, 22.6]])
    row = wait_for(1, False)
    assert row["Clipped"] is False and row["Seconds"] > 0
    change(Points=[[113.9, 22.5]])
    second_row = wait_for(2, True)
    assert second_row["StartTime"] >= row["EndTime"]
    change(DeviceIDs="013912345679")
    wait_for(2, False)
    change(DeviceIDs="")
    wait_for(3, True)
    change("DeleteGeofence")
    assert wait_for(3, False)["Clipped"] is False
    assert [row["RegionName"] for row in visits()] == ["Yard"] * 3
    # Before the range nothing has to be known but the state.
    assert visits(until=-hour) == []


def test_alarms_before_the_first_fix(server):
    """Heartbeats have no time of their own, and before the first fix there is none to lend them."""
    fleet = Fleet(server, devices=["862306128008106", "862306128008107"])
    start = text(datetime.datetime.now(UTC))
    sos, power_off, none = 1, 2, 0

    def wait_for(device, **wanted):
        rows = wait_until(lambda: [
            row for row in fleet.api.data("manage/ListAlarms", DeviceIDs=device, **wanted)["data"]
        ], what=f"an alarm of {device}")
        assert len(rows) == 1
        assert rows[0]["GPSTime"] == rows[0]["RcvTime"] >= start
        return rows[0]

    for device, ends in (("862306128008106", "heartbeat"), ("862306128008107", "fix")):
        tracker = Gt06(server.device, device)
        tracker.login()
        tracker.heartbeat(alarm=power_off if ends == "heartbeat" else sos)
        assert wait_for(device, Open=True)["EndTime"] is None
        if ends == "heartbeat":
            tracker.heartbeat(alarm=none)
        else:
            tracker.report(datetime.datetime.now(UTC), 22.5, 113.9)
        assert wait_for(device, Open=False)["EndTime"] >= start
    assert fleet.api.data("manage/ListAlarms", Open=True)["total"] == 0
