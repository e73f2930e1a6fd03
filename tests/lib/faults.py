"""What a server may be put upon: a bad disk, a wrong clock, clients that do not read."""
import datetime
import json
import socket
import subprocess
import time

from lib.server import BINARY, LIBRARIES, PATIENCE_S
from lib.trackers import split_address

UTC = datetime.timezone.utc
SEALING = "[store]\ntail_mib = 1\nseal_after_s = 1\n"


def now():
    return datetime.datetime.now(UTC).replace(microsecond=0)


def text(time):
    """As the API reads a time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(count, first=13800000001):
    return [f"{first + i:012d}" for i in range(count)]


class Control:
    """A file that a preloaded library looks at in each call (tests/faults)."""

    def __init__(self, path, library, variable, initial):
        self.path = path
        library = LIBRARIES / library
        assert library.exists(), f"{library} is not built"
        self.env = {"LD_PRELOAD": str(library), variable: str(path)}
        self.set(initial)

    def is_holding(self):
        """Whether a sync waits since the word was set."""
        return self.path.with_name(self.path.name + ".held").exists()

    def set(self, word):
        self.path.with_name(self.path.name + ".held").unlink(missing_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(str(word))
        new.rename(self.path)


def bad_disk(directory):
    return Control(directory / "faults", "libfaultfs.so", "ODOGRAPH_FAULT_FILE", "none")


def wrong_clock(directory):
    return Control(directory / "clock", "libfaultclock.so", "ODOGRAPH_CLOCK_FILE", 0)


def full_udp(directory):
    return Control(directory / "udp", "libfaultudp.so", "ODOGRAPH_UDP_FILE", "none")


def env_of(*controls):
    """The environment of a server that is put upon by all of them."""
    env = {}
    for control in controls:
        env.update(control.env)
    env["LD_PRELOAD"] = " ".join(control.env["LD_PRELOAD"] for control in controls)
    return env


class Load:
    """`odograph simulate` in the background."""

    def __init__(self, server, *options):
        command = [BINARY, "simulate", "--address", server.device, "--quiet", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def is_running(self):
        return self.process.poll() is None

    def result(self):
        """Its last line, once it has ended."""
        out, _ = self.process.communicate(timeout=4 * PATIENCE_S)
        return json.loads(out.splitlines()[-1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_running():
            self.process.kill()
        self.process.communicate()


class StalledReader:
    """Sends one request and reads nothing of the answer until it is told to."""

    def __init__(self, api, method, **fields):
        body = json.dumps(fields).encode()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(split_address(api.address))
        head = f"POST /api/{method} HTTP/1.0\r\nHost: x\r\nAuthorization: {api.token}\r\n" \
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        self.received = b""
        self.sipped = time.monotonic()

    def has_begun(self):
        """Whether something of the answer stands in our socket."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return False

    def sip(self):
        """Takes a little now and then, so that the server does not end it for taking nothing."""
        if time.monotonic() - self.sipped > 5:
            self.sipped = time.monotonic()
            self.received += self.socket.recv(4096)

    def read(self):
        """Status and JSON of the answer; None for one that was cut off."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        pieces = [self.received]
        try:
            while piece := self.socket.recv(1 << 20):
                pieces.append(piece)
        except ConnectionError:
            pass
        head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
        try:
            return int(head.split()[1]), json.loads(body)
        except ValueError:
            return int(head.split()[1]), None

    def close(self):
        self.socket.close()
