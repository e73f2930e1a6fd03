"""Profiles: what an operator's file says of models decides how frames are read."""
import pytest
from lib.faults import now
from lib.server import Fleet, run
from lib.trackers import Jt808, jt808_location

pytestmark = pytest.mark.one_sanitizer

OWN = """[Own]
models = X9
status = ?ST#
command.reboot = RESET#
cut_patterns = OFF,*
alarm.3 = Removal alarm
alarm.4 = Cover open alarm
"""
ID = "013900000007"
OTHER = "013900000008"


def report(terminal, time, alarm):
    body = jt808_location(time)
    terminal.report(alarm.to_bytes(4, "big") + body[4:])


def test_a_profile_of_the_operator_reads_alarms(make_server, tmp_path):
    path = tmp_path / "profiles.ini"
    path.write_text(OWN)
    server = make_server(f"[device]\nprofiles = {path}\n")
    fleet = Fleet(server, devices=[{"DeviceID": ID, "Model": "x9-plus"},
                                   {"DeviceID": OTHER, "Model": "x90"}])
    for device_id in (ID, OTHER):
        report(Jt808(server.device, device_id), now(), 1 << 3)
    assert "Removal alarm" in fleet.status(ID)["StatusDes"]
    assert "Removal alarm" not in fleet.status(OTHER)["StatusDes"]


def test_what_is_printed_is_such_a_file(tmp_path):
    path = tmp_path / "profiles.ini"
    path.write_text(OWN)
    printed = run("profiles", "--profiles", str(path))
    assert printed.returncode == 0
    assert printed.stdout.split("\n\n")[1] == OWN.strip()
    assert "[JT701]" in printed.stdout
    path.write_text(printed.stdout)
    again = run("profiles", "--profiles", str(path))
    assert again.returncode == 0 and again.stdout.count("[JT701]") == 2
    built_in = run("profiles")
    assert built_in.returncode == 0 and "[Own]" not in built_in.stdout


@pytest.mark.parametrize("text, why", [
    ("[A]\ncut_patterns = *\n", "[A] cut_patterns: wants patterns"),
    ("[A]\ncutpatterns = RELAY,1\n", "[A] cutpatterns: no such key"),
    ("[A]\nalarm.3 = Nothing\n", "[A] alarm.3: wants alarm types"),
    (None, "No such file"),
])
def test_a_file_with_a_fault_ends_the_start(tmp_path, text, why):
    path = tmp_path / "profiles.ini"
    if text is not None:
        path.write_text(text)
    failed = run("profiles", "--profiles", str(path))
    assert failed.returncode == 1 and why in failed.stderr
    config = tmp_path / "x.conf"
    config.write_text(f"[device]\nprofiles = {path}\n")
    failed = run("serve", "--config", str(config), "--data", str(tmp_path / "data"),
                 "--http", "127.0.0.1:0", "--device", "127.0.0.1:0")
    assert failed.returncode == 1 and why in failed.stderr
