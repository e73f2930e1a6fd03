"""Something acknowledged is damaged or missing: refused, told, accepted where somebody says so."""
import re
import shutil
import sqlite3

import pytest

from lib.faults import Load, ids
from lib.server import Fleet, Server, counter, run, simulate, wait_until

pytestmark = pytest.mark.one_sanitizer

DEVICES = 20
START = "2026-01-05T06:00:00Z"
LATER = "2026-02-05T06:00:00Z"
PAGE = 16384
FRAME = 24 + PAGE
COST = re.compile(r"the last good commit is (\d+), the newest acknowledged (\d+): "
                  r"accepting it loses (\d+)")
ACCEPTED = re.compile(r'event=damage_accepted directory="[^"]*" newest=(\d+) log="([^"]+)"')


def log_of(server):
    return server.data / "odograph.db-wal"


def frames(path):
    """How many the log's current round has: those of its header's salts."""
    with open(path, "rb") as log:
        salts = log.read(32)[16:24]
        count = 0
        while salts and log.read(24)[8:16] == salts:
            log.seek(PAGE, 1)
            count += 1
    return count


def flip(path, at):
    whole = bytearray(path.read_bytes())
    whole[at] ^= 16
    path.write_bytes(whole)


def check(server):
    return run("check", "--data", str(server.data))


def back_up(server):
    return run("backup", str(server.directory / "copy.db"), "--data", str(server.data))


def set_password(server):
    return run("passwd", "root", "--data", str(server.data), input="other-password\n")


def content(server):
    """Of the database and its log; one that is missing is like an empty one."""
    paths = [server.data / "odograph.db", log_of(server)]
    return [path.read_bytes() if path.exists() else b"" for path in paths]


def refused(server, word):
    """It does not start, says why and what to do, and changes nothing; nor do those beside it."""
    before = content(server)
    serve = run("serve", "--data", str(server.data), "--http", "127.0.0.1:0", "--device",
               "127.0.0.1:0")
    assert serve.returncode == 4 and "ready" not in serve.stdout
    assert "event=store_damaged" in serve.stderr and word in serve.stderr, serve.stderr
    assert "--accept-damage" in serve.stderr
    for done in (check(server), back_up(server), set_password(server)):
        assert done.returncode == 1 and word in done.stderr
    assert content(server) == before
    return serve.stderr


def kept(server):
    return [path for path in server.data.iterdir() if path.name.startswith("damaged-")]


def accepted(server, login_name):
    """Starts it all the same; /health tells of it until the kept files are deleted."""
    server.arguments = ["--accept-damage"]
    server.start()
    server.arguments = []
    health = server.api.get("/health")
    assert health.status_code == 200 and health.json()["status"] == "degraded"
    reason, = health.json()["reasons"]
    assert "damaged files are kept" in reason
    server.api.login(login_name, "secret-1")
    server.stop()
    server.start()
    assert server.health()["status"] == "degraded"
    assert check(server).returncode == 1 and back_up(server).returncode == 0
    folder, = kept(server)
    shutil.rmtree(folder)
    wait_until(lambda: server.health()["status"] == "ok", what="/health forgetting of it")
    assert counter(server, "damage_kept") == 0
    server.check()


def load_of(server, start):
    return Load(server, "--devices", str(DEVICES), "--fixes", "100000", "--rate", "1000", "--start",
                start, "--give-up", "1")


@pytest.fixture
def killed(make_server, tmp_path):
    """Servers on copies of what one left that was killed under load."""
    server = make_server()
    fleet = Fleet(server, devices=ids(DEVICES))
    # What the accounts need is in the database, so that logging in works without the log.
    server.stop()
    server.start()
    with load_of(server, START) as load:
        wait_until(lambda: counter(server, "fixes_stored") > 2000, 60, "load")
        for _ in range(3):  # beside all of that nothing looks damaged
            assert check(server).returncode == 0
        assert back_up(server).returncode == 0
        server.kill()
        acknowledged = load.result()["acknowledged"]
    server.start()
    server.stop()  # which empties the log, however far it had come
    server.start()
    with load_of(server, LATER) as load:
        # Not when it has just begun: its front is what the tests damage.
        wait_until(lambda: frames(log_of(server)) >= 60, 60, "a log of some length")
        server.kill()
        acknowledged += load.result()["acknowledged"]
    copies = []

    def copy():
        directory = tmp_path / f"copy{len(copies)}"
        directory.mkdir()
        copies.append(Server(directory))
        copies[-1].original = server.directory
        copies[-1].acknowledged = acknowledged
        copies[-1].login_name = fleet.login_name
        shutil.copytree(server.data, copies[-1].data)
        return copies[-1]

    yield copy
    for one in copies:
        one.close()


