"""ListAudit: who did what from where, in the commit of what it tells, and never a secret."""
from lib.server import PATIENCE_S, Fleet, run, wait_until

DEVICE = "860000000000017"
PROXIED = "[api]\ntrusted_proxy = 127.0.0.1\n"
SECRETS = ("lock-4711", "wrong-pass-1", "secret-77", "passwd-88")


def audit(api, **fields):
    """The oldest first: (LoginName, Action, Object, Detail)."""
    rows = api.data("manage/ListAudit", **fields)["data"]
    return [(row["LoginName"], row["Action"], row["Object"], row["Detail"])
            for row in reversed(rows)]


def log_in(api, name, password, address):
    return api.post("/api/user/GetLoginToken", {"LoginName": name, "PassWord": password},
                    headers={"X-Forwarded-For": address}).json()


def test_what_was_done_is_told_over_a_kill(make_server):
    server = make_server(PROXIED)
    fleet = Fleet(server)
    fleet.api.data("manage/AddDevice", DeviceID=DEVICE, Password="lock-4711")
    fleet.user("operator", "olga")
    assert log_in(server.api, "olga", "wrong-pass-1", "192.0.2.77")["Code"] == 4005
    wait_until(lambda: audit(fleet.api, Key="192.0.2.77"), PATIENCE_S, "the failed login")
    assert audit(fleet.api, Key="192.0.2.77") == \
        [("olga", "GetLoginToken", "user olga", "failed: Password error")]
    fleet.api.data("vehicle/SendTextCommand", DeviceID=DEVICE, TextCommand="PWD,lock-4711#")
    before = audit(fleet.api)
    assert before[-1][1:] == ("SendTextCommand", f"device {DEVICE}", "text: PWD,******#")
    assert (fleet.login_name, "AddDevice", f"device {DEVICE}",
            f"DeviceID: {DEVICE}, Password: ******") in before
    server.kill()
    server.start()
    assert audit(fleet.api) == before


def test_passwords_set_beside_the_server_are_told(make_server):
    server = make_server()
    fleet = Fleet(server)
    server.stop()
    for login in ("root", fleet.login_name):
        done = run("passwd", login, "--data", str(server.data), input="passwd-88\n")
        assert done.returncode == 0, done.stderr
    server.start()
    root = server.api.login("root", "passwd-88")
    own = server.api.login(fleet.login_name, "passwd-88")
    assert audit(own, Key="passwd")[-1] == \
        ("", "odograph passwd", f"user {fleet.login_name}", "")
    assert audit(root, Key="passwd")[-1] == ("", "odograph passwd", "user root", "")


def test_no_secret_is_told(make_server):
    server = make_server()
    fleet = Fleet(server)
    fleet.api.data("manage/AddDevice", DeviceID=DEVICE, Password="lock-4711")
    fleet.api.data("manage/AddUser", LoginName="otto", PassWord="secret-77", Role="viewer")
    otto = server.api.login("otto", "secret-77")
    otto.data("manage/ChangePassword", OldPassWord="secret-77", NewPassWord="passwd-88")
    assert log_in(server.api, "otto", "wrong-pass-1", "")["Code"] == 4005
    wait_until(lambda: audit(fleet.api, Key="failed"), PATIENCE_S, "the failed login")
    told = str(audit(fleet.api)) + str(audit(server.root()))
    assert "AddUser" in told and "ChangePassword" in told
    for secret in (*SECRETS, otto.token, fleet.api.token):
        assert secret not in told


def test_a_foreign_enterprise_is_told_nothing(make_server):
    server = make_server()
    one, two = Fleet(server, devices=[DEVICE]), Fleet(server, name="Fleet Two")
    two.api.data("manage/AddGroup", GroupName="theirs")
    assert one.api.call("manage/AddDevice", DeviceID=DEVICE)["Code"] == 409
    for fields in ({}, {"Key": "theirs"}, {"Key": two.login_name}):
        assert "theirs" not in str(audit(one.api, **fields))
    assert one.api.call("manage/ListAudit", HoldID=two.hold)["Code"] == 404
    assert DEVICE not in str(audit(two.api))
