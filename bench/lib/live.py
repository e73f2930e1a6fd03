"""The snapshot of a large fleet, and live streams of many clients."""
import os
import selectors
import socket
import tempfile
import time

from lib.answers import floor_mhd
from lib.harness import (PASSWORD, call, cpu_s, data_of, device_ids, fresh_server, log_in,
                         median, serving, simulate, simulated, simulating)
from lib.http_client import KeepAlive, get

VEHICLES = 50000
SNAPSHOTS = 7
KEPT_S = 1.1  # a snapshot is shared for a second
STREAMS = 1000
STREAMS_A_USER = 50
SECONDS = 10
KEPT_RATE = 0.9
CONFIG = "[api]\nconnections_per_address = 0\n"


def authorized(address, path, token):
    return get(address, path)[:-2] + f"Authorization: {token}\r\n\r\n".encode()


# ---- the snapshot ----

def snapshot_50k(bench):
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(VEHICLES)) as (_process, at, token):
        simulate(bench, at["device"], "--udp", "--devices", VEHICLES, "--fixes", 1)
        body = call(at["http"], "snapshot", token)
        client = KeepAlive(at["http"])
        took = []
        for _ in range(SNAPSHOTS):
            time.sleep(KEPT_S)
            took.append(client.ask(authorized(at["http"], "/api/snapshot", token))[1])
        client.close()
        with floor_mhd(bench, directory, body) as (_floor, floor_at):
            client = KeepAlive(floor_at["http"])
            floor = median([client.ask(get(floor_at["http"], "/"))[1] for _ in range(SNAPSHOTS)])
            client.close()
    bench.report("snapshot-50k", median(took), f"ms for 50,000 vehicles, {len(body)} bytes", floor)


# ---- streams ----

class Listeners:
    """Clients that read all that comes, and what the first of them read."""

    def __init__(self, address, tokens):
        self.selector = selectors.DefaultSelector()
        self.sockets, self.first = [], b""
        host, port = address.rsplit(":", 1)
        for token in tokens:
            one = socket.create_connection((host, int(port)), timeout=60)
            one.sendall(authorized(address, "/api/live", token))
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
            self.sockets.append(one)

    def read(self, seconds):
        """All that comes within that time; answers the bytes."""
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            for key, _ in self.selector.select(0.1):
                data = key.fileobj.recv(1 << 16)
                if not data:
                    raise RuntimeError("a stream ended")
                count += len(data)
                if key.fileobj is self.sockets[0]:
                    self.first += data
        return count

    def close(self):
        for one in self.sockets:
            one.close()


def floor_cpu_s(bytes_all):
    """CPU of a process that writes as many bytes to as many sockets, a piece each a second."""
    piece = b"x" * max(1, bytes_all // STREAMS // SECONDS)
    pairs = [socket.socketpair() for _ in range(STREAMS)]
    for one, _ in pairs:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    took = 0.0
    for _ in range(SECONDS):
        before = time.process_time()
        for one, _ in pairs:
            one.sendall(piece)
        took += time.process_time() - before
        for _, other in pairs:
            left = len(piece)
            while left > 0:
                left -= len(other.recv(left))
    for pair in pairs:
        for one in pair:
            one.close()
    return took


def enterprise(http, root, number, devices):
    """An enterprise with its devices; its HoldID."""
    hold = data_of(http, "manage/AddEnterprise", root, HoldName=f"Bench {number}")["HoldID"]
    added = data_of(http, "manage/AddDevices", root, HoldID=hold,
                    Devices=[{"DeviceID": device} for device in devices])
    if added["added"] != len(devices):
        raise RuntimeError(str(added["errors"][:3]))
    return hold


def viewer(http, root, hold, name):
    data_of(http, "manage/AddUser", root, HoldID=hold, LoginName=name, PassWord=PASSWORD,
            Role="viewer")
    return log_in(http, name)


def load_cpu_s(bench, process, at, devices, rate, listeners):
    """(CPU of the server over SECONDS of that load, bytes that the listeners read)"""
    load = simulating(bench, at["device"], "--devices", devices, "--rate", rate, "--duration",
                      SECONDS)
    before = cpu_s(process.pid)
    count = listeners.read(SECONDS) if listeners else 0
    result = simulated(load, devices)
    took = cpu_s(process.pid) - before
    if result["acknowledged"] < KEPT_RATE * rate * SECONDS:
        raise RuntimeError(f"ingest fell behind: {result}")
    return took, count


def live(bench, name, enterprises, devices, rate):
    each = devices // enterprises
    ids = device_ids(devices)
    with tempfile.TemporaryDirectory() as directory, \
            serving(bench, directory, CONFIG) as (process, at):
        root = log_in(at["http"], "root")
        tokens = []
        for number in range(enterprises):
            hold = enterprise(at["http"], root, number, ids[number * each:(number + 1) * each])
            of_one = STREAMS // enterprises
            for user in range(-(-of_one // STREAMS_A_USER)):
                token = viewer(at["http"], root, hold, f"v{number}-{user}")
                tokens += [token] * min(STREAMS_A_USER, of_one - user * STREAMS_A_USER)
        alone, _ = load_cpu_s(bench, process, at, devices, rate, None)
        listeners = Listeners(at["http"], tokens)
        listeners.read(2)
        with_streams, count = load_cpu_s(bench, process, at, devices, rate, listeners)
        listeners.close()
    told = rate * SECONDS * STREAMS / enterprises
    bench.report(name, (with_streams - alone) / told * 1e9,
                 f"ns of server CPU a change and client, {count} bytes",
                 floor_cpu_s(count) / told * 1e9)


def live_wide(bench):
    live(bench, "live-wide", 100, 10000, 10000)


def live_one(bench):
    live(bench, "live-one", 1, 1000, 1000)
