"""Acknowledged means stored: killed, held back, out of space, stopped under load."""
import datetime
import json
import os
import random
import threading
import time

import pytest

from lib.faults import SEALING, Load, bad_disk, ids, now
from lib.server import (STOP_LIMIT_S, Fleet, Server, counter, mixed_ids, run, simulate,
                        simulated_protocols, wait_until)
from lib.trackers import Gt06, Jt808, jt808_location

DEVICES = 40
FIXES = 400
START = "2026-01-05T06:00:00Z"
SPAN = "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"
KILL_ROUNDS = int(os.environ.get("ODOGRAPH_KILL_ROUNDS", "10"))


@pytest.fixture
def faulty(make_server, tmp_path):
    """A server whose file system does what the control file says."""
    faults = bad_disk(tmp_path)
    server = make_server(env=faults.env)
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


def load(server, rounds, chance):
    """Drives a fixed load against a server that is killed `rounds` times; all gets acknowledged."""
    rate = DEVICES * FIXES // 8 if rounds else 100000
    with Load(server, "--devices", str(DEVICES), "--fixes", str(FIXES), "--rate", str(rate),
              "--start", START, "--give-up", "300", "--window", "16") as driving:
        began = time.monotonic()
        for instant in sorted(chance.uniform(0.1, 7) for _ in range(rounds)):
            # The instant is the point: there is nothing to wait for.
            time.sleep(max(0, began + instant - time.monotonic()))
            assert driving.is_running()
            server.kill()
            server.start()
        return driving.result()


def outcome(directory, rounds, chance):
    """What a server knows of the load in the end, killed `rounds` times, sealing all the while."""
    directory.mkdir()
    server = Server(directory, SEALING).start()
    try:
        fleet = Fleet(server, devices=ids(DEVICES))
        result = load(server, rounds, chance)
        assert result["acknowledged"] == result["sent"] == DEVICES * FIXES, result
        rows = wait_until(lambda: settled(server), what="the folds")
        histories = {}
        for device in ids(DEVICES):
            records = fleet.history(device, *SPAN)["data"]
            assert len(records) == FIXES
            histories[device] = [without_arrival(record) for record in records]
        assert server.health()["counters"]["chunks_damaged"] == 0
        return rows, histories
    finally:
        server.close()


def without_arrival(record):
    return {name: value for name, value in record.items() if name != "RcvTime"}


def settled(server):
    """What check says, once no late fix waits for its fold."""
    rows = server.check()
    return rows if server.check() == rows else None


@pytest.mark.kills
def test_kills_lose_nothing_and_double_nothing(tmp_path):
    """Ten rounds, or as many as ODOGRAPH_KILL_ROUNDS says, at instants that the seed tells."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    calm = outcome(tmp_path / "calm", 0, chance)
    assert all(calm[0][d]["fixes"] == FIXES for d in ids(DEVICES))
    for turn in range(max(1, KILL_ROUNDS // 10)):
        killed = outcome(tmp_path / f"killed{turn}", 10, chance)
        assert killed[0] == calm[0]
        assert killed[1] == calm[1]


def test_sigterm_under_load_drains_and_exits_in_time(make_server):
    server = make_server()
    Fleet(server, devices=ids(100))
    acknowledged = {}

    def drive():
        done = run("simulate", "--address", server.device, "--devices", "100", "--fixes",
                   "100000", "--give-up", "10", "--start", START)
        acknowledged.update(json.loads(done.stdout.splitlines()[-1]))

    thread = threading.Thread(target=drive)
    thread.start()
    wait_until(lambda: server.health()["counters"]["fixes_stored"] > 2000)
    assert server.stop() < STOP_LIMIT_S
    thread.join()
    stored = sum(r["fixes"] for r in server.check().values())
    assert stored >= acknowledged["acknowledged"] > 2000
    server.start()
    assert server.health()["status"] == "ok"


def test_a_second_process_is_refused(server):
    done = run("serve", "--data", str(server.data), "--http", "127.0.0.1:0", "--device",
               "127.0.0.1:0")
    assert done.returncode == 1
    assert str(server.data) in done.stderr and f"pid={server.process.pid} " in done.stderr
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


MIXED_DEVICES = int(os.environ.get("ODOGRAPH_MIXED_DEVICES", "400"))
MIXED_FIXES = 60


@pytest.mark.kills
def test_kills_lose_nothing_of_mixed_protocols(make_server):
    """All simulated protocols at once, and the server killed in the middle. ./dev soak has 5,000
    devices."""
    server = make_server(SEALING)
    devices = mixed_ids(MIXED_DEVICES)
    assert len(set(devices)) == MIXED_DEVICES
    Fleet(server, devices=devices)
    total = MIXED_DEVICES * MIXED_FIXES
    with Load(server, "--protocol", "mixed", "--devices", str(MIXED_DEVICES), "--fixes",
              str(MIXED_FIXES), "--rate", str(total // 6), "--start", START, "--give-up", "300",
              "--window", "16") as driving:
        for _ in range(2):
            wait_until(lambda: counter(server, "fixes_stored") > total // 5,
                       what="fixes on their way")
            assert driving.is_running()
            server.kill()
            server.start()
        result = driving.result()
    assert result["acknowledged"] == result["sent"] == total, result
    rows = wait_until(lambda: settled(server), what="the folds")
    assert set(rows) == set(devices)
    protocols = simulated_protocols()
    for number, device in enumerate(devices):
        stored = rows[device]["fixes"]
        # The heartbeats of GT06, by which its fixes are acknowledged, are records, too.
        has_more = protocols[number % len(protocols)] == "gt06"
        assert stored >= MIXED_FIXES if has_more else stored == MIXED_FIXES, (device, stored)


def test_simulate_replays_tracks_of_every_protocol(server, tmp_path):
    track = tmp_path / "track.csv"
    track.write_text("lon,lat,time\n" + "".join(
        f"{13 + i / 1000:.4f},52.5,{1767600000 + 10 * i}\n" for i in range(30)))
    protocols = simulated_protocols()
    assert {"jt808", "gt06", "osmand", "jt600"} <= set(protocols)
    for number, protocol in enumerate(protocols, 1):
        digits = 10 if protocol == "jt600" else 15
        first = str(86 * 10 ** (digits - 2) + 1 + 1000 * number)
        fleet = Fleet(server, protocol, [str(int(first) + i) for i in range(3)])
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
    assert taken.returncode == 1 and "Address already in use" in taken.stderr
    assert f"--http {server.http}: cannot listen there" in taken.stderr
    taken = run("serve", *data, "--http", "127.0.0.1:0", "--device", server.device)
    assert taken.returncode == 1 and "in use" in taken.stderr
    assert f"--device {server.device}: cannot listen there" in taken.stderr
    long = run("serve", "--data", "d" * 300)
    assert long.returncode == 1 and "File name too long" in long.stderr
    for arguments in (["--http", "localhost:80"], ["--device", "127.0.0.1"], ["--nothing"]):
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
