"""A client that knows when the first and the last byte of an answer came."""
import re
import socket
import time


class KeepAlive:
    """One connection; answers with a Content-Length or in chunks, without compression."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray(1 << 20)

    def close(self):
        self.socket.close()

    def ask(self, request):
        """Sends a request and reads its answer: (ms to the first byte, ms to the last, bytes)."""
        began = time.monotonic()
        self.socket.sendall(request)
        count = self.socket.recv_into(self.buffer)
        first_ms = (time.monotonic() - began) * 1000
        head = bytes(self.buffer[:count])
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(65536)
        end = head.index(b"\r\n\r\n") + 4
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head[:200].decode(errors="replace"))
        length = re.search(rb"(?i)content-length: *(\d+)", head[:end])
        count = self.read_length(len(head) - end, int(length.group(1))) if length else \
            self.read_chunks(head[end:])
        return first_ms, (time.monotonic() - began) * 1000, count

    def read_length(self, count, length):
        while count < length:
            count += self.receive()
        return count

    def read_chunks(self, tail):
        """Until the chunk of no bytes that ends an answer; JSON holds no such line."""
        count = len(tail)
        tail = tail[-5:]
        while tail != b"0\r\n\r\n":
            came = self.receive()
            count += came
            tail = (tail + bytes(self.buffer[max(0, came - 5):came]))[-5:]
        return count

    def receive(self):
        came = self.socket.recv_into(self.buffer)
        if came == 0:
            raise RuntimeError("the connection was closed within an answer")
        return came


def post(address, path, token, body):
    """The bytes of a request."""
    data = body.encode()
    return (f"POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
            ).encode() + data


def get(address, path):
    return f"GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode()
