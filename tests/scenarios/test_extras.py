"""Values beside a fix, through the whole server: none is lost, and each tells reports apart."""
import datetime
import struct

import pytest

from lib.faults import SEALING, ids, now
from lib.server import Fleet, counter, wait_until
from lib.trackers import Jt808, jt808_location

pytestmark = pytest.mark.one_sanitizer

COUNT = 700
TYRES = bytes.fromhex("7710010000010058410002000002005a4200")


def body(start, i, millivolts):
    """A location whose first analogue input says so many millivolts; each third says nothing."""
    location = jt808_location(start + datetime.timedelta(seconds=10 * i), speed_kmh=40)
    if i % 3 == 0:
        return location
    return location + b"\x2b\x04" + struct.pack(">HH", millivolts // 10, 0) + TYRES


def send(server, start, millivolts, count=COUNT):
    terminal = Jt808(server.device, ids(1)[0])
    terminal.register()
    for i in range(count):
        terminal.report(body(start, i, millivolts))


def counts(server):
    return counter(server, "fixes_stored"), counter(server, "fixes_repeated")


def test_values_are_kept_and_tell_reports_apart(make_server):
    server = make_server(SEALING)
    fleet = Fleet(server, devices=ids(1))
    start = now() - datetime.timedelta(hours=3)
    send(server, start, 12000)
    assert counts(server) == (COUNT, 0)
    server.kill()
    server.start()
    send(server, start, 12000)
    assert counts(server) == (0, COUNT)  # found in the journal and in what was sealed
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    send(server, start, 12000)
    assert counts(server) == (0, 2 * COUNT)
    send(server, start, 12010, count=30)  # the same seconds and places, another voltage
    assert counts(server) == (20, 2 * COUNT + 10)
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    assert counter(server, "blocks_unproven") == counter(server, "chunks_damaged") == 0
    fleet.api = server.api.login(fleet.login_name, "secret-1")
    assert fleet.status(ids(1)[0])["GPSTime"]
    server.stop()
    assert server.check()[ids(1)[0]]["fixes"] == COUNT + 20
