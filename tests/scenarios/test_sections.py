"""Trackers in, REST API out: every answer held to the document's examples, field by field."""
import datetime
import json
import re

from lib.faults import Load, StalledReader, ids
from lib.server import PATIENCE_S, Fleet, wait_until
from lib.shapes import DEVICE_LIST_ROW, HISTORY_ROW, STATUS_ROW, rows_of
from lib.trackers import Gt06, Jt808, jt808_item, jt808_location

UTC = datetime.timezone.utc


def recent(minutes=5):
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    return now - datetime.timedelta(minutes=minutes)


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S")


def drive(terminal, start, count, step_s=10, **options):
    """`count` fixes northwards; answers their times."""
    times = []
    for i in range(count):
        time = start + datetime.timedelta(seconds=i * step_s)
        terminal.report(jt808_location(time, lat=22.5 + i * 0.001, lon=113.9, speed_kmh=40,
                                       course=0, **options))
        times.append(time)
    return times


def test_jt808_end_to_end(server):
    fleet = Fleet(server, devices=[{"DeviceID": "013912345678", "VehiclePlate": "8020",
                                    "SIM": "1064755708", "ObjectCode": "1808090123"}])
    assert rows_of(fleet.api, "vehicle/GetCurrentVehicleInfo", STATUS_ROW,
                   VehiclePlates="") == {"total": 0, "data": []}
    listed = rows_of(fleet.api, "vehicle/GetDeviceList", DEVICE_LIST_ROW, PageIndex=1,
                     PageSize=10)
    assert listed["total"] == 1 and listed["data"][0]["NoUsed"] is True
    assert listed["data"][0]["isOnline"] is False

    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    terminal.send(terminal.frame(0x0002))
    terminal.acknowledged(0x0002)
    items = jt808_item(0x01, (137).to_bytes(4, "big")) + \
        jt808_item(0x02, (205).to_bytes(2, "big")) + jt808_item(0x30, bytes([27])) + \
        jt808_item(0x31, bytes([11]))
    start = recent()
    terminal.report(jt808_location(start, speed_kmh=38.9, course=189, items=items))

    row = rows_of(fleet.api, "vehicle/GetCurrentVehicleInfoByDeviceIDs", STATUS_ROW,
                  DeviceIDs="013912345678")["data"][0]
    received = row.pop("RcvTime")
    assert start <= datetime.datetime.fromisoformat(received + "+00:00") <= recent(-1)
    assert row == {
        "SIM": "1064755708", "SIM2": "013912345678", "ObjectCode": "1808090123",
        "VehicleNum": "8020", "GPSTime": text(start), "Lon": 113.940838, "Lat": 22.562788,
        "Speed": 38.9, "Direct": 189, "Mileage": "13.7", "StatusDes": row["StatusDes"],
        "OilNum": "20.5", "IsOnline": 1, "IsAlarm": 0, "Status": 1, "IsReversal": 0,
    }
    assert row["StatusDes"].startswith("Moving [")
    assert ",GSM network strong 27,Satellite strong 11" in row["StatusDes"]

    # The same by plate, under the second prefix, without regard to case and trailing slash.
    for path in ("/api/vehicle/GetCurrentVehicleInfo", "/API/Asset/getcurrentvehicleinfo/"):
        same = fleet.api.post(path, {"vehicleplates": " 8020 ,8020,unknown"}).json()["Data"]
        assert same["total"] == 1 and same["data"][0]["SIM2"] == "013912345678"

    listed = rows_of(fleet.api, "vehicle/GetDeviceList", DEVICE_LIST_ROW, PageIndex=1,
                     PageSize=10, Status=1)
    assert [r["DeviceID"] for r in listed["data"]] == ["013912345678"]


def test_history_pages_by_time(server):
    fleet = Fleet(server, devices=["013912345678"])
    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    start = recent(30)
    times = drive(terminal, start, 20)
    for method, fields in (
            ("vehicle/GetHistoryVehicleInfoByDeviceID", {"DeviceID": "13912345678"}),
            ("vehicle/GetHistoryVehicleInfo", {"NumberPlateLists": "013912345678"})):
        found = rows_of(fleet.api, method, HISTORY_ROW, StartTime=text(times[3]),
                        EndTime=text(times[8]), **fields)
        assert [r["GPSTime"] for r in found["data"]] == [text(t) for t in times[3:9]]
        assert found["total"] == 6
        assert [r["Lat"] for r in found["data"]] == [22.503, 22.504, 22.505, 22.506, 22.507,
                                                     22.508]
        kilometres = [float(r["Mileage"]) for r in found["data"]]
        assert kilometres == sorted(kilometres) and 0.4 < kilometres[-1] - kilometres[0] < 0.7
    assert rows_of(fleet.api, "vehicle/GetHistoryVehicleInfoByDeviceID", HISTORY_ROW,
                   DeviceID="013912345678", StartTime="2001-01-01",
                   EndTime="2001-01-02") == {"total": 0, "data": []}


