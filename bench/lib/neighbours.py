"""What one enterprise feels of another that asks for much: its status, its logins."""
import contextlib
import json
import multiprocessing
import tempfile
import time
import urllib.error

from lib.answers import HISTORY_FIXES, RECORDS, history_span
from lib.harness import (FIRST_ID, PASSWORD, call, data_of, device_ids, fresh_server, log_in,
                         median, prepare, serving, simulate, wait_sealed)
from lib.http_client import KeepAlive, post
from lib.trips import CONFIG, FORM, VEHICLES, fill_month, month

FLEET = 100000  # vehicles of the one who asks for much
HISTORIES = 16
LISTS = 10
USERS_ADDED = 80  # at a time
SECONDS = 5
ROUNDS = 3  # of which the median counts
STATUS = "/api/vehicle/GetCurrentVehicleInfoByDeviceIDs"
REPORTERS = 4  # accounts of two enterprises, each with as many reports under way as it may have
ADDED = 10000  # devices in one call
LARGE_GROUP = 50000
TRACKERS, FIX_RATE = 20, 400


# ---- the one who asks for much ----

def ask_for_ever(address, request):
    """The same request over and over, each over a kept connection."""
    client = KeepAlive(address)
    while True:
        client.ask(request)


def add_users_for_ever(address, token, lane):
    """Makes users, a password each; what is refused is asked for again."""
    for serial in range(1 << 30):
        with contextlib.suppress(urllib.error.HTTPError):
            call(address, "manage/AddUser", token, LoginName=f"user-{lane}-{serial}",
                 PassWord="benchmark", Role="viewer")


def add_group(address, token, first_id, count):
    """Makes a group with devices of its own, which count up from `first_id`; answers its id."""
    group = data_of(address, "manage/AddGroup", token, GroupName=f"group-{first_id}")["GroupID"]
    for first in range(first_id, first_id + count, ADDED):
        rows = [{"DeviceID": str(first + i), "GroupID": group} for i in range(ADDED)]
        data_of(address, "manage/AddDevices", token, Devices=rows)
    return group


def add_devices_for_ever(address, token, first_id, large_group):
    """Adds groups of devices and deletes each again; after the first, the large one, too."""
    for first in range(first_id, 1 << 60, ADDED):
        group = add_group(address, token, first, ADDED)
        data_of(address, "manage/DeleteGroup", token, GroupID=group)
        if large_group:
            data_of(address, "manage/DeleteGroup", token, GroupID=large_group)
            large_group = None


def make_reports_for_ever(address, tokens, fields, lane):
    """The same report again and again, as many at once as an account may have."""
    token = tokens[lane]
    while True:
        try:
            data_of(address, "manage/AddReport", token, **fields)
        except RuntimeError:  # so many are under way
            time.sleep(0.2)
        for row in data_of(address, "manage/ListReports", token)["data"]:
            if row["State"] == "failed":
                raise RuntimeError(str(row))
            if row["State"] == "done":
                data_of(address, "manage/DeleteReport", token, ReportID=row["ReportID"])


