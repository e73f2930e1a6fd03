"""Wrong command lines: what is wrong as it was typed, and what to do."""
import datetime
import json
import os
import pathlib
import socket
import subprocess
import tempfile

import pytest

from lib.faults import UTC, now
from lib.server import BINARY, PATIENCE_S, Fleet, run, simulate

pytestmark = pytest.mark.one_sanitizer

ANYWHERE = ["--http", "127.0.0.1:0", "--device", "127.0.0.1:0"]
AS_NOBODY = ["setpriv", "--reuid", "65534", "--clear-groups"]


def refused(status, *arguments):
    """What `odograph` says on standard error when it refuses."""
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, ""), (arguments, done)
    return done.stderr


def test_commands_and_help():
    assert refused(2).startswith("usage: odograph COMMAND")
    assert refused(2, "sevre") == "odograph: sevre: no such command; odograph help lists them\n"
    assert "sevre: no such command" in refused(2, "help", "sevre")
    listed = run("help")
    assert listed.returncode == 0 and listed.stderr == "" and "simulate" in listed.stdout
    assert run("--help").stdout == run("-h").stdout == listed.stdout
    for command in ("serve", "decode", "simulate", "check", "backup", "where"):
        helped = run("help", command)
        assert helped.returncode == 0 and f"usage: odograph {command}" in helped.stdout
        assert run(command, "--help").stdout == run(command, "-h").stdout == helped.stdout
    assert run("version").stdout == run("--version").stdout


@pytest.mark.parametrize("arguments, says", [
    (["--http", "127.0.0.1:99999"], "odograph serve: --http 127.0.0.1:99999: wants a port from 0 "
                                    "to 65535"),
    (["--http", "8080"], "--http 8080: wants an address and a port"),
    (["--device", "localhost:9881"], "--device localhost:9881: wants a numeric address"),
    (["--data"], "odograph serve: --data: wants a value; odograph serve --help"),
    (["--data", "--demo"], "odograph serve: --data: wants a value"),
    (["here"], "odograph serve: here: one word too many"),
    (["--config", "/no/such.conf"], "/no/such.conf: No such file"),
])
def test_serve_says_what_an_option_wants(arguments, says):
    assert says in refused(2, "serve", *arguments)


def test_serve_says_what_the_configuration_wants(tmp_path):
    config = tmp_path / "odograph.conf"
    for text, says in (("[server]\nhttp = 8080\n", "[server] http: wants an address and a port"),
                       ("[server]\ndevice = 0.0.0.0:70000\n", "[server] device: wants a port"),
                       ("[api]\nhttp_threads = 0\n", "[api] http_threads: wants a number from 1"),
                       ("[device]\nregistration = open\n", "[device] open_enterprise: ")):
        config.write_text(text)
        assert f"{config}: {says}" in refused(2, "serve", "--config", str(config))


def test_serve_says_why_its_directory_will_not_do(tmp_path):
    tmp_path.chmod(0o755)
    file = tmp_path / "file"
    file.write_text("")
    for path, says in ((file, "Not a directory; --data wants a directory"),
                       (file / "below", "Not a directory; name another directory with --data DIR"),
                       (tmp_path / "a" / "b", "its parent directory is missing: make that first")):
        assert f"odograph serve: {path}: " in (said := refused(1, "serve", "--data", str(path),
                                                              *ANYWHERE)) and says in said
        assert len(said.splitlines()) == 1, said


def test_serve_says_once_that_a_port_is_taken(server, tmp_path):
    for option, address in (("--http", server.http), ("--device", server.device)):
        other = "--device" if option == "--http" else "--http"
        said = refused(1, "serve", "--data", str(tmp_path / "other"), option, address, other,
                       "127.0.0.1:0")
        assert f"odograph serve: {option} {address}: cannot listen there" in said
        assert "start_failed" not in said
    said = refused(1, "serve", "--data", str(server.data), *ANYWHERE)
    assert "event=directory_locked" in said and "start_failed" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_serve_says_which_directory_it_may_not_write_to():
    with open(os.devnull, "rb") as empty, tempfile.TemporaryDirectory() as place:
        closed = pathlib.Path(place)
        closed.chmod(0o755)
        for path, says in ((closed, "this user may not write there: name another directory with "
                                    "--data DIR"),
                           (closed / "new", "this user may not make it: name a directory that")):
            done = subprocess.run([*AS_NOBODY, BINARY, "serve", "--data", str(path), *ANYWHERE],
                                  stdin=empty, capture_output=True, text=True, timeout=PATIENCE_S,
                                  check=False)
            assert done.returncode == 1, done.stderr
            assert f"{path}: Permission denied; {says}" in done.stderr, done.stderr
            assert len(done.stderr.splitlines()) == 1, done.stderr
        assert list(closed.iterdir()) == []


