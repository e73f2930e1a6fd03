"""
What a stranger may take of the server, and who suffers: connections never quite finished, bodies
never quite sent. The attacks at full size are marked soak; they print their figures:

    pytest -s -m soak tests/scenarios/test_doors.py
"""
import itertools
import json
import pathlib
import re
import resource
import select
import socket
import time

import pytest

from lib.attackers import HEAD, HEALTH, Crowd, Honest, attack, post
from lib.faults import bad_disk, now
from lib.server import PATIENCE_S, Fleet, counter, wait_until
from lib.trackers import Jt808, jt808_location, split_address

DEVICE = "013900000001"
MIB = 1 << 20
FULL_S = 40


def small_table(places, per_address=0):
    return f"[api]\nconnections_max = {places}\nconnections_per_address = {per_address}\n"


def fleet_on_the_road(server, name="Fleet One", device=DEVICE):
    fleet = Fleet(server, name, [device])
    terminal = Jt808(server.device, device)
    terminal.register()
    terminal.report(jt808_location(now()))
    terminal.close()
    return fleet


def connect(server, data=b""):
    one = socket.create_connection(split_address(server.http), timeout=PATIENCE_S)
    one.sendall(data)
    return one


def answer_of(one):
    """The status and the body of the one answer that a connection gets."""
    received = b""
    while True:
        piece = one.recv(65536)
        if not piece:
            break
        received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        if length and len(body) >= int(length[1]):
            break
    return int(received.split()[1]), json.loads(received.partition(b"\r\n\r\n")[2])


def has_ended(one):
    """Whether the server ended the connection."""
    try:
        return bool(select.select([one], [], [], 0)[0]) and one.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True


def trickle(ones):
    """A byte on each; whether the server ended them all."""
    for one in ones:
        try:
            one.sendall(b"x")
        except OSError:
            pass  # ended meanwhile, which has_ended() sees
    return all(map(has_ended, ones))


# ---- connections ----

def test_slow_heads_make_room_for_honest_clients(make_server):
    """More of them than there are places; each that comes ends the oldest of them."""
    server = make_server(small_table(64))
    honest = Honest(fleet_on_the_road(server).api, DEVICE)
    crowd = Crowd(server.http, 100, HEAD, every_s=0.2)
    try:
        wait_until(lambda: crowd.step() or crowd.ended >= 200, what="the eviction of strangers")
        for _ in range(50):
            crowd.step(0)
            assert honest.ask()
        assert counter(server, "http_evicted") >= 200
        assert counter(server, "http_refused") == 0
    finally:
        crowd.close()
    wait_until(lambda: counter(server, "http_connections") == 1,
               what="the end of every stranger")


def test_known_clients_are_not_evicted(make_server):
    """Who has shown a token keeps the connection, however many strangers come."""
    server = make_server(small_table(64))
    api = fleet_on_the_road(server).api
    assert api.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")["total"] == 1
    connections = api.session.get_adapter("http://x").poolmanager.connection_from_url(
        f"http://{api.address}")
    assert connections.num_connections == 1
    crowd = Crowd(server.http, 100, HEAD, every_s=0.2)
    try:
        wait_until(lambda: crowd.step() or crowd.ended >= 200, what="the eviction of strangers")
        assert api.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")["total"] == 1
        assert connections.num_connections == 1
    finally:
        crowd.close()


