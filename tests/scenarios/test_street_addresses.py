"""Street addresses of an operator's geocoder in sections 12, 13, 23 and 24, whatever it does."""
import datetime
import threading
import time

import pytest

from lib.providers import Provider
from lib.server import Fleet, wait_until
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
DEVICE = "013912345678"
LAT, LON = 47.1410, 9.5209  # in Vaduz
STREET = "12, Städtle, Vaduz, Oberland, 9490, Liechtenstein"
LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0"
BAD_MODES = ("wrong", "garbled", "empty", "huge", "moved", "cut", "failing")
METHODS = (("GetVehicleAddress", "VehiclePlate"), ("GetVehicleAddressByDeviceID", "DeviceID"),
           ("GetVehicleLocation", "VehiclePlate"), ("GetVehicleLocationByDeviceID", "DeviceID"))


def nominatim(request):
    verb, path, query, _ = request
    assert (verb, path, query["format"]) == ("GET", "/reverse", "jsonv2")
    assert abs(float(query["lat"]) - LAT) < 0.1 and abs(float(query["lon"]) - LON) < 0.1
    return 200, {"lat": str(LAT + 0.001), "lon": str(LON), "display_name": STREET,
                 "licence": LICENCE}


def photon(request):
    assert request[1] == "/reverse" and request[2]["lang"] == "en"
    return 200, {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [LON, LAT]},
         "properties": {"housenumber": "12", "street": "Städtle", "city": "Vaduz",
                        "country": "Liechtenstein"}}]}


def configuration(provider, kind="nominatim", more=""):
    return f"[providers]\ngeocoder_url = {provider.url}\ngeocoder = {kind}\n{more}"


def tell(server, lat=LAT, lon=LON, device=DEVICE):
    terminal = Jt808(server.device, device)
    terminal.register()
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    terminal.report(jt808_location(now, lat=lat, lon=lon))
    terminal.close()


@pytest.fixture
def where(make_server):
    """Starts a server with a device in Vaduz; answers it and a client."""
    def start(config=""):
        server = make_server(config)
        fleet = Fleet(server, devices=[{"DeviceID": DEVICE, "VehiclePlate": "FL 1"}])
        tell(server)
        return server, fleet.api
    return start


def ask(api, method, name):
    data = api.data(f"vehicle/{method}", **{name: "FL 1" if name == "VehiclePlate" else DEVICE})
    return data["data"]["Location"] if isinstance(data, dict) else data


def address(api):
    """Section 13 without its time."""
    return ask(api, *METHODS[1])[len("(2026-01-01 00:00:00) "):]


def figures(server):
    provider, = server.health()["providers"]
    return provider


def test_streets_are_named_and_asked_for_once(where):
    with Provider(nominatim) as provider:
        server, api = where(configuration(provider))
        assert address(api) == f"111 Meters, {STREET}"
        assert ask(api, *METHODS[0])[1:20] == ask(api, *METHODS[1])[1:20]
        assert [ask(api, *method) for method in METHODS[2:]] == [STREET] * 2
        assert len(provider.requests) == 1  # of all five
        told = figures(server)
        assert (told["name"], told["answered"], told["failed"]) == ("geocoder", 1, 0)
        assert told["attribution"] == LICENCE
        api.data("manage/GetPlaces", Points=[[LON, LAT]])
        tell(server, lat=LAT + 0.002)
        assert address(api) == f"111 Meters, {STREET}"
        assert len(provider.requests) == 2
        server.stop()
        (server.data / "streets.cache").unlink()  # while it stands
        server.start()
        assert address(api.__class__(server.http, api.token)) == f"111 Meters, {STREET}"
        assert len(provider.requests) == 3
        server.stop()
        server.start()
        assert address(api.__class__(server.http, api.token)) == f"111 Meters, {STREET}"
        assert len(provider.requests) == 3  # out of the file


def test_cache_that_cannot_be_opened_is_done_without(where):
    with Provider(nominatim) as provider:
        server, api = where(configuration(provider))
        server.stop()
        cache = server.data / "streets.cache"
        cache.unlink()
        cache.mkdir()
        server.start()
        api = api.__class__(server.http, api.token)
        assert [address(api) for _ in range(2)] == [f"111 Meters, {STREET}"] * 2
        assert len(provider.requests) == 2
        assert "streets.cache cannot be opened" in server.health()["warnings"][0]


