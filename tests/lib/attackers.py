"""Clients that mean no good: many connections that are never quite finished, and who suffers."""
import collections
import contextlib
import errno
import http.client
import json
import multiprocessing
import select
import socket
import time

from lib.trackers import split_address

HEAD = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
PER_SOURCE = 100
CONNECTS_A_STEP = 200


def post(method, length, token=None, body=b""):
    """The head of a call that announces `length` bytes, and as much of the body as wanted."""
    lines = [f"POST /api/{method} HTTP/1.1", "Host: x", f"Content-Length: {length}"]
    if token:
        lines.append(f"Authorization: {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def loopback(index):
    """Another address of this machine for every PER_SOURCE connections."""
    number = index // PER_SOURCE
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Crowd:
    """
    Connections from many addresses that send `first` at once and then `more`, a byte every
    `every_s`. One that the server ends is opened again.
    """

    def __init__(self, address, count, first, more=b"x", every_s=1.0):
        self.address = split_address(address)
        self.count = count
        self.first, self.more, self.every_s = first, more, every_s
        self.epoll = select.epoll()
        self.sockets = {}
        self.unsent = {}  # of `first`, by descriptor
        self.due = collections.deque()  # (when, descriptor, socket)
        self.numbers = collections.deque(range(count))
        self.of = {}
        self.opened = self.ended = 0

    def _open(self):
        number = self.numbers.popleft()
        one = socket.socket()
        one.setblocking(False)
        one.bind((loopback(number), 0))
        status = one.connect_ex(self.address)
        assert status in (0, errno.EINPROGRESS), errno.errorcode[status]
        fd = one.fileno()
        self.sockets[fd], self.unsent[fd], self.of[fd] = one, self.first, number
        self.epoll.register(fd, select.EPOLLOUT | select.EPOLLRDHUP)
        self.opened += 1

    def _close(self, fd):
        self.epoll.unregister(fd)
        self.sockets.pop(fd).close()
        self.unsent.pop(fd, None)
        self.numbers.append(self.of.pop(fd))
        self.ended += 1

    def _send(self, fd, data):
        """What is left of it; None where the connection is gone."""
        try:
            return data[self.sockets[fd].send(data):]
        except BlockingIOError:
            return data
        except OSError:
            self._close(fd)
            return None

    def _event(self, fd, events):
        if events & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
            self._close(fd)
            return
        left = self._send(fd, self.unsent[fd])
        if left is None:
            return
        self.unsent[fd] = left
        if not left:
            self.epoll.modify(fd, select.EPOLLRDHUP)
            self.due.append((time.monotonic() + self.every_s, fd, self.sockets[fd]))

    def _trickle(self):
        now = time.monotonic()
        while self.due and self.due[0][0] <= now:
            _, fd, one = self.due.popleft()
            if self.sockets.get(fd) is one and self._send(fd, self.more) is not None:
                self.due.append((now + self.every_s, fd, one))

    def step(self, timeout_s=0.05):
        """A round of opening, sending and seeing who was ended."""
        for _ in range(min(CONNECTS_A_STEP, len(self.numbers))):
            self._open()
        for fd, events in self.epoll.poll(timeout_s, 1000):
            if fd in self.sockets:
                self._event(fd, events)
        if self.more:
            self._trickle()

    def sent(self):
        """Connections on which the server took all of `first`."""
        return sum(not left for left in self.unsent.values())

    def close(self):
        for one in self.sockets.values():
            one.close()
        self.sockets.clear()
        self.epoll.close()


def _run(stop, pipe, arguments):
    crowd = Crowd(*arguments)
    while not stop.is_set():
        crowd.step()
    pipe.send({"opened": crowd.opened, "ended": crowd.ended, "open": crowd.sent()})
    crowd.close()


@contextlib.contextmanager
def attack(address, count, first, more=b"x", every_s=1.0):
    """The same in a process of its own, so that it takes no time from who measures."""
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    pipe, theirs = context.Pipe()
    process = context.Process(target=_run,
                              args=(stop, theirs, (address, count, first, more, every_s)))
    process.start()
    result = {}
    try:
        yield result
    finally:
        stop.set()
        if pipe.poll(60):
            result.update(pipe.recv())
        process.join(60)


class Honest:
    """A client that asks for the status of a vehicle, on a connection of its own each time."""

    def __init__(self, api, device_id, timeout_s=5):
        self.address, self.token, self.timeout_s = api.address, api.token, timeout_s
        self.body = json.dumps({"DeviceIDs": device_id}).encode()
        self.times_ms = []
        self.failed = 0

    def ask(self):
        """One request; whether it was answered as it should be."""
        began = time.monotonic()
        connection = http.client.HTTPConnection(self.address, timeout=self.timeout_s)
        try:
            connection.request("POST", "/api/vehicle/GetCurrentVehicleInfoByDeviceIDs", self.body,
                               {"Authorization": self.token})
            answer = connection.getresponse()
            good = answer.status == 200 and json.loads(answer.read())["Code"] == 200
        except OSError:
            good = False
        finally:
            connection.close()
        self.times_ms.append((time.monotonic() - began) * 1000)
        self.failed += not good
        return good

    def ask_for(self, seconds, every_s=0.02):
        """Again and again, at an even pace."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            self.ask()
            select.select([], [], [], max(0.0, began + every_s - time.monotonic()))

    def figures(self):
        times = sorted(self.times_ms)
        return {"requests": len(times), "failed": self.failed,
                "p50_ms": round(times[len(times) // 2], 2),
                "p99_ms": round(times[len(times) * 99 // 100], 2)}
