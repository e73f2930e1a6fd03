"""Trackers over raw sockets: frames built from the standards, independently of the C code."""
import socket
import struct

TIMEOUT_S = 300  # as PATIENCE_S of the servers


def split_address(address):
    host, port = address.rsplit(":", 1)
    return host.strip("[]"), int(port)


class Link:
    """One TCP connection of a tracker."""

    def __init__(self, address):
        self.socket = socket.create_connection(split_address(address), timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, data):
        self.socket.sendall(data)

    def send_bytewise(self, data):
        for byte in data:
            self.socket.sendall(bytes([byte]))

    def silent_for(self, seconds):
        """Whether nothing came for so long."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
            self.received += data
            return False
        except socket.timeout:
            return True
        finally:
            self.socket.settimeout(TIMEOUT_S)

    def closed(self):
        """Whether the server closes it (waits for that)."""
        try:
            while True:
                if not self.socket.recv(65536):
                    return True
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    def fill(self):
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        self.received += data

    def close(self):
        self.socket.close()


# ---- JT/T 808 ----

def bcd(text):
    return bytes.fromhex(text)


def jt808_escape(body):
    return b"\x7e" + body.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def jt808_frame(message_id, device_id, serial, body=b"", parts=None):
    """A 2011/2013 frame; `parts` is (total, number) of a divided message."""
    attributes = len(body) | (0x2000 if parts else 0)
    head = struct.pack(">HH", message_id, attributes) + bcd(device_id.zfill(12)) + \
        struct.pack(">H", serial)
    if parts:
        head += struct.pack(">HH", *parts)
    content = head + body
    checksum = 0
    for byte in content:
        checksum ^= byte
    return jt808_escape(content + bytes([checksum]))


def jt808_frame_2019(message_id, device_id, serial, body=b""):
    attributes = len(body) | 0x4000
    content = struct.pack(">HHB", message_id, attributes, 1) + bcd(device_id.zfill(20)) + \
        struct.pack(">H", serial) + body
    checksum = 0
    for byte in content:
        checksum ^= byte
    return jt808_escape(content + bytes([checksum]))


def jt808_location(time, lat=22.562788, lon=113.940838, speed_kmh=0.0, course=0, altitude=0,
                   acc=True, valid=True, alarm=0, items=b""):
    """The body of 0x0200; `time` is a datetime in UTC, the device's clock is GMT+8."""
    import datetime
    local = time + datetime.timedelta(hours=8)
    status = (1 if acc else 0) | (2 if valid else 0) | (4 if lat < 0 else 0) | \
        (8 if lon < 0 else 0)
    return struct.pack(">IIIIhHH", alarm, status, round(abs(lat) * 1e6), round(abs(lon) * 1e6),
                       altitude, round(speed_kmh * 10), course) + \
        bcd(local.strftime("%y%m%d%H%M%S")) + items


def jt808_item(number, data):
    return bytes([number, len(data)]) + data


class Jt808(Link):
    """A JT/T 808 terminal."""

    def __init__(self, address, device_id):
        super().__init__(address)
        self.device_id = device_id
        self.serial = 0

    def frame(self, message_id, body=b"", **options):
        self.serial += 1
        return jt808_frame(message_id, self.device_id, self.serial, body, **options)

    def read_frame(self):
        """The next frame of the server: (message id, its serial, body)."""
        while self.received.count(b"\x7e") < 2:
            self.fill()
        _, inner, self.received = self.received.split(b"\x7e", 2)
        content = inner.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
        checksum = 0
        for byte in content[:-1]:
            checksum ^= byte
        assert checksum == content[-1], "checksum of the server's frame"
        message_id, attributes = struct.unpack(">HH", content[:4])
        body = content[12:-1]
        assert attributes & 0x3ff == len(body)
        assert content[4:10] == bcd(self.device_id.zfill(12))
        return message_id, struct.unpack(">H", content[10:12])[0], body

    def acknowledged(self, message_id, serial=None, result=0):
        """Reads one 0x8001 and holds it to the frame it answers."""
        reply, _, body = self.read_frame()
        expected = struct.pack(">HHB", self.serial if serial is None else serial, message_id,
                               result)
        assert (reply, body) == (0x8001, expected), (hex(reply), body.hex(), expected.hex())

    def register(self):
        body = struct.pack(">HH", 44, 307) + b"OD123" + b"MODEL-1".ljust(20, b"\0") + \
            b"T000001" + b"\x01" + "粤B12345".encode("gbk")
        self.send(self.frame(0x0100, body))
        reply, _, answer = self.read_frame()
        assert reply == 0x8100 and answer[:3] == struct.pack(">HB", self.serial, 0)
        self.send(self.frame(0x0102, answer[3:]))
        self.acknowledged(0x0102)

    def report(self, body):
        """Sends a location and waits until it is acknowledged."""
        self.send(self.frame(0x0200, body))
        self.acknowledged(0x0200)