def test_photon_names_streets(where):
    with Provider(photon) as provider:
        _, api = where(configuration(provider, "photon"))
        assert address(api) == "0 Meters, 12 Städtle, Vaduz, Liechtenstein"


def test_language_of_the_server_is_asked_for(where):
    with Provider(nominatim) as provider:
        _, api = where(configuration(provider, more="[api]\ngazetteer_language = zh\n"))
        assert address(api) == f"111 Meters, {STREET}"
        assert provider.requests[0][2]["accept-language"] == "zh"


@pytest.mark.parametrize("mode", BAD_MODES)
def test_bad_geocoder_leaves_the_gazetteer(where, mode):
    _, other = where()
    towns = [ask(other, *method)[-12:] for method in METHODS]
    with Provider(nominatim, mode) as provider:
        server, api = where(configuration(provider))
        assert [ask(api, *method)[-12:] for method in METHODS] == towns
        told = figures(server)
        assert told["failed"] >= 1 and told["fault"] is not None
        assert "providers tells which" in server.health()["warnings"][0]
        assert all(path == "/reverse" for _, path, _, _ in provider.requests)
        provider.mode = "right"
        wait_until(lambda: address(api).endswith(STREET), what="a street")
        assert figures(server)["fault"] is None and server.health()["warnings"] == []


def test_place_without_an_address_is_remembered(where):
    with Provider(lambda request: (200, {"error": "Unable to geocode"})) as provider:
        server, api = where(configuration(provider))
        assert "Liechtenstein" in address(api) and "Liechtenstein" in address(api)
        assert len(provider.requests) == 1 and figures(server)["fault"] is None


def test_device_that_never_told_a_place_asks_nobody(make_server):
    with Provider(nominatim) as provider:
        server = make_server(configuration(provider))
        api = Fleet(server, devices=[{"DeviceID": DEVICE, "VehiclePlate": "FL 1"}]).api
        assert api.data("vehicle/GetVehicleAddressByDeviceID", DeviceID=DEVICE) == ""
        assert api.data("vehicle/GetVehicleLocationByDeviceID", DeviceID=DEVICE) == \
            {"total": 0, "data": []}
        assert provider.requests == []


def test_slow_geocoder_has_two_seconds_and_delays_nobody_else(where):
    with Provider(nominatim, "slow") as provider:
        server, api = where(configuration(provider) + "[api]\nquery_threads = 1\n")
        answers = []

        def wait():
            began = time.monotonic()
            mine = api.__class__(server.http, api.token)
            answers.append((address(mine), time.monotonic() - began))

        waiting = [threading.Thread(target=wait) for _ in range(12)]
        for thread in waiting:
            thread.start()
        wait_until(lambda: provider.requests, what="the request")
        assert api.data("vehicle/GetCurrentVehicleInfoByDeviceIDs", DeviceIDs=DEVICE)["total"] == 1
        for thread in waiting:
            thread.join()
        assert all("Liechtenstein" in text and STREET not in text for text, _ in answers)
        assert max(took for _, took in answers) >= 1.9
        assert len(provider.requests) < 4  # those who wait for one place share it
        assert figures(server)["timed_out"] >= 1
        late = threading.Thread(target=wait)
        late.start()
        wait_until(lambda: figures(server)["in_flight"] == 1, what="another request")
        server.stop()
        late.join()
        assert "Liechtenstein" in answers[-1][0]


def test_requests_keep_their_distance(make_server):
    with Provider(nominatim) as provider:
        server = make_server(configuration(provider, more="geocoder_per_s = 4\n"))
        devices = [f"0139123456{i:02}" for i in range(6)]
        api = Fleet(server, devices=devices).api
        for i, device in enumerate(devices):
            tell(server, lat=LAT + 0.002 * i, device=device)
        began = time.monotonic()
        threads = [threading.Thread(target=lambda device=device: api.__class__(
            server.http, api.token).data("vehicle/GetVehicleAddressByDeviceID", DeviceID=device))
            for device in devices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(provider.requests) == 6 and time.monotonic() - began >= 1.2