def test_late_fixes_enter_history_and_leave_the_status_alone(server):
    """The same fixes out of order end where the same in order would."""
    fleet = Fleet(server, devices=["013912345678", "013912345679"])
    start = recent(30)
    bodies = [jt808_location(start + datetime.timedelta(seconds=10 * i), lat=22.5 + i * 0.001,
                             speed_kmh=40) for i in range(20)]
    ordered = Jt808(server.device, "013912345678")
    ordered.register()
    for body in bodies:
        ordered.report(body)
    late = Jt808(server.device, "013912345679")
    late.register()
    for body in bodies[:5] + bodies[10:] + bodies[5:10]:
        late.report(body)
    newest = text(start + datetime.timedelta(seconds=190))
    assert fleet.status("013912345679")["GPSTime"] == newest

    def mileage(device):
        return fleet.status(device)["Mileage"]

    wait_until(lambda: mileage("013912345678") == mileage("013912345679"), what="the fold")
    columns = []
    for device in ("013912345678", "013912345679"):
        found = fleet.history(device, text(start), newest)
        assert found["total"] == 20
        columns.append([(r["GPSTime"], r["Lat"], r["Mileage"], r["StatusDes"].split(",")[0])
                        for r in found["data"]])
    assert columns[0] == columns[1]


def test_a_repeat_is_stored_once_and_answered_again(server):
    fleet = Fleet(server, devices=["013912345678"])
    start = recent()
    for _ in range(2):
        terminal = Jt808(server.device, "013912345678")
        terminal.register()
        for i in range(3):
            terminal.report(jt808_location(start + datetime.timedelta(seconds=i)))
    found = fleet.history("013912345678", text(start), text(recent(0)))
    assert found["total"] == 3
    assert server.check()["013912345678"]["fixes"] == 3


def test_gt06_end_to_end(server):
    fleet = Fleet(server, devices=["860112233445566"])
    tracker = Gt06(server.device, "860112233445566")
    tracker.login()
    start = recent()
    tracker.report(start, 52.52, -13.405, speed_kmh=60, course=270)
    tracker.heartbeat()
    row = rows_of(fleet.api, "vehicle/GetCurrentVehicleInfoByDeviceIDs", STATUS_ROW,
                  DeviceIDs="860112233445566")["data"][0]
    assert (row["Lat"], row["Lon"]) == (52.52, -13.405)
    assert (row["Speed"], row["Direct"], row["Status"], row["IsOnline"]) == (60.0, 270, 1, 1)
    assert "Battery level 100%" in row["StatusDes"]
    found = fleet.history("860112233445566", text(start), text(start))
    assert found["total"] == 1 and found["data"][0]["Lon"] == -13.405


def test_phone_end_to_end(server):
    import requests
    fleet = Fleet(server, devices=["phone-1"])
    start = recent()
    stamp = int(start.timestamp())
    url = f"http://{server.device}/?id=phone-1&timestamp={stamp}&lat=-33.5&lon=151.25" \
        "&speed=10&bearing=90&altitude=12.5&batt=87"
    assert requests.get(url, timeout=PATIENCE_S).status_code == 200
    body = {"location": {"timestamp": (start + datetime.timedelta(seconds=5)).isoformat(),
                         "coords": {"latitude": -33.501, "longitude": 151.25, "speed": 5,
                                    "heading": 180, "altitude": 10},
                         "battery": {"level": 0.5, "is_charging": False}}, "device_id": "phone-1"}
    answer = requests.post(f"http://{server.device}/", json=body, timeout=PATIENCE_S)
    assert answer.status_code == 200
    row = fleet.status("phone-1")
    assert (row["Lat"], row["Lon"], row["Speed"], row["Direct"]) == (-33.501, 151.25, 18.0, 180)
    assert "Battery level 50%" in row["StatusDes"]
    found = fleet.history("phone-1", text(start), text(recent(0)))
    assert [r["Speed"] for r in found["data"]] == [18.5, 18.0]


