"""Section 30: locks open now or never, by the right password, and what became of it is known."""
import socket
import threading

import pytest

from lib.faults import bad_disk, now
from lib.locks import (CAR, LOCK, LORRY, PASSWORD, TRUCK, Doors, commands, guarded, padlock,
                       wait_states)
from lib.server import PATIENCE_S, Fleet, counter, wait_until
from lib.trackers import (LOCKED_IN, Gt06, Jt701, jt600_record, jt808_frame, split_address)

OPENED = {"Code": 200, "Data": None, "ErrMsg": "Success"}
WRONG, OFFLINE = (4005, "Password error"), (4010, "Device is offline")
UNSUPPORTED = (500, "Not supported by this device")


def switch(api, device=LOCK, password=PASSWORD, kind="1"):
    return api.call("vehicle/SetLockSwitch", DeviceID=device, Password=password, OpenType=kind)


def refused(api, **fields):
    answer = switch(api, **fields)
    assert answer["Data"] is None
    return answer["Code"], answer["ErrMsg"]


def test_a_jt701_is_unlocked(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_states(fleet.api, ["sent"])
    lock.sentence("P43", "1", "0")
    wait_states(fleet.api, ["answered"])
    row = commands(fleet.api)[0]
    assert (row["Kind"], row["Text"], row["CreatedBy"]) == ("unlock", "Unlock", fleet.login_name)
    records = fleet.api.data("vehicle/GetDeviceMessages", DeviceID=LOCK)
    assert [r["MsgBody"] for r in records if r["MsgType"] == "Send"] == ["Unlock"]
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    lock.sentence("P43", "0", "2")
    wait_states(fleet.api, ["answered", "refused"])
    assert PASSWORD not in str(fleet.api.data("manage/ListCommands"))
    assert PASSWORD not in str(fleet.api.data("vehicle/GetDeviceMessages", DeviceID=LOCK))


def test_checks_come_in_their_order(server):
    fleet = Fleet(server, devices=guarded(LOCK) + [CAR])
    viewer = fleet.user("viewer")
    other = Fleet(server, name="Other")
    assert refused(fleet.api, device="8000099999", password="x")[0] == 404
    assert refused(other.api)[0] == 404
    assert refused(viewer, password="x") == (4001, "Limited authority")
    assert refused(fleet.api, kind="2")[0] == 500
    assert refused(fleet.api, password="135791") == WRONG
    assert refused(fleet.api, password="") == WRONG
    assert refused(fleet.api, device=CAR) == WRONG  # it has none
    assert refused(fleet.api, device=CAR, password="") == WRONG
    assert refused(fleet.api) == OFFLINE  # nobody knows what it speaks
    lock = padlock(server)
    assert refused(fleet.api, kind="0", password="135791") == WRONG
    assert refused(fleet.api, kind="0") == UNSUPPORTED
    lock.close()
    wait_until(lambda: refused(fleet.api) == OFFLINE, what="that the lock has gone")
    wait_until(lambda: {row["State"] for row in commands(fleet.api)} <= {"sent", "expired"},
               what="an end of each")


def test_a_guesser_is_told_nothing(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    operator = fleet.user("operator")
    lock = padlock(server)
    for guess in range(10):
        assert refused(operator, password=f"{guess:06d}") == WRONG
    assert refused(operator) == WRONG  # the right one, but no longer listened to
    assert switch(fleet.api) == OPENED  # others are not locked out
    assert lock.read_sentence() == f"(P43,{PASSWORD})"


@pytest.mark.parametrize("is_2019", [False, True], ids=["2013", "2019"])
def test_doors_of_jt808(server, is_2019):
    fleet = Fleet(server, devices=guarded(TRUCK))
    truck = Doors(server.device, TRUCK, is_2019).connect()
    wanted = []
    for kind, body, says_locked, state in [
            ("1", "000100010 1" if is_2019 else "00", False, "answered"),
            ("0", "000100010 0" if is_2019 else "01", True, "answered"),
            ("1", "000100010 1" if is_2019 else "00", True, "refused")]:
        assert switch(fleet.api, TRUCK, kind=kind) == OPENED
        message, serial, sent = truck.read()
        assert (message, sent) == (0x8500, bytes.fromhex(body.replace(" ", "")))
        wait_states(fleet.api, wanted + ["sent"])
        truck.tell(serial, says_locked)
        wanted.append(state)
        wait_states(fleet.api, wanted)
    assert [row["Kind"] for row in commands(fleet.api)] == ["unlock", "lock", "unlock"]


def test_a_gt06_unlocks_by_its_profile_alone(make_server, tmp_path):
    profiles = tmp_path / "profiles.ini"
    profiles.write_text("[Box]\nmodels = Box\nunlock = OPEN,{password}#\n")
    server = make_server(f"[device]\nprofiles = {profiles}\n")
    plain, boxed = guarded(CAR, "860000000000025")
    fleet = Fleet(server, devices=[plain, dict(boxed, Model="Box")])
    for device_id in (CAR, boxed["DeviceID"]):
        Gt06(server.device, device_id).login()
    assert refused(fleet.api, device=CAR) == UNSUPPORTED
    tracker = Gt06(server.device, boxed["DeviceID"])
    tracker.login()
    assert switch(fleet.api, boxed["DeviceID"]) == OPENED
    kind, content, _ = tracker.read_frame()
    assert (kind, content[5:]) == (0x80, f"OPEN,{PASSWORD}#".encode())


def test_answers_come_late_twice_and_out_of_order(server):
    fleet = Fleet(server, devices=guarded(TRUCK))
    truck = Doors(server.device, TRUCK).connect()
    serials = []
    for kind in ("1", "0", "1"):
        assert switch(fleet.api, TRUCK, kind=kind) == OPENED
        serials.append(truck.read()[1])
    wait_states(fleet.api, ["sent"] * 3)
    truck.tell(serials[1], is_locked=True)
    wait_states(fleet.api, ["sent", "answered", "sent"])
    truck.tell(serials[0], is_locked=True)
    wait_states(fleet.api, ["refused", "answered", "sent"])  # the third is never answered
    for serial in serials[:2]:  # again, and the other way round
        truck.tell(serial, is_locked=False)
    truck.tell(4711, is_locked=False)  # to nothing
    truck.say(0x0002)
    assert truck.read()[0] == 0x8001
    wait_states(fleet.api, ["refused", "answered", "sent"])


def test_answers_of_a_jt701_go_by_their_order(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    for _ in range(3):
        assert switch(fleet.api) == OPENED
        assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_states(fleet.api, ["sent"] * 3)
    said = [("P43", "1", "0"), ("P43", "0", "1")]
    for fields in said:
        lock.sentence(*fields)
    wait_states(fleet.api, ["answered", "refused", "sent"])  # the third is never answered
    records = fleet.api.data("vehicle/GetDeviceMessages", DeviceID=LOCK)
    assert [r["MsgType"] for r in records].count("Respond") == len(said)


def test_several_terminals_on_one_link(server):
    other_lock = "8000012346"
    fleet = Fleet(server, devices=guarded(TRUCK, LORRY, LOCK, other_lock))
    truck = Doors(server.device, TRUCK).connect()
    lorry = Doors.__new__(Doors)
    lorry.__dict__.update(truck.__dict__, device_id=LORRY)
    lorry.say(0x0002)
    assert lorry.read()[0] == 0x8001
    assert switch(fleet.api, LORRY) == OPENED
    assert lorry.read_frame()[0] == 0x8500  # for the lorry, which its head says
    lock = padlock(server)
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    lock.device_id = other_lock
    lock.record(now(), LOCKED_IN, 1)
    assert lock.read_sentence() == "(P69,0,1)"
    for device in (LOCK, other_lock):  # (P43) names nobody
        assert refused(fleet.api, device=device) == UNSUPPORTED
    lock.record(now(), LOCKED_IN, 2)
    assert lock.read_sentence() == "(P69,0,2)"


def test_locks_over_udp(server):
    fleet = Fleet(server, devices=guarded(TRUCK, LOCK))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.connect(split_address(server.device))
        device.send(jt808_frame(0x0002, TRUCK, 1))
        assert device.recv(2048)[1:3] == b"\x80\x01"
        assert switch(fleet.api, TRUCK) == OPENED
        assert device.recv(2048)[1:3] == b"\x85\x00"
        wait_states(fleet.api, ["sent"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.connect(split_address(server.device))
        device.send(jt600_record(LOCK, now(), LOCKED_IN, 3))
        assert device.recv(2048) == b"(P69,0,3)"
        assert refused(fleet.api) == UNSUPPORTED  # whoever has the address now would get it


def test_a_lock_that_is_away_and_back(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    padlock(server).close()
    wait_until(lambda: counter(server, "devices_connected") == 0, what="that it has gone")
    assert refused(fleet.api) == OFFLINE
    lock = padlock(server)
    lock.record(now(), LOCKED_IN, 1)
    assert lock.read_sentence() == "(P69,0,1)"
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_until(lambda: commands(fleet.api)[-1]["State"] == "sent", what="that it was sent")


def test_a_lock_that_moves_between_sending_and_answering(server):
    fleet = Fleet(server, devices=guarded(LOCK, TRUCK))
    lock = padlock(server)
    truck = Doors(server.device, TRUCK).connect()
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    assert switch(fleet.api, TRUCK) == OPENED
    serial = truck.read()[1]
    wait_states(fleet.api, ["sent", "sent"])
    moved = padlock(server)
    moved.sentence("P43", "1", "0")  # by order, which is that of the other link
    moved.record(now(), LOCKED_IN, 1)
    assert moved.read_sentence() == "(P69,0,1)"
    truck = Doors(server.device, TRUCK).connect()
    truck.tell(serial, is_locked=False)
    wait_states(fleet.api, ["sent", "answered"])
    assert lock.closed()


def test_a_disk_that_is_full_opens_nothing_later(make_server, tmp_path):
    faults = bad_disk(tmp_path)
    server = make_server(env=faults.env)
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    faults.set("nospace")
    answer = fleet.api.post("/api/vehicle/SetLockSwitch", {
        "DeviceID": LOCK, "Password": PASSWORD, "OpenType": "1"})
    assert answer.status_code == 503
    faults.set("none")
    wait_until(lambda: switch(fleet.api) == OPENED, what="recovery")
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    assert not lock.received
    wait_states(fleet.api, ["sent"])


def test_many_callers_open_once_each(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    told = []
    threads = [threading.Thread(target=lambda: told.append(switch(fleet.api)["Code"]))
               for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = told.count(200)
    assert opened >= 1 and set(told) <= {200, 4010}
    for _ in range(opened):
        assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_until(lambda: [row["State"] for row in commands(fleet.api)].count("sent") == opened,
               what="as many records as were opened")


def test_a_restart_repeats_nothing(server):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    assert switch(fleet.api) == OPENED
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    server.kill()
    server.start()
    again = padlock(server)
    again.record(now(), LOCKED_IN, 1)
    assert again.read_sentence() == "(P69,0,1)"
    assert not again.received
    assert [row["State"] for row in commands(fleet.api)] in (["sent"], ["unknown"])
