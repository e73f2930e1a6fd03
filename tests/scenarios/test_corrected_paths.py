"""The corrected path of section 26: by the track itself, and by a map matcher, whatever it does."""
import datetime
import math
import random
import threading
import time

import pytest

from lib.providers import Provider, street_matcher
from lib.server import Fleet, wait_until
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
DEVICE = "013912345678"
LAT, LON = 47.2, 9.5  # in Liechtenstein, where GCJ-02 is WGS-84
METRE_LAT = 1 / 111320
METRE_LON = METRE_LAT / math.cos(math.radians(LAT))
BAD_MODES = ("wrong", "garbled", "empty", "huge", "moved", "cut", "failing")


def with_matcher(provider, kind="osrm"):
    return f"[providers]\nmatcher_url = {provider.url}\nmatcher = {kind}\n"


def off_m(a, b):
    """Metres between two (lon, lat) near by."""
    return math.hypot((a[0] - b[0]) / METRE_LON, (a[1] - b[1]) / METRE_LAT)


def drive(count, deviation_m, seed=1):
    """Eastwards at 15 m/s, a fix every 10 s: (what was, what was told), each of (lon, lat)."""
    dice = random.Random(seed)
    truth = [(LON + 150 * i * METRE_LON, LAT) for i in range(count)]
    told = [(lon + dice.gauss(0, deviation_m) * METRE_LON,
             lat + dice.gauss(0, deviation_m) * METRE_LAT) for lon, lat in truth]
    return truth, told


def report(server, fleet, places):
    """Tells the fixes of a drive that ended a minute ago; answers a function that asks for it."""
    begin = datetime.datetime.now(UTC).replace(microsecond=0) - \
        datetime.timedelta(seconds=10 * len(places) + 60)
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    for i, (lon, lat) in enumerate(places):
        terminal.report(jt808_location(begin + datetime.timedelta(seconds=10 * i), lat=lat, lon=lon,
                                       speed_kmh=54, course=90))
    terminal.close()

    def ask(**options):
        return fleet.api.data("vehicle/GetVehicleTrace", DeviceID=DEVICE,
                              StartTime=begin.strftime("%Y-%m-%d %H:%M:%S"),
                              EndTime="2099-01-01", **options)
    return ask


def path_of(ask):
    data = ask(ContainCorrectPath=True)
    path = data["correct_path"]
    return path if path is None else [(float(place["x"]), float(place["y"])) for place in path]


def figures(server):
    health = server.health()
    provider, = health["providers"]
    return provider, health["warnings"]


def test_path_by_itself_is_nearer_to_the_truth(make_server):
    server = make_server()
    truth, told = drive(300, 10)
    ask = report(server, Fleet(server, devices=[DEVICE]), told)
    path = path_of(ask)
    assert len(path) == 300
    raw = sum(map(off_m, told, truth)) / 300
    corrected = sum(map(off_m, path, truth)) / 300
    assert 11 < raw < 14 and corrected < 0.8 * raw, (raw, corrected)
    data = ask(ContainCorrectPath=True)
    kept = [(float(row["Lon"]), float(row["Lat"])) for row in data["data"]]
    assert max(map(off_m, kept, told)) < 0.2  # what is stored is what was told
    assert ask()["correct_path"] == []
    assert server.health()["providers"] == []


def test_strays_are_dropped_and_one_place_is_no_path(make_server):
    server = make_server()
    truth, told = drive(20, 2)
    told[7] = (LON + 1, LAT + 1)
    fleet = Fleet(server, devices=[DEVICE])
    path = path_of(report(server, fleet, told))
    assert len(path) == 19 and max(off_m(place, (place[0], LAT)) for place in path) < 10
    other = report(server, fleet, [(LON, LAT)])
    assert path_of(other) is None


def test_path_follows_the_streets_of_a_matcher(make_server):
    with Provider(street_matcher(LAT)) as provider:
        server = make_server(with_matcher(provider))
        _, told = drive(250, 10)
        ask = report(server, Fleet(server, devices=[DEVICE]), told)
        path = path_of(ask)
        assert {lat for _, lat in path} == {LAT}
        assert [round(lon, 6) for lon, _ in path] == [round(lon, 6) for lon, _ in told]
        assert len(provider.requests) == 3  # of a hundred points each, at most
        told_of, warnings = figures(server)
        assert (told_of["name"], told_of["requests"], told_of["answered"], told_of["failed"],
                told_of["fault"]) == ("matcher", 3, 3, 0, None)
        assert warnings == []
        assert all("odograph/" in headers["User-Agent"] for headers in provider.headers)
        ask()
        assert len(provider.requests) == 3  # nobody asked for a path


@pytest.mark.parametrize("mode", BAD_MODES)
def test_bad_matcher_leaves_the_track_to_itself(make_server, mode):
    with Provider(street_matcher(LAT), mode) as provider:
        server = make_server(with_matcher(provider))
        truth, told = drive(150, 10)
        ask = report(server, Fleet(server, devices=[DEVICE]), told)
        path = path_of(ask)
        assert len(path) == 150
        assert sum(map(off_m, path, truth)) < 0.8 * sum(map(off_m, told, truth))
        told_of, warnings = figures(server)
        assert told_of["failed"] >= 1 and told_of["fault"] is not None
        assert "providers tells which" in warnings[0]
        assert all(path != "/elsewhere" for _, path, _, _ in provider.requests)
        provider.mode = "right"
        wait_until(lambda: {lat for _, lat in path_of(ask)} == {LAT}, what="a path by the matcher")
        assert figures(server)[0]["fault"] is None and figures(server)[1] == []


def test_matcher_that_is_not_there(make_server):
    with Provider(street_matcher(LAT)) as provider:
        config = with_matcher(provider)
    server = make_server(config)  # nobody listens there any more
    _, told = drive(30, 10)
    assert len(path_of(report(server, Fleet(server, devices=[DEVICE]), told))) == 30
    assert figures(server)[0]["fault"] == "input or output failed"


def test_slow_matcher_delays_nobody_else_and_no_stop(make_server):
    with Provider(street_matcher(LAT), "slow") as provider:
        server = make_server(with_matcher(provider) + "[api]\nquery_threads = 1\n")
        fleet = Fleet(server, devices=[DEVICE])
        _, told = drive(50, 10)
        ask = report(server, fleet, told)
        answers = []
        waiting = [threading.Thread(target=lambda: answers.append(path_of(ask)))
                   for _ in range(4)]
        for thread in waiting:
            thread.start()
        wait_until(lambda: len(provider.requests) >= 4, what="the requests")
        assert ask()["total"] == 50  # on a thread that nobody holds
        assert not answers
        provider.release()
        for thread in waiting:
            thread.join()
        assert [{lat for _, lat in path} for path in answers] == [{LAT}] * 4
        provider.released.clear()
        late = threading.Thread(target=lambda: answers.append(path_of(ask)))
        late.start()
        wait_until(lambda: len(provider.requests) >= 5, what="the request")
        server.stop()
        late.join()
        assert len(answers[4]) == 50  # by itself
        provider.release()


def test_slow_matcher_has_eight_seconds(make_server):
    with Provider(street_matcher(LAT), "slow") as provider:
        server = make_server(with_matcher(provider))
        _, told = drive(50, 10)
        ask = report(server, Fleet(server, devices=[DEVICE]), told)
        began = time.monotonic()
        assert len(path_of(ask)) == 50
        assert time.monotonic() - began >= 7
        told_of, _ = figures(server)
        assert told_of["timed_out"] == 1 and told_of["fault"] == "timed out"
