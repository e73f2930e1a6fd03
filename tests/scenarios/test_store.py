"""The track store through the whole server: what is sealed reads like what is not."""
import datetime
import random

from lib.faults import SEALING, UTC, ids, now, text
from lib.server import Fleet, counter, simulate, wait_until
from lib.trackers import Jt808, jt808_location

START = "2026-01-05T06:00:00Z"
DAY = datetime.timedelta(days=1)


def wait_until_sealed(server):
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")


def whole_history(fleet, device):
    """All records that the span of three days a request gives, and without arrival times."""
    records = []
    for day in range(0, 9, 3):
        first = datetime.datetime(2026, 1, 4, tzinfo=UTC) + day * DAY
        rows = fleet.history(device, text(first), text(first + 3 * DAY))["data"]
        records += [row for row in rows if row not in records[-1:]]
    for record in records:
        record.pop("RcvTime")
    return records


def test_sealed_history_is_the_same(make_server):
    devices = ids(6)
    answers = []
    for config in (SEALING, ""):
        server = make_server(config)
        fleet = Fleet(server, devices=devices)
        for burst in ("1", "20"):
            done = simulate(server.device, "--devices", "6", "--fixes", "1500", "--start", START,
                            "--interval", "20", "--burst", burst)
            assert done["acknowledged"] == done["sent"] == 9000
        if config:
            wait_until_sealed(server)
            assert counter(server, "fixes_sealed") == 9000
        assert counter(server, "fixes_stored") == counter(server, "fixes_repeated") == 9000
        answers.append([whole_history(fleet, d) for d in devices])
        server.stop()
        rows = server.check()
        assert all(rows[d]["fixes"] == 1500 for d in devices), rows
        server.start()
        fleet.api = server.api.login(fleet.login_name, "secret-1")
        assert [whole_history(fleet, d) for d in devices] == answers[-1]
    assert len(answers[0][0]) == 1500
    assert answers[0] == answers[1]


def test_any_order_ends_in_the_same_history(make_server):
    """A week from memory, shuffled, sealed all the while; beside it the same in order."""
    server = make_server(SEALING)
    fleet = Fleet(server, devices=ids(2))
    start = now() - 2 * DAY
    bodies = [jt808_location(start + datetime.timedelta(seconds=30 * i), lat=22.5 + i * 0.0007,
                             lon=113.9, speed_kmh=40) for i in range(700)]
    straight, shuffled = (Jt808(server.device, d) for d in ids(2))
    order = list(bodies)
    random.Random(7).shuffle(order)
    for terminal, reports in ((straight, bodies), (shuffled, order)):
        terminal.register()
        for i, body in enumerate(reports):
            terminal.report(body)
            if i == 350:
                wait_until_sealed(server)

    def odometer(device):
        return fleet.status(device)["Mileage"]

    wait_until(lambda: odometer(ids(2)[0]) == odometer(ids(2)[1]), what="folding in late fixes")
    wait_until_sealed(server)
    histories = [fleet.history(d, text(start), text(now()))["data"] for d in ids(2)]
    assert len(histories[0]) == 700
    for own in histories:
        for record in own:
            for name in ("RcvTime", "VehicleNum", "ObjectCode"):
                record.pop(name, None)
    assert histories[0] == histories[1]
    server.stop()
    assert [row["fixes"] for row in server.check().values()] == [700, 700]


def test_what_is_older_than_its_retention_goes(make_server):
    server = make_server(SEALING)
    short = Fleet(server, "Short", devices=ids(2)[:1], RetentionDays=1)
    long = Fleet(server, "Long", devices=ids(2)[1:])
    old = now() - 10 * DAY
    for device in ids(2):
        terminal = Jt808(server.device, device)
        terminal.register()
        for i in range(700):
            terminal.report(jt808_location(old + datetime.timedelta(seconds=i), speed_kmh=40))
    terminal.report(jt808_location(now()))  # the fleet's clocks tell the day too
    wait_until_sealed(server)
    server.stop()
    server.start()
    for fleet in (short, long):
        fleet.api = server.api.login(fleet.login_name, "secret-1")
    span = text(old), text(old + DAY)
    wait_until(lambda: short.history(ids(2)[0], *span)["total"] == 0, what="retention")
    assert long.history(ids(2)[1], *span)["total"] == 700
    assert short.status(ids(2)[0])["GPSTime"]
    server.stop()
    assert [row["fixes"] for row in server.check().values()] == [0, 701]
