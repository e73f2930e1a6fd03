"""The HTTP side: one status, all statuses, a long history."""
import contextlib
import datetime
import json
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from lib.harness import (ROUNDS, add_viewer, call, cpu_s, device_ids, free_port, fresh_server,
                         log_in, median, running, serving, simulate, wait_sealed)
from lib.http_client import KeepAlive, get, post

HTTP_CONNECTIONS = 16
HTTP_SECONDS = 4
HTTP_THREADS = 2  # as the server's default
VEHICLES = 10000
ANSWERS = 45  # of which the median counts
RECORDS = 50000
HISTORY_FIXES = 90000
CORRECTED = 10000
MONTH_FIXES = 250000
POINTS = 200
POINTS_SEED = 200
# South, north, west, east of where most vehicles are: China, Europe, East Africa, the Americas.
POINT_BOXES = [(20, 42, 100, 122), (38, 58, -8, 30), (-10, 10, 28, 42), (-35, 50, -120, -40)]

WRK_SCRIPT = """
wrk.method = "POST"
wrk.body = '{"DeviceIDs":"%s"}'
wrk.headers["Authorization"] = "%s"
"""


@contextlib.contextmanager
def floor_mhd(bench, directory, body):
    """The floor that answers `body` to everything."""
    path = pathlib.Path(directory) / "answer.json"
    path.write_bytes(body)
    with running([bench.program("bench/floor_mhd"), str(path), str(HTTP_THREADS)]) as started:
        yield started


# ---- one ----

def request_cpu_us(process, address, script):
    """CPU of a server for each request of wrk."""
    before = cpu_s(process.pid)
    url = f"http://{address}/api/vehicle/GetCurrentVehicleInfoByDeviceIDs"
    done = subprocess.run(["wrk", "-t1", f"-c{HTTP_CONNECTIONS}", f"-d{HTTP_SECONDS}s", "-s",
                           script, url], stdout=subprocess.PIPE, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(done.stdout)
    requests = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    return (cpu_s(process.pid) - before) / requests * 1e6


def status_one(bench):
    floors, values = [], []
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(1)) as (process, at, token):
        simulate(bench, at["device"], "--devices", 1, "--fixes", 100)
        body = call(at["http"], "vehicle/GetCurrentVehicleInfoByDeviceIDs", token,
                    DeviceIDs=device_ids(1)[0])
        if json.loads(body)["Data"]["total"] != 1:
            raise RuntimeError(body.decode())
        script = pathlib.Path(directory) / "status.lua"
        script.write_text(WRK_SCRIPT % (device_ids(1)[0], token))
        for _ in range(ROUNDS):
            with floor_mhd(bench, directory, body) as (floor, floor_at):
                floors.append(request_cpu_us(floor, floor_at["http"], str(script)))
            values.append(request_cpu_us(process, at["http"], str(script)))
    bench.report("status-one", median(values), "us of server CPU a request", median(floors))


# ---- many ----

def answer_ms(address, request):
    """Medians over one connection: (first byte, last byte)."""
    client = KeepAlive(address)
    client.ask(request)
    took = [client.ask(request) for _ in range(ANSWERS)]
    client.close()
    return median([t[0] for t in took]), median([t[1] for t in took])


def status_all(bench):
    path, every = "/api/vehicle/GetCurrentVehicleInfo", '{"VehiclePlates":""}'
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(VEHICLES)) as (_process, at, token):
        simulate(bench, at["device"], "--udp", "--devices", VEHICLES, "--fixes", 1)
        body = call(at["http"], "vehicle/GetCurrentVehicleInfo", token, VehiclePlates="")
        total = json.loads(body)["Data"]["total"]
        if total != VEHICLES:
            raise RuntimeError(f"{total} vehicles answered")
        _, value = answer_ms(at["http"], post(at["http"], path, token, every))
        with floor_mhd(bench, directory, body) as (_floor, floor_at):
            _, floor = answer_ms(floor_at["http"], post(floor_at["http"], path, token, every))
    bench.report("status-all", value, "ms for 10,000 vehicles", floor)