def test_times_are_of_the_enterprises_zone(server):
    fleet = Fleet(server, devices=["013912345678"], TimeZone="Asia/Shanghai")
    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    start = recent()
    terminal.report(jt808_location(start))
    local = text(start + datetime.timedelta(hours=8))
    assert fleet.status("013912345678")["GPSTime"] == local
    assert fleet.history("013912345678", local, local)["total"] == 1
    assert fleet.history("013912345678", text(start), text(start))["total"] == 0
    assert fleet.history("013912345678", start.isoformat(), start.isoformat())["total"] == 1


def test_a_fix_without_gps_never_moves_the_vehicle(server):
    fleet = Fleet(server, devices=["013912345678"])
    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    start = recent()
    terminal.report(jt808_location(start, lat=22.5, lon=113.9))
    terminal.report(jt808_location(start + datetime.timedelta(seconds=30), lat=0, lon=0,
                                   valid=False))
    row = fleet.status("013912345678")
    assert (row["Lat"], row["Lon"]) == (22.5, 113.9)
    assert row["GPSTime"] == text(start + datetime.timedelta(seconds=30))
    for record in fleet.history("013912345678", text(start), text(recent(0)))["data"]:
        assert (record["Lat"], record["Lon"]) == (22.5, 113.9)


def test_a_range_holds_both_passes_of_a_clock_that_goes_back(server):
    """In Berlin 02:00 to 03:00 came twice on 2026-10-25."""
    fleet = Fleet(server, devices=["013912345678"], TimeZone="Europe/Berlin")
    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    drive(terminal, datetime.datetime(2026, 10, 24, 23, 0, tzinfo=UTC), 24, step_s=600)
    found = fleet.history("013912345678", "2026-10-25 02:00:00", "2026-10-25 02:59:59")
    minutes = [f"2026-10-25 02:{minute:02}:00" for minute in range(0, 60, 10)]
    assert [row["GPSTime"] for row in found["data"]] == minutes + minutes
    assert fleet.history("013912345678", "2026-10-25 01:00:00",
                         "2026-10-25 03:00:00")["total"] == 6 + 12 + 1


def test_silence_is_not_motion(server):
    import requests
    fleet = Fleet(server, devices=["phone-1"])
    start = recent(150)
    place = f"http://{server.device}/?id=phone-1&lat=-33.5&lon=151.25"

    def status_at(after_s, fields=""):
        stamp = int(start.timestamp()) + after_s
        answer = requests.get(f"{place}&timestamp={stamp}{fields}", timeout=PATIENCE_S)
        assert answer.status_code == 200
        row = fleet.status("phone-1")
        assert row["GPSTime"] == text(start + datetime.timedelta(seconds=after_s))
        return row["StatusDes"], row["Speed"] > 0

    assert status_at(0, "&speed=20") == ("Moving [0 seconds]", True)
    assert status_at(7255, "&speed=20") == ("Moving [0 seconds]", True)
    assert status_at(7265, "&speed=20") == ("Moving [10 seconds],Upload interval [10 seconds]",
                                            True)
    assert status_at(8000) == ("Upload interval [10 seconds]", False)


def test_nobody_is_at_null_island(server):
    """A fix bit at exactly 0,0 neither moves the vehicle nor shows it there."""
    fleet = Fleet(server, devices=["013912345678", "013912345679"])
    start = recent()
    for device_id in ("013912345678", "013912345679"):
        terminal = Jt808(server.device, device_id)
        terminal.register()
        if device_id.endswith("8"):
            terminal.report(jt808_location(start, lat=22.5, lon=113.9))
        terminal.report(jt808_location(start + datetime.timedelta(seconds=9), lat=0, lon=0))
    row = fleet.status("013912345678")
    assert (row["Lat"], row["Lon"]) == (22.5, 113.9)
    assert row["GPSTime"] == text(start + datetime.timedelta(seconds=9))
    assert fleet.status("013912345679") is None
    assert fleet.history("013912345679", text(start), text(recent(0)))["total"] == 0


