"""Calls that change something: many at once, on a disk that hangs, of thousands of devices."""
import json
import pathlib
import resource
import socket
import threading
import time

import pytest

from lib.faults import Load, bad_disk, ids, now
from lib.server import PATIENCE_S, Fleet, counter, wait_until
from lib.trackers import Jt808, jt808_location, split_address

DEVICE = "013900000001"
ENTERPRISES, EACH = 200, 5  # no account takes the places of the others
CALL_LIMIT_S = 10


@pytest.fixture
def faulty(make_server, tmp_path):
    """A server whose file system does what the control file says."""
    faults = bad_disk(tmp_path)
    server = make_server(env=faults.env)
    server.faults = faults
    return server


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def threads_of(server):
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/task").iterdir()))


def ask(server, token, method, **fields):
    """Sends a call over a connection of its own; the answer is read later."""
    body = json.dumps(fields).encode()
    one = socket.create_connection(split_address(server.http), timeout=PATIENCE_S)
    one.sendall((f"POST /api/manage/{method} HTTP/1.0\r\nAuthorization: {token}\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    return one


def answer_of(one):
    """(HTTP status, Code) of the answer."""
    received = b""
    while piece := one.recv(65536):
        received += piece
    one.close()
    return int(received.split()[1]), json.loads(received.partition(b"\r\n\r\n")[2])["Code"]


def test_a_thousand_calls_that_wait_hold_no_thread(make_server, many_files, tmp_path):
    faults = bad_disk(tmp_path)
    server = make_server("[api]\nconnections_per_address = 0\n", env=faults.env)
    root = server.root()
    holds = [root.data("manage/AddEnterprise", HoldName=f"e{i}")["HoldID"]
             for i in range(ENTERPRISES)]
    threads = threads_of(server)
    faults.set("hold")
    asked = [ask(server, root.token, "AddGroup", HoldID=hold, GroupName=f"g{i}")
             for i in range(EACH) for hold in holds]
    root.data("vehicle/GetDeviceList", HoldID=holds[0], PageIndex=1, PageSize=1)  # as ever
    most = threads_of(server)
    faults.set("none")
    answers = [answer_of(one) for one in asked]
    assert most == threads
    assert answers == [(200, 200)] * len(asked)
    for hold in (holds[0], holds[-1]):
        assert root.data("manage/ListGroups", HoldID=hold)["total"] == EACH


def test_calls_are_answered_though_the_disk_hangs(faulty):
    """The one that ingest is at, and those behind it. Passwords are checked all the while."""
    fleet = Fleet(faulty, devices=[DEVICE])
    faulty.faults.set("hold")
    began = time.monotonic()
    asked = [ask(faulty, fleet.api.token, "AddGroup", GroupName="g0"),
             ask(faulty, fleet.api.token, "AddUser", LoginName="u", PassWord="secret-3",
                 Role="viewer")]
    wrong = faulty.api.call("user/GetLoginToken", LoginName=fleet.login_name, PassWord="other")
    assert wrong["Code"] == 4005  # while the others wait
    login = faulty.api.post("/api/user/GetLoginToken",
                            {"LoginName": fleet.login_name, "PassWord": "secret-1"})
    assert login.status_code == 503 and login.json()["Code"] == 4011
    assert [answer_of(one) for one in asked] == [(503, 503)] * 2
    assert time.monotonic() - began >= CALL_LIMIT_S
    faulty.faults.set("none")
    wait_until(lambda: faulty.health()["status"] == "ok")
    fleet.api.data("manage/AddGroup", GroupName="later")
    names = [g["GroupName"] for g in fleet.api.data("manage/ListGroups")["data"]]
    assert names in (["later"], ["g0", "later"])  # what ingest was at may have happened


def test_a_stop_answers_those_who_wait(faulty):
    fleet = Fleet(faulty)
    faulty.faults.set("hold")
    asked = [ask(faulty, fleet.api.token, "AddGroup", GroupName=f"g{i}") for i in range(20)]
    wait_until(lambda: counter(faulty, "http_connections") >= 20, what="the connections")
    stopper = threading.Thread(target=faulty.stop)
    stopper.start()
    waiting = [answer_of(one) for one in asked[1:]]
    faulty.faults.set("none")
    assert answer_of(asked[0])[0] in (200, 503)
    stopper.join()
    assert waiting == [(503, 503)] * len(waiting)


def test_thousands_of_devices_delay_nobody(server):
    """One adds them, a thousand a call, another's fixes are acknowledged all the while."""
    busy, other = Fleet(server, "Busy"), Fleet(server, "Other", [DEVICE])
    adder = threading.Thread(target=lambda: busy.add(ids(20000, 20000000001)))
    adder.start()
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    reports = 0
    while adder.is_alive():
        terminal.report(jt808_location(now()))
        reports += 1
    adder.join()
    terminal.close()
    assert reports > 10
    assert other.status(DEVICE) is not None
    assert busy.api.data("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["total"] == 20000


def test_adding_devices_is_told_one_by_one(server):
    fleet = Fleet(server, devices=["1", "2"])
    rows = [{"DeviceID": str(i % 1000)} for i in range(2000)]
    told = fleet.api.data("manage/AddDevices", Devices=rows)
    assert told["added"] == 998
    taken = [e["index"] for e in told["errors"]]
    assert taken == [1, 2, *range(1000, 2000)]
    assert {e["ErrMsg"] for e in told["errors"]} == {"DeviceID is taken"}


def test_a_large_group_goes_at_once(make_server):
    """Its devices are in none from the answer on, also for users that were limited to it."""
    server = make_server()
    fleet = Fleet(server)
    group = fleet.api.data("manage/AddGroup", GroupName="all")["GroupID"]
    fleet.add([{"DeviceID": device, "GroupID": group} for device in ids(9000)])
    limited = fleet.user("operator", GroupIDs=[group])
    assert limited.data("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["total"] == 9000
    with Load(server, "--devices", "50", "--fixes", "400", "--window", "4"):
        fleet.api.data("manage/DeleteGroup", GroupID=group)
        for _ in range(3):
            assert limited.data("vehicle/GetDeviceList", PageIndex=1, PageSize=1)["total"] == 0
            rows = fleet.api.data("manage/ListDevices", PageSize=1000)
            assert rows["total"] == 9000
            assert {row["GroupID"] for row in rows["data"]} == {0}
        one = rows["data"][500]["DeviceID"]
        fleet.api.data("manage/ModifyDevice", DeviceID=one, SIM="123")
    server.kill()
    server.start()
    rows = fleet.api.data("manage/ListDevices", PageSize=1000, PageIndex=1)
    assert rows["total"] == 9000 and {row["GroupID"] for row in rows["data"]} == {0}
    assert fleet.api.data("manage/ListDevices", Key=one)["data"][0]["SIM"] == "123"


def test_a_deleted_enterprise_frees_its_names(server):
    one, two = Fleet(server, "One", ids(3000)), Fleet(server, "Two")
    one.root.data("manage/DeleteEnterprise", HoldID=one.hold)
    two.add(ids(3000))  # all of them at once, resolved or not
    answer = server.api.call("user/GetLoginToken", LoginName=one.login_name, PassWord="secret-1")
    assert answer["Code"] == 4006
    load = Load(server, "--devices", "20", "--fixes", "5").result()
    assert load["acknowledged"] == 100
    assert two.status(ids(1)[0]) is not None
