"""Resident memory of connections and of known devices; how long a start takes."""
import datetime
import socket
import subprocess
import sys
import tempfile
import time

from lib.harness import (ROOT, add_viewer, data_of, device_ids, fresh_server, log_in, prepare,
                         resident_bytes, serving, simulate)

sys.path.insert(0, str(ROOT / "tests" / "lib"))
from trackers import jt808_frame, jt808_location, split_address  # noqa: E402

CONNECTIONS = 9000
CONNECTIONS_AT_ONCE = 300
CONNECTION_BYTES = 4096
DEVICES = 100000
DEVICES_BYTES = 150 * 1000 * 1000  # the floor: what they may take together
SCALE_DEVICES = 100000
SCALE_FIXES = 1000
STARTS = 3


# ---- connections ----

def greet(address, device_id):
    """A terminal that authenticates itself and reports once."""
    link = socket.create_connection(split_address(address), timeout=20)
    now = datetime.datetime.now(datetime.timezone.utc)
    link.sendall(jt808_frame(0x0102, device_id, 1, b"abc") +
                 jt808_frame(0x0200, device_id, 2, jt808_location(now)))
    return link


def read_replies(link):
    """Until both its frames are answered."""
    marks = 0
    while marks < 4:
        came = link.recv(4096)
        if not came:
            raise RuntimeError("the server closed a connection")
        marks += came.count(b"\x7e")


def idle_bytes(bench):
    devices = device_ids(CONNECTIONS)
    with fresh_server(bench, devices) as (process, at, _token):
        before = resident_bytes(process.pid)
        links = []
        for first in range(0, CONNECTIONS, CONNECTIONS_AT_ONCE):
            part = [greet(at["device"], d) for d in devices[first:first + CONNECTIONS_AT_ONCE]]
            for link in part:
                read_replies(link)
            links += part
        value = (resident_bytes(process.pid) - before) / CONNECTIONS
        for link in links:
            link.close()
    bench.report("idle-bytes", value, "resident bytes a connected idle device",
                 CONNECTION_BYTES)


# ---- devices, and the start ----

def check_all_live(at, count, token):
    total = data_of(at["http"], "vehicle/GetCurrentVehicleInfo", token, VehiclePlates="")["total"]
    if total != count:
        raise RuntimeError(f"{total} of {count} devices are live")


def start_s(bench, directory):
    """Seconds from exec to the ready line."""
    began = time.monotonic()
    with serving(bench, directory):
        return time.monotonic() - began


def empty_start_s(bench):
    with tempfile.TemporaryDirectory() as directory:
        start_s(bench, directory)
        return best_start_s(bench, directory)


def best_start_s(bench, directory):
    return min(start_s(bench, directory) for _ in range(STARTS))


def devices(bench):
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory) as (process, at):
            token = prepare(at["http"], device_ids(DEVICES))
            simulate(bench, at["device"], "--udp", "--devices", DEVICES, "--fixes", 1,
                     "--window", 1)
            first = resident_bytes(process.pid)
            check_all_live(at, DEVICES, token)
        with serving(bench, directory) as (process, at):
            again = resident_bytes(process.pid)
            check_all_live(at, DEVICES, token)
        bench.report("device-bytes", first / DEVICES, "resident bytes a known device",
                     DEVICES_BYTES / DEVICES)
        bench.report("device-bytes-restarted", again / DEVICES, "resident bytes a known device",
                     DEVICES_BYTES / DEVICES)
        bench.report("device-total", max(first, again) / 1e6, "MB resident, 100,000 devices",
                     DEVICES_BYTES / 1e6)
        bench.report("startup", best_start_s(bench, directory), "s, 100,000 devices",
                     empty_start_s(bench))


def startup_100m(bench):
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([bench.program("bench/make_store"), f"{directory}/data",
                        str(SCALE_DEVICES), str(SCALE_FIXES)], stdout=sys.stderr, check=True)
        value = best_start_s(bench, directory)
        with serving(bench, directory) as (process, at):
            resident = resident_bytes(process.pid)
            token = add_viewer(at["http"], log_in(at["http"], "root"), 1)
            check_all_live(at, SCALE_DEVICES, token)
        bench.report("startup-100m", value, "s, 100,000 devices and 100 million fixes",
                     empty_start_s(bench))
        bench.report("device-total-100m", resident / 1e6, "MB resident after that start",
                     DEVICES_BYTES / 1e6)
