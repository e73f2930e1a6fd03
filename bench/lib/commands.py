"""Commands: from the call to the device's bytes, and ten thousand that wait."""
import concurrent.futures
import select
import sys
import tempfile
import time

from lib.harness import (ROOT, counters, data_of, device_ids, floor_epoll, fresh_server, log_in,
                         simulated, simulating)
from lib.http_client import KeepAlive, post
from lib.ingest import CONNECTIONS, LATENCY_RATE, sync_ms

sys.path.insert(0, str(ROOT / "tests" / "lib"))
from trackers import Link, jt808_frame  # noqa: E402

FIRST_ID = 13900000001  # beside those of `odograph simulate`
COMMANDED = 1000
LOAD_S = 20
LOADED_FIXES = 2 * LATENCY_RATE  # so many are stored before the first call
WAITING = 10000
CALLERS = 16
READ_WAIT_S = 120
HEARTBEAT = 0x0002
TEXT = "STATUS#"


def commanded_ids(count):
    return [f"{FIRST_ID + i:012d}" for i in range(count)]


def heartbeat(address, device_id):
    link = Link(address)
    link.send(jt808_frame(HEARTBEAT, device_id, 1))
    return link


def request(http, token, device_id):
    return post(http, "/api/vehicle/SendTextCommand", token,
                f'{{"HoldID":1,"DeviceID":"{device_id}","TextCommand":"{TEXT}"}}')


def check_queued(at, token, count):
    total = data_of(at["http"], "manage/ListCommands", token, HoldID=1, PageSize=1)["total"]
    if total != count:
        raise RuntimeError(f"{total} of {count} commands are there")


# ---- one at a time, under load ----

def read_command(link):
    while TEXT.encode() not in link.received:
        link.fill()


def round_trips(at, token, ids):
    """ms from the call to the command's bytes, of a device after the other."""
    links = [heartbeat(at["device"], d) for d in ids]
    for link in links:
        while link.received.count(b"\x7e") < 2:
            link.fill()
    client = KeepAlive(at["http"])
    took = []
    for device_id, link in zip(ids, links):
        began = time.monotonic()
        client.socket.sendall(request(at["http"], token, device_id))
        read_command(link)
        took.append((time.monotonic() - began) * 1000)
        if b'"Code":200' not in client.socket.recv(65536):
            raise RuntimeError("a command was refused")
    client.close()
    for link in links:
        link.close()
    return sorted(took)


def command_rtt(bench):
    with tempfile.TemporaryDirectory() as directory:
        floors = sync_ms(directory)
    ids = commanded_ids(COMMANDED)
    with fresh_server(bench, device_ids(CONNECTIONS) + ids) as (_process, at, _token):
        token = log_in(at["http"], "root")
        load = simulating(bench, at["device"], "--devices", CONNECTIONS, "--rate", LATENCY_RATE,
                          "--duration", LOAD_S, "--window", 64)
        while counters(at["http"])["fixes_stored"] < LOADED_FIXES:
            time.sleep(0.05)
        took = round_trips(at, token, ids)
        if load.poll() is not None:
            raise RuntimeError("the load ended before the commands did")
        simulated(load, LATENCY_RATE)
    unit = "ms from the call to the bytes, at 20,000 fixes/s; floor: a sync"
    bench.report("command-rtt-p50", took[len(took) // 2], unit, floors[0])
    bench.report("command-rtt-p99", took[len(took) * 99 // 100], unit, floors[1])


# ---- all that wait ----

def ask_some(at, token, ids):
    client = KeepAlive(at["http"])
    for device_id in ids:
        client.ask(request(at["http"], token, device_id))
    client.close()


def ask_all(at, token, ids):
    with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda i: ask_some(at, token, ids[i::CALLERS]), range(CALLERS)))


def rush_s(address, ids, is_over):
    """Seconds from the first byte of the first to when of each what came `is_over`."""
    poll = select.epoll()
    links = [Link(address) for _ in ids]
    waiting = {link.socket.fileno(): link for link in links}
    for link in links:
        poll.register(link.socket, select.EPOLLIN)
    began = time.monotonic()
    for device_id, link in zip(ids, links):
        link.send(jt808_frame(HEARTBEAT, device_id, 1))
    while waiting:
        ready = poll.poll(READ_WAIT_S)
        if not ready:
            raise RuntimeError(f"{len(waiting)} devices heard nothing")
        for fd, _ in ready:
            waiting[fd].fill()
            if is_over(waiting[fd].received):
                poll.unregister(fd)
                del waiting[fd]
    took = time.monotonic() - began
    for link in links:
        link.close()
    return took


def commands_10k(bench):
    ids = commanded_ids(WAITING)
    with floor_epoll(bench) as (_process, at):
        floor = rush_s(at["device"], ids, lambda came: came.count(b"\x7e") >= 2)
    with fresh_server(bench, ids) as (_process, at, _token):
        token = log_in(at["http"], "root")
        ask_all(at, token, ids)
        check_queued(at, token, WAITING)
        value = rush_s(at["device"], ids, lambda came: TEXT.encode() in came)
        sent = data_of(at["http"], "manage/ListCommands", token, HoldID=1, PageSize=1,
                       State="sent")["total"]
        if sent != WAITING:
            raise RuntimeError(f"only {sent} of {WAITING} commands are sent")
    bench.report("commands-10k", value, "s until 10,000 devices have what waited; floor: until "
                 "they have an answer", floor)
