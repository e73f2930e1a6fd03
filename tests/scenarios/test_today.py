"""Kilometres of today: ListDevices tells from the live state what GetDays reads from the track."""
import datetime

from lib.server import Fleet, counter, wait_until
from lib.trackers import Jt808, jt808_location

DRIVER, SLEEPER = "013900000001", "013900000002"
UTC = datetime.timezone.utc


def zone_with_hour(now, hour):
    """(name, offset in hours) of a zone in which it is that hour of the day now."""
    offset = (hour - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-offset:+d}", offset


def send(terminal, now, places):
    """Fixes so many seconds before now, so many metres north of the start."""
    for before_s, metres in places:
        terminal.report(jt808_location(now - datetime.timedelta(seconds=before_s),
                                       lat=22.5 + metres / 110800, lon=113.9, speed_kmh=50))


def today(api, offset):
    """KilometresToday of both devices, which is what GetDays says."""
    listed = {row["DeviceID"]: row["KilometresToday"]
              for row in api.data("manage/ListDevices")["data"]}
    date = (datetime.datetime.now(UTC) + datetime.timedelta(hours=offset)).strftime("%Y-%m-%d")
    days = api.data("manage/GetDays", DeviceIDs="", StartTime=date,
                    EndTime=f"{date} 23:59:59")["data"]
    told = {row["DeviceID"]: row["Kilometres"] for row in days if row["Date"] == date}
    assert listed == {device: told.get(device, "0.000") for device in listed}
    return [float(listed[device]) for device in (DRIVER, SLEEPER)]


def test_kilometres_of_today(server):
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    noon, offset = zone_with_hour(now, 12)
    fleet = Fleet(server, devices=[DRIVER, SLEEPER], TimeZone=noon)
    assert today(fleet.api, offset) == [0, 0]
    driver, sleeper = Jt808(server.device, DRIVER), Jt808(server.device, SLEEPER)
    driver.register()
    sleeper.register()
    day_s = 86400
    send(sleeper, now, [(3 * day_s + 10 - i * 10, i * 150) for i in range(2)])
    send(driver, now, [(day_s + 50 - i * 10, i * 150 - 900) for i in range(6)])  # yesterday
    send(driver, now, [(10000 - i * 10, i * 150) for i in range(60)])
    first, silent = today(fleet.api, offset)
    assert 8.8 < first < 10.2 and silent == 0
    send(driver, now, [(300 - i * 10, 8850 + i * 150) for i in range(10)])
    second, _ = today(fleet.api, offset)
    assert 1.3 < second - first < 1.6

    # A way there and back that comes late counts at once, and when it is folded in.
    send(driver, now, [(8000, 8850), (7990, 9000), (7980, 9150), (7970, 9300), (7960, 9150),
                       (7950, 9000), (7940, 8850)])
    third, _ = today(fleet.api, offset)
    assert 0.7 < third - second < 1.1
    wait_until(lambda: counter(server, "fixes_late") == 7, what="late fixes")
    assert today(fleet.api, offset)[0] == third

    # A start forgets nothing that matters.
    driver.close()
    sleeper.close()
    server.stop()
    server.start()
    fleet.api.address = fleet.root.address = server.api.address
    assert today(fleet.api, offset)[0] == third
    driver = Jt808(server.device, DRIVER)
    driver.register()
    send(driver, now, [(200 - i * 10, 10350 + i * 150) for i in range(4)])
    fourth, _ = today(fleet.api, offset)
    assert 0.5 < fourth - third < 0.7

    # Another midnight: what was driven two hours ago was yesterday.
    young, offset = zone_with_hour(now, 1)
    fleet.root.data("manage/ModifyEnterprise", HoldID=fleet.hold, TimeZone=young)
    fifth, _ = today(fleet.api, offset)
    assert 1.8 < fifth < 2.2
    driver.close()
