"""The pages in Chromium: web/bench/ measures them, against a server with a large fleet.

./dev bench fetches Node and the packages of web/ that this needs.
"""
import json
import os
import subprocess

from lib.harness import FIRST_ID, ROOT, device_ids, fresh_server, simulate

VEHICLES = 50000
NODE = ROOT / "build/node/wheel/bin/node"
PATIENCE_S = 1800


def page_figure(bench, name, at, token, devices):
    """What web/bench/run.ts says of one benchmark: {"value", "unit", "floor"}."""
    setting = {"http": at["http"], "device": at["device"], "token": token,
               "program": os.path.abspath(bench.program("odograph")),
               "firstId": f"{FIRST_ID:012d}", "devices": devices}
    run = subprocess.run(
        [NODE, "--disable-warning=ExperimentalWarning", ROOT / "web/bench/run.ts", name],
        env={**os.environ, "ODOGRAPH_BENCH": json.dumps(setting)}, stdout=subprocess.PIPE,
        text=True, timeout=PATIENCE_S, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def page_benchmark(name, devices=VEHICLES, fixes=1):
    """A function for bench/run that reports the benchmark `name` of web/bench/.

    Each device has so many fixes, the last one taken now.
    """
    def measure(bench):
        with fresh_server(bench, device_ids(devices)) as (_process, at, token):
            if fixes > 0:
                simulate(bench, at["device"], "--udp", "--devices", devices, "--fixes", fixes)
            figure = page_figure(bench, name, at, token, devices)
        bench.report(name, figure["value"], figure["unit"], figure["floor"])
    return measure
