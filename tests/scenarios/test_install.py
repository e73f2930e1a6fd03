"""What `meson install` brings: the program, its manual page, licences and a unit that runs it."""
import os
import pathlib
import shlex
import shutil
import subprocess

import pytest

from lib.server import BINARY, PATIENCE_S, STOP_LIMIT_S, Server

pytestmark = pytest.mark.one_sanitizer

BUILD = pathlib.Path(BINARY).parent


def ran(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S,
                          check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def installed(tmp_path):
    """install(): a directory that `meson install` has filled, and the prefix in it."""
    destination = tmp_path / "destination"
    ran("meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet",
        env={**os.environ, "DESTDIR": str(destination)})
    binary, = destination.rglob("bin/odograph")
    return destination, pathlib.Path("/") / binary.parent.parent.relative_to(destination)


def unit_of(installed):
    destination, prefix = installed
    return destination / prefix.relative_to("/") / "lib/systemd/system/odograph.service"


def settings(unit):
    """[(name, value)] of a unit; names may come more than once."""
    lines = unit.read_text().splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and line[0] != "#"]


def test_only_what_belongs_there_is_installed(installed):
    destination, prefix = installed
    files = sorted(str(pathlib.Path("/") / p.relative_to(destination))
                   for p in destination.rglob("*") if p.is_file())
    assert files == sorted(str(prefix / name) for name in (
        "bin/odograph", "lib/systemd/system/odograph.service", "lib/sysusers.d/odograph.conf",
        "share/doc/odograph/LICENSE", "share/doc/odograph/NOTICE", "share/man/man1/odograph.1"))


def test_whose_names_of_places_are_in_the_program_is_told_beside_it(installed):
    destination, prefix = installed
    notice = (destination / prefix.relative_to("/") / "share/doc/odograph/NOTICE").read_text()
    assert "GeoNames" in notice and "creativecommons.org/licenses/by/4.0" in notice


def test_the_unit_runs_what_was_installed(installed, tmp_path):
    """By its own command line, with the state directory where systemd would make it."""
    destination, prefix = installed
    command = shlex.split(dict(settings(unit_of(installed)))["ExecStart"])
    assert command == [str(prefix / "bin/odograph"), "serve", "--data", "%S/odograph",
                       "--key-file", "%S/odograph-key/odograph.key", "$ODOGRAPH_OPTIONS"]
    state = tmp_path / "state"
    for folder in ("odograph", "odograph-key"):
        (state / folder).mkdir(parents=True, mode=0o700)
    program = str(destination / command[0][1:])
    assert ran(program, "version").startswith("odograph ")
    server = Server(tmp_path)
    server.data = state / "odograph"
    server.command = [program, *(word.replace("%S", str(state)) for word in command[1:-1])]
    try:
        server.start()
        assert server.health()["status"] == "ok"
        assert (state / "odograph" / "odograph.db").exists()
        assert (state / "odograph-key" / "odograph.key").exists()
        assert not (state / "odograph" / "odograph.key").exists()
    finally:
        server.close()


def test_the_unit_confines_the_server(installed):
    unit = dict(settings(unit_of(installed)))
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome",
                 "MemoryDenyWriteExecute", "RestrictSUIDSGID"):
        assert unit[name] == "yes", name
    assert unit["ProtectSystem"] == "strict" and unit["StateDirectory"] == "odograph odograph-key"
    assert unit["User"] == "odograph" and unit["CapabilityBoundingSet"] == ""
    assert unit["Restart"] == "on-failure" and unit["RestartPreventExitStatus"] == "2 4"
    assert unit["TimeoutStopSec"] == f"{STOP_LIMIT_S}s"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(installed, tmp_path):
    destination, prefix = installed
    unit = tmp_path / "odograph.service"
    unit.write_text(unit_of(installed).read_text().replace(
        f"ExecStart={prefix}", f"ExecStart={destination}{prefix}"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], text=True,
                          capture_output=True, timeout=PATIENCE_S, check=False)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert (done.returncode, complaints) == (0, []), done.stderr
