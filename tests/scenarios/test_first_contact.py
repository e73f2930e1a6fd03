"""What somebody sees who has a tracker and no account of it yet."""
import socket

import pytest

from lib.faults import now
from lib.server import PATIENCE_S, Fleet, counter, run, wait_until
from lib.trackers import Gt06, Jt701, Jt808, Link, jt808_frame, jt808_location, split_address

NOBODYS = b"??,imei:359586015829802,A;"


def test_simulate_tells_that_an_unregistered_gt06_tracker_stores_nothing(server):
    done = run("simulate", "--address", server.device, "--protocol", "gt06", "--devices", "3",
               "--fixes", "20", "--give-up", "1", "--quiet")
    assert done.returncode == 1 and '"acknowledged":0,' in done.stdout, done.stdout
    assert "nothing was acknowledged" in done.stderr and "registered" in done.stderr
    assert server.health()["counters"]["fixes_stored"] == 0


def test_bytes_that_nobody_understands_are_shown_to_root_alone(server):
    fleet = Fleet(server)
    link = Link(server.device)
    link.send(NOBODYS)
    assert link.closed()
    row, = fleet.root.data("manage/ListUnknownDevices")["data"]
    assert (row["DeviceID"], row["Protocol"], row["Count"]) == ("", "?", 1)
    assert row["Address"].startswith("127.0.0.1:") and row["LastFrame"] == NOBODYS.hex()
    assert f"protocol=? len={len(NOBODYS)} begins={NOBODYS.hex()}" in server.log()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"?013612345678BP05", split_address(server.device))
        row = wait_until(lambda: [r for r in fleet.root.data("manage/ListUnknownDevices")["data"]
                                  if r["Count"] == 2])[0]
    assert row["LastFrame"] == b"?013612345678BP05".hex()
    found = fleet.root.data("manage/ListUnknownDevices", Key="127.0.0.1")
    assert found["total"] == 1
    # An enterprise's admin asks for the tracker at hand, and sees no other tenant's.
    assert fleet.api.call("manage/ListUnknownDevices")["Code"] == 500
    for device_id in ("", "?", "0", "127.0.0.1"):
        answer = fleet.api.call("manage/ListUnknownDevices", DeviceID=device_id)
        assert answer["Code"] != 200 or answer["Data"]["total"] == 0


def test_a_scanner_drives_no_tracker_out_and_does_not_flood_the_log(server):
    fleet = Fleet(server)
    terminal = Jt808(server.device, "013900000001")
    terminal.send(terminal.frame(0x0200, jt808_location(now())))
    wait_until(lambda: server.health()["counters"]["fixes_refused"] == 1)
    for i in range(100):
        link = Link(server.device)
        link.send(b"SSH-2.0-scan%03d\r\n" % i)
        assert link.closed()
    rows = fleet.root.data("manage/ListUnknownDevices")["data"]
    assert {r["DeviceID"]: r["Count"] for r in rows} == {"": 100, "013900000001": 1}
    log = server.log()
    assert log.count("event=tracker_not_understood") == 1
    assert log.count('event=tracker_not_registered device_id="013900000001"') == 1
    found = fleet.api.data("manage/ListUnknownDevices", DeviceID="13900000001")
    assert [r["Protocol"] for r in found["data"]] == ["jt808"]


# ---- registered while it is connected ----

IMEI, TERMINAL, LOCK = "860000000000017", "013900000001", "7551000001"


def knock_gt06(address):
    device = Gt06(address, IMEI)
    device.login()
    return device, lambda: device.read_frame()[1]


def knock_jt808(address):
    device = Jt808(address, TERMINAL)
    device.send(device.frame(0x0002))
    device.acknowledged(0x0002)
    return device, lambda: device.read_frame()[2]


def knock_jt701(address):
    device = Jt701(address, LOCK)
    device.sentence("P22", "010125", "000000")
    return device, lambda: device.read_sentence().encode()


def knock_udp(address):
    device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    device.settimeout(PATIENCE_S)
    device.connect(split_address(address))
    device.send(jt808_frame(0x0002, TERMINAL, 1))

    def read():
        data = device.recv(2048)
        while b"STATUS#" not in data:
            data = device.recv(2048)
        return data
    return device, read


@pytest.mark.parametrize("knock, device_id", [(knock_gt06, IMEI), (knock_jt808, TERMINAL),
                                              (knock_jt701, LOCK), (knock_udp, TERMINAL)])
def test_a_waiting_tracker_is_reached_as_soon_as_it_is_registered(server, knock, device_id):
    fleet = Fleet(server)
    device, read = knock(server.device)
    wait_until(lambda: fleet.root.data("manage/ListUnknownDevices", Key=device_id)["total"] == 1)
    assert counter(server, "devices_connected") == 0
    fleet.add([device_id])
    wait_until(lambda: counter(server, "devices_connected") == 1)
    # The device has said nothing since: the command needs no frame of it.
    fleet.api.data("vehicle/SendTextCommand", DeviceID=device_id, TextCommand="STATUS#")
    said = read()
    while b"STATUS#" not in said:
        said = read()
    device.close()


def test_all_terminals_of_a_link_are_bound_by_one_call(server):
    fleet = Fleet(server)
    link = Link(server.device)
    names = [f"0139000000{i:02d}" for i in range(20)]
    for name in names:
        link.send(jt808_frame(0x0002, name, 1))
    wait_until(lambda: fleet.root.data("manage/ListUnknownDevices")["total"] == len(names))
    fleet.add(names)
    wait_until(lambda: counter(server, "devices_connected") == len(names))
    assert counter(server, "devices_moved") == 0
    link.close()


def test_a_link_whose_fixes_were_refused_begins_anew_at_once(server):
    fleet = Fleet(server)
    device = Gt06(server.device, IMEI)
    device.login()
    device.report(now(), 3.5, 4.5)
    wait_until(lambda: counter(server, "fixes_refused") == 1)
    fleet.add([IMEI])
    assert device.closed()
