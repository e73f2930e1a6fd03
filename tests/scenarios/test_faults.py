"""Bad days of a server: a backup under load, a disk that fills or locks, clients that do not read,
a clock that is set. Nothing acknowledged is lost, nothing is stored twice, others are served."""
import datetime
import json
import os
import pathlib
import stat

import pytest

from lib.faults import SEALING, Load, StalledReader, bad_disk, ids, now, text, wrong_clock
from lib.server import PATIENCE_S, STOP_LIMIT_S, Fleet, Server, counter, run, simulate, \
    wait_until
from lib.trackers import Gt06, Jt808, jt808_location

START = "2026-01-05T06:00:00Z"
SPAN = "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z"
DAY_S = 86400
RECORDS = 50000
# Freed memory is given back at once, so that what the server holds can be measured.
SMALL_HEAP = {"ASAN_OPTIONS": "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")}


# ---- backup ----


def restore(directory, file):
    """A server on what the manual says of restoring."""
    server = Server(directory, SEALING)
    server.data.mkdir()
    file.rename(server.data / "odograph.db")
    return server.start()


def test_a_backup_under_load_has_all_that_was_acknowledged(make_server, tmp_path):
    devices = ids(20)
    server = make_server(SEALING)
    fleet = Fleet(server, devices=devices)
    file = tmp_path / "backup.db"
    done = simulate(server.device, "--devices", "20", "--fixes", "300", "--start", START)
    assert done["acknowledged"] == done["sent"] == 6000
    before = {d: fleet.history(d, *SPAN) for d in devices}
    with Load(server, "--devices", "20", "--fixes", "100000", "--start", "2026-02-01T00:00:00Z",
              "--give-up", "300") as load:
        wait_until(lambda: counter(server, "fixes_stored") > 8000)
        made = run("backup", str(file), "--data", str(server.data))
        assert made.returncode == 0, made.stderr
        assert load.is_running()
        again = run("backup", "--data", str(server.data), str(file))
        assert again.returncode == 1 and "already exists" in again.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("backup.db*")] == ["backup.db"]
    content = json.loads(made.stdout)
    assert content["devices"] == 20 and content["bytes"] == file.stat().st_size
    directory = tmp_path / "restored"
    directory.mkdir()
    restored = restore(directory, file)
    try:
        rows = restored.check()
        assert all(rows[d]["fixes"] >= 300 for d in devices)
        assert sum(r["fixes"] for r in rows.values()) == content["fixes"] > 8000
        fleet.api = restored.api.login(fleet.login_name, "secret-1")
        assert {d: fleet.history(d, *SPAN) for d in devices} == before
    finally:
        restored.close()


@pytest.mark.parametrize("word, why", [("nospace", "no space left"),
                                       ("syncerror", "input or output failed"),
                                       ("readonly", "input or output failed")])
def test_a_backup_that_fails_leaves_nothing(server, tmp_path, word, why):
    Fleet(server, devices=ids(1))
    simulate(server.device, "--fixes", "10", "--start", START)
    disk = bad_disk(tmp_path)
    file = tmp_path / "copies" / "backup.db"
    missing = run("backup", str(file), "--data", str(server.data))
    assert missing.returncode == 1 and "No such file or directory" in missing.stderr
    file.parent.mkdir()
    disk.set(word)
    failed = run("backup", str(file), "--data", str(server.data), env={**os.environ, **disk.env})
    assert failed.returncode == 1 and f"{file}: {why}" in failed.stderr, failed.stderr
    assert not list(file.parent.iterdir())
    disk.set("none")
    made = run("backup", str(file), "--data", str(server.data), env={**os.environ, **disk.env})
    assert made.returncode == 0 and json.loads(made.stdout)["fixes"] == 10


# ---- disks ----


def assert_store_lost(server):
    """It ends by itself, with the status the manual gives."""
    assert server.process.wait(timeout=PATIENCE_S) == 3
    server.process.stdout.close()
    server.process = None
    assert "store_lost" in server.log()


def test_a_disk_that_fills_while_sealing(make_server, tmp_path):
    """No room, three times in a load: nothing is acknowledged meanwhile, and all is in the end."""
    disk = bad_disk(tmp_path)
    server = make_server(SEALING, env=disk.env)
    fleet = Fleet(server, devices=ids(40))
    with Load(server, "--devices", "40", "--fixes", "600", "--rate", "6000", "--start", START,
              "--give-up", "300", "--window", "16") as load:
        for more in (2000, 9000, 16000):
            wait_until(lambda least=more: counter(server, "fixes_stored") > least)
            disk.set("nospace")
            wait_until(lambda: server.api.get("/health").status_code == 503, what="/health")
            health = server.health()
            assert (health["status"], health["store"]) == ("degraded", "no space left")
            assert fleet.history(ids(1)[0], *SPAN)["total"] > 0
            assert fleet.status(ids(1)[0])["IsOnline"] == 1
            assert counter(server, "fixes_stored") == health["counters"]["fixes_stored"]
            disk.set("none")
            wait_until(lambda: server.health()["status"] == "ok", what="the recovery")
        result = load.result()
    assert result["acknowledged"] == result["sent"] == 24000, result
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    health = server.health()["counters"]
    assert health["fixes_stored"] == health["fixes_sealed"] == 24000
    assert health["chunks_damaged"] == 0
    assert all(row["fixes"] == 600 for row in server.check().values())
    assert fleet.history(ids(1)[0], *SPAN)["total"] == 600


