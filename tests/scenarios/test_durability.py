"""Acknowledged means stored: killed, held back, out of space, stopped under load."""
import datetime
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest

from lib.server import BINARY, Fleet, Server, run, simulate, wait_until
from lib.trackers import Gt06, Jt808, jt808_location

UTC = datetime.timezone.utc
FAULTS = os.environ.get("ODOGRAPH_FAULTS", str(pathlib.Path(BINARY).parent / "tests" / "faults" /
                                               "libfaultfs.so"))
DEVICES = 40
FIXES = 400
START = "2026-01-05T06:00:00Z"
KILL_ROUNDS = int(os.environ.get("ODOGRAPH_KILL_ROUNDS", "10"))


def now():
    return datetime.datetime.now(UTC).replace(microsecond=0)


def ids(count, first=13800000001):
    return [f"{first + i:012d}" for i in range(count)]


class Faults:
    """The file system below a server: what the control file says (tests/faults/faultfs.c)."""

    def __init__(self, path):
        self.path = path
        self.set("none")

    def set(self, word):
        new = self.path.with_suffix(".new")
        new.write_text(word)
        new.rename(self.path)


@pytest.fixture
def faulty(make_server, tmp_path):
    """A server whose file system does what the control file says."""
    if not pathlib.Path(FAULTS).exists():
        pytest.fail(f"{FAULTS} is not built")
    faults = Faults(tmp_path / "faults")
    server = make_server(env={"LD_PRELOAD": FAULTS, "ODOGRAPH_FAULT_FILE": str(faults.path)})
    server.faults = faults
    return server


def test_no_reply_before_the_commit(faulty):
    fleet = Fleet(faulty, devices=["013900000001", "860000000000009", "phone-1"])
    terminal = Jt808(faulty.device, "013900000001")
    terminal.register()
    tracker = Gt06(faulty.device, "860000000000009")
    tracker.login()
    faulty.faults.set("hold")
    terminal.send(terminal.frame(0x0200, jt808_location(now(), lat=3.5)))
    tracker.report(now(), 4.5, 4.5)
    assert terminal.silent_for(0.7)
    terminal.send(terminal.frame(0x0002))
    tracker.send(tracker.frame(0x13, bytes([0x46, 6, 4, 0, 2])))
    assert terminal.silent_for(0.7) and tracker.silent_for(0.3)
    assert fleet.status("013900000001") is None
    faulty.faults.set("none")
    terminal.acknowledged(0x0200, serial=terminal.serial - 1)
    terminal.acknowledged(0x0002)
    assert tracker.read_frame()[0] == 0x13
    assert fleet.status("013900000001")["Lat"] == 3.5
    assert fleet.status("860000000000009")["Lat"] == 4.5


def test_without_space_nothing_is_acknowledged_and_nothing_changes(faulty):
    fleet = Fleet(faulty, devices=["013900000001"])
    terminal = Jt808(faulty.device, "013900000001")
    terminal.register()
    start = now() - datetime.timedelta(seconds=100)
    for i in range(5):
        terminal.report(jt808_location(start + datetime.timedelta(seconds=10 * i),
                                       lat=10 + i * 0.001, speed_kmh=40))
    before = fleet.status("013900000001")
    faulty.faults.set("nospace")
    body = jt808_location(start + datetime.timedelta(seconds=60), lat=10.006, speed_kmh=40)
    terminal.send(terminal.frame(0x0200, body))
    assert terminal.silent_for(1.0)
    wait_until(lambda: faulty.health()["status"] != "ok", what="/health telling of it")
    assert fleet.status("013900000001") == before
    renamed = fleet.api.post("/api/vehicle/ModifyVehiclePlate",
                             {"DeviceID": "013900000001", "NewVehiclePlate": "new"})
    assert renamed.status_code == 503 and renamed.json()["Data"] == "-1"
    assert fleet.status("013900000001")["VehicleNum"] == "013900000001"
    # The terminal's repetition is refused as well, while answers go on.
    terminal.send(terminal.frame(0x0200, body))
    assert terminal.silent_for(0.5)
    faulty.faults.set("none")
    fresh = Jt808(faulty.device, "013900000001")
    fresh.report(body)
    wait_until(lambda: faulty.health()["status"] == "ok", what="the recovery")
    found = fleet.history("013900000001", "2020-01-01", "2020-01-02")
    assert found["total"] == 0
    assert faulty.check()["013900000001"]["fixes"] == 6
    assert fleet.status("013900000001")["Lat"] == 10.006


