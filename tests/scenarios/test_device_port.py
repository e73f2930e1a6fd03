"""The device port: one for every protocol, in any cut, against rubbish and silence."""
import datetime
import socket

from lib.faults import now
from lib.server import PATIENCE_S, Fleet, counter, wait_until
from lib.trackers import Gt06, Jt808, Link, jt808_location, split_address

QUICK = "[device]\nidle_timeout_s = 10\nlogin_timeout_s = 1\n"


def test_frames_byte_by_byte_and_all_at_once(server):
    fleet = Fleet(server, devices=["013900000001", "860000000000009"])
    terminal = Jt808(server.device, "013900000001")
    terminal.send_bytewise(terminal.frame(0x0200, jt808_location(now(), lat=10.5)))
    terminal.acknowledged(0x0200)
    start = now() - datetime.timedelta(seconds=100)
    frames = [terminal.frame(0x0200, jt808_location(start + datetime.timedelta(seconds=i)))
              for i in range(50)]
    terminal.send(b"".join(frames))
    for i in range(50):
        terminal.acknowledged(0x0200, serial=terminal.serial - 49 + i)
    tracker = Gt06(server.device, "860000000000009")
    tracker.send_bytewise(tracker.frame(0x01, bytes.fromhex("0860000000000009")))
    assert tracker.read_frame() == (0x01, b"", 1)
    assert wait_until(lambda: fleet.status("013900000001"))["Lat"] == 10.5


def test_rubbish_is_closed_and_counted(server):
    for rubbish in (b"\x00\x01\x02\x03", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x02\x00\x01"):
        link = Link(server.device)
        link.send(rubbish.ljust(64, b"\0"))
        assert link.closed()
    assert counter(server, "connections_unclaimed") == 3
    wait_until(lambda: counter(server, "connections") == 0)


def test_silence_is_closed_and_counted(make_server):
    server = make_server(QUICK)
    silent = Link(server.device)
    half = Link(server.device)
    half.send(b"\x7e\x02\x00")
    assert silent.closed() and half.closed()
    assert counter(server, "connections_idle") == 2


def test_bad_checksums_are_not_answered_and_end_the_link(server):
    Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    good = terminal.frame(0x0200, jt808_location(now()))
    bad = good[:20] + bytes([good[20] ^ 1]) + good[21:]
    terminal.send(bad)
    terminal.send(good)
    terminal.acknowledged(0x0200)
    terminal.send(bad * 20)
    assert terminal.closed()
    assert counter(server, "frames_bad") >= 8


def test_a_device_moves_to_its_second_connection_alone(server):
    """A link of two terminals: one appears elsewhere, the other stays."""
    fleet = Fleet(server, devices=["013900000001", "013900000002"])
    gateway = Jt808(server.device, "013900000001")
    gateway.register()
    gateway.device_id = "013900000002"
    gateway.report(jt808_location(now()))
    assert counter(server, "devices_connected") == 2
    alone = Jt808(server.device, "013900000001")
    alone.report(jt808_location(now(), lat=5.5))
    assert counter(server, "devices_moved") == 1
    assert counter(server, "devices_connected") == 2
    gateway.report(jt808_location(now() + datetime.timedelta(seconds=1)))
    assert fleet.status("013900000001")["Lat"] == 5.5
    alone.close()
    wait_until(lambda: counter(server, "devices_connected") == 1)


def test_jt808_over_udp(server):
    fleet = Fleet(server, devices=["013900000001"])
    maker = Jt808(server.device, "013900000001")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(PATIENCE_S)
        udp.connect(split_address(server.device))
        for latitude in (1.5, 2.5):
            udp.send(maker.frame(0x0200, jt808_location(now(), lat=latitude)))
            maker.received = udp.recv(2048)
            maker.acknowledged(0x0200)
        assert fleet.status("013900000001") is not None
        udp.send(b"\0rubbish")
    assert wait_until(lambda: fleet.status("013900000001"))["Status"] == 1


def test_an_unregistered_tracker_is_heard_but_not_stored(server):
    fleet = Fleet(server)
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    terminal.send(terminal.frame(0x0200, jt808_location(now())))
    terminal.send(terminal.frame(0x0002))
    terminal.acknowledged(0x0002)  # and nothing before it: the location is refused by silence
    listed = fleet.root.data("manage/ListUnknownDevices")["data"]
    assert [r["DeviceID"] for r in listed] == ["013900000001"]
    assert listed[0]["Protocol"] == "jt808" and listed[0]["Count"] >= 3
    assert listed[0]["LastFrame"].startswith("7e0002")
    fleet.add(["013900000001"])
    terminal.report(jt808_location(now()))
    assert fleet.status("013900000001")["IsOnline"] == 1
    assert fleet.root.data("manage/ListUnknownDevices")["total"] == 0


def test_open_registration_adds_the_tracker(make_server):
    server = make_server()
    hold = Fleet(server, "Open").hold
    server.stop()
    server.config.write_text(f"[device]\nregistration = open\nopen_enterprise = {hold}\n")
    server.start()
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    terminal.report(jt808_location(now()))
    listed = server.root().data("manage/ListDevices", HoldID=hold)["data"]
    assert [r["DeviceID"] for r in listed] == ["013900000001"]


def test_a_divided_batch_is_put_together(server):
    """0x0704 in three sub-packages, each acknowledged; the fixes count once all are there."""
    fleet = Fleet(server, devices=["013900000001"])
    terminal = Jt808(server.device, "013900000001")
    terminal.register()
    start = now() - datetime.timedelta(seconds=60)
    bodies = [jt808_location(start + datetime.timedelta(seconds=i), lat=20 + i) for i in range(5)]
    whole = len(bodies).to_bytes(2, "big") + b"\0" + b"".join(
        len(b).to_bytes(2, "big") + b for b in bodies)
    cuts = [whole[:50], whole[50:100], whole[100:]]
    for number, part in enumerate(cuts, 1):
        assert fleet.status("013900000001") is None
        terminal.send(terminal.frame(0x0704, part, parts=(3, number)))
        terminal.acknowledged(0x0704)
    assert fleet.status("013900000001")["Lat"] == 24.0
    assert server.check()["013900000001"]["fixes"] == 5


def test_the_model_of_a_device_says_what_its_bits_mean(server):
    """Bit 18 of the alarm word is a low battery, and nothing to a tracker of AOVX."""
    device = "013900000001"
    fleet = Fleet(server, devices=[device])
    terminal = Jt808(server.device, device)
    times = iter(now() + datetime.timedelta(seconds=10 * i) for i in range(-20, 0))
    seen = {}
    for model in ("", "AOVX VL300", "GL100", "VL3000"):
        fleet.api.data("manage/ModifyDevice", DeviceID=device, Model=model)
        for bit in (15, 18):
            terminal.report(jt808_location(next(times), alarm=1 << bit))
            seen[model, bit] = fleet.status(device)["IsAlarm"]
    assert seen == {("", 15): 1, ("", 18): 1, ("AOVX VL300", 15): 1, ("AOVX VL300", 18): 0,
                    ("GL100", 15): 0, ("GL100", 18): 0, ("VL3000", 15): 1, ("VL3000", 18): 1}