def test_a_disk_that_fills_before_sealing(make_server, tmp_path):
    """What waits for its sealing waits on, is read meanwhile, and is sealed once there is room."""
    disk = bad_disk(tmp_path)
    server = make_server("[store]\ntail_mib = 64\nseal_after_s = 15\n", env=disk.env)
    fleet = Fleet(server, devices=ids(40))
    done = simulate(server.device, "--devices", "40", "--fixes", "50", "--start", START)
    disk.set("nospace")
    assert done["acknowledged"] == done["sent"] == 2000
    wait_until(lambda: "commit_delayed" in server.log(), what="a sealing that finds no room")
    assert all(fleet.history(d, *SPAN)["total"] == 50 for d in ids(40))
    assert counter(server, "tail_fixes") > 0
    disk.set("none")
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    assert all(fleet.history(d, *SPAN)["total"] == 50 for d in ids(40))
    assert all(row["fixes"] == 50 for row in server.check().values())


def test_a_sync_that_fails_under_load_ends_the_server(make_server, tmp_path):
    """It must not go on, and what it acknowledged before is there when it comes back."""
    disk = bad_disk(tmp_path)
    server = make_server(SEALING, env=disk.env)
    Fleet(server, devices=ids(40))
    with Load(server, "--devices", "40", "--fixes", "300", "--rate", "6000", "--start", START,
              "--give-up", "300", "--window", "16") as load:
        wait_until(lambda: counter(server, "fixes_stored") > 3000)
        disk.set("syncerror")
        assert_store_lost(server)
        disk.set("none")
        server.start()
        result = load.result()
    assert result["acknowledged"] == result["sent"] == 12000, result
    assert all(row["fixes"] == 300 for row in server.check().values())


def test_a_directory_that_cannot_be_written(make_server, tmp_path):
    disk = bad_disk(tmp_path)
    server = make_server(SEALING, env=disk.env)
    fleet = Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    # Of two fixes of one second their content decides which is the newer, hence the distance.
    terminal.report(jt808_location(now() - datetime.timedelta(minutes=1), lat=3.5))
    disk.set("readonly")
    terminal.send(terminal.frame(0x0200, jt808_location(now(), lat=4.5)))
    assert_store_lost(server)
    for directory in (server.data, tmp_path / "new"):
        refused = run("serve", "--data", str(directory), "--http", server.http, "--device",
                      server.device, env={**os.environ, **disk.env})
        assert refused.returncode == 1 and not refused.stdout
        assert str(directory) in refused.stderr and "Read-only file system" in refused.stderr
    disk.set("none")
    server.start()
    again = Jt808(server.device, "013900000001")
    again.report(jt808_location(now(), lat=4.5))
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert fleet.status("013900000001")["Lat"] == 4.5
    assert server.check()["013900000001"]["fixes"] == 2


# ---- readers that do not read ----