def test_a_wrong_clock_does_not_freeze_the_device(server):
    fleet = Fleet(server, devices=["013912345678"])
    terminal = Jt808(server.device, "013912345678")
    terminal.register()
    for time in (datetime.datetime(2004, 12, 31, tzinfo=UTC), recent(-60 * 24 * 365)):
        terminal.report(jt808_location(time))
        row = fleet.status("013912345678")
        assert row["GPSTime"] == row["RcvTime"]
    time = recent(0)
    terminal.report(jt808_location(time, lat=23.5))
    wait_until(lambda: fleet.status("013912345678")["Lat"] == 23.5, what="the right clock")
    assert server.health()["counters"]["times_replaced"] == 2


def test_rename_by_both_methods(server):
    fleet = Fleet(server, devices=["013912345678", "013912345679"])
    assert fleet.api.data("vehicle/ModifyVehiclePlate", DeviceID="013912345678",
                          NewVehiclePlate=" EL A3S9 ") == "0"
    listed = fleet.api.data("vehicle/GetDeviceList", PageIndex=1, PageSize=10, Key="a3s")
    assert [r["VehiclePlate"] for r in listed["data"]] == ["EL A3S9"]
    assert fleet.api.data("asset/ModifyAssetName", DeviceID="013912345678",
                          AssetName="Zome dog bk") == "0"
    for taken in ("zome DOG bk", "", "x" * 65, "a,b"):
        answer = fleet.api.call("vehicle/ModifyVehiclePlate", DeviceID="013912345679",
                                NewVehiclePlate=taken)
        assert answer["Code"] == 500, taken
    assert fleet.api.data("vehicle/ModifyVehiclePlate", DeviceID="unknown",
                          NewVehiclePlate="x") == "2"
    assert fleet.user("viewer").data("vehicle/ModifyVehiclePlate", DeviceID="013912345678",
                                     NewVehiclePlate="x") == "4"
    fleet.api.token = "0" * 32
    assert fleet.api.data("vehicle/ModifyVehiclePlate", DeviceID="013912345678",
                          NewVehiclePlate="x") == "1"