def add_reporters(http):
    """Half of the vehicles in a second enterprise; tokens of accounts of both."""
    root = log_in(http, "root")
    hold = data_of(http, "manage/AddEnterprise", root, HoldName="Other")["HoldID"]
    rows = [{"DeviceID": device} for device in device_ids(VEHICLES)[VEHICLES // 2:]]
    data_of(http, "manage/AddDevices", root, HoldID=hold, Devices=rows)
    for i in range(REPORTERS):
        data_of(http, "manage/AddUser", root, HoldID=(1, hold)[i % 2], LoginName=f"reporter-{i}",
                PassWord=PASSWORD, Role="viewer")
    return [log_in(http, f"reporter-{i}") for i in range(REPORTERS)]


LANED = (add_users_for_ever, make_reports_for_ever)  # each process of these has a number


@contextlib.contextmanager
def load(count, work, *arguments):
    """`count` processes at work, the number of each behind the arguments where work wants it."""
    started = [multiprocessing.Process(target=work, args=[*arguments, *(
        [i] if work in LANED else [])], daemon=True) for i in range(count)]
    for process in started:
        process.start()
    time.sleep(1)  # until all of them are at it
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.join()


def gzipped(request):
    return request.replace(b"\r\n", b"\r\nAccept-Encoding: gzip\r\n", 1)


# ---- the neighbour ----

def latencies(ask):
    """(p50, p99) in ms of what `ask` does for some seconds."""
    took = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        began = time.monotonic()
        ask()
        took.append((time.monotonic() - began) * 1000)
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def status_asker(address, token, device):
    client = KeepAlive(address)
    request = post(address, STATUS, token, json.dumps({"DeviceIDs": device}))
    return lambda: client.ask(request)


def log_in_at_last(address):
    """Logs in; where the server is busy, again at once."""
    while True:
        try:
            return log_in(address, "neighbour")
        except urllib.error.HTTPError as refused:
            if refused.code != 503:
                raise


def add_neighbour(http, device):
    """A second enterprise with one device and a user; answers the user's token."""
    root = log_in(http, "root")
    hold = data_of(http, "manage/AddEnterprise", root, HoldName="Neighbour")["HoldID"]
    data_of(http, "manage/AddDevice", root, HoldID=hold, DeviceID=device)
    data_of(http, "manage/AddUser", root, HoldID=hold, LoginName="neighbour",
            PassWord="benchmark", Role="viewer")
    data_of(http, "manage/AddUser", root, HoldID=1, LoginName="busy", PassWord="benchmark",
            Role="admin")
    return log_in(http, "neighbour")


# ---- measures ----

def measure(bench, name, ask, loaded):
    """The median of some rounds, each against one without the load."""
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(latencies(ask))
        with loaded():
            beside.append(latencies(ask))
    report_both(bench, name, alone, beside)


def report_both(bench, name, alone, beside):
    """The medians of both percentiles."""
    for i, percentile in enumerate(("p50", "p99")):
        bench.report(f"{name}-{percentile}", median([t[i] for t in beside]), "ms",
                     median([t[i] for t in alone]))


def neighbours(bench):
    own = f"{FIRST_ID + FLEET:012d}"
    span = history_span()
    path = "/api/vehicle/GetHistoryVehicleInfoByDeviceID"
    with fresh_server(bench, device_ids(FLEET), "[store]\nseal_after_s = 1\n") as (_, at, token):
        http = at["http"]
        mine = add_neighbour(http, own)
        simulate(bench, at["device"], "--devices", 1, "--fixes", HISTORY_FIXES, "--interval", 1,
                 "--burst", 16, "--window", 1024, "--start", span.pop("start"))
        simulate(bench, at["device"], "--devices", 1, "--fixes", 100, first_id=FIRST_ID + FLEET)
        wait_sealed(http)
        records = data_of(http, "vehicle/GetHistoryVehicleInfoByDeviceID", token, **span)["total"]
        if records != RECORDS:
            raise RuntimeError(f"{records} records answered")
        history = gzipped(post(http, path, token, json.dumps(span)))
        listing = post(http, "/api/vehicle/GetDeviceList", token,
                       json.dumps({"PageIndex": 1, "PageSize": 10, "Key": "99"}))
        status = status_asker(http, mine, own)
        measure(bench, "neighbour-history", status,
                lambda: load(HISTORIES, ask_for_ever, http, history))
        measure(bench, "neighbour-list", status, lambda: load(LISTS, ask_for_ever, http, listing))
        busy = log_in(http, "busy")
        measure(bench, "neighbour-login", lambda: log_in_at_last(http),
                lambda: load(USERS_ADDED, add_users_for_ever, http, busy))


def acknowledgements(bench, address):
    """(p50, p99) in ms of fixes that come at a rate which is nothing to the server."""
    result = simulate(bench, address, "--devices", TRACKERS, "--rate", FIX_RATE, "--duration",
                      SECONDS, "--window", 64, in_flight=FIX_RATE)
    return result["ack_p50_ms"], result["ack_p99_ms"]


def jobs(bench):
    alone, beside = [], []
    with fresh_server(bench, device_ids(TRACKERS)) as (_, at, _token):
        root = log_in(at["http"], "root")
        hold = data_of(at["http"], "manage/AddEnterprise", root, HoldName="Busy")["HoldID"]
        data_of(at["http"], "manage/AddUser", root, HoldID=hold, LoginName="busy",
                PassWord="benchmark", Role="admin")
        busy = log_in(at["http"], "busy")
        for i in range(ROUNDS):
            first = (i + 1) * 10 ** 12
            large = add_group(at["http"], busy, first, LARGE_GROUP)
            alone.append(acknowledgements(bench, at["device"]))
            with load(1, add_devices_for_ever, at["http"], busy, first + LARGE_GROUP, large):
                beside.append(acknowledgements(bench, at["device"]))
    report_both(bench, "neighbour-jobs", alone, beside)


def reports(bench):
    own = f"{FIRST_ID + VEHICLES:012d}"
    start, end = month()
    fields = {"Report": "trips", "Format": "xlsx", "StartTime": start.strftime(FORM),
              "EndTime": end.strftime(FORM)}
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory, CONFIG) as (_, at):
            http = at["http"]
            prepare(http, device_ids(VEHICLES)[:VEHICLES // 2])
            tokens = add_reporters(http)
            mine = add_neighbour(http, own)
            fill_month(bench, at, start)
            simulate(bench, at["device"], "--devices", 1, "--fixes", 100,
                     first_id=FIRST_ID + VEHICLES)
            wait_sealed(http, timeout_s=600)
            measure(bench, "neighbour-reports", status_asker(http, mine, own),
                    lambda: load(REPORTERS, make_reports_for_ever, http, tokens, fields))
