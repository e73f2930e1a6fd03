"""Commands: sent at most once, never late, their outcome known; sections 29 and 37 to 41."""
import ctypes
import datetime
import os
import random
import socket
import struct
import threading

import pytest

from lib.faults import bad_disk, now
from lib.server import PATIENCE_S, Fleet, Server, counter, wait_until
from lib.trackers import (Gt06, Jt808, bcd, crc_x25, gt06_frame, gt06_long_frame,
                          split_address)

ONE, TWO = "860000000000017", "860000000000025"
TRUCK, LORRY = "013900000001", "013900000002"
KILL_ROUNDS = int(os.environ.get("ODOGRAPH_KILL_ROUNDS", "10"))
SHORT = "[commands]\ncommand_gap_s = 1\n"


class Terminal(Gt06):
    """A GT06 tracker that reads commands and answers them when the test says so."""

    def connect(self):
        self.login()
        return self

    def command(self):
        """The next command: (flag, text)."""
        kind, content, _ = self.read_frame()
        assert kind == 0x80, (kind, content)
        assert content[0] == len(content) - 1
        return struct.unpack(">I", content[1:5])[0], content[5:].decode("ascii")

    def answer(self, flag, text):
        """As newer devices do, in a long frame of type 21; the server does not answer it."""
        self.serial += 1
        self.send(gt06_long_frame(0x21, struct.pack(">IB", flag, 1) + text.encode("ascii"),
                                  self.serial))


def terminal(server, imei=ONE):
    return Terminal(server.device, imei).connect()


def messages(api, device=ONE):
    """Section 29, the oldest first: (MsgType, MsgBody)."""
    rows = api.data("vehicle/GetDeviceMessages", DeviceID=device)
    assert [row["RecID"] for row in rows] == sorted((row["RecID"] for row in rows), reverse=True)
    return [(row["MsgType"], row["MsgBody"]) for row in reversed(rows)]


def commands(api, **fields):
    """ListCommands, the oldest first."""
    return list(reversed(api.data("manage/ListCommands", **fields)["data"]))


def states(api, **fields):
    return [row["State"] for row in commands(api, **fields)]


def send(api, text, device=ONE):
    assert api.call("vehicle/SendTextCommand", DeviceID=device, TextCommand=text) == \
        {"Code": 200, "Data": None, "ErrMsg": "OK"}


def wait_states(api, wanted):
    wait_until(lambda: states(api) == wanted, what=f"{wanted}")


@pytest.fixture
def server(make_server):
    return make_server(SHORT)


