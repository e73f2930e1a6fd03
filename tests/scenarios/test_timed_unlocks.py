"""
Section 31: locks open at their time or not at all, whatever clocks, disks and restarts do.

The server's wall clock is set by a library, so that no test waits for a time to come.
"""
import datetime
import socket

import pytest

from lib.faults import now, text, wrong_clock
from lib.locks import (CAR, LOCK, PASSWORD, TRUCK, Doors, commands, guarded, padlock, wait_states)
from lib.server import PATIENCE_S, Fleet
from lib.trackers import Gt06, jt808_frame, split_address

KEPT = {"Code": 200, "Data": None, "ErrMsg": "Success"}
HOUR_S, MINUTE_S = 3600, 60


class Clock:
    """The server's, and the time at which a lock is to open: an hour from the start on."""

    def __init__(self, directory):
        self.control = wrong_clock(directory)
        self.env = self.control.env
        self.time = now() + datetime.timedelta(seconds=HOUR_S)

    def set(self, seconds):
        """So many seconds behind that time."""
        self.control.set(int((self.time - now()).total_seconds()) + seconds)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture
def server(make_server, clock):
    return make_server(env=clock.env)


def ask(api, clock, device=LOCK, password=PASSWORD):
    return api.call("vehicle/SetTimedUnlock", DeviceID=device, Password=password,
                    FixedTime=text(clock.time))


def refused(api, clock, **fields):
    answer = ask(api, clock, **fields)
    assert answer["Data"] is None
    return answer["Code"], answer["ErrMsg"]


def says_nothing_more(lock, serial=9):
    """What it reports is answered, and nothing else came before that."""
    lock.record(now(), 0, serial)
    assert lock.read_sentence() == f"(P69,0,{serial})"


def test_a_lock_opens_at_its_time(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    assert ask(fleet.api, clock) == KEPT
    says_nothing_more(lock)
    clock.set(-15 * MINUTE_S)
    says_nothing_more(lock, 10)
    row = commands(fleet.api)[0]
    assert (row["Kind"], row["State"], row["SentTime"]) == ("timed", "queued", None)
    assert row["FixedTime"] == clock.time.strftime("%Y-%m-%d %H:%M:%S")
    clock.set(1)
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_states(fleet.api, ["sent"])
    lock.sentence("P43", "1", "0")
    wait_states(fleet.api, ["answered"])
    assert commands(fleet.api)[0]["SentTime"] >= row["FixedTime"]
    clock.set(-HOUR_S)  # and it comes again
    clock.set(1)
    says_nothing_more(lock, 11)
    records = fleet.api.data("vehicle/GetDeviceMessages", DeviceID=LOCK)
    assert [r["MsgBody"] for r in records if r["MsgType"] == "Send"] == ["Timed unlock"]
    told = fleet.api.data("manage/ListAudit", Key="SetTimedUnlock")["data"]
    assert [(a["LoginName"], a["Object"]) for a in told] == [(fleet.login_name, f"device {LOCK}")]
    assert PASSWORD not in str(told) + str(records) + str(commands(fleet.api)) + server.log()


@pytest.mark.parametrize("is_2019", [False, True], ids=["2013", "2019"])
def test_doors_of_jt808(server, clock, is_2019):
    fleet = Fleet(server, devices=guarded(TRUCK))
    truck = Doors(server.device, TRUCK, is_2019).connect()
    assert ask(fleet.api, clock, TRUCK) == KEPT
    clock.set(1)
    message, serial, sent = truck.read()
    assert (message, sent.hex()) == (0x8500, "0001000101" if is_2019 else "00")
    wait_states(fleet.api, ["sent"])
    truck.tell(serial, is_locked=True)
    wait_states(fleet.api, ["refused"])


def test_a_gt06_by_its_profile(make_server, clock, tmp_path):
    profiles = tmp_path / "profiles.ini"
    profiles.write_text("[Box]\nmodels = Box\nunlock = OPEN,{password}#\n")
    server = make_server(f"[device]\nprofiles = {profiles}\n", env=clock.env)
    fleet = Fleet(server, devices=[dict(guarded(CAR)[0], Model="Box")])
    tracker = Gt06(server.device, CAR)
    tracker.login()
    assert ask(fleet.api, clock, CAR) == KEPT
    clock.set(1)
    kind, content, _ = tracker.read_frame()
    assert (kind, content[5:]) == (0x80, f"OPEN,{PASSWORD}#".encode())
    wait_states(fleet.api, ["sent"])
    assert PASSWORD not in str(commands(fleet.api))


def test_over_udp(server, clock):
    fleet = Fleet(server, devices=guarded(TRUCK, LOCK))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(PATIENCE_S)
        device.connect(split_address(server.device))
        device.send(jt808_frame(0x0002, TRUCK, 1))
        assert device.recv(2048)[1:3] == b"\x80\x01"
        assert ask(fleet.api, clock, TRUCK) == KEPT
        clock.set(1)
        assert device.recv(2048)[1:3] == b"\x85\x00"
        wait_states(fleet.api, ["sent"])


def test_a_link_that_others_share_by_then(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK, "8000012346"))
    lock = padlock(server)
    assert ask(fleet.api, clock) == KEPT
    lock.device_id = "8000012346"
    lock.record(now(), 0, 1)
    assert lock.read_sentence() == "(P69,0,1)"
    clock.set(1)
    wait_states(fleet.api, ["refused"])
    assert commands(fleet.api)[0]["Answer"] == "Not supported by this device"
    says_nothing_more(lock)