def test_serve_refuses_open_registration_without_its_enterprise(make_server):
    server = make_server()
    hold = Fleet(server, "Gone").hold
    other = Fleet(server, "There").hold
    assert server.root().call("manage/DeleteEnterprise", HoldID=hold)["Code"] == 200
    server.stop()
    for missing in (hold, 4711):
        server.config.write_text(f"[device]\nregistration = open\nopen_enterprise = {missing}\n")
        said = refused(1, "serve", "--config", str(server.config), "--data", str(server.data),
                       *ANYWHERE)
        assert f"open_enterprise = {missing}: {server.data} has no such enterprise" in said
        assert "AddEnterprise" in said
    server.config.write_text(f"[device]\nregistration = open\nopen_enterprise = {other}\n")
    server.start()


@pytest.mark.parametrize("arguments, says", [
    ([], "odograph simulate: --address: is missing"),
    (["--address", "127.0.0.1:0"], "--address 127.0.0.1:0: wants a port from 1 to 65535"),
    (["--address", "127.0.0.1:99999"], "--address 127.0.0.1:99999: wants a port"),
    (["--address", "127.0.0.1:9", "--devices", "0"], "--devices 0: wants a number from 1 to "),
    (["--address", "127.0.0.1:9", "--protocol", "gt6"], "--protocol gt6: wants jt808, gt06"),
    (["--address", "127.0.0.1:9", "--track", "/no/such.gpx"],
     "--track /no/such.gpx: No such file or directory"),
    (["--address", "127.0.0.1:9", "--track", "/"], "--track /: Is a directory"),
    (["--address", "127.0.0.1:9", "--track", "/dev/null"],
     "--track /dev/null: no positions with a time in it; wants GPX, NMEA or CSV"),
    (["--address", "127.0.0.1:9", "--first-id", "abc"], "--first-id abc: wants up to 16 digits"),
    (["--address", "127.0.0.1:9", "--first-id", "999999999999", "--devices", "2"],
     "--first-id 999999999999: so many devices need a digit more"),
    (["--address", "127.0.0.1:9", "--protocol", "gt06", "--first-id", "8600000000000001"],
     "--first-id 8600000000000001: the protocol has no room"),
    (["--address", "127.0.0.1:9", "--start", "noon"], "--start noon: wants a time as 2026-"),
    (["--address", "127.0.0.1:9", "--once"], "--once: goes with --track"),
])
def test_simulate_says_what_an_option_wants(arguments, says):
    assert says in refused(2, "simulate", *arguments)


def test_simulate_says_why_connections_fail():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and listens to nobody
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        for options, times in ((["--quiet"], 1), ([], 2)):
            done = run("simulate", "--address", address, "--give-up", "1", *options)
            why = f"odograph simulate: connection refused by {address}\n"
            assert done.returncode == 1 and done.stderr.count(why) == times, done.stderr
            assert times == 1 or done.stderr.startswith(why)
            assert done.stderr.splitlines()[-2] + "\n" == why
            assert f"does a server answer at {address}" in done.stderr.splitlines()[-1]


def test_simulate_says_how_many_devices_had_nothing_acknowledged(server):
    Fleet(server, devices=["013800000001", "013800000003"])
    done = run("simulate", "--address", server.device, "--quiet", "--devices", "5", "--fixes",
               "10", "--give-up", "2")
    result = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and result["acknowledged"] == 20
    assert done.stderr.splitlines()[-1] == "odograph simulate: of 3 of 5 devices nothing was " \
        "acknowledged. Are they registered?"


def test_other_commands_say_what_is_wrong(server, tmp_path):
    nowhere = tmp_path / "nowhere"
    for command in (["check"], ["backup", str(tmp_path / "copy")]):
        said = refused(1, *command, "--data", str(nowhere))
        assert said == f"odograph {command[0]}: {nowhere}: no odograph.db in it; --data wants " \
            "the directory that odograph serve has\n"
        assert "--data" in refused(2, *command)
    (tmp_path / "copy").write_text("kept")
    said = refused(1, "backup", str(tmp_path / "copy"), "--data", str(server.data))
    assert "already exists; a backup replaces nothing" in said
    said = refused(1, "backup", str(nowhere / "copy"), "--data", str(server.data))
    assert "No such file or directory" in said
    assert "/no/such: No such file" in refused(1, "decode", "--session", "/no/such")
    assert "/: Is a directory" in refused(1, "decode", "--session", "/")
    assert "--protocol gt6: wants one of jt808 gt06 " in refused(2, "decode", "--protocol",
                                                                      "gt6", "00")