def stored(server):
    return sum(row["fixes"] for row in server.check().values())


def test_a_kill_alone_loses_nothing(killed):
    server = killed()
    assert stored(server) >= server.acknowledged > 2000
    server.start()
    assert server.health()["status"] == "ok" and kept(server) == []


def test_one_bit_of_the_log(killed):
    server = killed()
    flip(log_of(server), 32 + 9 * FRAME + 7000)
    said = refused(server, "odograph.db-wal is damaged")
    good, newest, lost = map(int, COST.search(said).groups())
    assert 0 < good < newest and lost == newest - good
    accepted(server, server.login_name)
    accepted_commit, log = ACCEPTED.search(server.log()).groups()
    assert (int(accepted_commit), log) in ((good, "kept"), (good, "left out"))
    assert 0 < stored(server) < server.acknowledged


def test_a_log_that_is_gone(killed):
    server = killed()
    log_of(server).unlink()
    said = refused(server, "odograph.db-wal is missing or cut short")
    good, newest, lost = map(int, COST.search(said).groups())
    assert good < newest and lost == newest - good
    accepted(server, server.login_name)


def test_a_log_that_is_cut_short(killed):
    server = killed()
    with open(log_of(server), "r+b") as log:
        log.truncate(32 + frames(log_of(server)) // 2 * FRAME + 100)
    refused(server, "odograph.db-wal is missing or cut short")


def test_a_database_that_is_gone(killed):
    server = killed()
    (server.data / "odograph.db").unlink()
    refused(server, "odograph.db is missing or empty")
    log_of(server).unlink()
    refused(server, "odograph.db is missing or empty")
    (server.data / "odograph.db").touch()
    refused(server, "odograph.db is missing or empty")


def test_a_backup_over_an_old_directory(killed):
    """Its log is of another store; without that it is what somebody wants."""
    server = killed()
    shutil.copy(server.original / "copy.db", server.data / "odograph.db")
    refused(server, "odograph.db is another store's")
    log_of(server).unlink()
    server.start()
    assert server.health()["status"] == "ok"
    assert server.api.login(server.login_name, "secret-1")
    assert 2000 < stored(server)


def test_without_its_witness_it_starts(killed):
    """As a copy of the database and its log. Whether that is all nobody knows: somebody is told."""
    server = killed()
    (server.data / "odograph.seq").unlink()
    server.start()
    health = server.health()
    assert health["status"] == "degraded"
    assert "odograph.seq was gone or useless at the start" in health["reasons"][0]
    assert stored(server) >= server.acknowledged
    assert (server.data / "odograph.seq").stat().st_size == 32
    server.stop()
    server.start()
    assert server.health()["status"] == "ok"


def test_damaged_history_is_told(make_server):
    """A chunk that cannot be read makes nothing else fail, and is told with a reason."""
    server = make_server("[store]\nseal_after_s = 1\n")
    fleet = Fleet(server, devices=ids(1))
    assert simulate(server.device, "--fixes", "600", "--start", START)["acknowledged"] == 600
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    server.stop()
    with sqlite3.connect(server.data / "odograph.db") as db:
        data, = db.execute("SELECT data FROM track_chunk").fetchone()
        db.execute("UPDATE track_chunk SET data=?", (bytes([data[0]]) + bytes(len(data) - 1),))
    db.close()
    server.start()
    assert server.health()["status"] == "ok"
    api = server.api.login(fleet.login_name, "secret-1")
    for method in ("GetHistoryVehicleInfoByDeviceID", "GetVehicleTrace"):
        answer = api.call(f"vehicle/{method}", DeviceID=ids(1)[0], StartTime="2026-01-05",
                          EndTime="2026-01-06")
        assert (answer["Code"], answer["ErrMsg"]) == (500, "System error")
    health = server.api.get("/health")
    assert health.status_code == 200 and health.json()["status"] == "degraded"
    reason, = health.json()["reasons"]
    assert reason.startswith("parts of a history cannot be read")
    assert counter(server, "chunks_damaged") > 0
