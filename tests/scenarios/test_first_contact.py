"""What somebody sees who has a tracker and no account of it yet."""
import socket

from lib.faults import now
from lib.server import Fleet, run, wait_until
from lib.trackers import Jt808, Link, jt808_location, split_address

XEXUN = b"##,imei:359586015829802,A;"


def test_simulate_tells_that_an_unregistered_gt06_tracker_stores_nothing(server):
    done = run("simulate", "--address", server.device, "--protocol", "gt06", "--devices", "3",
               "--fixes", "20", "--give-up", "1", "--quiet")
    assert done.returncode == 1 and '"acknowledged":0,' in done.stdout, done.stdout
    assert "nothing was acknowledged" in done.stderr and "registered" in done.stderr
    assert server.health()["counters"]["fixes_stored"] == 0


def test_bytes_that_nobody_understands_are_shown_to_root_alone(server):
    fleet = Fleet(server)
    link = Link(server.device)
    link.send(XEXUN)
    assert link.closed()
    row, = fleet.root.data("manage/ListUnknownDevices")["data"]
    assert (row["DeviceID"], row["Protocol"], row["Count"]) == ("", "?", 1)
    assert row["Address"].startswith("127.0.0.1:") and row["LastFrame"] == XEXUN.hex()
    assert f"protocol=? len={len(XEXUN)} begins={XEXUN.hex()}" in server.log()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"(013612345678BP05", split_address(server.device))
        row = wait_until(lambda: [r for r in fleet.root.data("manage/ListUnknownDevices")["data"]
                                  if r["Count"] == 2])[0]
    assert row["LastFrame"] == b"(013612345678BP05".hex()
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