def test_login_codes_and_logout(server):
    fleet = Fleet(server)
    api = server.api

    def login(name, password):
        return api.call("user/GetLoginToken", LoginName=name, PassWord=password)

    good = login(fleet.login_name.upper(), "secret-1")
    assert good["Code"] == 200 and good["ErrMsg"] is None
    assert re.fullmatch(r"[0-9A-F]{32}", good["Data"])
    assert login(fleet.login_name, "wrong")["Code"] == 4005
    assert login("nobody", "wrong")["Code"] == 4004
    empty = login("", "x")
    assert (empty["Code"], empty["Data"], empty["ErrMsg"]) == \
        (500, None, "User / password can\u2019t be null ")
    users = fleet.root.data("manage/ListUsers", HoldID=fleet.hold)["data"]
    fleet.root.data("manage/DeleteUser", HoldID=fleet.hold, UserID=users[0]["UserID"])
    assert login(fleet.login_name, "secret-1")["Code"] == 4006
    assert fleet.api.call("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["Code"] == 401

    other = Fleet(server, "Fleet Two")
    other.root.data("manage/ModifyEnterprise", HoldID=other.hold, ServiceEnd="2020-01-01")
    assert login(other.login_name, "secret-1")["Code"] == 4003
    token = fleet.root.token
    for header in (token, f"Bearer {token.lower()}"):
        assert api.post("/api/manage/ListEnterprises", {}, {"Authorization": header}).json()[
            "Code"] == 200
    assert api.post("/api/manage/ListEnterprises", {}, {"Token": token}).json()["Code"] == 200
    assert fleet.root.call("user/LogOut") == {"Code": 200, "Data": None, "ErrMsg": None}
    assert fleet.root.call("user/LogOut")["Code"] == 4009
    assert fleet.root.call("manage/ListEnterprises") == {"Code": 401, "Data": None,
                                                         "ErrMsg": "Token invalid"}


def test_bad_parameters_and_paths(server):
    fleet = Fleet(server, devices=["013912345678"])
    api = fleet.api
    missing = api.call("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID="013912345678")
    assert missing["Code"] == 401
    assert missing["ErrMsg"].startswith(
        "Dangerous value in parameters or parameter value missed: ")
    assert "StartTime" in missing["ErrMsg"]
    reversed_range = api.call("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID="013912345678",
                              StartTime="2026-01-02", EndTime="2026-01-01")
    assert reversed_range["Code"] == 403
    unknown = api.call("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID="unknown",
                       StartTime="2026-01-02", EndTime="2026-01-01")
    assert unknown["Code"] == 4002
    assert api.call("vehicle/GetHistoryVehicleInfo", NumberPlateLists="unknown",
                    StartTime="2026-01-01", EndTime="2026-01-02")["Code"] == 4001
    assert api.call("vehicle/GetDeviceList", PageSize=10)["Code"] == 500
    for body in (b"{", b"[]", b'{"DeviceIDs": "\xff"}', b'{"DeviceIDs": {"a": 1}}',
                 b'{"DeviceIDs": ' + b"[" * 50 + b"]" * 50 + b"}"):
        answer = api.post("/api/vehicle/GetCurrentVehicleInfoByDeviceIDs", data=body)
        assert answer.status_code == 200 and answer.json()["Code"] == 401, body
    assert api.post("/api/vehicle/NoSuchMethod").status_code == 404
    assert api.post("/api/vehicle/NoSuchMethod").json()["Code"] == 404
    wrong_verb = api.get("/api/vehicle/GetDeviceList")
    assert wrong_verb.status_code == 405 and wrong_verb.headers["Allow"] == "POST, OPTIONS"
    assert wrong_verb.json()["Code"] == 405
    assert api.post("/api/vehicle/GetDeviceList", data=b" " * (2 << 20)).status_code == 413
    number = api.post("/api/vehicle/GetCurrentVehicleInfoByDeviceIDs",
                      data=b'\xef\xbb\xbf{"DEVICEIDS": 13912345678, "more": [1]}')
    assert number.json()["Code"] == 200


def test_the_openapi_document_names_every_method(server):
    document = server.api.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path in ("/api/user/GetLoginToken", "/api/vehicle/GetDeviceList",
                 "/api/vehicle/ModifyAssetName", "/api/manage/AddDevices"):
        assert "post" in document["paths"][path]
    page = server.api.get("/")
    assert page.status_code == 200 and "openapi.json" in page.text


def test_gzip_and_keep_alive(server):
    fleet = Fleet(server, devices=["013912345678"])
    answer = fleet.api.post("/api/vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 1},
                            {"Accept-Encoding": "gzip"})
    assert answer.json()["Data"]["total"] == 1
    plain = fleet.api.post("/api/vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 1},
                           {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.json() == answer.json()


def test_root_stays_root(server):
    """No call renames, limits or ends root, and nobody else takes its name."""
    fleet = Fleet(server)
    assert fleet.api.call("manage/AddUser", LoginName="ROOT", PassWord="secret-9",
                          Role="viewer")["Code"] == 409
    root_id = 1
    for fields in ({"LoginName": "boss"}, {"ExpireTime": "2020-01-01"}, {"Role": "viewer"}):
        assert fleet.root.call("manage/ModifyUser", UserID=root_id, HoldID=fleet.hold,
                               **fields)["Code"] == 404
    assert fleet.root.call("manage/DeleteUser", UserID=root_id,
                           HoldID=fleet.hold)["Code"] == 404
    for method in ("ListUsers", "ListGroups", "ListDevices"):
        answer = fleet.root.call(f"manage/{method}")
        assert answer["Code"] == 500 and "HoldID" in answer["ErrMsg"]
    server.stop()
    server.start()
    assert server.root().call("manage/ListEnterprises")["Code"] == 200


def test_what_expiry_ended_stays_ended(server):
    fleet = Fleet(server)
    user = fleet.root.data("manage/ListUsers", HoldID=fleet.hold)["data"][0]["UserID"]
    for end in ({"ExpireTime": "2020-01-01"}, {"ExpireTime": ""}):
        fleet.root.data("manage/ModifyUser", HoldID=fleet.hold, UserID=user, **end)
        assert fleet.api.call("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["Code"] == 401
    again = server.api.login(fleet.login_name, "secret-1")
    for end in ("2020-01-01", ""):
        fleet.root.data("manage/ModifyEnterprise", HoldID=fleet.hold, ServiceEnd=end)
        assert again.call("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["Code"] == 401


def test_the_token_header_stands_beside_a_foreign_authorization(server):
    fleet = Fleet(server)
    for authorization in ("", "Basic YWJjOmRlZg=="):
        answer = server.api.post("/api/vehicle/GetDeviceList", {"PageIndex": 1, "PageSize": 1},
                                 {"Authorization": authorization, "Token": fleet.api.token})
        assert answer.json()["Code"] == 200


def test_gzip_refused_by_its_quality(server):
    for accept, squeezed in (("gzip;q=0", False), ("gzip; q=0.0", False), ("br, GZIP;q=0.5", True),
                             ("x-gzipped", False)):
        answer = server.api.get("/api/openapi.json", headers={"Accept-Encoding": accept})
        assert ("Content-Encoding" in answer.headers) is squeezed, accept
        assert answer.json()["openapi"].startswith("3.1")


def test_the_throttle_counts_accounts_and_addresses_as_they_are(make_server):
    """Neither blanks of any script around a name nor forged header lines begin a new count."""
    import http.client
    server = make_server("[api]\ntrusted_proxy = 127.0.0.1\n")
    fleet = Fleet(server)

    def attempt(name, client):
        connection = http.client.HTTPConnection(server.http, timeout=PATIENCE_S)
        body = json.dumps({"LoginName": name, "PassWord": "wrong-1"}).encode()
        connection.putrequest("POST", "/api/user/GetLoginToken")
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("X-Forwarded-For", f"198.51.100.{client}")
        connection.putheader("X-Forwarded-For", "203.0.113.9")
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    blanks = ["", " ", "\u00a0", "\u2003", "\u3000", "\u2028", "\u205f", "\u1680", "\u2000",
              "\u2001"]
    for i, blank in enumerate(blanks):
        assert attempt(fleet.login_name + blank, i).status == 200
    throttled = attempt(fleet.login_name + "\u2002", 99)
    assert throttled.status == 429 and int(throttled.headers["Retry-After"]) > 0
    for i in range(20):
        assert attempt(f"nobody-{i}", i).status == 200
    assert attempt("nobody-20", 77).status == 429


def test_a_proxy_may_tell_a_port_and_brackets(make_server):
    """As some proxies write it; else all of their clients were one address to the throttle."""
    import requests
    server = make_server("[api]\ntrusted_proxy = 127.0.0.1\n")
    server.root()

    def attempt(i, forwarded):
        return requests.post(f"http://{server.http}/api/user/GetLoginToken", timeout=PATIENCE_S,
                             headers={"X-Forwarded-For": forwarded},
                             json={"LoginName": f"nobody-{i}", "PassWord": "wrong-1"}).status_code

    for i in range(40):
        for form in ("9.9.9.{}:4711", '"9.9.8.{}"', "1.2.3.4, 9.9.7.{}"):
            assert attempt(i, form.format(i)) == 200
        assert attempt(i, f"[2001:db8:0:{i:x}::1]:443") == 200
    assert server.health()["warnings"] == []
    for i in range(30):
        assert attempt(i, "unknown") == 200
    assert attempt(30, "unknown") == 429
    assert len(server.health()["warnings"]) == 1


def test_all_states_while_the_fleet_reports(server):
    """`total` is said first; the rows behind it are as many, whatever arrives meanwhile."""
    devices = ids(2000)
    fleet = Fleet(server, devices=devices)
    shown, newest = 0, {}
    with Load(server, "--devices", "1500", "--fixes", "20", "--rate", "10000") as load:
        while load.is_running() or shown < 1500:
            data = fleet.api.data("vehicle/GetCurrentVehicleInfoByDeviceIDs", DeviceIDs="")
            found = [row["SIM2"] for row in data["data"]]
            assert data["total"] == len(found) >= shown
            assert found == sorted(set(found)) and set(found) <= set(devices)
            for row in data["data"]:
                assert row["GPSTime"] >= newest.get(row["SIM2"], "")
                newest[row["SIM2"]] = row["GPSTime"]
            shown = data["total"]
        assert load.result()["errors"] == 0
    assert shown == 1500


def test_a_reader_of_all_states_that_stalls(server):
    """It is given the devices that were there when it asked, and hinders nobody."""
    devices = ids(8000)
    fleet = Fleet(server, devices=devices)
    with Load(server, "--udp", "--devices", "8000", "--fixes", "1") as load:
        assert load.result()["acknowledged"] == 8000
    reader = StalledReader(fleet.api, "vehicle/GetCurrentVehicleInfo", VehiclePlates="")
    wait_until(reader.has_begun)
    fleet.api.data("manage/DeleteDevice", DeviceID=devices[-1])
    everyone = fleet.api.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")
    assert everyone["total"] == len(everyone["data"]) == 7999
    status, answer = reader.read()
    reader.close()
    assert status == 200 and answer["Code"] == 200
    assert answer["Data"]["total"] == len(answer["Data"]["data"]) == 8000
