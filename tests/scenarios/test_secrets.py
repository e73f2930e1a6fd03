"""Passwords of locks: in no file and no memory, and of no use without their key."""
import os
import shutil
import signal
import socket
import stat

import pytest

from fixtures import kept
from lib.server import PATIENCE_S, Fleet, Server, run, wait_until
from lib.trackers import Gt06, split_address

ONE, AWAY, LOCK = "860000000000017", "860000000000025", "860000000000033"
PASSWORD, NEXT, WRONG = "Pw-7319-lock", "Pw-4460-next", "Pw-9902-wrong"
SECRETS = PASSWORD, NEXT, WRONG
STACKS = {8 << 20, (8 << 20) - 4096}  # of threads, unless somebody sets another size


def forms(secret):
    """The bytes that a secret would be found by."""
    raw = secret.encode()
    return raw, raw.hex().encode(), raw.hex().upper().encode(), "".join(
        c + "\0" for c in secret).encode()


def files_with(folder, secrets=SECRETS):
    """(file, secret) wherever one stands in a file below the folder."""
    return [(path.name, secret) for path in sorted(folder.rglob("*")) if path.is_file()
            for secret in secrets if any(form in path.read_bytes() for form in forms(secret))]


def text(api, device, command, method="SendTextCommand"):
    return api.call(f"vehicle/{method}", DeviceID=device, TextCommand=command)["Code"]


def switch(api, device, password):
    return api.call("vehicle/SetLockSwitch", DeviceID=device, Password=password,
                    OpenType=1)["Code"]


def use_passwords(server):
    """Whatever takes or tells a password."""
    fleet = Fleet(server, devices=[{"DeviceID": d, "Password": PASSWORD} for d in (ONE, LOCK)])
    api = fleet.api
    api.data("manage/AddDevice", DeviceID=AWAY, Password=PASSWORD)
    assert api.data("manage/TraceDevice", DeviceID=ONE, Seconds=60)["frames"] == []
    device = Gt06(server.device, ONE)
    device.login()
    assert text(api, ONE, f"SET,{PASSWORD},A#") == 200
    assert device.read_frame()[1][5:] == f"SET,{PASSWORD},A#".encode()
    raw = f"hex:80{(b'PWD,' + PASSWORD.encode()).hex()}"
    assert text(api, AWAY, f"SET,{PASSWORD},B#") == 200
    assert text(api, AWAY, raw, "SendHighLevelCommand") == 200
    assert switch(api, LOCK, PASSWORD) == 4010
    assert switch(api, LOCK, WRONG) == 4005
    wait_until(lambda: "failed" in str(api.data("manage/ListAudit", Key="SetLockSwitch")),
               PATIENCE_S, "the wrong password in the audit")
    api.data("manage/ModifyDevice", DeviceID=LOCK, Password=NEXT)
    return fleet, device


def hear_passwords(api, device):
    """What a device says, and what people write down."""
    device.send(device.frame(0x15, b"\x20\0\0\0\0" + f"done {PASSWORD}".encode() + b"\0\2"))
    wait_until(lambda: len(api.data("vehicle/GetDeviceMessages", DeviceID=ONE)) == 2,
               PATIENCE_S, "the answer")
    api.data("manage/ModifyDevice", DeviceID=LOCK, Note=f"opens by {NEXT}")


def assert_nothing_is_told(api):
    told = [api.data(f"manage/{method}") for method in ("ListCommands", "ListAudit")]
    told += [api.data("vehicle/GetDeviceMessages", DeviceID=ONE),
             api.data("manage/TraceDevice", DeviceID=ONE, Seconds=60)]
    assert str(told).count("******") >= 6
    for secret in SECRETS:
        assert not any(form.decode() in str(told) for form in forms(secret)[:3])