def memory_bytes(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def written_bytes(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


def log_bytes(server):
    return (server.data / "odograph.db-wal").stat().st_size


def write_track(path):
    """A drive of RECORDS fixes, one every four seconds: not three days."""
    first_s = 1767592800  # START
    path.write_text("lon,lat,time\n" + "".join(
        f"{13 + i % 1000 / 1e4:.4f},{52 + i / 1e5:.5f},{first_s + 4 * i}\n"
        for i in range(RECORDS)))


def test_stalled_readers_of_long_answers(make_server, tmp_path):
    """Twenty clients ask for 50,000 records and read next to nothing; nobody else notices."""
    track = tmp_path / "track.csv"
    write_track(track)
    server = make_server(SEALING, env=SMALL_HEAP)
    fleet = Fleet(server, devices=ids(5))
    device = ids(1)[0]
    done = simulate(server.device, "--fixes", str(RECORDS), "--track", str(track), "--burst",
                    "50", "--start", START, "--window", "500")
    assert done["acknowledged"] == done["sent"] == RECORDS
    span = {"DeviceID": device, "StartTime": SPAN[0], "EndTime": SPAN[1]}
    whole = fleet.history(device, *SPAN)
    assert whole["total"] == len(whole["data"]) == RECORDS
    before = memory_bytes(server)
    readers = [StalledReader(fleet.api, "vehicle/GetHistoryVehicleInfoByDeviceID", **span)
               for _ in range(20)]
    try:
        for reader in readers:
            wait_until(reader.has_begun, what="the begin of an answer")
        written = written_bytes(server)
        with Load(server, "--devices", "4", "--first-id", ids(2)[1], "--fixes", "3200", "--start",
                  START, "--window", "1", "--give-up", "300") as driving:
            def is_driven():
                for reader in readers[:2]:
                    reader.sip()
                return not driving.is_running()

            wait_until(is_driven, what="the end of the load")
            load = driving.result()
        assert load["acknowledged"] == load["sent"] == 12800
        assert load["ack_max_ms"] < 60000  # a reader may stall for 300 s
        assert fleet.history(ids(2)[1], *SPAN)["total"] > 0
        assert memory_bytes(server) - before < 128 << 20
        written = written_bytes(server) - written
        assert written > 56 << 20 and log_bytes(server) < 40 << 20, (written, log_bytes(server))
        answers = [reader.read() for reader in readers[:2]]
        assert answers == [(200, {"Code": 200, "Data": whole, "ErrMsg": None})] * 2
    finally:
        for reader in readers:
            reader.close()
    assert server.stop() < STOP_LIMIT_S
    server.start()


# ---- clocks ----


def test_a_clock_years_ahead_deletes_nothing(make_server, tmp_path):
    """Retention counts from what the fleet's clocks say, where the system's is beyond that."""
    clock = wrong_clock(tmp_path)
    server = make_server(SEALING + "retention_days = 30\n", env=clock.env)
    fleet = Fleet(server, devices=ids(2))
    times = [now() - datetime.timedelta(days=40), now() - datetime.timedelta(hours=1)]
    for device, time in zip(ids(2), times):
        terminal = Jt808(server.device, device)
        terminal.register()
        terminal.report(jt808_location(time, speed_kmh=40))
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    clock.set(3 * 365 * DAY_S)
    server.stop()
    server.start()

    def counts():
        return [row["fixes"] for row in server.check().values()]

    wait_until(lambda: counts() == [0, 1], what="retention")
    server.stop()
    clock.set(0)
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert fleet.history(ids(2)[1], text(times[1]), text(now()))["total"] == 1


def test_the_system_clock_a_day_ahead_and_a_day_back(make_server, tmp_path):
    clock = wrong_clock(tmp_path)
    server = make_server(SEALING + "[api]\ntoken_days = 3\n", env=clock.env)
    fleet = Fleet(server, devices=["013900000001", "860000000000009"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    tracker = Gt06(server.device, "860000000000009")
    tracker.login()
    start = now() - datetime.timedelta(seconds=100)

    def at(seconds):
        return start + datetime.timedelta(seconds=seconds)

    def report(seconds):
        terminal.report(jt808_location(at(seconds), lat=10 + seconds / 1000, speed_kmh=40))
        tracker.report(at(seconds), 20 + seconds / 1000, 4.5, speed_kmh=40)
        tracker.heartbeat()

    def shown(seconds):
        rows = [fleet.status(d) for d in ("013900000001", "860000000000009")]
        return all(row["GPSTime"] == at(seconds).strftime("%Y-%m-%d %H:%M:%S") and
                   row["IsOnline"] == 1 for row in rows)

    report(0)
    assert shown(0)
    clock.set(DAY_S)
    report(10)
    assert shown(10)
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    assert fleet.api.data("vehicle/ModifyVehiclePlate", DeviceID="013900000001",
                          NewVehiclePlate="ahead") == "0"
    clock.set(-DAY_S)
    report(20)  # a day ahead of the clock: filed under the arrival, as the time rule says
    assert counter(server, "times_replaced") == 2
    assert shown(10)
    assert fleet.root.data("manage/ListUnknownDevices")["total"] == 0
    assert server.api.login(fleet.login_name, "secret-1").token != fleet.api.token
    clock.set(0)
    report(30)
    assert shown(30)
    health = server.health()
    assert health["status"] == "ok" and health["uptime_s"] < 600
    assert health["counters"]["connections_idle"] == 0
    assert health["counters"]["connections"] == 2
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    found = fleet.history("013900000001", text(at(-5)), text(at(95)))
    assert [r["GPSTime"] for r in found["data"]] == \
        [at(s).strftime("%Y-%m-%d %H:%M:%S") for s in (0, 10, 30)]
    a_day_back = fleet.history("013900000001", text(at(-DAY_S - 600)), text(at(-DAY_S + 3600)))
    assert [round(r["Lat"], 3) for r in a_day_back["data"]] == [10.02]
    rows = server.check()
    assert [rows[d]["fixes"] >= 4 for d in rows] == [True, True]
    assert rows["013900000001"]["fixes"] == 4
    server.stop()
    clock.set(-DAY_S)
    server.start()
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert fleet.status("013900000001")["GPSTime"] == at(30).strftime("%Y-%m-%d %H:%M:%S")
