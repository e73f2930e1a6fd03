"""Reports over the fixes of many vehicles, against reading and decoding these alone."""
import datetime
import json
import subprocess
import tempfile
import time

from lib.harness import (cpu_s, data_of, device_ids, log_in, median, prepare, serving, simulate,
                         wait_sealed)

VEHICLES = 100
DAYS = 30
INTERVAL_S = 30
FIXES = 45000  # of a vehicle; more than the days have
ROUNDS = 5
FORM = "%Y-%m-%d %H:%M:%S"
CONFIG = "[store]\nseal_after_s = 1\n"


def month():
    """Midnight DAYS and more days ago, and the last second of the month that it begins."""
    now = datetime.datetime.now(datetime.timezone.utc)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=90)
    return start, start + datetime.timedelta(days=DAYS, seconds=-1)


def pages(http, token, method, start, end):
    """(rows of all pages, ms)"""
    rows, after, began = [], {}, time.monotonic()
    while True:
        page = data_of(http, f"manage/{method}", token, **after,
                       StartTime=start.strftime(FORM), EndTime=end.strftime(FORM))
        rows += page["data"]
        if page["next"] is None:
            return rows, (time.monotonic() - began) * 1000
        after = {"After": page["next"]}


def first_page_ms(http, token, start, end):
    began = time.monotonic()
    page = data_of(http, "manage/GetTrips", token, StartTime=start.strftime(FORM),
                   EndTime=end.strftime(FORM))
    if not page["data"]:
        raise RuntimeError("no trips")
    return (time.monotonic() - began) * 1000


def file_cpu_ms(process, http, token, form, start, end):
    """(CPU ms of the server, rows) of the month's trips as a file."""
    before = cpu_s(process.pid)
    report = data_of(http, "manage/AddReport", token, Report="trips", Format=form,
                     StartTime=start.strftime(FORM), EndTime=end.strftime(FORM))["ReportID"]
    while True:
        (row,) = [row for row in data_of(http, "manage/ListReports", token)["data"]
                  if row["ReportID"] == report]
        if row["State"] not in ("waiting", "running"):
            break
        time.sleep(0.05)
    if row["State"] != "done":
        raise RuntimeError(f"report: {row}")
    return (cpu_s(process.pid) - before) * 1000, row["Rows"]


def floor_ms(bench, data, start, end):
    """(ms, fixes) of a program that reads them; the server is down."""
    asked = [bench.program("bench/read_store"), data, str(int(start.timestamp())),
             str(int(end.timestamp()))]
    runs = [json.loads(subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      check=True).stdout) for _ in range(ROUNDS)]
    return median([run["ms"] for run in runs]), runs[0]["fixes"]


def fill_month(bench, at, start):
    """The month's fixes of all vehicles, sealed."""
    simulate(bench, at["device"], "--devices", VEHICLES, "--fixes", FIXES, "--interval",
             INTERVAL_S, "--burst", 16, "--window", 1024, "--start",
             start.strftime("%Y-%m-%dT%H:%M:%SZ"))
    wait_sealed(at["http"], timeout_s=600)


def trips_month(bench):
    start, end = month()
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory, CONFIG) as (_process, at):
            prepare(at["http"], device_ids(VEHICLES))
            fill_month(bench, at, start)
        with serving(bench, directory, CONFIG) as (process, at):
            token = log_in(at["http"])
            days, _ = pages(at["http"], token, "GetDays", start, end)
            runs = [pages(at["http"], token, "GetTrips", start, end) for _ in range(ROUNDS)]
            firsts = [first_page_ms(at["http"], token, start, end) for _ in range(ROUNDS)]
            files = {form: [file_cpu_ms(process, at["http"], token, form, start, end)
                            for _ in range(ROUNDS)] for form in ("csv", "xlsx")}
        floor, fixes = floor_ms(bench, f"{directory}/data", start, end)
    told = sum(day["Fixes"] for day in days)
    if told != fixes or len(days) != VEHICLES * DAYS:
        raise RuntimeError(f"{told} fixes in {len(days)} days, {fixes} are stored")
    bench.report("trips-month", median([ms for _, ms in runs]),
                 f"ms for 100 vehicles x 30 days: {len(runs[0][0])} rows of {fixes} fixes", floor)
    if {rows for made in files.values() for _, rows in made} != {len(runs[0][0])}:
        raise RuntimeError(f"{files}, but GetTrips tells {len(runs[0][0])} rows")
    bench.report("report-first", median(firsts), "ms to the first page of the same", floor)
    for name, form in (("report-month", "csv"), ("report-month-xlsx", "xlsx")):
        bench.report(name, median([ms for ms, _ in files[form]]),
                     f"CPU ms of the server for the same as {form}, with places", floor)
