"""Which protocols are spoken on which port: narrowed, on a port of their own, and where another
server has them."""
import random
import socket
import subprocess

import pytest

from lib.faults import now
from lib.server import BINARY, PATIENCE_S, Fleet, counter, wait_until
from lib.trackers import Gt06, Jt808, Link, jt808_location, split_address

SINOTRACK, TERMINAL, CONCOX = "8600000001", "013900000001", "860000000000009"


def free_offset(ports):
    """An offset at which nobody has any of the ports."""
    while True:
        offset = random.randrange(10000, 55000)
        try:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with socket.socket(socket.AF_INET, kind) as s:
                        s.bind(("127.0.0.1", port + offset))
            return offset
        except OSError:
            continue


def h02(time, lat="5230.0000"):
    return time.strftime(f"*HQ,{SINOTRACK},V1,%H%M%S,A,{lat},N,01315.0000,E,0.00,0,%d%m%y,"
                         "FFFFFFFF#").encode()


def beside(server, port):
    return f"{split_address(server.device)[0]}:{port}"


def test_only_named_protocols_are_spoken(make_server):
    server = make_server("[device]\nprotocols = jt808, h02\n")
    fleet = Fleet(server, devices=[TERMINAL, CONCOX, SINOTRACK])
    Jt808(server.device, TERMINAL).report(jt808_location(now(), lat=10.5))
    assert fleet.status(TERMINAL)["Lat"] == 10.5
    tracker = Gt06(server.device, CONCOX)
    tracker.send(tracker.frame(0x01, bytes.fromhex("0" + CONCOX)))
    assert tracker.closed()
    assert counter(server, "connections_unclaimed") == 1


def test_a_port_of_its_own_beside_the_device_port(make_server):
    port = 5013 + free_offset([5013])
    server = make_server(f"[protocol.h02]\nport = {port}\n")
    fleet = Fleet(server, devices=[TERMINAL, SINOTRACK])
    assert f"address={beside(server, port)} protocols=h02" in server.log()
    own = Link(beside(server, port))
    own.send(h02(now()))
    assert wait_until(lambda: fleet.status(SINOTRACK))["Lat"] == 52.5
    stranger = Jt808(beside(server, port), TERMINAL)
    stranger.send(stranger.frame(0x0200, jt808_location(now())))
    assert stranger.closed()
    everything = Jt808(server.device, TERMINAL)
    everything.report(jt808_location(now(), lat=10.5))
    assert fleet.status(TERMINAL)["Lat"] == 10.5


def test_datagrams_are_answered_from_the_port_that_they_came_to(make_server):
    port = 5015 + free_offset([5015])
    server = make_server(f"[protocol.jt808]\nport = {port}\n")
    fleet = Fleet(server, devices=[TERMINAL])
    frames = Jt808(server.device, TERMINAL)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.bind(("127.0.0.1", 0))
        for lat, to in ((10.5, beside(server, port)), (11.5, server.device)):
            device.sendto(frames.frame(0x0200, jt808_location(now(), lat=lat)), split_address(to))
            assert device.recvfrom(2048)[1] == split_address(to)
    assert counter(server, "udp_peers") == 2
    assert fleet.status(TERMINAL)["Lat"] in (10.5, 11.5)


def test_ports_of_another_server(make_server):
    """Rows that share a port there share it here; who is not spoken has none."""
    offset = free_offset([5004, 5013, 5015, 5023])
    server = make_server("[device]\nprotocols = h02, jt808, gl200text, gl200binary\n"
                         f"compatible_ports = traccar\ncompatible_ports_offset = {offset}\n"
                         f"[protocol.h02]\nport = {5013 + offset}\n")
    fleet = Fleet(server, devices=[TERMINAL, SINOTRACK])
    shared = beside(server, 5004 + offset)
    assert f"address={shared} protocols=gl200text,gl200binary" in server.log()
    assert server.log().count("protocols=h02") == 1
    Link(beside(server, 5013 + offset)).send(h02(now()))
    assert wait_until(lambda: fleet.status(SINOTRACK))["Lat"] == 52.5
    Jt808(beside(server, 5015 + offset), TERMINAL).report(jt808_location(now(), lat=10.5))
    assert fleet.status(TERMINAL)["Lat"] == 10.5
    with pytest.raises(ConnectionRefusedError):
        Link(beside(server, 5023 + offset))


def test_the_device_port_is_no_port_of_its_own(tmp_path):
    """Also where the command line says which it is."""
    config = tmp_path / "odograph.conf"
    config.write_text("[protocol.h02]\nport = 5013\n")
    done = subprocess.run(
        [BINARY, "serve", "--config", config, "--data", tmp_path / "data", "--http",
         "127.0.0.1:0", "--device", "127.0.0.1:5013"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
        check=False)
    assert done.returncode == 2
    assert f"{config}: [protocol.h02] port: is the device port" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_taken_ends_the_start(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = tmp_path / "odograph.conf"
        config.write_text(f"[protocol.h02]\nport = {port}\n")
        done = subprocess.run(
            [BINARY, "serve", "--config", config, "--data", tmp_path / "data", "--http",
             "127.0.0.1:0", "--device", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
            check=False)
    assert done.returncode != 0
    assert f"port={port}" in done.stderr
