"""Locks and doors as the scenarios of sections 30 to 32 play them, and what is asked of them."""
import struct

from lib.faults import now
from lib.server import wait_until
from lib.trackers import LOCKED_IN, Jt701, Jt808, bcd, jt808_frame, jt808_frame_2019

LOCK, TRUCK, LORRY, CAR = "8000012345", "013900000001", "013900000002", "860000000000017"
PASSWORD = "135790"


def guarded(*ids):
    """Devices with a password, for Fleet."""
    return [{"DeviceID": device_id, "Password": PASSWORD} for device_id in ids]


def commands(api, **fields):
    """ListCommands, the oldest first."""
    return list(reversed(api.data("manage/ListCommands", **fields)["data"]))


def wait_states(api, wanted, **fields):
    def states():
        return [row["State"] for row in commands(api, **fields)]

    wait_until(lambda: states() == wanted, what=f"{wanted}")


def padlock(server, device_id=LOCK):
    """A JT701D that was heard just now."""
    lock = Jt701(server.device, device_id)
    lock.record(now(), LOCKED_IN, 0)
    assert lock.read_sentence() == "(P69,0,0)"
    return lock


class Doors(Jt808):
    """A terminal of JT/T 808 with doors, of 2013 or of 2019."""

    def __init__(self, address, device_id, is_2019=False):
        super().__init__(address, device_id)
        self.is_2019 = is_2019

    def say(self, message_id, body=b""):
        self.serial += 1
        frame = jt808_frame_2019 if self.is_2019 else jt808_frame
        self.send(frame(message_id, self.device_id, self.serial, body))

    def read(self):
        """The next message of the server: (its id, its serial, its body)."""
        while self.received.count(b"\x7e") < 2:
            self.fill()
        _, inner, self.received = self.received.split(b"\x7e", 2)
        content = inner.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
        head = 15 if self.is_2019 else 10
        return (struct.unpack(">H", content[:2])[0],
                struct.unpack(">H", content[head:head + 2])[0], content[head + 2:-1])

    def connect(self):
        self.say(0x0002)
        assert self.read()[0] == 0x8001
        return self

    def tell(self, serial, is_locked):
        """The answer to an 8500: where it is, and what its doors are now."""
        place = struct.pack(">IIIIHHH", 0, 0x1003 if is_locked else 0x0003, 3500000, 4500000, 0, 0,
                            0)
        self.say(0x0500, struct.pack(">H", serial) + place + bcd(f"{now():%y%m%d%H%M%S}"))
