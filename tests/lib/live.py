"""A client of the live stream: events as they come, over a connection of its own."""
import json
import select
import socket
import time
import zlib

from lib.server import PATIENCE_S, Api


class Stream:
    """GET /api/live. Its events are read when they are asked for, never ahead."""

    def __init__(self, api, gzip=False, post=None, **query):
        host, port = api.address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
        fields = "&".join(f"{name}={value}" for name, value in query.items())
        body = b"" if post is None else json.dumps(post).encode()
        head = [f"{'GET' if post is None else 'POST'} /api/live{'?' + fields if fields else ''} "
                f"HTTP/1.1", f"Host: {api.address}", f"Authorization: {api.token}",
                f"Content-Length: {len(body)}"]
        head += ["Accept-Encoding: gzip"] if gzip else []
        self.socket.sendall("\r\n".join(head + ["", ""]).encode() + body)
        self.raw, self.text, self.is_over = b"", "", False
        self.inflate = None
        while b"\r\n\r\n" not in self.raw:
            assert self._receive(PATIENCE_S), "the server closed the connection"
        answer, self.raw = self.raw.split(b"\r\n\r\n", 1)
        lines = answer.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value for name, value in
                        (line.split(": ", 1) for line in lines[1:])}
        if self.headers["content-type"] == "text/event-stream" and Api.contract:
            Api.contract.note("/api/live", 200)  # no envelope says so
        if self.headers.get("content-encoding") == "gzip":
            self.inflate = zlib.decompressobj(31)
        if self.headers.get("transfer-encoding") == "chunked":
            self._unchunk()

    def _receive(self, timeout_s):
        """False at the end of the connection; nothing may have come in time."""
        ready, _, _ = select.select([self.socket], [], [], timeout_s)
        if not ready:
            return True
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self.raw += data
        return bool(data)

    def _unchunk(self):
        while b"\r\n" in self.raw:
            size, rest = self.raw.split(b"\r\n", 1)
            size = int(size, 16)
            if len(rest) < size + 2:
                return
            data, self.raw = rest[:size], rest[size + 2:]
            self.is_over = self.is_over or size == 0
            self.text += (self.inflate.decompress(data) if self.inflate else data).decode()

    def poll(self, timeout_s=0.05):
        """The events that have come: (name, id, data); a comment has the name ""."""
        if not self.is_over:
            self.is_over = not self._receive(timeout_s)
            self._unchunk()
        events = []
        while "\n\n" in self.text:
            block, self.text = self.text.split("\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            events.append((fields.get("event", ""), fields.get("id"),
                           json.loads(fields.get("data", fields.get("", "null")))))
        return events

    def until(self, condition, timeout_s=PATIENCE_S):
        """The events up to one of which the condition is true, and that one last."""
        seen, end = [], time.monotonic() + timeout_s
        while True:
            for event in self.poll():
                seen.append(event)
                if condition(event):
                    return seen
            assert not self.is_over, f"the stream is over after {seen}"
            assert time.monotonic() < end, f"nothing of the kind among {seen}"

    def next(self, name, timeout_s=PATIENCE_S):
        """The data of the next event of that name."""
        return self.until(lambda event: event[0] == name, timeout_s)[-1][2]

    def until_over(self, timeout_s=PATIENCE_S):
        """What comes before the end of the stream."""
        seen, end = self.poll(), time.monotonic() + timeout_s
        while not self.is_over:
            seen += self.poll()
            assert time.monotonic() < end, f"still there after {timeout_s} s: {seen}"
        return seen

    def close(self):
        self.socket.close()


def rows_of(columns):
    """Columns as a row a device, by its number."""
    return {columns["i"][at]: {name: values[at] for name, values in columns.items()
                               if isinstance(values, list)}
            for at in range(len(columns["i"]))}


class Picture:
    """What a page shows: a snapshot, and what a stream changed of it."""

    def __init__(self, api, gzip=False, **fields):
        self.api, self.fields, self.gzip = api, fields, gzip
        self.load()
        self.stream = Stream(api, gzip, after=self.cursor, **fields)

    def load(self):
        data = self.api.data("snapshot", **self.fields)
        self.cursor, self.rows = data["cursor"], rows_of(data["columns"])

    def take(self, event):
        name, cursor, data = event
        self.cursor = cursor or self.cursor
        if name == "meta":
            for i, row in rows_of(data.get("devices", {"i": []})).items():
                self.rows.setdefault(i, {}).update(row)
            for i in data.get("gone", []):
                self.rows.pop(i, None)
        elif name == "d":
            for i, row in rows_of({k: v for k, v in data.items() if k != "now"}).items():
                self.rows.setdefault(i, {}).update(row)
        elif name == "reset":
            self.load()

    def until(self, condition, timeout_s=PATIENCE_S):
        end = time.monotonic() + timeout_s
        while not condition(self.rows):
            for event in self.stream.poll():
                self.take(event)
            assert time.monotonic() < end, f"never so: {self.rows}"

    def again(self):
        """The stream is lost: a new one goes on behind what came."""
        self.stream.close()
        self.stream = Stream(self.api, self.gzip, after=self.cursor, **self.fields)

    def by_id(self):
        return {row["id"]: row for row in self.rows.values() if "id" in row}
