"""Logins while others fail, flood and loop; passwords set beside the server."""
import contextlib
import json
import os
import pathlib
import pty
import select
import socket
import subprocess
import threading

import pytest

from lib.server import (BINARY, PATIENCE_S, ROOT_PASSWORD, Api, Fleet, counter, run, simulate,
                        wait_until)

PROXIED = "[api]\ntrusted_proxy = 127.0.0.1\n"
NOBODY = 65534
AS_NOBODY = ["setpriv", "--reuid", str(NOBODY), "--clear-groups"]
THROTTLED = "Too many failed logins"


def try_login(api, name, password, address=None):
    """The HTTP response of a login, as from `address`."""
    headers = {"X-Forwarded-For": address} if address else {}
    return api.post("/api/user/GetLoginToken", {"LoginName": name, "PassWord": password},
                    headers=headers)


def code_of(answer):
    return answer.json()["Code"]


@contextlib.contextmanager
def looping(count, work):
    """`count` threads that call `work(number)` over and over."""
    ends = threading.Event()

    def loop(number):
        while not ends.is_set():
            work(number)

    threads = [threading.Thread(target=loop, args=[i]) for i in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join()


# ---- the throttle ----

def test_nobody_locks_root_out(make_server):
    """Wrong passwords for root from everywhere: who logged in lately still does, at each try."""
    server = make_server(PROXIED)
    home = "198.51.100.1"
    assert code_of(try_login(server.api, "root", ROOT_PASSWORD, home)) == 200
    server.stop()
    server.start()  # which remembers the address
    refusals = []
    strangers = [Api(server.http) for _ in range(8)]

    def attack(number):
        for serial in range(9):
            answer = try_login(strangers[number], "root", "wrong-password",
                               f"10.{number}.{serial}.1")
            if answer.status_code == 429:
                refusals.append(int(answer.headers["Retry-After"]))

    with looping(8, attack):
        wait_until(lambda: len(refusals) > 20, 120, "a refused stranger")
        for _ in range(10):
            answer = try_login(server.api, "root", ROOT_PASSWORD, home)
            assert (answer.status_code, code_of(answer)) == (200, 200), answer.text
    # One claimed check a second; a stranger who had his ten wrong ones waits for his window.
    assert min(refusals) in (1, 2)
    assert server.health()["status"] == "ok"
    stranger = "203.0.113.5"
    wait_until(lambda: code_of(try_login(server.api, "root", ROOT_PASSWORD, stranger)) == 200, 60,
               "a stranger's login")


def test_ten_failures_of_an_account_and_thirty_of_an_address(make_server):
    server = make_server(PROXIED)
    server.root()
    for _ in range(10):
        assert code_of(try_login(server.api, "root", "wrong-password", "192.0.2.1")) == 4005
    answer = try_login(server.api, "root", ROOT_PASSWORD, "192.0.2.1")
    assert answer.status_code == 429
    assert 500 < int(answer.headers["Retry-After"]) <= 600
    assert answer.json() == {"Code": 429, "Data": None, "ErrMsg": THROTTLED}
    assert code_of(try_login(server.api, "root", ROOT_PASSWORD)) == 200
    for serial in range(30):
        address = f"2001:db8:0:1::{serial:x}"  # one network is one address
        assert code_of(try_login(server.api, f"nobody-{serial}", "x", address)) == 4004
    assert try_login(server.api, "nobody", "x", "2001:db8:0:1:ffff::1").status_code == 429
    assert try_login(server.api, "nobody", "x", "2001:db8:0:2::1").status_code == 200
    assert counter(server, "logins_throttled") == 2
    assert counter(server, "forwards_ignored") == 0


def test_an_unnamed_proxy_is_told_once(server):
    """Without trusted_proxy all who come through a proxy are one address."""
    server.root()
    assert server.health()["warnings"] == []
    for serial in range(10):
        answer = try_login(server.api, "root", "wrong-password", f"192.0.2.{serial}")
        assert code_of(answer) == 4005
    assert try_login(server.api, "root", ROOT_PASSWORD, "192.0.2.99").status_code == 429
    assert len(server.health()["warnings"]) == 1
    assert "trusted_proxy" in server.health()["warnings"][0]
    assert counter(server, "forwards_ignored") == 11
    assert server.log().count("event=forwarded_for_ignored") == 1


# ---- whoever does nothing else ----

def test_hashing_for_management_keeps_nobody_from_logging_in(server):
    """80 connections of one administrator that make users; others log in all the same."""
    busy, other = Fleet(server, "Busy"), Fleet(server, "Other")
    made = []
    apis = [Api(server.http, busy.api.token) for _ in range(80)]

    def make_user(number):
        answer = apis[number].post("/api/manage/AddUser", {
            "LoginName": f"user-{number}-{len(made)}-{os.urandom(4).hex()}",
            "PassWord": "secret-9", "Role": "viewer"})
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            made.append(number)

    with looping(80, make_user):
        wait_until(lambda: len(made) > 2, 120, "a user made")
        for _ in range(5):
            answer = try_login(server.api, other.login_name, "secret-1")
            assert (answer.status_code, code_of(answer)) == (200, 200), answer.text
        before = len(made)
        wait_until(lambda: len(made) > before, 120, "a user made beside the logins")


def test_a_throttled_address_takes_no_places(make_server):
    """A hundred connections of an address that is throttled; others log in all the same."""
    server = make_server(PROXIED)
    server.root()
    for _ in range(10):
        try_login(server.api, "root", "wrong-password", "192.0.2.1")
    refused = []
    strangers = [Api(server.http) for _ in range(100)]

    def attack(number):
        answer = try_login(strangers[number], "root", "wrong-password", "192.0.2.1")
        assert answer.status_code == 429
        refused.append(answer)

    with looping(100, attack):
        wait_until(lambda: len(refused) > 100, 120, "refusals")
        for _ in range(5):
            assert code_of(try_login(server.api, "root", ROOT_PASSWORD)) == 200


# ---- passwd ----

def passwd(server, login, text, **options):
    return run("passwd", login, "--data", str(server.data), input=text, **options)


def test_passwd_from_a_pipe(make_server):
    server = make_server()
    fleet = Fleet(server)
    token = fleet.api
    denied = passwd(server, "root", "other-password\n")
    assert denied.returncode == 1
    assert "a server has it" in denied.stderr
    server.stop()
    for login, text, why in (("nobody", "other-password\n", "there is no such user"),
                             ("root", "short\n", "a password has 6 to 128 characters"),
                             ("root", "", "none was given"),
                             ("root", "x" * 2000, "too long")):
        failed = passwd(server, login, text)
        assert (failed.returncode, failed.stdout) == (1, ""), failed
        assert why in failed.stderr, failed.stderr
    done = passwd(server, "ROOT", "other-password\nnot this\n")
    assert done.returncode == 0, done.stderr
    assert "root" in done.stdout
    done = passwd(server, fleet.login_name, "secret-7\r\n")
    assert done.returncode == 0, done.stderr
    server.start()
    assert code_of(try_login(server.api, "root", ROOT_PASSWORD)) == 4005
    assert code_of(try_login(server.api, "root", "other-password")) == 200
    assert code_of(try_login(server.api, fleet.login_name, "secret-7")) == 200
    assert token.call("manage/ListUsers")["Code"] == 401  # its token has ended
    wait_until(lambda: "event=root_password_ignored" in server.log(), 60, "the warning")


def test_the_right_root_password_is_no_warning(make_server):
    server = make_server()
    server.stop()
    server.start()
    server.root()
    server.stop()
    assert "root_password_ignored" not in server.log()


def test_passwd_without_a_store(tmp_path):
    for arguments in ((), ("root",), ("--data", str(tmp_path))):
        assert run("passwd", *arguments, input="").returncode == 2
    failed = run("passwd", "root", "--data", str(tmp_path / "none"), input="other-password\n")
    assert failed.returncode == 1
    assert "no odograph.db in it" in failed.stderr
    assert not (tmp_path / "none").exists()
    assert "usage: odograph passwd LOGIN --data DIR" in run("passwd", "--help").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_passwd_by_another_user(make_server):
    """Who may not read the directory is told so; what root does leaves it to its owner."""
    server = make_server()
    server.stop()
    done = subprocess.run([*AS_NOBODY, BINARY, "passwd", "root", "--data", str(server.data)],
                          input="other-password\n", capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (
        1, f"odograph passwd: {server.data}: Permission denied\n")
    for name in ("odograph.lock", "odograph.seq", "reports"):
        path = server.data / name
        path.rmdir() if path.is_dir() else path.unlink()
    for path in (server.data, *server.data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    assert passwd(server, "root", f"{ROOT_PASSWORD}\n").returncode == 0
    server.start()
    fleet = Fleet(server)
    for form in ("csv", "xlsx"):
        fleet.api.data("manage/AddReport", Report="latest", Format=form)
    wait_until(lambda: {row["State"] for row in fleet.api.data("manage/ListReports")["data"]} ==
               {"done"}, what="the files of the reports")
    owners = {path.relative_to(server.data).as_posix(): (path.stat().st_uid, path.stat().st_gid)
              for path in server.data.rglob("*")}
    assert {"odograph.db", "odograph.lock", "odograph.seq", "reports"} <= set(owners)
    assert {path.suffix for path in (server.data / "reports").iterdir()} == \
        {".csv", ".xlsx", ".devices"}
    assert set(owners.values()) == {(NOBODY, NOBODY)}, owners


class Terminal:
    """`odograph passwd` with a terminal of its own."""

    def __init__(self, server, login):
        self.mine, theirs = pty.openpty()
        self.process = subprocess.Popen([BINARY, "passwd", login, "--data", str(server.data)],
                                        stdin=theirs, stdout=theirs, stderr=theirs,
                                        start_new_session=True)
        os.close(theirs)
        self.shown = ""

    def wait_for(self, text):
        while text not in self.shown:
            ready, _, _ = select.select([self.mine], [], [], 60)
            assert ready, self.shown
            self.shown += os.read(self.mine, 4096).decode()

    def type(self, line):
        os.write(self.mine, line.encode() + b"\n")

    def end(self):
        status = self.process.wait(timeout=PATIENCE_S)
        with contextlib.suppress(OSError):  # the other end is closed
            while select.select([self.mine], [], [], 0)[0]:
                part = os.read(self.mine, 4096)
                if not part:
                    break
                self.shown += part.decode()
        os.close(self.mine)
        return status


@pytest.mark.parametrize("again, status", [("other-password", 0), ("another-password", 1)])
def test_passwd_at_a_terminal(make_server, again, status):
    server = make_server()
    server.stop()
    terminal = Terminal(server, "root")
    terminal.wait_for("New password: ")
    terminal.type("other-password")
    terminal.wait_for("The same again: ")
    terminal.type(again)
    assert terminal.end() == status, terminal.shown
    assert "other-password" not in terminal.shown  # nothing of it was echoed
    assert ("not the same" in terminal.shown) == (status == 1)
    server.start()
    right = "other-password" if status == 0 else ROOT_PASSWORD
    assert code_of(try_login(server.api, "root", right)) == 200


def test_an_interrupted_passwd_changes_nothing(make_server):
    server = make_server()
    server.stop()
    terminal = Terminal(server, "root")
    terminal.wait_for("New password: ")
    terminal.process.terminate()
    assert terminal.end() == 1
    assert "none was given" in terminal.shown
    server.start()
    server.root()


# ---- root names an enterprise ----

SPAN = {"StartTime": "2026-01-01", "EndTime": "2026-01-02"}


@pytest.mark.parametrize("method, code, fields", [
    ("GetDeviceList", 500, {"PageIndex": 1, "PageSize": 10}),
    ("GetCurrentVehicleInfo", 401, {"VehiclePlates": ""}),
    ("GetCurrentVehicleInfoByDeviceIDs", 401, {"DeviceIDs": ""}),
    ("GetHistoryVehicleInfo", 401, {"NumberPlateLists": "p", **SPAN}),
    ("GetHistoryVehicleInfoByDeviceID", 401, {"DeviceID": "1", **SPAN}),
    ("ModifyVehiclePlate", 500, {"DeviceID": "1", "NewVehiclePlate": "q"}),
    ("ModifyAssetName", 500, {"DeviceID": "1", "AssetName": "q"}),
])
def test_root_names_an_enterprise(server, method, code, fields):
    fleet = Fleet(server, devices=[{"DeviceID": "1", "VehiclePlate": "p"}])
    answer = fleet.root.call(f"vehicle/{method}", **fields)
    assert (answer["Code"], answer["Data"]) == (code, None)
    assert answer["ErrMsg"].endswith("HoldID: value missing")
    assert fleet.root.call(f"vehicle/{method}", HoldID=fleet.hold, **fields)["Code"] == 200
    assert fleet.api.call(f"vehicle/{method}", **fields)["Code"] == 200


# ---- long requests and long answers ----

def test_long_bodies_are_judged_like_short_ones(server):
    """Above 64 KiB a body is read on another thread; nothing else is different."""
    fleet = Fleet(server)
    rows = [{"DeviceID": f"{n:015d}", "VehiclePlate": f"plate {n:030d}"} for n in range(1, 1500)]
    body = json.dumps({"Devices": rows}).encode()
    assert len(body) > 2 * 65536
    bad = fleet.api.post("/api/manage/AddDevices", data=body[:-1]).json()
    assert (bad["Code"], bad["Data"]) == (500, None)
    assert fleet.api.post("/api/manage/AddDevices", data=body).json()["Data"]["added"] == len(rows)
    plates = ",".join(row["VehiclePlate"] for row in rows)
    assert len(plates) < 65536
    padded = json.dumps({"VehiclePlates": plates, "more": "x" * 4000, "pad": " " * 4000}).encode()
    padded += b" " * 65536
    answer = fleet.api.post("/api/vehicle/GetCurrentVehicleInfo", data=padded).json()
    assert answer == {"Code": 200, "Data": {"total": 0, "data": []}, "ErrMsg": None}
    login = json.dumps({"LoginName": "nobody", "PassWord": "x"}).encode()
    assert Api(server.http).post("/api/user/GetLoginToken", data=login).json()["Code"] == 4004
    limited = fleet.user("viewer")
    assert limited.post("/api/manage/AddDevices", data=body).json()["Code"] == 403


def test_the_document_is_squeezed_too(server):
    plain = server.api.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    squeezed = server.api.get("/api/openapi.json")
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert plain.json() == squeezed.json()


def test_many_long_answers_at_once(server):
    """Histories of many pieces side by side, some squeezed, some left in the middle."""
    count = 3000
    fleet = Fleet(server, devices=["013800000001"])
    done = simulate(server.device, "--devices", "1", "--fixes", str(count), "--interval", "10",
                    "--burst", "16", "--window", "256", "--start", "2026-01-01T00:00:00Z")
    assert done["acknowledged"] == count, done
    body = {"DeviceID": "013800000001", "StartTime": "2026-01-01", "EndTime": "2026-01-03"}
    path = "/api/vehicle/GetHistoryVehicleInfoByDeviceID"
    whole = fleet.api.post(path, body).content
    records = json.loads(whole)["Data"]
    assert records["total"] == len(records["data"]) == count
    apis = [Api(server.http, fleet.api.token) for _ in range(16)]
    same = []

    def ask(number):
        coding = "gzip" if number % 2 else "identity"
        same.append(apis[number].post(path, body, headers={"Accept-Encoding": coding}).content
                    == whole)

    with looping(16, ask):
        wait_until(lambda: len(same) > 64, 120, "histories")
        assert fleet.status("013800000001")["SIM2"] == "013800000001"
    assert all(same)
    host, port = server.http.rsplit(":", 1)
    request = (f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {fleet.api.token}\r\n"
               f"Content-Length: {len(json.dumps(body))}\r\n\r\n{json.dumps(body)}").encode()
    stalled = []
    for _ in range(8):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((host, int(port)))
        client.sendall(request)
        assert client.recv(1024).startswith(b"HTTP/1.1 200")
        stalled.append(client)
    stalled.pop().close()
    server.stop()  # exit status 0, with the others still in the middle
    for client in stalled:
        client.close()


# ---- browsers that stay logged in ----

def test_a_browser_is_logged_in_again_after_a_restart(server):
    """The cookie outlives the process, leads to the same token, and dies with it."""
    fleet = Fleet(server)
    browser = Api(server.http)  # its session keeps cookies
    own = {"Origin": f"http://{server.http}"}
    login = {"LoginName": fleet.login_name, "PassWord": "secret-1", "Remember": True}
    answer = browser.post("/api/user/GetLoginToken", login, headers=own)
    browser.token = answer.json()["Data"]
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and browser.token not in cookie
    server.kill()
    server.start()
    foreign = browser.post("/api/user/Resume", headers={"Origin": "http://elsewhere.example"})
    assert (foreign.json()["Code"], len(browser.session.cookies)) == (401, 1)
    assert browser.post("/api/user/Resume", headers=own).json()["Data"] == browser.token
    assert browser.data("manage/GetMe")["LoginName"] == fleet.login_name
    secret = browser.session.cookies["odograph_resume"]
    browser.data("user/LogOut")
    assert browser.post("/api/user/Resume", headers=own).json()["Code"] == 401
    assert not browser.session.cookies
    again = Api(server.http).post("/api/user/Resume",
                                  headers={**own, "Cookie": f"odograph_resume={secret}"})
    assert again.json()["Code"] == 401
    for kept in filter(pathlib.Path.is_file, server.data.rglob("*")):
        assert secret.encode() not in kept.read_bytes()
    assert secret not in server.log()


# ---- tokens ----

def test_who_uses_a_token_is_told(make_server):
    """Where a token was used last outlives a kill; who ended it is in the audit."""
    server = make_server(PROXIED)
    fleet = Fleet(server)
    login = {"LoginName": fleet.login_name, "PassWord": "secret-1"}
    headers = {"X-Forwarded-For": "192.0.2.7"}
    other = Api(server.http, fleet.api.post("/api/user/GetLoginToken", login,
                                            headers=headers).json()["Data"])
    server.kill()
    server.start()
    rows = sorted(fleet.api.data("manage/ListTokens")["data"], key=lambda row: row["Current"])
    assert [(row["Address"], row["Current"]) for row in rows] == [("192.0.2.7", False),
                                                                  ("127.0.0.1", True)]
    assert all(row["LastTime"] >= row["CreateTime"] for row in rows)
    fleet.api.data("manage/DeleteToken", TokenID=rows[0]["TokenID"])
    assert other.call("manage/GetMe")["Code"] == 401
    row = fleet.api.data("manage/ListAudit")["data"][0]
    assert (row["Action"], row["LoginName"]) == ("DeleteToken", fleet.login_name)
    assert row["Object"] == f"user {fleet.login_name}"


def test_no_key_is_logged_or_stored(server):
    """A token stands in no log and no file, wherever a client puts it."""
    fleet = Fleet(server)
    token = fleet.api.token
    ways = [f"/?key={token}", f"/api?key={token}&fun=2", f"/api/{token}", f"/{token}?{token}",
            f"/api/snapshot?key={token}", f"/api/live?cols={token}&once=1", f"/health?key={token}"]
    for way in ways:
        for headers in ({}, {"Authorization": token}, {"Token": f"Bearer {token} x"}):
            fleet.api.get(way, headers={**headers, "Cookie": f"odograph_resume={token}"})
    fleet.api.call("manage/GetDevice", DeviceID=token)
    fleet.api.post("/api/user/GetLoginToken", data=token.encode())
    server.stop()
    for kept in filter(pathlib.Path.is_file, server.data.rglob("*")):
        assert token.encode() not in kept.read_bytes(), kept
    assert token not in server.log()