# ---- history ----

NGINX = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{ listen {address}; root {directory}; }}
}}
"""


@contextlib.contextmanager
def nginx(directory, body):
    """Debian's nginx that sends `body` as /answer.json; answers its address."""
    address = f"127.0.0.1:{free_port()}"
    directory = pathlib.Path(directory)
    directory.chmod(0o755)  # its worker may be another user
    (directory / "answer.json").write_bytes(body)
    (directory / "nginx.conf").write_text(NGINX.format(directory=directory, address=address))
    process = subprocess.Popen(["nginx", "-p", str(directory), "-c",
                                str(directory / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while True:
            try:
                KeepAlive(address).close()
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def history_span():
    """The parameters of section 10 for three days of the first device, and their `start` in ISO."""
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=12)
    return {"StartTime": start.strftime("%Y-%m-%d %H:%M:%S"),
            "EndTime": (start + datetime.timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
            "DeviceID": device_ids(1)[0],
            "start": start.strftime("%Y-%m-%dT%H:%M:%SZ")}


def history(bench):
    path = "/api/vehicle/GetHistoryVehicleInfoByDeviceID"
    span = history_span()
    config = "[store]\nseal_after_s = 1\n"
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(1), config) as (_process, at, token):
        simulate(bench, at["device"], "--devices", 1, "--fixes", HISTORY_FIXES, "--interval", 1,
                 "--burst", 16, "--window", 1024, "--start", span.pop("start"))
        wait_sealed(at["http"])
        body = call(at["http"], "vehicle/GetHistoryVehicleInfoByDeviceID", token, **span)
        total = json.loads(body)["Data"]["total"]
        if total != RECORDS:
            raise RuntimeError(f"{total} records answered")
        with nginx(directory, body) as address:
            floor = answer_ms(address, get(address, "/answer.json"))
        value = answer_ms(at["http"], post(at["http"], path, token, json.dumps(span)))
    bench.report("history-first", value[0], "ms to the first byte of 50,000 records", floor[0])
    bench.report("history-last", value[1], "ms to the last byte of 50,000 records", floor[1])


def export_gpx(bench):
    """A file of the records that section 10 answers, which has no end before its three days."""
    span = history_span()
    path = "/api/vehicle/GetHistoryVehicleInfoByDeviceID"
    with fresh_server(bench, device_ids(1), "[store]\nseal_after_s = 1\n") as (_process, at, token):
        simulate(bench, at["device"], "--devices", 1, "--fixes", HISTORY_FIXES, "--interval", 1,
                 "--burst", 16, "--window", 1024, "--start", span.pop("start"))
        wait_sealed(at["http"])
        body = json.loads(call(at["http"], "vehicle/GetHistoryVehicleInfoByDeviceID", token,
                               **span))["Data"]["data"]
        span["EndTime"] = body[-1]["GPSTime"]
        _, floor = answer_ms(at["http"], post(at["http"], path, token, json.dumps(span)))
        asked = post(at["http"], "/api/export", token, json.dumps({**span, "format": "gpx"}))
        _, value = answer_ms(at["http"], asked)
    bench.report("export-gpx", value, f"ms to the last byte of {len(body)} points", floor)


# ---- corrected path ----

def correct(bench):
    """Without a speed of 0 in it: each fix is a row, and one of the path."""
    path = "/api/vehicle/GetVehicleTrace"
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3)
    span = {"StartTime": start.strftime("%Y-%m-%d %H:%M:%S"), "EndTime": "2099-01-01",
            "DeviceID": device_ids(1)[0], "ContainZeroSpeed": True}
    with fresh_server(bench, device_ids(1), "[store]\nseal_after_s = 1\n") as (_process, at, token):
        simulate(bench, at["device"], "--devices", 1, "--fixes", CORRECTED, "--interval", 10,
                 "--burst", 16, "--window", 1024, "--start", start.strftime("%Y-%m-%dT%H:%M:%SZ"))
        wait_sealed(at["http"])
        took = []
        for asks in (False, True):
            request = json.dumps({**span, "ContainCorrectPath": asks})
            data = json.loads(call(at["http"], "vehicle/GetVehicleTrace", token,
                                   **json.loads(request)))["Data"]
            if data["total"] != CORRECTED or (asks and len(data["correct_path"]) < CORRECTED / 2):
                raise RuntimeError(f"{data['total']} rows answered")
            took.append(answer_ms(at["http"], post(at["http"], path, token, request))[1])
    bench.report("correct-10k", took[1], "ms for section 26 with 10,000 fixes, corrected", took[0])


# ---- mileage ----

MONTH_ROWS = ("SELECT id, first_s, last_s, count, start_state, distance_m_e2 FROM track_chunk"
              " WHERE device=1 AND last_s>=? AND first_s<=? ORDER BY last_s")


def local(time_s):
    told = datetime.datetime.fromtimestamp(time_s, datetime.timezone.utc)
    return told.strftime("%Y-%m-%d %H:%M:%S")


def mileage_month(bench):
    path = "/api/vehicle/GetMileageByDeviceID"
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([bench.program("bench/make_store"), f"{directory}/data", "1",
                        str(MONTH_FIXES)], stdout=sys.stderr, check=True)
        with serving(bench, directory) as (_process, at):
            token = add_viewer(at["http"], log_in(at["http"], "root"), 1)
            store = sqlite3.connect(f"file:{directory}/data/odograph.db?mode=ro", uri=True)
            first_s, last_s = store.execute(
                "SELECT min(first_s), max(last_s) FROM track_chunk").fetchone()
            span = first_s + 1000, last_s - 1000  # within chunks
            floors = []
            for _ in range(ANSWERS):
                began = time.monotonic()
                rows = store.execute(MONTH_ROWS, span).fetchall()
                floors.append((time.monotonic() - began) * 1e3)
            store.close()
            if sum(row[3] for row in rows) < MONTH_FIXES - 8192:
                raise RuntimeError(f"{len(rows)} chunks")
            body = {"DeviceID": device_ids(1)[0], "StartTime": local(span[0]),
                    "EndTime": local(span[1])}
            km = float(json.loads(call(at["http"], "vehicle/GetMileageByDeviceID", token,
                                       **body))["Data"])
            if abs(km - sum(row[5] for row in rows) / 1e5) > 50:
                raise RuntimeError(f"{km} km answered")
            _, value = answer_ms(at["http"], post(at["http"], path, token, json.dumps(body)))
    bench.report("mileage-month", value, "ms for 250,000 fixes of a device", median(floors))


# ---- names of places ----

def named_points():
    """[[lon, lat], ...], the same in every run."""
    dice = random.Random(POINTS_SEED)
    found = []
    for i in range(POINTS):
        south, north, west, east = POINT_BOXES[i % len(POINT_BOXES)]
        found.append([round(dice.uniform(west, east), 6), round(dice.uniform(south, north), 6)])
    return found


def address_200(bench):
    path, asked = "/api/manage/GetPlaces", {"Points": named_points()}
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(1)) as (_process, at, token):
        body = call(at["http"], "manage/GetPlaces", token, **asked)
        names = json.loads(body)["Data"]
        if len(names) != POINTS or not all(names):
            raise RuntimeError(f"{names.count(None)} of {len(names)} places have no name")
        _, value = answer_ms(at["http"], post(at["http"], path, token, json.dumps(asked)))
        with floor_mhd(bench, directory, body) as (_floor, floor_at):
            _, floor = answer_ms(floor_at["http"],
                                 post(floor_at["http"], path, token, json.dumps(asked)))
    bench.report("address-200", value, "ms for the names of 200 points", floor)