@pytest.mark.parametrize("options", [[], ["--rate", "100", "--duration", "1"]])
def test_simulate_dates_its_fixes_to_now(server, options):
    fleet = Fleet(server, devices=["013800000001", "013800000002"])
    result = simulate(server.device, "--devices", "2", *options)
    assert result["acknowledged"] > 0
    assert server.health()["counters"]["times_replaced"] == 0
    for device_id in ("013800000001", "013800000002"):
        row = fleet.status(device_id)
        newest = datetime.datetime.fromisoformat(row["GPSTime"]).replace(tzinfo=UTC)
        assert abs(now() - newest) < datetime.timedelta(minutes=10), row


def test_a_track_is_replayed_up_to_now(server, tmp_path):
    fleet = Fleet(server, devices=["013800000001", "013800000002"])
    track = tmp_path / "track.csv"
    track.write_text("".join(f"{13 + i / 1000:.4f},52.5,{1767600000 + 10 * i * k},{k}\n"
                             for k in (1, 7) for i in range(30)))
    result = simulate(server.device, "--devices", "2", "--track", str(track), "--once")
    assert result["acknowledged"] == 60
    for device_id in ("013800000001", "013800000002"):
        row = fleet.status(device_id)
        newest = datetime.datetime.fromisoformat(row["GPSTime"]).replace(tzinfo=UTC)
        assert abs(now() - newest) < datetime.timedelta(minutes=10), row


# ---- where ----

def where(*arguments):
    done = run("where", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def test_where_names_a_point():
    assert where("25.04", "102.71") == "846 Meters, Kunming, Kunming Shi, Yunnan, China\n"
    assert where("25.04", "102.71", "--language", "zh") == "846 Meters, 昆明, 昆明市, 云南省, 中国\n"
    assert where("-33.8688", "151.2093").endswith("Sydney, New South Wales, Australia\n")
    assert where("15", "115") == "0 Meters, South China Sea\n"
    assert where("-90", "0").endswith("Meters, McMurdo Station, Antarctica\n")


def test_where_takes_an_operator_s_names(tmp_path):
    names = tmp_path / "names"
    names.write_text("# ours\n25.04,102.71 country en Cathay\n44.95,34.1 province in 55.75,37.62\n")
    assert where("25.04", "102.71", "--place-names", str(names)).endswith("Yunnan, Cathay\n")
    assert where("44.95", "34.1", "--place-names", str(names)).endswith("Crimea, Russia\n")
    assert where("44.95", "34.1").endswith("Crimea, Ukraine\n")
    names.write_text("\n25.04,102.71 planet en Earth\n")
    said = refused(2, "where", "25.04", "102.71", "--place-names", str(names))
    assert said.startswith(f"odograph where: {names}, line 2: the second word is none of place")


@pytest.mark.parametrize("arguments, says", [
    ([], "odograph where: LAT: wants degrees from -90 to 90"),
    (["25.04"], "odograph where: LON: wants degrees from -180 to 180"),
    (["90.1", "0"], "LAT: wants degrees"),
    (["0", "-180.1"], "LON: wants degrees"),
    (["north", "0"], "LAT: wants degrees"),
    (["0", "0", "0"], "one word too many"),
    (["0", "0", "--language", "fr"], "--language: wants en or zh"),
    (["0", "0", "--place-names", "/no/such"], "/no/such: No such file"),
])
def test_where_says_what_it_wants(arguments, says):
    assert says in refused(2, "where", *arguments)


def test_serve_reads_an_operator_s_names(tmp_path):
    names, config = tmp_path / "names", tmp_path / "odograph.conf"
    names.write_text("95,0 place en Nowhere\n")
    config.write_text(f"[api]\nplace_names = {names}\n")
    said = refused(2, "serve", "--config", str(config), *ANYWHERE)
    assert said == (f"odograph serve: {names}, line 1: the first word is not LAT,LON in degrees\n")
    config.write_text("[api]\ngazetteer_language = fr\n")
    assert "[api] gazetteer_language: en or zh" in refused(2, "serve", "--config", str(config))
