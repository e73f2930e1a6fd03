"""Stand-ins for the services that a server calls: right ones, and ones that are not."""
import http.server
import json
import re
import threading
import urllib.parse

HUGE_BYTES = 9 << 20


def polyline(places, decimals=6):
    """(lat, lon) in a row, as map matchers write them."""
    out, last = [], (0, 0)
    for place in places:
        scaled = tuple(round(angle * 10**decimals) for angle in place)
        for step in (scaled[0] - last[0], scaled[1] - last[1]):
            bits = ~(step << 1) if step < 0 else step << 1
            while bits >= 0x20:
                out.append(chr((0x20 | bits & 0x1f) + 63))
                bits >>= 5
            out.append(chr(bits + 63))
        last = scaled
    return "".join(out)


class Provider:
    """A service on a port of its own. `mode` says how it behaves:

    right     as `answer(request)` says: a status and what is sent as JSON
    wrong     200 with JSON that is no answer
    garbled   200 with what is no JSON
    empty     200 without a body
    huge      200 with more than anybody takes
    moved     302 to another path of its own
    cut       the half of an answer, then the line is closed
    failing   500
    slow      no answer before release()
    """

    def __init__(self, answer, mode="right"):
        self.answer = answer
        self.mode = mode
        self.requests = []  # (verb, path, query as a dict, body)
        self.headers = []
        self.released = threading.Event()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                provider.serve(self)

            do_POST = do_PUT = do_GET

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Whoever asked has left."""

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        self.thread = threading.Thread(target=self.listener.serve_forever)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()

    def release(self):
        self.released.set()

    def serve(self, handler):
        path, _, query = handler.path.partition("?")
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        request = (handler.command, path, dict(urllib.parse.parse_qsl(query)), body)
        self.headers.append(dict(handler.headers))
        self.requests.append(request)
        try:
            self.reply(handler, request)
        except OSError:
            pass  # whoever asked has left

    def reply(self, handler, request):
        mode = self.mode
        if mode == "slow":
            self.released.wait()
        if mode == "moved":
            self.send(handler, 302, b"", {"Location": f"{self.url}/elsewhere"})
        elif mode == "huge":
            self.send(handler, 200, b" " * HUGE_BYTES)
        elif mode == "failing":
            self.send(handler, 500, b"{}")
        elif mode in ("wrong", "garbled", "empty"):
            self.send(handler, 200, {"wrong": b'{"odd": [1]}', "garbled": b"<html>",
                                     "empty": b""}[mode])
        else:
            status, answer = self.answer(request)
            text = json.dumps(answer).encode()
            self.send(handler, status, text, cut=mode == "cut")

    @staticmethod
    def send(handler, status, body, headers=None, cut=False):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:len(body) // 2] if cut else body)
        handler.close_connection = handler.close_connection or cut


def street_matcher(lat):
    """Of OSRM's kind, for a town with one street, along the parallel `lat`."""
    def answer(request):
        _, path, query, _ = request
        found = re.fullmatch(r"/match/v1/driving/([-\d.,;]+)", path)
        assert found and query["geometries"] == "polyline6" and query["overview"] == "full"
        lons = [float(pair.split(",")[0]) for pair in found.group(1).split(";")]
        assert len(lons) <= 100 and len(query["timestamps"].split(";")) == len(lons)
        return 200, {
            "code": "Ok",
            "matchings": [{"geometry": polyline([(lat, lon) for lon in lons])}],
            "tracepoints": [{"matchings_index": 0, "waypoint_index": i,
                             "location": [round(lon, 6), lat]} for i, lon in enumerate(lons)],
        }
    return answer