def test_deadlines(make_server):
    """
    Each byte is taken, and none buys time: a first head, a head on a kept connection, a login's
    body. A phone that uploads slowly, but does, is heard to its end.
    """
    server = make_server()
    fleet = fleet_on_the_road(server)
    kept = connect(server, HEALTH)
    assert answer_of(kept)[0] == 200
    slow = [connect(server, HEAD), kept,
            connect(server, post("user/GetLoginToken", 4000, body=b"{"))]
    body = json.dumps({"DeviceIDs": DEVICE}).encode().ljust(MIB)
    phone = connect(server, post("vehicle/GetCurrentVehicleInfoByDeviceIDs", MIB, fleet.api.token))
    kept.sendall(b"GET /")
    pieces = itertools.chain((body[at:at + 256] for at in range(0, MIB // 2, 256)),
                             itertools.repeat(b""))
    sent = 0

    def step():
        nonlocal sent
        piece = next(pieces)
        phone.sendall(piece)
        sent += len(piece)
        return trickle(slow)

    wait_until(step, what="the end of the slow ones")
    wait_until(lambda: counter(server, "http_reaped") == 3, what="their count")
    assert not has_ended(phone)
    phone.sendall(body[sent:])
    status, envelope = answer_of(phone)
    assert status == 200 and envelope["Data"]["total"] == 1


def test_one_address_has_its_share(make_server):
    """Its oldest stranger goes for a new one; where all have shown a token, the new one does."""
    server = make_server(small_table(1024, per_address=16))
    fleet = fleet_on_the_road(server)
    status = post("vehicle/GetCurrentVehicleInfoByDeviceIDs", 2, fleet.api.token, b"{}")
    strangers = [connect(server, HEAD) for _ in range(16)]
    wait_until(lambda: has_ended(strangers[0]), what="the end of the oldest")
    known = []
    while len(known) < 16:
        one = connect(server, status)
        wait_until(lambda: select.select([one], [], [], 0)[0], what="an answer, or the end")
        if has_ended(one):
            break
        known.append(one)
        assert answer_of(one)[0] == 200
    assert 8 <= len(known) < 16  # the fleet's own connections are known too
    assert all(map(has_ended, strangers)) and not any(map(has_ended, known))
    # Asked over the connection that the fleet keeps: a new one would be refused, and counted.
    counters = fleet.api.get("/health").json()["counters"]
    assert counters["http_refused"] == 1 and counters["http_evicted"] >= 16
    for one in known:
        one.close()


# ---- bodies ----

def test_bodies_share_a_budget(server):
    """
    One enterprise fills its half with bodies that wait for their last byte; what is beyond is told
    to come again, and another enterprise and everybody's short requests do not notice.
    """
    one = fleet_on_the_road(server)
    two = fleet_on_the_road(server, "Fleet Two", "013900000002")
    method = "vehicle/GetCurrentVehicleInfoByDeviceIDs"
    body = json.dumps({"DeviceIDs": DEVICE}).encode().ljust(MIB)
    waiting = [connect(server, post(method, MIB, one.api.token, body[:-1])) for _ in range(40)]
    wait_until(lambda: counter(server, "bodies_refused") == 8, what="the refusal of eight")
    assert 24 * MIB < counter(server, "body_bytes") <= 32 * MIB
    assert one.status(DEVICE) is not None
    assert two.api.post(f"/api/{method}", data=body).status_code == 200
    statuses = []
    for each in waiting:
        each.sendall(body[-1:])
        status, envelope = answer_of(each)
        statuses.append(status)
        assert envelope["Code"] == status
    assert sorted(statuses) == [200] * 32 + [503] * 8
    wait_until(lambda: counter(server, "body_bytes") == 0, what="the end of every body")
    refused = [connect(server, post(method, MIB, one.api.token, body[:-1])) for _ in range(40)]
    wait_until(lambda: counter(server, "bodies_refused") == 16, what="the refusal of eight more")
    for each in refused:
        each.close()
    wait_until(lambda: counter(server, "body_bytes") == 0,
               what="what the abandoned ones held")


def test_what_a_body_becomes_counts_too(make_server, tmp_path):
    """
    A third of a megabyte of zeros is a tree of ten. Jobs that wait for the disk keep theirs, and so
    one enterprise has three of them; another still finds room for one.
    """
    disk = bad_disk(tmp_path)
    server = make_server(env=disk.env)
    fleets = [fleet_on_the_road(server),
              fleet_on_the_road(server, "Fleet Two", "013900000002")]

    def set_focus(fleet, device):
        body = (b'{"DeviceID":"%s","Focus":true,"x":[%s]}'
                % (device.encode(), b",".join([b"0"] * 149000)))
        return connect(server, post("manage/SetFocus", len(body), fleet.api.token, body))

    disk.set("hold")
    ones = [set_focus(fleets[0], DEVICE) for _ in range(6)]
    wait_until(lambda: counter(server, "bodies_refused") == 3, what="the refusal of three")
    ones.append(set_focus(fleets[1], "013900000002"))
    wait_until(lambda: counter(server, "body_bytes") > 36 * MIB, what="a fourth tree")
    disk.set("none")
    assert sorted(answer_of(one)[0] for one in ones) == [200] * 4 + [503] * 3
    wait_until(lambda: counter(server, "body_bytes") == 0, what="the end of every body")


def test_logins_that_are_half_sent_hold_nothing(server):
    """A login has at most 4 KiB, whatever it announces; a good one passes beside them."""
    fleet_on_the_road(server)
    half = [connect(server, post("user/GetLoginToken", MIB, body=b" " * (64 << 10)))
            for _ in range(100)]
    assert counter(server, "body_bytes") == 0
    assert server.api.login("admin1", "secret-1").token
    for one in half[:10]:
        one.sendall(b" " * (MIB - (64 << 10)))
        assert answer_of(one) == (413, {"Code": 413, "Data": None, "ErrMsg": "Body over 4 KiB"})
    for one in half:
        one.close()


# ---- at full size ----

def raise_open_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def resident_mib(server):
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return {name: int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) // 1024
            for name in ("VmHWM", "VmRSS")}


def api_counters(server):
    """Those of /health that tell of doors; {} where it does not answer."""
    try:
        return {name: value for name, value in server.health()["counters"].items()
                if name.startswith(("http_", "bod", "requests_"))}
    except OSError:
        return {}


def given_back_mib(server, below):
    """What it holds, once that is less than `below`; 0 before."""
    held = resident_mib(server)["VmRSS"]
    return held if held < below else 0


def measure(server, name, count, first, more=b"x", every_s=10.0):
    """
    One attack, reported; answers (figures, memory at its worst and after it). Behind the attack the
    memory has to be given back, but for 64 MiB.
    """
    raise_open_files()
    fleet = fleet_on_the_road(server)
    quiet = Honest(fleet.api, DEVICE)
    quiet.ask_for(5)
    before = resident_mib(server)["VmRSS"]
    honest = Honest(fleet.api, DEVICE)
    with attack(server.http, count, first(fleet), more, every_s) as crowd:
        wait_until(lambda: api_counters(server).get("http_connections", 0) > count * 0.7,
                   timeout_s=60, what="most of the crowd")
        honest.ask_for(FULL_S)
    memory = {"before": before, "worst": resident_mib(server)["VmHWM"]}
    memory["after"] = wait_until(lambda: given_back_mib(server, before + 64),
                                 what="the memory to be given back")
    figures = honest.figures()
    print(json.dumps({"attack": name, "quiet": quiet.figures(), "attacked": figures,
                      "memory_mib": memory, "crowd": crowd, "server": api_counters(server)}))
    return figures, memory


@pytest.mark.soak
@pytest.mark.parametrize("name, count, first, most_mib", [
    ("slow heads", 8500, lambda fleet: HEAD, 500),
    ("slow heads on kept connections", 8500, lambda fleet: HEALTH + b"GET /", 500),
    ("half-sent logins", 2000,
     lambda fleet: post("user/GetLoginToken", MIB, body=b" " * (MIB - 100)), 200),
    ("half-sent calls with a token", 2000,
     lambda fleet: post("vehicle/GetDeviceList", MIB, fleet.api.token, b" " * (MIB - 100)), 200),
    ("unread documents", 2000,
     lambda fleet: b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
                   * 200, 200),
])
def test_at_full_size(make_server, name, count, first, most_mib):
    figures, memory = measure(make_server(), name, count, first)
    assert figures["failed"] == 0
    assert memory["worst"] < most_mib


@pytest.mark.soak
def test_a_machine_of_two_gigabytes_survives(make_server):
    """The half-sent logins again, where no more memory is to be had than 2 GiB."""
    server = make_server()
    resource.prlimit(server.process.pid, resource.RLIMIT_AS, (2 << 30, 2 << 30))
    figures, _ = measure(server, "half-sent logins in 2 GiB", 2000,
                         lambda fleet: post("user/GetLoginToken", MIB, body=b" " * (MIB - 100)))
    assert figures["failed"] == 0