def test_no_file_holds_a_password(make_server, tmp_path):
    server = make_server()
    fleet, device = use_passwords(server)
    hear_passwords(fleet.api, device)
    assert_nothing_is_told(fleet.api)
    assert files_with(server.data, (PASSWORD, WRONG)) == []
    done = run("backup", str(tmp_path / "copy.db"), "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    server.kill()
    assert files_with(server.data, (PASSWORD, WRONG)) == []
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    assert [switch(api, LOCK, p) for p in (PASSWORD, NEXT)] == [4005, 4010]
    away = Gt06(server.device, AWAY)
    away.login()
    assert away.read_frame()[1][5:] == f"SET,{PASSWORD},B#".encode()  # what was sealed goes out
    server.stop()
    assert files_with(tmp_path, (PASSWORD, WRONG)) == []  # the log and the backup, too
    key = server.data / "odograph.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 65
    assert key.read_bytes().strip() not in server.log_path.read_bytes()
    assert all(key.read_bytes().strip() not in path.read_bytes()
               for path in tmp_path.rglob("*") if path.is_file() and path != key)


def cut_off(server, token):
    """A call that goes away in the middle of its body, behind the password."""
    body = f'{{"DeviceID": "{LOCK}", "Password": "{WRONG}", '.encode()
    with socket.create_connection(split_address(server.http), PATIENCE_S) as link:
        link.sendall(f"POST /api/vehicle/SetLockSwitch HTTP/1.1\r\nHost: a\r\n"
                     f"Authorization: {token}\r\nContent-Length: 200\r\n\r\n".encode() + body)
        link.shutdown(socket.SHUT_WR)
        while link.recv(4096):
            pass


def memory_of(process):
    """All that the process may write to, as a core file has it; but for stacks of threads, where
    the loader and the compiler leave registers wherever they like.
    """
    with open(f"/proc/{process.pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{process.pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            first, end = (int(part, 16) for part in place.split("-"))
            if rights.startswith("rw") and end - first not in STACKS and end - first <= 1 << 28:
                try:
                    memory.seek(first)
                    yield memory.read(end - first)
                except (OSError, ValueError):
                    continue


def test_no_password_stays_in_memory(make_server):
    """Once the server is done with the call that was cut off, which its client cannot see."""
    server = make_server()
    fleet, _ = use_passwords(server)
    cut_off(server, fleet.api.token)

    def is_clean():
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            return not any(secret.encode() in part
                           for part in memory_of(server.process) for secret in SECRETS)
        except PermissionError:
            pytest.skip("the memory of another process cannot be read here")
        finally:
            os.kill(server.process.pid, signal.SIGCONT)

    wait_until(is_clean, what="a memory without passwords")


def refused(server, *options):
    """What a start that fails writes."""
    done = run("serve", "--data", str(server.data), "--http", "127.0.0.1:0",
               "--device", "127.0.0.1:0", *options)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


def test_a_key_that_is_lost_is_not_replaced_unasked(make_server, tmp_path):
    server = make_server()
    key, apart = server.data / "odograph.key", tmp_path / "apart"
    fleet = Fleet(server, devices=[{"DeviceID": LOCK, "Password": PASSWORD}, AWAY])
    text(fleet.api, LOCK, f"SET,{PASSWORD},B#")
    text(fleet.api, AWAY, "STATUS#")
    server.stop()
    shutil.move(key, apart)
    said = refused(server)
    assert "devices=1 commands=1" in said and "the file is missing" in said
    assert "--accept-lost-key" in said and str(key) in said and not key.exists()
    key.write_text("0" * 64 + "\n")
    assert "others may read" in refused(server)
    key.chmod(0o600)
    assert "it is another file" in refused(server)
    key.write_text("no key")
    assert "64 hexadecimal digits" in refused(server)
    key.unlink()
    server.config.write_text(f"[server]\nkey_file = {apart}\n")
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    assert switch(api, LOCK, PASSWORD) == 4010
    server.stop()
    server.config.write_text("")
    server.arguments = ["--accept-lost-key"]
    server.start()
    server.stop()
    server.arguments = []
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    assert switch(api, LOCK, PASSWORD) == 4005
    assert [row["State"] for row in api.data("manage/ListCommands")["data"]] == \
        ["queued", "expired"]
    api.data("manage/ModifyDevice", DeviceID=LOCK, Password=NEXT)
    assert switch(api, LOCK, NEXT) == 4010


@pytest.fixture
def old(tmp_path):
    """A server of today on a store that has passwords in clear, not started yet."""
    server = Server(tmp_path)
    kept.unpack(7, server.data)
    assert files_with(server.data, (kept.IDLE_PASSWORD,)) != []
    yield server
    server.close()


def test_what_an_old_store_has_in_clear_is_hashed_and_wiped(old):
    done = run("passwd", "root", "--data", str(old.data), input="passwd-88\n")
    assert done.returncode == 1 and "start odograph serve once" in done.stderr
    old.start()
    assert files_with(old.data, (kept.IDLE_PASSWORD,)) == []
    api = old.api.login("operator-one", kept.PASSWORD)
    assert [switch(api, "013900000003", p) for p in (kept.IDLE_PASSWORD, WRONG)] == [4010, 4005]
    assert switch(api, "860000000000009", kept.CAR_PASSWORD) == 4010
    commands = api.data("manage/ListCommands")["data"]
    assert [row["Text"] for row in commands] == ["PASSWORD,******,1#"]
    old.stop()
    assert files_with(old.data, (kept.IDLE_PASSWORD,)) == []
    assert kept.CAR_PASSWORD.encode() not in (old.data / "odograph.db").read_bytes()


def test_a_backup_needs_the_key(make_server, tmp_path):
    server = make_server()
    fleet = Fleet(server, devices=[{"DeviceID": LOCK, "Password": PASSWORD}])
    copy = tmp_path / "copy.db"
    assert run("backup", str(copy), "--data", str(server.data)).returncode == 0
    key = (server.data / "odograph.key").read_bytes()
    server.stop()
    shutil.rmtree(server.data)
    server.data.mkdir()
    shutil.copy(copy, server.data / "odograph.db")
    assert "the file is missing" in refused(server)
    (server.data / "odograph.key").write_bytes(key)
    (server.data / "odograph.key").chmod(0o600)
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    assert switch(api, LOCK, PASSWORD) == 4010
