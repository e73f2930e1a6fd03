"""Stores that earlier programs wrote: what they say of themselves stays as it was."""
import datetime
import sqlite3

import pytest

from fixtures import kept
from lib.server import Server, run, wait_until

pytestmark = pytest.mark.one_sanitizer


def differences(told, recorded, place=""):
    """Where `told` is not what was recorded; fields that came later do not count."""
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            if name in kept.OF_THE_MOMENT:
                continue
            yield from differences(told.get(name) if isinstance(told, dict) else None, value,
                                   f"{place}/{name}")
    elif isinstance(recorded, list) and isinstance(told, list) and len(told) == len(recorded):
        for i, value in enumerate(recorded):
            yield from differences(told[i], value, f"{place}/{i}")
    elif told != recorded:
        yield f"{place}: {told!r}, recorded was {recorded!r}"


def schema_of(data):
    with sqlite3.connect(data / "odograph.db") as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def clean(data):
    """What `check` prints, all of it being sound; what is deleted goes bit by bit."""
    done = run("check", "--data", str(data))
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if '"deleted":true' not in line]


@pytest.fixture
def newest(make_server):
    """The schema of a store that today's program has made."""
    fresh = make_server()
    fresh.stop()
    return schema_of(fresh.data)


@pytest.fixture(params=kept.versions())
def old(request, tmp_path):
    """A server of today on an old store, not started yet."""
    directory = tmp_path / "old"
    directory.mkdir()
    server = Server(directory)
    kept.unpack(request.param, server.data)
    server.version = request.param
    yield server
    server.close()


def assert_same(server):
    """What was late is folded in meanwhile."""
    span, fixes = kept.read_fixes(server.version)
    derived = kept.read_derived(server.version)
    found = []

    def is_same():
        told = kept.ask(server, span)
        found[:] = [*differences(told[0], fixes), *differences(told[1], derived)]
        return not found

    try:
        wait_until(is_same)
    except AssertionError:
        pytest.fail("\n".join(found[:20]))
    assert sum(len(rows) for rows in fixes.values()) > 600


def test_an_old_store_opens_and_tells_the_same(old, newest):
    before = clean(old.data)
    old.start()
    assert_same(old)
    old.stop()
    assert schema_of(old.data) == newest
    after = clean(old.data)
    assert [line.partition('"events"')[0] for line in after] == \
        [line.partition('"events"')[0] for line in before]
    old.start()
    assert_same(old)
    old.stop()
    assert clean(old.data) == after


def local_after(time, seconds):
    return str(datetime.datetime.fromisoformat(time) + datetime.timedelta(seconds=seconds))


def test_what_an_old_store_tells_was_travelled(old):
    """A counter's first value is no distance, though earlier programs took it for one."""
    old.start()
    assert_same(old)
    span, _ = kept.read_fixes(old.version)
    root = old.api.login("root", kept.ROOT_PASSWORD)
    compared = shown_km = 0
    for enterprise in kept.rows(root, "manage/ListEnterprises"):
        for device in kept.rows(root, "manage/ListDevices", HoldID=enterprise["HoldID"]):
            asked = {"HoldID": enterprise["HoldID"], "DeviceID": device["DeviceID"]}
            found = root.data("vehicle/GetHistoryVehicleInfoByDeviceID", **asked,
                              StartTime=span[0], EndTime=span[1])["data"]
            if len(found) < 2:
                continue
            first, last = found[0], found[-1]
            km = float(last["Mileage"]) - float(first["Mileage"])
            told = [float(root.data("vehicle/GetMileageByDeviceID", **asked, StartTime=start,
                                    EndTime=last["GPSTime"]))
                    for start in (local_after(first["GPSTime"], 1), "2005-01-01")]
            assert told == pytest.approx([km, km], abs=0.16), (asked, told)
            compared += km > 1
            shown_km = max(shown_km, float(last["Mileage"]) - km)
    assert compared > 0
    assert shown_km > 1000  # on a counter, before its first report


def test_there_is_one_of_each_version(newest):
    assert kept.versions() == list(range(1, newest))
