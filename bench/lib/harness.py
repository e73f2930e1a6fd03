"""What every benchmark needs: a server of its own, load, measures and a report."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "benchmark"
ROUNDS = 5
STOP_TIMEOUT_S = 120
FIRST_ID = 13800000001


class Bench:
    """One run: where the programs are, which figures are wanted, and their report."""

    def __init__(self, build, wanted):
        self.build = pathlib.Path(build)
        self.wanted = wanted

    def program(self, name):
        return str(self.build / name)

    def report(self, name, value, unit, floor):
        """One line; figures that were made on the way to another are left out."""
        if name in self.wanted:
            print(json.dumps({"name": name, "value": round(value, 3), "unit": unit,
                              "floor": round(floor, 3), "ratio": round(value / floor, 3)}),
                  flush=True)


def median(values):
    return sorted(values)[len(values) // 2]


def device_ids(count):
    """The DeviceIDs that `odograph simulate` counts up from FIRST_ID."""
    return [f"{FIRST_ID + i:012d}" for i in range(count)]


def mixed_ids(bench, count):
    """The DeviceIDs of so many devices of mixed protocols, as the simulator tells them."""
    return subprocess.run([bench.program("odograph"), "simulate", "--ids", "--protocol", "mixed",
                           "--devices", str(count)], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.split()


# ---- processes ----

def cpu_s(pid):
    """CPU time of all threads of a process, from the scheduler's own nanosecond accounts."""
    total_ns = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total_ns += int((task / "schedstat").read_text().split()[0])
    return total_ns / 1e9


def resident_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


@contextlib.contextmanager
def running(command, env=None):
    """Starts a server, waits for its ready line and answers (process, addresses)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env={**os.environ, **(env or {})})
    try:
        line = process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"{command[0]} did not start")
        yield process, dict(re.findall(r"(\w+)=(\S+)", line))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_TIMEOUT_S)


def serving(bench, directory, config=""):
    """The server on the data of `directory`, made where missing."""
    path = pathlib.Path(directory) / "odograph.conf"
    path.write_text(config)
    return running([bench.program("odograph"), "serve", "--config", str(path), "--data",
                    f"{directory}/data", "--http", "127.0.0.1:0", "--device", "127.0.0.1:0"],
                   {"ODOGRAPH_ROOT_PASSWORD": PASSWORD})


@contextlib.contextmanager
def fresh_server(bench, devices, config=""):
    """A server on an empty directory with the devices registered: (process, at, token)."""
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory, config) as (process, at):
            yield process, at, prepare(at["http"], devices)


def floor_epoll(bench):
    return running([bench.program("bench/floor_epoll")])


# ---- the API ----

def call(http, method, token=None, **fields):
    headers = {"Authorization": token} if token else {}
    request = urllib.request.Request(f"http://{http}/api/{method}", json.dumps(fields).encode(),
                                     headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read()


def data_of(http, method, token=None, **fields):
    parsed = json.loads(call(http, method, token, **fields))
    if parsed["Code"] != 200:
        raise RuntimeError(str(parsed))
    return parsed["Data"]


def log_in(http, name="viewer"):
    return data_of(http, "user/GetLoginToken", LoginName=name, PassWord=PASSWORD)


def add_viewer(http, root, hold):
    """A user of the enterprise, since root sees no vehicles; answers its token."""
    data_of(http, "manage/AddUser", root, HoldID=hold, LoginName="viewer", PassWord=PASSWORD,
            Role="viewer")
    return log_in(http)


def prepare(http, devices):
    """Makes an enterprise with a user and registers the devices; answers the user's token."""
    root = log_in(http, "root")
    hold = data_of(http, "manage/AddEnterprise", root, HoldName="Bench")["HoldID"]
    for first in range(0, len(devices), 5000):
        part = [{"DeviceID": d} for d in devices[first:first + 5000]]
        added = data_of(http, "manage/AddDevices", root, HoldID=hold, Devices=part)
        if added["added"] != len(part):
            raise RuntimeError(str(added["errors"][:3]))
    return add_viewer(http, root, hold)


def counters(http):
    with urllib.request.urlopen(f"http://{http}/health", timeout=60) as answer:
        return json.loads(answer.read())["counters"]


def wait_sealed(http, timeout_s=180):
    """Until no fix is left outside the chunks; answers the counters of then."""
    end = time.monotonic() + timeout_s
    while True:
        now = counters(http)
        if now["tail_fixes"] == 0 and now["fixes_sealed"] >= now["fixes_stored"]:
            return now
        if time.monotonic() > end:
            raise RuntimeError(f"{now['tail_fixes']} fixes are still not sealed")
        time.sleep(0.1)


# ---- load ----

def simulating(bench, address, *options, first_id=FIRST_ID):
    """Starts `odograph simulate`; without a first_id its devices have their own."""
    return subprocess.Popen([bench.program("odograph"), "simulate", "--address", address,
                             "--quiet",
                             *(["--first-id", f"{first_id:012d}"] if first_id else []),
                             *(str(o) for o in options)], stdout=subprocess.PIPE, text=True)


def simulated(process, in_flight=0):
    """Its result; all but `in_flight` fixes must have been acknowledged."""
    out, _ = process.communicate()
    result = json.loads(out.splitlines()[-1])
    if result["acknowledged"] + in_flight < result["sent"] or result["errors"] or \
            result["acknowledged"] == 0:
        raise RuntimeError(str(result))
    return result


def simulate(bench, address, *options, in_flight=0, first_id=FIRST_ID):
    return simulated(simulating(bench, address, *options, first_id=first_id), in_flight)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