def test_a_command_goes_out_at_once_and_is_answered(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    send(fleet.api, "PARAM#")
    flag, text = device.command()
    assert text == "PARAM#" and flag != 0
    wait_states(fleet.api, ["sent"])
    assert messages(fleet.api) == [("Send", "PARAM#")]
    device.answer(flag, "IMEI:1;GMT:E,8;")
    wait_states(fleet.api, ["answered"])
    assert messages(fleet.api) == [("Send", "PARAM#"), ("Respond", "IMEI:1;GMT:E,8;")]
    row = commands(fleet.api)[0]
    assert (row["DeviceID"], row["Kind"], row["Text"], row["CreatedBy"], row["Answer"]) == \
        (ONE, "text", "PARAM#", fleet.login_name, "IMEI:1;GMT:E,8;")
    assert row["CreatedTime"] <= row["SentTime"] <= row["AnsweredTime"]


def test_every_kind_is_sent(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    asked = [("SendHighLevelCommand", {"TextCommand": "GMT,E,8#"}, "GMT,E,8#"),
             ("SendQueryStatusCommand", {}, "STATUS#"),
             ("SendQueryParameterCommand", {}, "PARAM#"),
             ("SendQueryICCIDCommand", {}, "ICCID#")]
    for method, fields, text in asked:
        assert fleet.api.call(f"vehicle/{method}", DeviceID=ONE, **fields)["ErrMsg"] == "OK"
        flag, sent = device.command()
        assert sent == text
        device.answer(flag, f"to {text}")
        wait_until(lambda: states(fleet.api)[-1] == "answered", what="the answer")
    assert [row["Kind"] for row in commands(fleet.api)] == ["highlevel", "query", "query", "query"]
    assert [row["Text"] for row in commands(fleet.api)] == [text for _, _, text in asked]
    assert ("Send", "ICCID#") in messages(fleet.api)
    fleet.api.data("vehicle/SendHighLevelCommand", DeviceID=ONE, TextCommand="hex:8A 0102")
    assert device.read_frame()[:2] == (0x8a, b"\x01\x02")
    wait_until(lambda: states(fleet.api)[-1] == "sent", what="the raw message")


def test_an_iccid_is_a_report_and_an_answer(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    fleet.api.data("vehicle/SendQueryICCIDCommand", DeviceID=ONE)
    flag, _ = device.command()
    text = b"<ICCID:89860000000000000017"
    device.send(device.frame(0x15, bytes([len(text) + 4]) + struct.pack(">I", flag) + text +
                             b"\0\2"))
    wait_states(fleet.api, ["answered"])
    assert messages(fleet.api)[-1] == ("Respond", text.decode())


def test_a_command_waits_for_its_device(server):
    fleet = Fleet(server, devices=[ONE])
    for text in ("A#", "B#", "C#"):
        send(fleet.api, text)
    assert states(fleet.api) == ["queued"] * 3
    assert messages(fleet.api) == []
    server.stop()
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    device = terminal(server)
    for text in ("A#", "B#", "C#"):
        flag, sent = device.command()
        assert sent == text
        device.answer(flag, f"done {text}")
    wait_states(api, ["answered"] * 3)
    assert [body for kind, body in messages(api) if kind == "Send"] == ["A#", "B#", "C#"]


def test_the_next_one_goes_out_though_nothing_is_answered(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    send(fleet.api, "A#")
    send(fleet.api, "B#")
    assert device.command()[1] == "A#"
    assert device.command()[1] == "B#"
    wait_states(fleet.api, ["sent", "sent"])


def test_answers_come_late_twice_and_out_of_order(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    send(fleet.api, "A#")
    send(fleet.api, "B#")
    first, second = device.command(), device.command()
    assert (first[1], second[1]) == ("A#", "B#")
    for flag, text in ((second[0], "to B"), (first[0], "to A"), (second[0], "to B"),
                       (first[0], "to A")):
        device.answer(flag, text)
    wait_states(fleet.api, ["answered", "answered"])
    device.heartbeat()  # behind all of them
    assert [row["Answer"] for row in commands(fleet.api)] == ["to A", "to B"]
    assert messages(fleet.api) == [("Send", "A#"), ("Send", "B#"), ("Respond", "to B"),
                                   ("Respond", "to A")]


def test_answers_without_a_number_go_by_order_on_the_same_link(server):
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    device.answer(0, "by itself")
    device.heartbeat()
    send(fleet.api, "A#")
    send(fleet.api, "B#")
    assert device.command()[1] == "A#"
    device.answer(0, "first")
    assert device.command()[1] == "B#"
    device.answer(0, "second")
    wait_states(fleet.api, ["answered", "answered"])
    assert [row["Answer"] for row in commands(fleet.api)] == ["first", "second"]
    device.answer(0, "by itself again")
    device.heartbeat()
    assert [body for kind, body in messages(fleet.api) if kind == "Respond"] == \
        ["by itself", "first", "second", "by itself again"]


def test_a_device_that_moves_between_sending_and_answering(server):
    fleet = Fleet(server, devices=[ONE])
    old = terminal(server)
    send(fleet.api, "A#")
    send(fleet.api, "B#")
    flags = [old.command()[0], old.command()[0]]
    device = terminal(server)
    device.answer(0, "to nothing")  # on another link: a record alone
    device.answer(flags[1], "to B")
    wait_states(fleet.api, ["sent", "answered"])
    send(fleet.api, "C#")
    assert device.command()[1] == "C#"
    assert old.closed()


def test_commands_over_udp(server):
    fleet = Fleet(server, devices=[ONE])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.connect(split_address(server.device))
        device.send(gt06_frame(0x01, bcd(ONE.zfill(16)), 1))
        assert device.recv(2048)[3] == 0x01
        send(fleet.api, "A#")
        frame = device.recv(2048)
        assert frame[3] == 0x80 and struct.unpack(">H", frame[-4:-2])[0] == crc_x25(frame[2:-4])
        assert frame[9:-6] == b"A#"
        device.send(gt06_long_frame(0x21, frame[5:9] + b"\x01OK", 2))
        wait_states(fleet.api, ["answered"])


def test_what_waited_too_long_is_not_sent(make_server):
    server = make_server("[commands]\ncommand_ttl_s = 5\n")
    fleet = Fleet(server, devices=[ONE])
    send(fleet.api, "A#")
    wait_states(fleet.api, ["expired"])
    device = terminal(server)
    send(fleet.api, "B#")
    assert device.command()[1] == "B#"
    wait_states(fleet.api, ["expired", "sent"])
    assert messages(fleet.api) == [("Send", "B#")]


def test_what_is_cancelled_is_not_sent(server):
    fleet = Fleet(server, devices=[ONE])
    send(fleet.api, "A#")
    send(fleet.api, "B#")
    ids = [row["CommandID"] for row in commands(fleet.api)]
    fleet.api.data("manage/CancelCommand", CommandID=ids[0])
    device = terminal(server)
    assert device.command()[1] == "B#"
    wait_states(fleet.api, ["cancelled", "sent"])
    for command in ids:
        assert fleet.api.call("manage/CancelCommand", CommandID=command)["Code"] == 409


def test_others_change_and_learn_nothing(server):
    fleet = Fleet(server, devices=[ONE])
    other = Fleet(server, name="Fleet Two", devices=[TWO])
    viewer = fleet.user("viewer")
    device = terminal(server)
    send(fleet.api, "A#")
    flag, _ = device.command()
    wait_states(fleet.api, ["sent"])
    stranger = terminal(server, TWO)
    stranger.answer(flag, "I am it")
    stranger.heartbeat()
    command = commands(fleet.api)[0]
    assert command["State"] == "sent" and messages(fleet.api) == [("Send", "A#")]
    missing = {"Code": 404, "Data": None, "ErrMsg": "This device does not exist"}
    asked = {"DeviceID": ONE, "TextCommand": "X#"}
    assert other.api.call("vehicle/SendTextCommand", **asked) == missing
    assert other.api.call("vehicle/GetDeviceMessages", DeviceID=ONE) == missing
    assert other.api.call("manage/CancelCommand", CommandID=command["CommandID"])["Code"] == 404
    assert commands(other.api, DeviceIDs=ONE) == []
    assert viewer.call("vehicle/SendTextCommand", **asked)["Code"] == 4001
    assert viewer.call("manage/ListCommands")["Code"] == 403
    assert viewer.call("manage/CancelCommand", CommandID=command["CommandID"])["Code"] == 403
    assert commands(fleet.api) == [command]
    device.heartbeat()  # nothing else came


def test_a_disk_that_is_full_sends_nothing_twice(make_server, tmp_path):
    faults = bad_disk(tmp_path)
    server = make_server(SHORT, env=faults.env)
    fleet = Fleet(server, devices=[ONE])
    device = terminal(server)
    faults.set("nospace")
    answer = fleet.api.post("/api/vehicle/SendTextCommand",
                            {"DeviceID": ONE, "TextCommand": "A#"})
    assert answer.status_code == 503
    faults.set("none")
    wait_until(lambda: server.health()["status"] == "ok" or device.heartbeat(), what="recovery")
    send(fleet.api, "B#")
    assert device.command()[1] == "B#"
    assert [row["Text"] for row in commands(fleet.api)] == ["B#"]


# ---- JT/T 808 ----

class Padlock(Jt808):
    """A JT/T 808 terminal of 2013 that reads commands and answers them when the test says so."""

    def text_command(self):
        """The next 0x8300: (serial, text)."""
        kind, serial, body = self.read_frame()
        assert kind == 0x8300 and serial != 0
        return serial, body[1:].decode("gbk")

    def result(self, serial, number):
        self.send(self.frame(0x0001, struct.pack(">HHB", serial, 0x8300, number)))

    def text(self, words):
        self.send(self.frame(0x6006, b"\0" + words.encode("gbk")))
        self.acknowledged(0x6006)


def padlock(server, device_id=TRUCK):
    terminal_808 = Padlock(server.device, device_id)
    terminal_808.register()
    return terminal_808


def test_a_receipt_is_no_answer(server):
    fleet = Fleet(server, devices=[TRUCK])
    device = padlock(server)
    send(fleet.api, "STATUS#", TRUCK)
    serial, text = device.text_command()
    assert text == "STATUS#"
    device.result(serial, 0)
    device.send(device.frame(0x0002))
    device.acknowledged(0x0002)
    assert states(fleet.api) == ["sent"]
    device.text("ACC:ON")
    wait_states(fleet.api, ["answered"])
    assert commands(fleet.api)[0]["Answer"] == "ACC:ON"
    send(fleet.api, "粤B#", TRUCK)
    serial, text = device.text_command()
    assert text == "粤B#"
    device.result(serial, 1)
    wait_states(fleet.api, ["answered", "refused"])
    assert [body for kind, body in messages(fleet.api, TRUCK) if kind == "Send"] == \
        ["STATUS#", "粤B#"]


def test_several_terminals_on_one_link(server):
    fleet = Fleet(server, devices=[TRUCK, LORRY])
    truck = padlock(server)
    lorry = Padlock.__new__(Padlock)
    lorry.__dict__.update(truck.__dict__, device_id=LORRY, serial=0)
    lorry.send(lorry.frame(0x0002))
    lorry.acknowledged(0x0002)
    send(fleet.api, "A#", LORRY)
    serial, text = lorry.text_command()
    assert text == "A#"
    send(fleet.api, "B#", TRUCK)
    truck.received = lorry.received
    assert truck.text_command()[1] == "B#"
    lorry.result(serial, 3)
    wait_until(lambda: sorted(states(fleet.api)) == ["refused", "sent"], what="the refusal")
    assert states(fleet.api, DeviceIDs=LORRY) == ["refused"]


# ---- what must not come late ----

class Deafness:
    """Nothing that comes reaches the socket while it lasts: as a link that loses all packets."""

    ATTACH, DETACH = 26, 27  # SO_ATTACH_FILTER, SO_DETACH_FILTER

    def __init__(self, link):
        self.link = link
        self.program = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # return 0

    def __enter__(self):
        fprog = struct.pack("HP", 1, ctypes.addressof(self.program))
        self.link.socket.setsockopt(socket.SOL_SOCKET, self.ATTACH, fprog)
        return self

    def __exit__(self, *_):
        self.link.socket.setsockopt(socket.SOL_SOCKET, self.DETACH, 0)


def left_over(device):
    """
    What still comes over a link that the server has reset. A kernel that still had something of it
    would send it again within seconds.
    """
    device.silent_for(4)
    said = device.received
    try:
        device.send(device.frame(0x13, bytes([0x46, 6, 4, 0, 2])))
        while data := device.socket.recv(65536):
            said += data
    except ConnectionError:
        pass
    return said


def standing(server, imei=ONE, speed_kmh=0):
    """A tracker whose vehicle has told where it is just now."""
    device = terminal(server, imei)
    device.report(now() - datetime.timedelta(seconds=2), 3.5, 4.5, speed_kmh=speed_kmh)
    device.heartbeat()
    return device


def refused(api, text):
    answer = api.call("vehicle/SendTextCommand", DeviceID=ONE, TextCommand=text)
    assert answer["Data"] is None
    return answer["Code"], answer["ErrMsg"]


def test_an_engine_is_cut_only_where_the_vehicle_stands(server):
    fleet = Fleet(server, devices=[ONE])
    assert refused(fleet.api, "RELAY,1#") == (500, "No recent position")
    device = standing(server, speed_kmh=60)
    assert refused(fleet.api, "RELAY,1#") == (500, "Vehicle is moving")
    assert refused(fleet.api, " relay , 1 #STATUS#") == (500, "Vehicle is moving")
    assert commands(fleet.api) == []
    device.report(now(), 3.5, 4.5, speed_kmh=20)
    device.heartbeat()
    send(fleet.api, "RELAY,1#")
    flag, text = device.command()
    assert text == "RELAY,1#"
    device.answer(flag, "Cut off the fuel supply: Success!")
    wait_states(fleet.api, ["answered"])


def test_a_cut_that_waits_is_judged_again(make_server):
    server = make_server("[commands]\nengine_cut_ttl_s = 10\ncommand_gap_s = 8\n")
    fleet = Fleet(server, devices=[ONE])
    device = standing(server)
    send(fleet.api, "A#")
    assert device.command()[1] == "A#"
    send(fleet.api, "RELAY,1#")  # behind the gap
    device.report(now(), 3.6, 4.5, speed_kmh=90)
    device.heartbeat()
    wait_states(fleet.api, ["sent", "expired"])
    device.heartbeat()  # nothing else came


def test_what_unlocks_is_never_kept_and_needs_an_admin(server):
    fleet = Fleet(server, devices=[ONE])
    operator = fleet.user("operator")
    assert refused(fleet.api, "P43,111111") == (4010, "Device is offline")
    device = terminal(server)
    send(operator, "P43,111111")
    assert device.command()[1] == "P43,111111"
    wait_states(fleet.api, ["sent"])
    fleet.api.data("manage/ModifyDevice", DeviceID=ONE, Password="628301")
    assert refused(operator, "P43,628301") == (4001, "Limited authority")
    send(fleet.api, "P43,628301")
    assert device.command()[1] == "P43,628301"
    wait_states(fleet.api, ["sent", "sent"])
    assert [row["Text"] for row in commands(fleet.api)][1] == "P43,******"
    assert messages(fleet.api)[-1] == ("Send", "P43,******")
    device.close()
    wait_until(lambda: counter(server, "devices_connected") == 0, what="the device being away")
    send(fleet.api, "P43,628301")  # it was heard within the minute
    wait_states(fleet.api, ["sent", "sent", "expired"])
    device = terminal(server)
    device.heartbeat()  # nothing came with the new link


def test_a_cut_on_a_dead_link_never_arrives(server):
    fleet = Fleet(server, devices=[ONE])
    device = standing(server)
    with Deafness(device):
        send(fleet.api, "RELAY,1#")
        wait_states(fleet.api, ["sent"])
        wait_states(fleet.api, ["unknown"])
    assert b"RELAY" not in left_over(device)
    assert messages(fleet.api) == [("Send", "RELAY,1#")]


def test_a_cut_does_not_follow_a_device_that_moves(server):
    fleet = Fleet(server, devices=[ONE])
    device = standing(server)
    with Deafness(device):
        send(fleet.api, "RELAY,1#")
        wait_states(fleet.api, ["sent"])
        moved = terminal(server)
        wait_states(fleet.api, ["unknown"])
    assert b"RELAY" not in left_over(device)
    moved.heartbeat()


def test_a_cut_does_not_outlive_the_server(server):
    fleet = Fleet(server, devices=[ONE])
    device = standing(server)
    with Deafness(device):
        send(fleet.api, "RELAY,1#")
        wait_states(fleet.api, ["sent"])
        server.stop()
    assert b"RELAY" not in left_over(device)
    server.start()
    wait_states(server.api.login(fleet.login_name, "secret-1"), ["unknown"])


class Obeyer(threading.Thread):
    """A device that connects again and again, notes each command and answers every second one."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server = server
        self.heard = []
        self.ends = threading.Event()

    def live(self):
        device = terminal(self.server)
        device.socket.settimeout(1)
        while not self.ends.is_set():
            flag, text = device.command()
            self.heard.append(text)
            if len(self.heard) % 2 == 0:
                device.answer(flag, f"done {text}")

    def run(self):
        while not self.ends.is_set():
            try:
                self.live()
            except (OSError, AssertionError):
                self.ends.wait(0.01)


def ask_until_killed(server, login_name, number):
    """Sends commands until the server is gone; answers the texts of those that were taken."""
    taken = []
    try:
        api = server.api.login(login_name, "secret-1")
        while True:
            text = f"C{number}X{len(taken)}#"
            answer = api.call("vehicle/SendTextCommand", DeviceID=ONE, TextCommand=text)
            if answer["Code"] == 200:
                taken.append(text)
    except (OSError, AssertionError, ValueError):
        return taken


@pytest.mark.kills
def test_kills_send_nothing_twice(tmp_path):
    server = Server(tmp_path, SHORT)
    fleet = Fleet(server.start(), devices=[ONE])
    device = Obeyer(server)
    device.start()
    taken = []
    for number in range(KILL_ROUNDS):
        killer = threading.Timer(random.uniform(0.05, 1.0), server.kill)
        killer.start()
        taken += ask_until_killed(server, fleet.login_name, number)
        killer.join()
        server.start()
    api = server.api.login(fleet.login_name, "secret-1")

    def settled():
        return all(state not in ("queued", "sending") for state in states(api))

    wait_until(settled, what="the end of all commands")
    device.ends.set()
    device.join()
    heard = device.heard
    assert len(heard) == len(set(heard)), "sent twice"
    rows = {row["Text"]: row["State"] for row in api.data("manage/ListCommands")["data"]}
    assert set(taken) <= set(rows) or len(rows) == 1000
    for text in heard:
        assert rows.get(text, "sent") in ("sent", "answered", "unknown"), (text, rows[text])
    for text, state in rows.items():
        assert state != "answered" or text in heard
        assert state in ("sent", "answered", "unknown"), (text, state)
    server.close()
