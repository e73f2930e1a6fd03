"""Reports as files: each kind tells what its call tells; how they are made and whose they are."""
import csv
import datetime
import io
import sqlite3

import openpyxl
import pytest
from test_trips import NIGHT, all_rows, made_day, send

from lib.faults import bad_disk, ids
from lib.server import Fleet, Server, wait_until
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
FORM = "%Y-%m-%d %H:%M:%S"
DRIVER, HERE = "13900000001", "13900000002"
ODD_PLATE = '=HYPERLINK("http://x";"Köln")'
# The members of a row that a file shows, by their headings.
SHOWN = {
    "mileage": ("GetMileageAndFuel", {"Distance (km)": "Mileage"}),
    "trips": ("GetTrips", {
        "Start": "StartTime", "End": "EndTime", "From": "StartPlace", "To": "EndPlace",
        "Longitude of start": "StartLon", "Latitude of end": "EndLat",
        "Distance (km)": "Kilometres", "Driving": "DrivingSeconds", "Idling": "IdleSeconds",
        "Highest speed (km/h)": "MaxSpeed", "Mean speed (km/h)": "MeanSpeed"}),
    "stops": ("GetStops", {"Start": "StartTime", "End": "EndTime", "Duration": "Seconds",
                           "Place": "Place", "Longitude": "Lon", "Latitude": "Lat"}),
    "days": ("GetDays", {"Day": "Date", "Distance (km)": "Kilometres", "Trips": "Trips",
                         "Stopped": "StoppedSeconds", "First report": "FirstTime",
                         "Positions": "Fixes"}),
    "alarms": ("ListAlarms", {"Alarm": "AlarmType", "Start": "GPSTime", "Times": "Count",
                              "Place": "Place", "Longitude": "Lon", "Latitude": "Lat"}),
    "fences": ("GetFenceVisits", {"Geofence": "RegionName", "Start": "StartTime",
                                  "End": "EndTime", "Distance (km)": "Kilometres"}),
    "overspeed": ("GetOverspeed", {"Start": "StartTime", "Duration": "Seconds",
                                   "Highest speed (km/h)": "MaxSpeed", "Place": "Place"}),
    "offline": ("GetOffline", {"Start": "StartTime", "End": "EndTime", "Duration": "Seconds",
                               "Longitude": "Lon"}),
    "latest": ("GetCurrentVehicleInfoByDeviceIDs", {
        "Position of": "GPSTime", "Course (°)": "Direct", "Longitude": "Lon", "Latitude": "Lat",
        "Odometer (km)": "Mileage"}),
}
DURATIONS = {"Seconds", "DrivingSeconds", "IdleSeconds", "StoppedSeconds"}
OPTIONS = {"overspeed": {"Kmh": 60}, "trips": {"StopMinutes": 4}, "stops": {"StopMinutes": 4}}


# ---- making and reading them ----

def state(api, report):
    (row,) = [row for row in api.data("manage/ListReports")["data"] if row["ReportID"] == report]
    return row


def wait_for(api, report, wanted="done"):
    def is_over():
        row = state(api, report)
        return row if row["State"] not in ("waiting", "running") else None

    row = wait_until(is_over, what=f"report {report}")
    assert row["State"] == wanted, row
    return row


def download(api, report, **hold):
    path = api.data("manage/AddDownload", ReportID=report, **hold)["Path"]
    answer = type(api)(api.address).get(path)
    assert answer.status_code == 200, answer.text
    return answer


def make(api, kind, form, **fields):
    """The file of a new report."""
    report = api.data("manage/AddReport", Report=kind, Format=form, **fields)["ReportID"]
    row = wait_for(api, report)
    assert (row["Done"], row["Error"]) == (row["Of"], "")
    answer = download(api, report)
    assert len(answer.content) == row["Size"]
    return answer.content


def read_csv(content, divider=","):
    """(titles, rows as dicts) of a file."""
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""),
                            delimiter=divider))
    head = lines.index([])
    return ([line[0] for line in lines[:head]],
            [dict(zip(lines[head + 1], line)) for line in lines[head + 2:]])