def load(server, rounds, kill_after_s):
    """Drives a fixed load against a server that is killed `rounds` times; all gets acknowledged."""
    command = [BINARY, "simulate", "--address", server.device, "--devices", str(DEVICES),
               "--fixes", str(FIXES), "--rate", str(DEVICES * FIXES // 8 if rounds else 100000),
               "--start", START, "--give-up", "60", "--quiet", "--window", "16"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    kills = 0
    while kills < rounds and process.poll() is None:
        time.sleep(kill_after_s)  # the instant of the kill is the point: nothing to wait for
        server.kill()
        server.start()
        kills += 1
    out, _ = process.communicate(timeout=240)
    return json.loads(out.splitlines()[-1]), kills


def kill_rounds(tmp_path, rounds, kill_after_s):
    rows = []
    for name, kills in (("calm", 0), ("killed", rounds)):
        directory = tmp_path / name
        directory.mkdir()
        server = Server(directory).start()
        try:
            fleet = Fleet(server, devices=ids(DEVICES))
            result, done = load(server, kills, kill_after_s)
            assert result["acknowledged"] == result["sent"] == DEVICES * FIXES, result
            assert done == kills
            rows.append(wait_until(lambda s=server: settled(s), 60, "the folds"))
            status = {d: fleet.status(d) for d in ids(3)}
            rows[-1]["status"] = {d: (r["GPSTime"], r["Mileage"], r["StatusDes"])
                                  for d, r in status.items()}
        finally:
            server.close()
    return rows


def settled(server):
    """What check says, once no late fix waits for its fold."""
    rows = server.check()
    return rows if server.check() == rows else None


@pytest.mark.kills
def test_kills_lose_nothing_and_double_nothing(tmp_path):
    """Ten rounds, or as many as ODOGRAPH_KILL_ROUNDS says."""
    for turn in range(max(1, KILL_ROUNDS // 10)):
        directory = tmp_path / str(turn)
        directory.mkdir()
        calm, killed = kill_rounds(directory, 10, 0.7)
        assert all(calm[d]["fixes"] == FIXES for d in ids(DEVICES))
        assert killed == calm


def test_sigterm_under_load_drains_and_exits_in_time(make_server):
    server = make_server()
    Fleet(server, devices=ids(100))
    acknowledged = {}

    def drive():
        done = run("simulate", "--address", server.device, "--devices", "100", "--fixes",
                   "100000", "--give-up", "3", "--start", START)
        acknowledged.update(json.loads(done.stdout.splitlines()[-1]))

    thread = threading.Thread(target=drive)
    thread.start()
    wait_until(lambda: server.health()["counters"]["fixes_stored"] > 2000)
    assert server.stop() < 5
    thread.join()
    stored = sum(r["fixes"] for r in server.check().values())
    assert stored >= acknowledged["acknowledged"] > 2000
    server.start()
    assert server.health()["status"] == "ok"


def test_a_second_process_is_refused(server):
    done = run("serve", "--data", str(server.data), "--http", "127.0.0.1:0", "--device",
               "127.0.0.1:0")
    assert done.returncode == 1
    assert str(server.data) in done.stderr
    assert server.health()["status"] == "ok"


def test_state_and_accounts_survive_a_kill(server):
    fleet = Fleet(server, devices=[{"DeviceID": "013900000001", "VehiclePlate": "Köln 1",
                                    "SIM": "4711"}], TimeZone="Europe/Berlin")
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    terminal.report(jt808_location(now(), lat=50.94, lon=6.96, speed_kmh=30))
    fleet.api.data("manage/SetFocus", DeviceID="013900000001", Focus=True)
    before = fleet.status("013900000001")
    server.kill()
    server.start()
    assert fleet.status("013900000001") == before
    listed = fleet.api.data("vehicle/GetDeviceList", PageIndex=1, PageSize=10, Status=5)
    assert listed["total"] == 1 and listed["data"][0]["isFocus"]


def test_check_on_a_missing_directory(tmp_path):
    done = run("check", "--data", str(tmp_path / "nothing"))
    assert done.returncode == 1 and "nothing" in done.stderr


def test_simulate_replays_tracks_of_every_protocol(server, tmp_path):
    track = tmp_path / "track.csv"
    track.write_text("lon,lat,time\n" + "".join(
        f"{13 + i / 1000:.4f},52.5,{1767600000 + 10 * i}\n" for i in range(30)))
    for protocol, first in (("jt808", "013700000001"), ("gt06", "860000000000001"),
                            ("osmand", "9000000001")):
        fleet = Fleet(server, protocol, ids(3, int(first)) if protocol == "jt808" else
                      [str(int(first) + i) for i in range(3)])
        result = simulate(server.device, "--protocol", protocol, "--devices", "3", "--first-id",
                          first, "--track", str(track), "--fixes", "30", "--start", START)
        assert result["sent"] == result["acknowledged"] == 90 and result["errors"] == 0
        assert result["ack_p50_ms"] <= result["ack_p99_ms"] <= result["ack_max_ms"]
        row = fleet.status(first)
        assert row["GPSTime"] == "2026-01-05 06:04:50"
        assert (row["Lat"], row["Lon"]) == (52.5, 13.029)


def test_ports_in_use_and_wrong_words_are_told(server, tmp_path):
    data = ["--data", str(tmp_path / "other")]
    taken = run("serve", *data, "--http", server.http, "--device", "127.0.0.1:0")
    assert taken.returncode == 1
    taken = run("serve", *data, "--http", "127.0.0.1:0", "--device", server.device)
    assert taken.returncode == 1 and "in use" in taken.stderr
    for arguments in (["--http", "localhost:80"], ["--device", "127.0.0.1"],
                      ["--data", "d" * 300], ["--nothing"]):
        wrong = run("serve", *arguments)
        assert wrong.returncode == 2 and arguments[0] in wrong.stderr
    short = run("serve", *data, "--http", "127.0.0.1:0", "--device", "127.0.0.1:0",
                env={**os.environ, "ODOGRAPH_ROOT_PASSWORD": "abc"})
    assert short.returncode == 1 and "ODOGRAPH_ROOT_PASSWORD" in short.stderr


def test_simulate_gives_up_where_nobody_answers():
    done = run("simulate", "--address", "127.0.0.1:1", "--fixes", "5", "--give-up", "1", "--quiet")
    assert done.returncode == 1 and "nothing was acknowledged" in done.stderr


def test_a_refused_gt06_fix_is_never_covered_by_a_later_reply(faulty):
    """GT06 answers no location: where one is refused, the link ends and the tracker begins anew."""
    fleet = Fleet(faulty, devices=["860000000000009"])
    tracker = Gt06(faulty.device, "860000000000009")
    tracker.login()
    faulty.faults.set("nospace")
    tracker.report(now(), 4.5, 4.5)
    assert tracker.closed()
    faulty.faults.set("none")
    again = Gt06(faulty.device, "860000000000009")
    again.login()
    again.report(now(), 4.5, 4.5)
    again.heartbeat()
    assert fleet.status("860000000000009")["Lat"] == 4.5


def test_health_tells_of_a_disk_that_does_not_answer(faulty):
    Fleet(faulty, devices=["013900000001"])
    terminal = Jt808(faulty.device, "013900000001")
    terminal.register()
    faulty.faults.set("hold")
    terminal.send(terminal.frame(0x0200, jt808_location(now())))
    wait_until(lambda: faulty.health()["status"] != "ok", what="/health telling of it")
    faulty.faults.set("none")
    terminal.acknowledged(0x0200)
    wait_until(lambda: faulty.health()["status"] == "ok")