def test_a_clock_that_is_set_over_the_minute_opens_nothing(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    assert ask(fleet.api, clock) == KEPT
    clock.set(MINUTE_S)
    wait_states(fleet.api, ["expired"])
    clock.set(1)
    says_nothing_more(lock)
    assert commands(fleet.api)[0]["State"] == "expired"


def test_a_clock_that_is_set_back_has_the_time_still_to_come(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    lock = padlock(server)
    assert ask(fleet.api, clock) == KEPT
    clock.set(-24 * HOUR_S)
    says_nothing_more(lock)
    wait_states(fleet.api, ["queued"])
    clock.set(1)
    assert lock.read_sentence() == f"(P43,{PASSWORD})"


def test_a_restart_within_the_minute(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    padlock(server)
    assert ask(fleet.api, clock) == KEPT
    server.kill()
    clock.set(5)
    server.start()
    lock = padlock(server)
    assert lock.read_sentence() == f"(P43,{PASSWORD})"
    wait_states(fleet.api, ["sent"])


def test_a_restart_behind_the_minute(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    padlock(server)
    assert ask(fleet.api, clock) == KEPT
    server.stop()
    clock.set(MINUTE_S)
    server.start()
    lock = padlock(server)
    wait_states(fleet.api, ["expired"])
    says_nothing_more(lock)


def test_a_lock_that_is_away_at_its_time(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    padlock(server).close()
    assert ask(fleet.api, clock) == KEPT
    clock.set(1)
    back = padlock(server)
    assert back.read_sentence() == f"(P43,{PASSWORD})"
    wait_states(fleet.api, ["sent"])


def test_what_ends_it(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK))
    operator = fleet.user("operator")
    lock = padlock(server)
    for _ in range(2):
        assert ask(operator, clock) == KEPT  # the second one in place of the first
    wait_states(fleet.api, ["cancelled", "queued"])
    fleet.api.data("manage/CancelCommand", CommandID=commands(fleet.api)[-1]["CommandID"])
    assert ask(operator, clock) == KEPT
    fleet.api.data("manage/ModifyDevice", DeviceID=LOCK, Password=PASSWORD)
    wait_states(fleet.api, ["cancelled"] * 3)
    assert ask(operator, clock) == KEPT
    users = fleet.api.data("manage/ListUsers")["data"]
    user = next(u["UserID"] for u in users if u["Role"] == "operator")
    fleet.api.data("manage/ModifyUser", UserID=user, Role="viewer")
    clock.set(1)
    wait_states(fleet.api, ["cancelled"] * 3 + ["refused"])
    assert commands(fleet.api)[-1]["Answer"] == "Limited authority"
    clock.set(-HOUR_S)
    assert ask(fleet.api, clock) == KEPT
    below = Fleet(server, name="Below", ParentHoldID=fleet.hold)
    fleet.root.data("manage/MoveDevice", DeviceID=LOCK, HoldID=below.hold, KeepHistory=True)
    wait_states(below.api, ["cancelled"] * 3 + ["refused", "cancelled"])
    clock.set(1)
    says_nothing_more(lock)


def test_checks_come_in_their_order(server, clock):
    fleet = Fleet(server, devices=guarded(LOCK, TRUCK), TimeZone="Europe/Berlin")
    viewer = fleet.user("viewer")
    other = Fleet(server, name="Other")
    past = {"DeviceID": "8000099999", "Password": "x", "FixedTime": "2020-01-01 00:00:00"}
    assert fleet.api.call("vehicle/SetTimedUnlock", **past)["Code"] == 500
    never = {**past, "FixedTime": "2037-03-29 02:30:00"}
    assert fleet.api.call("vehicle/SetTimedUnlock", **never)["Code"] == 500
    for api in (fleet.api, other.api):
        device = "8000099999" if api is fleet.api else LOCK
        assert refused(api, clock, device=device) == (404, "This device does not exist")
    assert refused(viewer, clock, password="x") == (4001, "Limited authority")
    assert refused(fleet.api, clock, password="135791") == (4005, "Password error")
    assert refused(fleet.api, clock) == (4010, "Device is offline")
    assert commands(fleet.api) == []
    lock = padlock(server)
    lock.record(now(), 0, 1)
    assert lock.read_sentence() == "(P69,0,1)"
    assert ask(fleet.api, clock) == KEPT
    assert commands(other.api, DeviceIDs=LOCK) == []
