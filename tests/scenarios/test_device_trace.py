"""TraceDevice: what a device says and is told, for as long as somebody asks, without passwords."""
import json

from lib.faults import now
from lib.server import Fleet, wait_until
from lib.trackers import Gt06, Jt808

ONE, TRUCK = "860000000000017", "013900000001"


def frames(api, device, after=0, seconds=60):
    data = api.data("manage/TraceDevice", DeviceID=device, Seconds=seconds, After=after)
    assert data["next"] == (data["frames"][-1]["Number"] if data["frames"] else after)
    return data["frames"]


def wait_frames(api, device, count, after=0):
    return wait_until(lambda: len(found := frames(api, device, after)) >= count and found,
                      what=f"{count} frames")


def test_frames_and_answers_are_traced_both_ways(server):
    fleet = Fleet(server, devices=[ONE, TRUCK])
    assert frames(fleet.api, ONE) == []
    device = Gt06(server.device, ONE)
    device.login()
    login, answer = wait_frames(fleet.api, ONE, 2)
    assert (login["Direction"], login["Protocol"]) == ("in", "gt06")
    assert login["Hex"].startswith("78780d01") and ONE in login["Hex"]
    assert json.loads(login["Decoded"])["type"] == "login"
    assert (answer["Direction"], answer["Hex"][:8]) == ("out", "78780501")
    device.report(now(), 3.5, 4.5)
    fix, = wait_frames(fleet.api, ONE, 1, after=2)
    assert json.loads(fix["Decoded"])["lat"] == 3.5
    device.send(b"\x78\x78\x05\x13\x00\x01\x00\x00\x0d\x0a")  # a bad checksum
    bad, = wait_frames(fleet.api, ONE, 1, after=3)
    assert (bad["Decoded"], bad["Hex"]) == ("bad frame", "78780513000100000d0a")
    assert frames(fleet.api, TRUCK) == []


def test_several_users_trace_and_each_ends_for_oneself(server):
    fleet = Fleet(server, devices=[TRUCK])
    operator = fleet.user("operator")
    device = Jt808(server.device, TRUCK)
    frames(fleet.api, TRUCK)
    frames(operator, TRUCK)
    device.send(device.frame(0x0002))
    device.acknowledged(0x0002)
    assert len(wait_frames(fleet.api, TRUCK, 2)) == len(wait_frames(operator, TRUCK, 2)) == 2
    frames(operator, TRUCK, seconds=0)
    device.send(device.frame(0x0002))
    device.acknowledged(0x0002)
    assert len(wait_frames(fleet.api, TRUCK, 4)) == 4
    frames(fleet.api, TRUCK, seconds=0)
    device.send(device.frame(0x0002))
    device.acknowledged(0x0002)
    assert len(frames(fleet.api, TRUCK, seconds=0)) == 4  # what was said stays to be read


def test_a_trace_ends_by_itself(server):
    fleet = Fleet(server, devices=[TRUCK])
    operator = fleet.user("operator")
    device = Jt808(server.device, TRUCK)
    frames(fleet.api, TRUCK, seconds=1)

    def say():
        device.send(device.frame(0x0002))
        device.acknowledged(0x0002)
        return len(frames(operator, TRUCK, seconds=0))  # who wants no more extends nothing

    wait_until(lambda: say() == say(), what="the end of the trace")


def test_no_password_is_traced(server):
    fleet = Fleet(server, devices=[{"DeviceID": ONE, "Password": "628301"}])
    device = Gt06(server.device, ONE)
    device.login()
    frames(fleet.api, ONE)
    fleet.api.data("vehicle/SendTextCommand", DeviceID=ONE, TextCommand="SET,628301,A#")
    kind, content, _ = device.read_frame()
    assert kind == 0x80 and content[5:] == b"SET,628301,A#"
    device.report(now(), 3.5, 4.5)
    device.heartbeat()
    sent, *_ = wait_frames(fleet.api, ONE, 1)
    assert (sent["Direction"], sent["Decoded"]) == ("out", "SET,******,A#")
    assert b"SET,******,A#".hex() in sent["Hex"]
    told = str(frames(fleet.api, ONE))
    assert "628301" not in told and b"628301".hex() not in told


def test_a_foreign_device_is_not_traced(server):
    fleet = Fleet(server, devices=[ONE])
    other = Fleet(server, name="Fleet Two", devices=[TRUCK])
    frames(fleet.api, ONE)
    device = Gt06(server.device, ONE)
    device.login()
    wait_frames(fleet.api, ONE, 2)
    viewer = fleet.user("viewer")
    for api, code in ((other.api, 404), (viewer, 403)):
        answer = api.call("manage/TraceDevice", DeviceID=ONE, Seconds=60)
        assert (answer["Code"], answer["Data"]) == (code, None)


def test_no_password_is_traced_however_a_frame_writes_it(server):
    secret = 'a"}7b'  # JSON writes one of these as two characters, JT/T 808 another
    fleet = Fleet(server, devices=[{"DeviceID": TRUCK, "Password": secret}])
    device = Jt808(server.device, TRUCK)
    frames(fleet.api, TRUCK)
    device.send(device.frame(0x6006, b"\0now " + secret.encode()))
    device.acknowledged(0x6006)
    said, *_ = wait_frames(fleet.api, TRUCK, 1)
    assert said["Hex"] == ""
    assert json.loads(said["Decoded"])["text"] == "now ******"
