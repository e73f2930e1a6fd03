"""Locks: what a JT701D sends is answered once it is durable, and section 32 tells what happened."""
import datetime
import socket

from lib.faults import now, text
from lib.server import PATIENCE_S, Fleet
from lib.shapes import hold_to, parse
from lib.trackers import (LOCKED_IN, UNLOCKED_OUT, Jt701, Jt808, jt808_frame_2019, jt808_item,
                          jt808_location, split_address)

LOCK = "8000012345"
SLASHED = r"\d{4}/\d{1,2}/\d{1,2} \d\d:\d\d:\d\d"
EVENT_ROW = [
    ("DeviceID", str, LOCK), ("VehicleNum", str, "Box 1"), ("EventInfo", str, r".+"),
    ("EventTime", str, SLASHED), ("GPSTime", str, SLASHED), ("GPSFlag", str, r"Yes|No"),
    ("Lon", float, r"114\.000000"), ("Lat", float, r"22\.500000"),
    ("Address", str, r".+, Hong Kong"),
    ("Speed", float, r"0\.0"), ("Direction", int, r"90"), ("Mileage", float, r"\d+\.\d"),
]


def events(api, device_id, since, until):
    return api.data("vehicle/GetLockEvents", DeviceID=device_id, StartTime=text(since),
                    EndTime=text(until))


def test_a_lock_from_its_record_to_section_32(server):
    fleet = Fleet(server, devices=[{"DeviceID": LOCK, "VehiclePlate": "Box 1"}])
    lock = Jt701(server.device, LOCK)
    start = now() - datetime.timedelta(minutes=10)
    at = [start + datetime.timedelta(seconds=10 * i) for i in range(8)]
    lock.record(at[0], LOCKED_IN, 0)
    assert lock.read_sentence() == "(P69,0,0)"
    lock.record(at[1], LOCKED_IN, 1)
    assert lock.read_sentence() == "(P69,0,1)"
    lock.record(at[4], UNLOCKED_OUT, 2)
    assert lock.read_sentence() == "(P69,0,2)"
    for _ in range(2):  # events come later than the newest record, and again without an answer
        lock.event(at[2], 1, 98, 7, card="0012345678")
        assert lock.read_sentence() == "(P69,0,7)"
    lock.event(at[3], 2, 0, 8, card="0099999999")
    assert lock.read_sentence() == "(P69,0,8)"
    lock.event(at[5], 5, 0, 9)
    assert lock.read_sentence() == "(P69,0,9)"
    rows = events(fleet.api, LOCK, at[0], at[7])
    assert [row["EventInfo"] for row in rows] == [
        "Locked & Pole/Rope in Lock", "Unlocked & Pole/Rope out Lock", "Unknown card",
        "Unlocked by card", "Locked & Pole/Rope in Lock"]
    answer = fleet.api.post("/api/vehicle/GetLockEvents", {
        "DeviceID": LOCK, "StartTime": text(at[0]), "EndTime": text(at[7])})
    for row in parse(answer.text)["Data"]:
        hold_to(row, EVENT_ROW)


def test_the_dynamic_password_comes_back_and_lies_nowhere(server):
    fleet = Fleet(server, devices=[LOCK])
    lock = Jt701(server.device, LOCK)
    lock.sentence("P52", "2", "113355")
    assert lock.read_sentence() == "(P52,2,113355)"
    lock.sentence("P44", "246813")
    lock.sentence("P22", "2")
    assert lock.read_sentence().startswith("(P22,")
    assert events(fleet.api, LOCK, now() - datetime.timedelta(days=1), now()) == []
    server.stop()
    for path in server.directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"113355" not in content and b"246813" not in content, path


def test_a_padlock_of_2019_that_says_it_twice_and_late(server):
    fleet = Fleet(server, devices=["013900001234"])
    other = Fleet(server, name="Other")
    start = now() - datetime.timedelta(minutes=5)
    told = [(b"\x03123456\x64", 20), (b"\x06123456", 10), (b"\x03123456\x64", 20)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.connect(split_address(server.device))
        for serial, (item, seconds) in enumerate(told, start=1):
            body = jt808_location(start + datetime.timedelta(seconds=seconds))
            device.send(jt808_frame_2019(0x0200, "013900001234", serial,
                                         body + jt808_item(0x0B, item)))
            assert device.recv(2048)[1:3] == b"\x80\x01"
    rows = events(fleet.api, "013900001234", start, now())
    assert [row["EventInfo"] for row in rows] == ["Unlocked by password", "Wrong password"]
    foreign = other.api.call("vehicle/GetLockEvents", DeviceID="013900001234",
                             StartTime=text(start), EndTime=text(now()))
    assert foreign["Code"] == 404


def test_an_unregistered_lock_hears_the_time_alone(server):
    lock = Jt701(server.device, LOCK)
    lock.record(now(), LOCKED_IN, 3)
    lock.sentence("P22", "2")
    assert lock.read_sentence().startswith("(P22,")


def test_a_padlock_of_jt808(server):
    fleet = Fleet(server, devices=["013900001234"])
    terminal = Jt808(server.device, "013900001234")
    start = now() - datetime.timedelta(minutes=5)
    for i, item in enumerate((b"\x03123456\xff", b"\x06123456", b"\x03123456\x64")):
        time = start + datetime.timedelta(seconds=i)
        terminal.report(jt808_location(time) + jt808_item(0x0B, item))
    rows = events(fleet.api, "013900001234", start, now())
    assert [row["EventInfo"] for row in rows] == ["Unlocked by password", "Wrong password",
                                                  "Unlock refused"]
    assert "123456" not in str(rows).replace("00001234", "")