# ---- GT06 ----

def crc_x25(data):
    crc = 0xffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc ^ 0xffff


def gt06_frame(kind, content, serial):
    body = bytes([len(content) + 5, kind]) + content + struct.pack(">H", serial)
    return b"\x78\x78" + body + struct.pack(">H", crc_x25(body)) + b"\r\n"


def gt06_long_frame(kind, content, serial):
    body = struct.pack(">HB", len(content) + 5, kind) + content + struct.pack(">H", serial)
    return b"\x79\x79" + body + struct.pack(">H", crc_x25(body)) + b"\r\n"


def gt06_position(time, lat, lon, speed_kmh=0, course=0, satellites=9, valid=True):
    flags = course | (0x1000 if valid else 0) | (0x0400 if lat >= 0 else 0) | \
        (0x0800 if lon < 0 else 0)
    return bytes([time.year - 2000, time.month, time.day, time.hour, time.minute, time.second,
                  0xc0 | satellites]) + \
        struct.pack(">IIBH", round(abs(lat) * 1800000), round(abs(lon) * 1800000), speed_kmh,
                    flags)


GT06_LBS = struct.pack(">HBH", 460, 0, 9345) + bytes([0, 0x0e, 0x3f])


class Gt06(Link):
    """A GT06 tracker."""

    def __init__(self, address, imei):
        super().__init__(address)
        self.imei = imei
        self.serial = 0

    def frame(self, kind, content=b""):
        self.serial += 1
        return gt06_frame(kind, content, self.serial)

    def read_frame(self):
        """The next short frame of the server: (type, content, serial)."""
        while len(self.received) < 5 or len(self.received) < self.received[2] + 5:
            self.fill()
        length = self.received[2]
        frame, self.received = self.received[:length + 5], self.received[length + 5:]
        assert frame[:2] == b"\x78\x78" and frame[-2:] == b"\r\n"
        assert struct.unpack(">H", frame[-4:-2])[0] == crc_x25(frame[2:-4])
        return frame[3], frame[4:-6], struct.unpack(">H", frame[-6:-4])[0]

    def login(self):
        self.send(self.frame(0x01, bcd(self.imei.zfill(16))))
        assert self.read_frame() == (0x01, b"", self.serial)

    def heartbeat(self, status=0x46, voltage=6, gsm=4, alarm=0, language=2):
        self.send(self.frame(0x13, bytes([status, voltage, gsm, alarm, language])))
        assert self.read_frame() == (0x13, b"", self.serial)

    def report(self, time, lat, lon, acc=True, **options):
        """A 0x22 location, which gets no answer of its own."""
        content = gt06_position(time, lat, lon, **options) + GT06_LBS + \
            bytes([1 if acc else 0, 0, 0])
        self.send(self.frame(0x22, content))


# ---- JT600: a JT701D lock ----

LOCKED_IN, UNLOCKED_OUT, UNLOCKED_IN = 0x00C0, 0x0000, 0x0040


def jt600_angle(degrees, digits):
    """Degrees as ddmm.mmmm without its point."""
    minutes_e4 = round(abs(degrees) * 600000)
    return f"{minutes_e4 // 600000 * 1000000 + minutes_e4 % 600000:0{digits}d}"


def jt600_record(device_id, time, status, serial, lat=22.5, lon=114.0, kind=1, version=0x13):
    """A long binary frame; `status` without its bit 5, which asks for an answer."""
    flags = 8 | 1 | (2 if lat >= 0 else 0) | (4 if lon >= 0 else 0)
    return (b"$" + bcd(device_id) + bytes([version, 0x10 | kind]) + struct.pack(">H", 52)
            + bcd(f"{time:%d%m%y%H%M%S}" + jt600_angle(lat, 8))
            + bytes.fromhex(jt600_angle(lon, 9) + f"{flags:x}") + bytes([0, 45])
            + struct.pack(">IBIHBHHB", 1199, 9, 0, status | 0x20, 75, 0x1092, 0x2866, 31)
            + bytes([0, 1, 0, 0]) + b"\x0f" * 8 + struct.pack(">HHBB", 0, 460, 1, serial))


class Jt701(Link):
    """A JT701D lock."""

    def __init__(self, address, device_id):
        super().__init__(address)
        self.device_id = device_id

    def sentence(self, *fields):
        self.send(f"({','.join((self.device_id,) + fields)})".encode())

    def event(self, time, source, result, serial, card="0000000000", right=0):
        self.sentence("P45", f"{time:%d%m%y}", f"{time:%H%M%S}", "22.50000", "N", "114.00000", "E",
                      "A", "0", "90", str(source), str(result), card, str(right), "0",
                      str(serial), "12")

    def record(self, time, status, serial, **options):
        self.send(jt600_record(self.device_id, time, status, serial, **options))

    def read_sentence(self):
        while b")" not in self.received:
            self.fill()
        text, self.received = self.received.split(b")", 1)
        return text.decode() + ")"