def duration(seconds):
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def cell_text(cell, column):
    """What CSV has of a cell; its type has to be that of the column."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.timedelta):
        return duration(round(value.total_seconds()))
    if isinstance(value, datetime.datetime):
        moment = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.strftime("%Y-%m-%d" if cell.number_format == "yyyy-mm-dd" else FORM)
    if isinstance(value, (int, float)):
        decimals = len(cell.number_format.partition(".")[2])
        return f"{value:.{decimals}f}"
    assert cell.data_type in ("s", "inlineStr"), (column, cell.data_type)
    return value


def read_xlsx(content):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    lines = list(sheet.iter_rows())
    titles = [line[0].value for line in lines[:4]]
    names = [cell.value for cell in lines[5]]
    return titles, [{name: cell_text(cell, name) for name, cell in zip(names, line)}
                    for line in lines[6:]]


def told(row, member):
    value = row.get(member)
    if value is None:
        return ""
    if member in ("Lon", "Lat") and isinstance(value, float):
        return f"{value:.6f}"
    return duration(value) if member in DURATIONS else str(value)


# ---- what they tell ----

@pytest.fixture(scope="module")
def module_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("reports")).start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def fleet(module_server):
    """One that drove in the night in which Berlin's clock goes back; one that is here now, in a
    geofence, with an alarm; one that never reported."""
    made = Fleet(module_server, name="Köln; Transport", TimeZone="Europe/Berlin", devices=[
        {"DeviceID": DRIVER, "VehiclePlate": ODD_PLATE}, HERE, "13900000003"])
    made.api.data("manage/AddGeofence", RegionName="Yard", Shape="circle", Radius=500,
                  Points=[[13.4, 52.5]])
    send(module_server, DRIVER, made_day(NIGHT))
    now = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=5)
    terminal = Jt808(module_server.device, HERE)
    terminal.register()
    for i in range(10):
        terminal.report(jt808_location(now + datetime.timedelta(seconds=20 * i), speed_kmh=0,
                                       lat=52.5, lon=13.4, alarm=1 if i == 5 else 0))
    terminal.close()
    made.night = {"StartTime": "2025-10-25", "EndTime": "2025-10-27 23:59:59"}
    made.now = {"StartTime": (now - datetime.timedelta(hours=2)).isoformat(),
                "EndTime": (now + datetime.timedelta(hours=2)).isoformat()}
    # that of a visit under way is over: else it lasts longer each time it is asked for
    ends = now + datetime.timedelta(seconds=1)
    made.just_over = {"StartTime": made.now["StartTime"], "EndTime": ends.isoformat()}
    over = ends + datetime.timedelta(seconds=1)  # the server has whole seconds
    wait_until(lambda: datetime.datetime.now(datetime.timezone.utc) > over, what="its end")
    return made


def rows_of(fleet, kind, **fields):
    """What the call of a kind tells."""
    method = SHOWN[kind][0]
    if kind == "latest":
        return fleet.api.data(f"vehicle/{method}", DeviceIDs="")["data"]
    if kind == "mileage":
        rows = fleet.api.data(f"vehicle/{method}", VehiclePlate="", **fields)["data"]
        return sorted(rows, key=lambda row: row["VehicleNum"] != ODD_PLATE)
    if kind == "alarms":
        rows = fleet.api.data(f"manage/{method}", Places=True, **fields)["data"]
        return sorted(rows, key=lambda row: row["DeviceID"])
    return all_rows(fleet.api, method, Places=True, **fields)


@pytest.mark.parametrize("kind", SHOWN)
def test_each_kind_tells_what_its_call_tells(fleet, kind):
    span = {"latest": {}, "alarms": fleet.now, "fences": fleet.just_over}.get(kind, fleet.night)
    options = OPTIONS.get(kind, {})
    wait_until(lambda: rows_of(fleet, kind, **span, **options), what=f"rows of {kind}")
    rows = rows_of(fleet, kind, **span, **options)
    titles, lines = read_csv(make(fleet.api, kind, "csv", **span, **options, Language="en"))
    assert titles[0] == "Köln; Transport" and titles[3] == "Time zone: Europe/Berlin"
    if span == fleet.night:
        assert titles[2] == "2025-10-25 00:00:00 – 2025-10-27 23:59:59"
    assert len(lines) == len(rows) > 0
    for row, line in zip(rows, lines):
        expected = {name: told(row, member) for name, member in SHOWN[kind][1].items()
                    if member in row}
        assert {name: line[name] for name in expected} == expected
        assert line["Vehicle"] == ("'" if row["VehicleNum"] == ODD_PLATE else "") + \
            row["VehicleNum"]
    book_titles, book = read_xlsx(make(fleet.api, kind, "xlsx", **span, **options, Language="en"))
    if kind == "latest":  # that of the moment at which it was asked for
        titles[2] = book_titles[2]
    assert book_titles == titles
    assert book == [{name: text[1:] if text.startswith("'=") else text
                     for name, text in line.items()} for line in lines]


def test_mileage_has_what_the_days_add_up_to(fleet):
    """As the page shows it; of a vehicle without fuel, and of one that never reported."""
    days = all_rows(fleet.api, "GetDays", Places=True, DeviceIDs=DRIVER, **fleet.night)
    assert len(days) > 1 and all(day["FuelUsed"] is None for day in days)
    _, lines = read_csv(make(fleet.api, "mileage", "csv", Language="en", **fleet.night))
    by_device = {line["Device"]: line for line in lines}
    told_of = by_device[DRIVER]
    last = next(day for day in reversed(days) if day["Lon"] is not None)
    assert told_of == {
        **told_of,
        "Trips": str(sum(day["Trips"] for day in days)),
        "Driving": duration(sum(day["DrivingSeconds"] for day in days)),
        "Idling": duration(sum(day["IdleSeconds"] for day in days)),
        "Highest speed (km/h)": f"{max(day['MaxSpeed'] for day in days):.1f}",
        "Fuel used (l)": "",
        "Place": last["Place"], "Longitude": last["Lon"], "Latitude": last["Lat"],
    }
    assert told_of["Trips"] != "0" and told_of["Driving"] != "0:00:00"
    assert by_device["13900000003"]["Trips"] == "0" and by_device["13900000003"]["Place"] == ""


def test_places_and_words_in_chinese(fleet):
    titles, lines = read_csv(make(fleet.api, "stops", "csv", **fleet.night, Language="zh",
                                  Separator=";"), ";")
    assert titles[1] == "停车" and {"车辆", "位置", "经度"} <= set(lines[0])
    assert lines[0]["经度"] == "13,400000" and lines[0]["位置"] != ""
    _, lines = read_csv(make(fleet.api, "latest", "csv", Language="en"))
    assert all("Germany" in line["Place"] for line in lines)


def test_a_text_that_no_xml_may_hold(fleet):
    """The file is one all the same: spreadsheets open none with a character of that kind."""
    alarm = wait_until(lambda: rows_of(fleet, "alarms", **fleet.now), what="an alarm")[0]
    fleet.api.data("manage/AcknowledgeAlarms", AlarmIDs=[alarm["AlarmID"]],
                   Note="Van \ufffe\uffff\uffec")
    _, book = read_xlsx(make(fleet.api, "alarms", "xlsx", **fleet.now, Language="en"))
    assert "Van \ufffd\ufffd\uffec" in [row["Note"] for row in book]


def test_what_cannot_be_asked_for(fleet):
    def refused(code, **fields):
        answer = fleet.api.call("manage/AddReport", **fields)
        assert answer["Code"] == code, answer
        return answer["ErrMsg"]

    trips = {"Report": "trips", "Format": "csv", **fleet.night}
    assert "Report" in refused(500, **{**trips, "Report": "all"})
    assert "Format" in refused(500, **{**trips, "Format": "pdf"})
    assert "Kmh" in refused(500, **trips, Kmh=50)
    assert "Separator" in refused(500, **trips, Separator="|")
    assert "EndTime" in refused(500, **{**trips, "EndTime": "2025-10-24"})
    assert "3100 days" in refused(500, **{**trips, "StartTime": "2005-01-01"})
    assert "StartTime" in refused(500, Report="trips", Format="csv", EndTime="2025-10-27")
    assert "AlarmType" in refused(500, **{**trips, "Report": "alarms"}, AlarmType="None such")
    assert "PolygonIDs: too long" in refused(500, **{**trips, "Report": "fences"},
                                            PolygonIDs=list(range(10**14, 10**14 + 300)))
    # A device that is not known must not make it a report of all.
    refused(404, **trips, DeviceIDs="999")
    refused(404, **trips, DeviceIDs=[DRIVER, "999"])
    count = len(fleet.api.data("manage/ListReports")["data"])
    refused(404, **trips, DeviceIDs="999", GroupIDs=[1])
    assert len(fleet.api.data("manage/ListReports")["data"]) == count


# ---- whose they are ----

def test_nobody_has_the_reports_of_others(fleet, module_server):
    other = Fleet(module_server, name="Other", devices=["13900000009"])
    group = other.api.data("manage/AddGroup", GroupName="Theirs")["GroupID"]
    colleague = fleet.user("admin", name="colleague")
    report = fleet.api.data("manage/AddReport", Report="latest", Format="csv")["ReportID"]
    wait_for(fleet.api, report)
    for api in (other.api, colleague):
        assert api.data("manage/ListReports")["data"] == []
        for method in ("CancelReport", "DeleteReport", "AddDownload"):
            assert api.call(f"manage/{method}", ReportID=report)["Code"] == 404
    assert fleet.api.call("manage/CancelReport", ReportID=report)["Code"] == 409
    theirs = {"Report": "latest", "Format": "csv", "GroupIDs": [group]}
    assert fleet.api.call("manage/AddReport", **theirs, DeviceIDs="13900000009")["Code"] == 404
    own = fleet.api.data("manage/AddGroup", GroupName="Ours")["GroupID"]
    rhythm = {"Every": "day", "At": "07:00"}
    count = len(fleet.api.data("manage/ListReports")["data"])
    for groups in ([group], [own, group], [own, 10**9]):
        fields = {**theirs, "GroupIDs": groups}
        for method, more in (("AddReport", {}), ("AddReportSchedule", rhythm)):
            answer = fleet.api.call(f"manage/{method}", **fields, **more)
            assert answer["Code"] == 404 and "group" in answer["ErrMsg"], (groups, answer)
    narrow = fleet.user("operator", name="narrow", GroupIDs=[own])
    beside = fleet.api.data("manage/AddGroup", GroupName="Beside")["GroupID"]
    assert narrow.call("manage/AddReport", **{**theirs, "GroupIDs": [own, beside]})["Code"] == 404
    assert len(fleet.api.data("manage/ListReports")["data"]) == count
    failed = fleet.api.data("manage/AddReport", **{**theirs, "GroupIDs": [own]})["ReportID"]
    assert "None of its devices" in wait_for(fleet.api, failed, "failed")["Error"]
    # A link is good once, and export takes the token of the owner alone.
    path = fleet.api.data("manage/AddDownload", ReportID=report)["Path"]
    answer = type(fleet.api)(fleet.api.address).get(path)
    assert answer.status_code == 200 and 'filename="latest_' in \
        answer.headers["Content-Disposition"]
    assert type(fleet.api)(fleet.api.address).get(path).status_code == 404
    assert other.api.call("export", ReportID=report)["Code"] == 404
    # Root acts in an enterprise, and has reports of its own there.
    mine = fleet.root.data("manage/AddReport", HoldID=fleet.hold, Report="latest",
                           Format="csv")["ReportID"]
    wait_until(lambda: fleet.root.data("manage/ListReports", HoldID=fleet.hold)["data"][0]
               ["State"] == "done")
    assert b"13900000002" in download(fleet.root, mine, HoldID=fleet.hold).content
    fleet.api.data("manage/DeleteReport", ReportID=report)
    files = module_server.data / "reports"
    wait_until(lambda: not (files / f"{report}.csv").exists(), what="the deleted file")
    assert fleet.api.call("manage/AddDownload", ReportID=report)["Code"] == 404


def test_made_by_the_rights_of_the_moment(fleet):
    """A viewer of one group has the devices of that group, as they are when the file is made."""
    group = fleet.api.data("manage/AddGroup", GroupName="Nord")["GroupID"]
    fleet.api.data("manage/ModifyDevice", DeviceID=HERE, GroupID=group)
    viewer = fleet.user("viewer", GroupIDs=[group])
    _, lines = read_csv(make(viewer, "latest", "csv", Language="en"))
    assert [line["Device"] for line in lines] == [HERE]
    assert viewer.call("manage/AddReport", Report="latest", Format="csv",
                       DeviceIDs=DRIVER)["Code"] == 404
    _, lines = read_csv(make(fleet.api, "latest", "csv", GroupIDs=[group], Language="en"))
    assert [line["Device"] for line in lines] == [HERE]
    fleet.api.data("manage/ModifyDevice", DeviceID=HERE, GroupID=0)


def test_a_file_is_read_by_the_rights_of_the_moment(module_server, fleet):
    """What was made of a device that left the groups of its account is handed out no more."""
    group = fleet.api.data("manage/AddGroup", GroupName="Süd")["GroupID"]
    for device in (DRIVER, HERE):
        fleet.api.data("manage/ModifyDevice", DeviceID=device, GroupID=group)
    viewer = fleet.user("viewer", name="southern", GroupIDs=[group])
    fields = {"Report": "latest", "Format": "csv"}
    both = viewer.data("manage/AddReport", **fields)["ReportID"]
    mine = viewer.data("manage/AddReport", **fields, DeviceIDs=DRIVER)["ReportID"]
    admins = fleet.api.data("manage/AddReport", **fields)["ReportID"]
    for api, report in ((viewer, both), (viewer, mine), (fleet.api, admins)):
        wait_for(api, report)
    assert HERE.encode() in download(viewer, both).content
    begun = viewer.data("manage/AddDownload", ReportID=both)["Path"]

    fleet.api.data("manage/ModifyDevice", DeviceID=HERE, GroupID=0)
    refused = type(viewer)(viewer.address).get(begun)
    assert HERE not in refused.text
    assert refused.json()["Code"] == 403 and "make it again" in refused.json()["ErrMsg"]
    for method in ("export", "manage/AddDownload"):
        answer = viewer.call(method, ReportID=both)
        assert answer["Code"] == 403 and "make it again" in answer["ErrMsg"]
    assert DRIVER.encode() in download(viewer, mine).content
    assert HERE.encode() in download(fleet.api, admins).content
    _, lines = read_csv(make(viewer, "latest", "csv", Language="en"))
    assert [line["Device"] for line in lines] == [DRIVER]

    fleet.api.data("manage/ModifyDevice", DeviceID=HERE, GroupID=group)
    assert HERE.encode() in download(viewer, both).content

    (module_server.data / "reports" / f"{both}.csv.devices").unlink()  # as of an earlier version
    for method in ("export", "manage/AddDownload"):
        answer = viewer.call(method, ReportID=both)
        assert answer["Code"] == 403 and "no list of its vehicles" in answer["ErrMsg"]
    assert HERE.encode() in download(fleet.api, admins).content
    for device in (DRIVER, HERE):
        fleet.api.data("manage/ModifyDevice", DeviceID=device, GroupID=0)


# ---- long ones ----

def long_report(api):
    """Some seconds of work, since each of so many devices is looked for in 443 weeks."""
    return api.data("manage/AddReport", Report="trips", Format="csv", StartTime="2017-07-01",
                    EndTime="2025-12-24")["ReportID"]


def test_long_ones_are_bounded_cancelled_and_resumed(server):
    fleet = Fleet(server, devices=ids(100))
    send(server, ids(1)[0], made_day(NIGHT))
    first, second, third = (long_report(fleet.api) for _ in range(3))
    refused = fleet.api.call("manage/AddReport", Report="latest", Format="csv")
    assert refused["Code"] == 403 and "3 reports under way" in refused["ErrMsg"]
    other = fleet.user("viewer")
    assert other.data("manage/AddReport", Report="latest", Format="csv")["State"] == "waiting"
    fleet.api.data("manage/CancelReport", ReportID=third)
    assert state(fleet.api, third)["State"] == "cancelled"
    fleet.api.data("manage/DeleteReport", ReportID=third)
    assert fleet.api.call("manage/AddDownload", ReportID=second)["Code"] == 409
    server.kill()
    server.start()
    fleet.api.address = server.api.address
    fleet.api.data("manage/CancelReport", ReportID=second)
    row = wait_for(fleet.api, first)
    assert (row["Done"], row["Of"], row["Rows"]) == (100, 100, 2)
    _, lines = read_csv(download(fleet.api, first).content)
    assert len(lines) == 2
    wait_until(lambda: {path.name for path in (server.data / "reports").iterdir()} >=
               {f"{first}.csv"}, what="its file")


def test_a_full_disk_is_told_and_a_full_store_waited_for(make_server, tmp_path):
    disk = bad_disk(tmp_path)
    server = make_server(env=disk.env)
    fleet = Fleet(server, devices=ids(40))
    files = server.data / "reports"
    disk.set("tight")
    report = fleet.api.data("manage/AddReport", Report="latest", Format="xlsx")["ReportID"]
    assert "no room" in wait_for(fleet.api, report, "failed")["Error"]
    assert fleet.api.call("manage/AddDownload", ReportID=report)["Code"] == 409
    wait_until(lambda: list(files.iterdir()) == [], what="a directory without files")
    disk.set("none")
    report = long_report(fleet.api)
    disk.set("nospace")
    wait_until(lambda: (files / f"{report}.csv").exists(), what="the file")
    wait_until(lambda: "event=report_not_told" in server.log(), what="a commit that fails")
    assert state(fleet.api, report)["State"] == "running"
    disk.set("none")
    assert wait_for(fleet.api, report)["Of"] == 40


def test_what_is_deleted_goes_though_all_are_busy(server):
    fleets = [Fleet(server, name=f"Busy {n}", devices=ids(300, first)) for n, first in
              enumerate((0, 300))]
    reports = [fleet.api.data("manage/AddReport", Report="latest", Format="csv")["ReportID"]
               for fleet in fleets]
    for fleet, report in zip(fleets, reports):
        wait_for(fleet.api, report)
    long_ones = [long_report(fleet.api) for fleet in fleets]

    def are_running():
        return [state(fleet.api, report)["State"] for fleet, report in
                zip(fleets, long_ones)] == ["running", "running"]

    wait_until(are_running, what="two reports under way")
    fleets[0].api.data("manage/DeleteReport", ReportID=reports[0])
    wait_until(lambda: not (server.data / "reports" / f"{reports[0]}.csv").exists(),
               what="the deleted file")
    assert are_running()
    for fleet, report in zip(fleets, long_ones):
        fleet.api.data("manage/CancelReport", ReportID=report)


def test_a_folder_that_cannot_be_written_is_told(server):
    fleet = Fleet(server, devices=[HERE])
    folder = server.data / "reports"
    wait_until(lambda: folder.is_dir() and not list(folder.iterdir()), what="an empty folder")
    folder.rmdir()
    folder.write_text("no folder")
    for form in ("csv", "xlsx"):
        report = fleet.api.data("manage/AddReport", Report="latest", Format=form)["ReportID"]
        assert wait_for(fleet.api, report, "failed")["Error"] == "System error"
        wait_until(lambda report=report: f'report={report} why="System error: Not a directory"' in
                   server.log(), what="the reason in the log")
    server.stop()
    server.start()
    fleet.api.address = server.api.address
    refused = fleet.api.post("/api/manage/AddReport", {"Report": "latest", "Format": "csv"})
    assert refused.status_code == 503 and "switched off" in refused.json()["ErrMsg"]
    assert 'why="Not a directory"' in server.log()


def test_what_is_over_goes(server):
    fleet = Fleet(server, devices=[HERE])
    keep, old, lost = (fleet.api.data("manage/AddReport", Report="latest", Format=form)["ReportID"]
                       for form in ("csv", "xlsx", "csv"))
    for report in (keep, old, lost):
        wait_for(fleet.api, report)
    server.stop()
    files = server.data / "reports"
    made = {f"{keep}.csv", f"{old}.xlsx", f"{lost}.csv"}
    assert {path.name for path in files.iterdir()} == made | {f"{name}.devices" for name in made}
    with sqlite3.connect(server.data / "odograph.db") as db:
        db.execute("UPDATE report SET expires_s=1 WHERE id=?", (old,))
    db.close()
    (files / f"{lost}.csv").unlink()
    (files / "99.csv.part").write_text("left half")
    server.start()
    fleet.api.address = server.api.address
    row = wait_until(lambda: next((row for row in fleet.api.data("manage/ListReports")["data"]
                                   if row["State"] == "failed"), None), what="the lost one")
    assert (row["ReportID"], row["Error"]) == (lost, "Its file was lost: make it again")
    wait_until(lambda: {path.name for path in files.iterdir()} == {f"{keep}.csv",
                                                                   f"{keep}.csv.devices"},
               what="the files of what is over")
    assert {row["ReportID"] for row in fleet.api.data("manage/ListReports")["data"]} == \
        {keep, lost}
    assert fleet.api.call("manage/AddDownload", ReportID=lost)["Code"] == 409
    assert len(download(fleet.api, keep).content) > 0
