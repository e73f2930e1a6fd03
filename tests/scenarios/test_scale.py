"""Many devices at once: each is acknowledged, and each is in the status answer."""
import resource
import subprocess

import pytest

from lib.server import BINARY, PATIENCE_S, Fleet, simulate, wait_until

FIRST_ID = 13800000001


def open_files_max():
    """The simulator and the server each have as many; raised here for both."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def register(server, count):
    """A fleet of `count` devices, in portions that the API takes."""
    fleet = Fleet(server)
    for first in range(0, count, 5000):
        fleet.add([f"{FIRST_ID + i:012d}" for i in range(first, min(first + 5000, count))])
    return fleet


def hold_links(server, first, count):
    """Devices that send a fix now and then keep their connection until they are ended."""
    return subprocess.Popen(
        [BINARY, "simulate", "--address", server.device, "--quiet", "--devices", str(count),
         "--first-id", f"{first:012d}", "--rate", "2000", "--duration", "3600", "--give-up", "3600",
         "--window", "1"], stdout=subprocess.DEVNULL)


def is_live(fleet, count):
    answer = fleet.api.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")
    assert len(answer["data"]) == answer["total"]
    return answer["total"] == count


def at_once(server, over_udp, over_tcp, fixes):
    """Devices over UDP report while others hold their connections; nobody is forgotten."""
    fleet = register(server, over_udp + over_tcp)
    links = hold_links(server, FIRST_ID + over_udp, over_tcp)
    try:
        result = simulate(server.device, "--udp", "--devices", str(over_udp), "--first-id",
                          f"{FIRST_ID:012d}", "--fixes", str(fixes), "--window", "2")
        assert result["acknowledged"] == result["sent"] == over_udp * fixes, result
        wait_until(lambda: server.health()["counters"]["connections"] == over_tcp,
                   what="every connection")
        wait_until(lambda: is_live(fleet, over_udp + over_tcp),
                   what="a status of every device")
        counters = server.health()["counters"]
        assert counters["udp_peers"] == over_udp
        assert counters["devices_connected"] == over_udp + over_tcp
        assert counters["connections_accepted"] == over_tcp
        assert counters["frames_bad"] == counters["connections_refused"] == 0
    finally:
        links.terminate()
        links.wait(timeout=PATIENCE_S)
    wait_until(lambda: server.health()["counters"]["connections"] == 0,
               what="the end of every connection")


def test_thousands_of_devices_at_once(make_server):
    server = make_server()
    over_tcp = min(2000, open_files_max() - 1000)
    at_once(server, 3000, over_tcp, 2)
    # What was acknowledged is still known after a restart.
    server.stop()
    server.start()
    assert is_live(Viewer(server), 3000 + over_tcp)


class Viewer:
    """The administrator of the first enterprise, logged in anew."""

    def __init__(self, server):
        hold = server.root().data("manage/ListEnterprises")["data"][0]["HoldID"]
        self.api = server.api.login(f"admin{hold}", "secret-1")


@pytest.mark.soak
def test_a_hundred_thousand_devices_at_once(make_server):
    server = make_server()
    over_tcp = min(19000, open_files_max() - 1000)
    at_once(server, 100000, over_tcp, 5)
    server.stop()
    server.start()
    assert is_live(Viewer(server), 100000 + over_tcp)
