"""Lists over a tree of enterprises, held to the same lists over a single one."""
import json
import random

from lib.harness import FIRST_ID, PASSWORD, cpu_s, data_of, fresh_server, log_in, median
from lib.http_client import KeepAlive, post

ENTERPRISES = 1000
DEVICES = 100000
PAGE = 1000
ROUNDS = 7
CALLS_A_ROUND = 5
ORDER_SEED = 8
MOST = 1.2  # of what the same takes over one enterprise

LAST = DEVICES // PAGE
CALLS = {
    "ListDevices": ("manage", {"PageSize": PAGE}),
    "ListDevices, last page": ("manage", {"PageSize": PAGE, "PageIndex": LAST}),
    "GetDeviceList": ("vehicle", {"PageSize": PAGE, "PageIndex": 1}),
    "GetDeviceList, last page": ("vehicle", {"PageSize": PAGE, "PageIndex": LAST}),
    "GetDeviceList by Key": ("vehicle", {"PageSize": PAGE, "PageIndex": 1, "Key": "77"}),
}


def admin(http, root, hold, name):
    data_of(http, "manage/AddUser", root, HoldID=hold, LoginName=name, PassWord=PASSWORD,
            Role="admin")
    return log_in(http, name)


def add_devices(http, root, hold, numbers):
    part = [{"DeviceID": f"{FIRST_ID + number:012d}"} for number in numbers]
    added = data_of(http, "manage/AddDevices", root, HoldID=hold, Devices=part)
    if added["added"] != len(part):
        raise RuntimeError(str(added["errors"][:3]))


def plant(http, root):
    """
    A tree of three levels, and beside it one enterprise with as many devices: their admins.
    DeviceIDs come in no order, as those of trackers do, in the same for both: what is added
    together lies together.
    """
    numbers = list(range(0, 2 * DEVICES, 2))
    random.Random(ORDER_SEED).shuffle(numbers)
    each = DEVICES // ENTERPRISES
    parts = [numbers[at:at + each] for at in range(0, DEVICES, each)]
    one = data_of(http, "manage/AddEnterprise", root, HoldName="One")["HoldID"]
    holds = [data_of(http, "manage/AddEnterprise", root, HoldName="Top")["HoldID"]]
    for number in range(1, ENTERPRISES):
        parent = holds[0] if number <= 30 else holds[number % 30 + 1]
        holds.append(data_of(http, "manage/AddEnterprise", root, HoldName=f"Part {number}",
                             ParentHoldID=parent)["HoldID"])
    for hold, part in zip(holds, parts):
        add_devices(http, root, hold, part)
    for part in parts:
        add_devices(http, root, one, [number + 1 for number in part])
    return admin(http, root, one, "one"), admin(http, root, holds[0], "top")


def spend_ms(server, client, request):
    """CPU of the server for some answers, a call."""
    before = cpu_s(server.pid)
    for _ in range(CALLS_A_ROUND):
        client.ask(request)
    return (cpu_s(server.pid) - before) * 1000 / CALLS_A_ROUND


def held(server, http, path, of_tree, of_one):
    """Medians of both, asked in turns."""
    client = KeepAlive(http)
    requests = [post(http, path, token, json.dumps(fields)) for token, fields in (of_tree, of_one)]
    spent = [[spend_ms(server, client, request) for request in requests] for _ in range(ROUNDS)]
    client.close()
    return median([s[0] for s in spent]), median([s[1] for s in spent])


def tree_list(bench):
    with fresh_server(bench, []) as (server, at, _token):
        http = at["http"]
        root = log_in(http, "root")
        one, top = plant(http, root)
        below = {"IncludeBelow": True}
        figures = {}
        for name, (prefix, fields) in CALLS.items():
            method = name.split(",")[0].split()[0]
            total = data_of(http, f"{prefix}/{method}", top, **below, **fields)["total"]
            if "Key" not in fields and total != DEVICES:
                raise RuntimeError(f"{name} has {total} devices")
            figures[name] = held(server, http, f"/api/{prefix}/{method}",
                                 (top, {**fields, **below}), (one, fields))
        listed = data_of(http, "manage/ListEnterprises", top)["total"]
        if listed != ENTERPRISES:
            raise RuntimeError(f"{listed} enterprises listed")
        figures["ListEnterprises"] = held(server, http, "/api/manage/ListEnterprises",
                                          (top, {"PageSize": PAGE}), (root, {"PageSize": PAGE}))
    worst = max(figures, key=lambda name: figures[name][0] / figures[name][1])
    value, floor = figures[worst]
    bench.report("tree-list", value,
                 f"ms of server CPU for {worst}, which loses most of {len(figures)} lists", floor)
    if value > MOST * floor:
        raise RuntimeError(f"{worst} takes {value / floor:.2f} of what it takes over one: "
                           f"{figures}")
