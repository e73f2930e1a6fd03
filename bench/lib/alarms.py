"""Records of alarms of a fleet and a day, against reading their rows alone."""
import datetime
import json
import sqlite3
import subprocess
import sys
import tempfile
import time

from lib.answers import ANSWERS, answer_ms, local
from lib.harness import call, device_ids, log_in, median, prepare, serving
from lib.http_client import post

VEHICLES = 1000
ALARMS = 20  # of a vehicle
ROWS = "SELECT * FROM event WHERE device_id=? AND gps_time_s BETWEEN ? AND ?"


def floor_ms(data, span):
    store = sqlite3.connect(f"file:{data}/odograph.db?mode=ro", uri=True)
    devices = [row[0] for row in store.execute("SELECT id FROM device ORDER BY id")]
    floors = []
    for _ in range(ANSWERS):
        began = time.monotonic()
        rows = [row for device in devices for row in store.execute(ROWS, (device, *span))]
        floors.append((time.monotonic() - began) * 1e3)
    store.close()
    if len(rows) != VEHICLES * ALARMS:
        raise RuntimeError(f"{len(rows)} rows are stored")
    return median(floors)


def alarms_day(bench):
    path = "/api/vehicle/GetAlarmRecordsByDeviceID"
    now = datetime.datetime.now(datetime.timezone.utc)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start_s = int((midnight - datetime.timedelta(days=2)).timestamp())
    span = start_s, start_s + 86399
    devices = device_ids(VEHICLES)
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory) as (_process, at):
            prepare(at["http"], devices)
        subprocess.run([bench.program("bench/make_alarms"), f"{directory}/data", str(start_s),
                        str(ALARMS)], stdout=sys.stderr, check=True)
        with serving(bench, directory) as (_process, at):
            token = log_in(at["http"])
            body = {"DeviceIDs": ",".join(devices), "StartTime": local(span[0]),
                    "EndTime": local(span[1])}
            told = json.loads(call(at["http"], path.removeprefix("/api/"), token, **body))
            if told["Data"]["total"] != VEHICLES * ALARMS:
                raise RuntimeError(f"{told['Data']['total']} alarms answered")
            _, value = answer_ms(at["http"], post(at["http"], path, token, json.dumps(body)))
            floor = floor_ms(f"{directory}/data", span)
    bench.report("alarms-day", value, f"ms for {VEHICLES} vehicles x {ALARMS} alarms", floor)
