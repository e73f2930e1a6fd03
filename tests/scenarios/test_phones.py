"""Phones: what OsmAnd, Traccar Client and others send to the device port, how it is answered."""
import datetime
import json
import socket

import pytest

from lib.faults import now
from lib.server import Fleet, counter, wait_until
from lib.trackers import TIMEOUT_S, split_address

pytestmark = pytest.mark.one_sanitizer

UUID = "3f8a2c1e-90ab-4cde-8f01-23456789abcd"


class Phone:
    """One HTTP connection, written and read byte for byte."""

    def __init__(self, server):
        self.socket = socket.create_connection(split_address(server.device), timeout=TIMEOUT_S)
        self.received = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def answer(self):
        """Status and fields of the next response; its body is empty."""
        while b"\r\n\r\n" not in self.received:
            data = self.socket.recv(65536)
            assert data, f"closed after {self.received!r}"
            self.received += data
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines)
        assert fields["Content-Length"] == "0"
        return int(first.split(" ")[1]), fields

    def status(self, data):
        self.send(data)
        return self.answer()[0]

    def ended(self):
        """Whether the server has closed in order, with nothing more to say."""
        return self.received == b"" and self.socket.recv(1) == b""


def get(query, version="1.1", method="GET", fields=""):
    return f"{method} /?{query} HTTP/{version}\r\nHost: fleet\r\n{fields}\r\n"


def post(body, query="", fields=""):
    body = body if isinstance(body, bytes) else body.encode()
    return (f"POST /{query} HTTP/1.1\r\nHost: fleet\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
            ).encode() + body


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def location(seconds_ago, lat=47.3769, **coords):
    return {"timestamp": iso(now() - datetime.timedelta(seconds=seconds_ago)),
            "event": "motionchange",
            "coords": {"latitude": lat, "longitude": 8.5417, "accuracy": 4.5, "speed": 13.89,
                       "heading": 271.25, "altitude": 408.1, **coords},
            "is_moving": True, "odometer": 152035.7, "uuid": UUID, "extras": {},
            "activity": {"type": "in_vehicle", "confidence": 100},
            "battery": {"level": 0.57, "is_charging": False}}


def test_requests_as_people_and_programs_write_them(server):
    fleet = Fleet(server, devices=["7203311", UUID])
    phone = Phone(server)
    seconds = int(now().timestamp()) - 100
    tried = 0
    for request in (
            f"id=7203311&amp;timestamp={seconds}&amp;lat=47.5&amp;lon=8.25",
            f"id=7203311&timestamp={seconds + 1}&lat=47,5&lon=8,25",
            f"id=007203311& timestamp={seconds + 2}&lat=47.5&lon=8.25".replace(" ", "%20"),
            f"id=7203311&location=47.5,8.25&timestamp={seconds + 3}000",
            f"device_id={UUID}&timestamp={seconds}&lat=47.5&lon=8.25"):
        assert phone.status(get(request)) == 200
        tried += 1
        wait_until(lambda: counter(server, "fixes_stored") == tried)
    assert fleet.status("7203311")["Lat"] == 47.5
    assert fleet.status(UUID)["Lon"] == 8.25
    assert fleet.status(UUID)["SIM2"] == UUID
    # a plus that was not encoded: the zone must not be lost
    later = now().replace(microsecond=0)
    local = (later + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    assert phone.status(get(f"id=7203311&timestamp={local}&lat=47.5&lon=8.25")) == 200
    assert fleet.status("7203311")["GPSTime"] == later.strftime("%Y-%m-%d %H:%M:%S")


def test_bodies_in_every_shape(server):
    fleet = Fleet(server, devices=["7203311"])
    phone = Phone(server)
    seconds = int(now().timestamp()) - 100
    form = f"id=7203311&timestamp={seconds}&lat=47.5&lon=8.25"
    chunked = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (form[:7], form[7:30], form[30:]))
    multipart = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("id", "7203311"), ("timestamp", seconds + 1), ("lat", "47.5"),
                            ("lon", "8.25"))) + "--edge--\r\n"
    assert phone.status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked +
                        "0\r\n\r\n") == 200
    assert phone.status(post(multipart, fields="Content-Type: multipart/form-data; "
                                               "boundary=edge\r\n")) == 200
    batch = {"location": [location(3600 - i) for i in range(200)], "device_id": "7203311"}
    body = json.dumps(batch)
    assert len(body) > 65536
    assert phone.status(post(body, fields="Content-Type: application/json\r\n")) == 200
    wait_until(lambda: counter(server, "fixes_stored") == 202)
    assert fleet.status("7203311")["Lat"] == 47.5


def test_what_is_not_taken_is_answered(server):
    Fleet(server, devices=["7203311"])
    position = "id=7203311&lat=47.5&lon=8.25"
    phone = Phone(server)
    for method in ("HEAD", "PUT", "DELETE", "PATCH", "TRACE"):
        phone.send(get(position, method=method))
        status, fields = phone.answer()
        assert (status, fields["Allow"]) == (405, "GET, POST, OPTIONS"), method
    phone.send("OPTIONS * HTTP/1.1\r\nHost: fleet\r\n\r\n")
    status, fields = phone.answer()
    assert (status, fields["Allow"]) == (200, "GET, POST, OPTIONS")
    for status, request in (
            (400, f"GET /?{position}&time=2026-01-01 00:00:00 HTTP/1.1\r\n"),
            (400, f"GET /?{position}\r\n"),
            (400, f"GET /?{position} HTTP/2.0\r\n"),
            (400, "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n"),
            (400, "POST / HTTP/1.1\r\nContent-Length : 5\r\n"),
            (400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
            (413, "POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n"),
            (431, "GET / HTTP/1.1\r\nX: " + "y" * 20000)):
        refused = Phone(server)
        refused.send(request)
        answer, fields = refused.answer()
        assert (answer, fields["Connection"]) == (status, "close"), request[:80]
        assert refused.ended()
        refused.socket.close()
    assert phone.status(get(position)) == 200
    wait_until(lambda: counter(server, "connections") == 1)


def test_a_body_beyond_all_bounds_is_answered_while_it_is_sent(server):
    phone = Phone(server)
    phone.send(b"POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n")
    for _ in range(80):
        phone.send(bytes(100000))
    assert phone.answer()[0] == 413
    assert phone.ended()
    chunked = Phone(server)
    chunked.send(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunked.send((b"186a0\r\n" + bytes(100000) + b"\r\n") * 11)
    assert chunked.answer()[0] == 413
    assert chunked.ended()


def test_a_bad_report_holds_up_no_other(server):
    """The phone gets its 200 and goes on; nothing that a registered device said well is lost."""
    fleet = Fleet(server, devices=["7203311"])
    phone = Phone(server)
    batch = {"location": [location(300, lat=47.1), location(200, lat=91), location(100, lat=47.2)],
             "device_id": "7203311"}
    assert phone.status(post(json.dumps(batch))) == 200
    wait_until(lambda: counter(server, "reports_unreadable") == 1)
    assert fleet.status("7203311")["Lat"] == 47.2
    assert phone.status(get("id=7203311&lat=NaN&lon=8.25&alarm=sos")) == 200
    assert wait_until(lambda: fleet.status("7203311")["IsAlarm"] == 1)
    assert fleet.status("7203311")["Lat"] == 47.2
    # no report that could be read, or nobody's device
    assert phone.status(post('{"location": [', "?id=7203311")) == 400
    assert phone.status(post('{"location": [7]}', "?id=7203311")) == 400
    assert phone.status(post("<gpx/>", "?id=7203311")) == 400
    assert phone.status(get("lat=47.5&lon=8.25")) == 400
    assert phone.status(get("id=nobody&lat=NaN&lon=8.25")) == 404
    assert phone.status(get("id=nobody&lat=47.5&lon=8.25")) == 404
    assert counter(server, "fixes_refused") >= 1


def test_a_time_that_is_none_becomes_the_arrival(server):
    fleet = Fleet(server, devices=["7203311"])
    phone = Phone(server)
    before = now().replace(microsecond=0)
    over = "id=7203311&timestamp=41315701-04-18T05:24:23Z&lat=47.5&lon=8.25"
    assert phone.status(get(over)) == 200
    row = wait_until(lambda: fleet.status("7203311"))
    assert before.strftime("%Y-%m-%d %H:%M:%S") <= row["GPSTime"] <= \
        now().strftime("%Y-%m-%d %H:%M:%S")


def speed_of(fleet, phone, device, fields, seconds_ago=100):
    """What 10 comes to in the device's status."""
    seconds = int(now().timestamp()) - seconds_ago
    request = get(f"id={device}&timestamp={seconds}{fields}&lat=47.5&lon=8.25&speed=10")
    assert phone.status(request) == 200
    return wait_until(lambda: fleet.status(device))["Speed"]


def test_speeds_by_client_device_and_configuration(make_server):
    server = make_server()
    fleet = Fleet(server, devices=["phone-1", "phone-2"])
    fleet.api.data("manage/AddDevice", DeviceID="phone-3", SpeedUnit="kmh")
    phone = Phone(server)
    assert speed_of(fleet, phone, "phone-1", "&accuracy=5&batt=80") == 18.5
    assert speed_of(fleet, phone, "phone-2", "000&hdop=5&altitude=408.0") == 36
    assert speed_of(fleet, phone, "phone-3", "000&hdop=5&altitude=408.0") == 10
    fleet.api.data("manage/ModifyDevice", DeviceID="phone-3", SpeedUnit="mps")
    assert speed_of(fleet, phone, "phone-3", "", seconds_ago=50) == 36
    configured = make_server("[protocol.osmand]\nspeed_unit = kmh\n")
    fleet = Fleet(configured, devices=["phone-1"])
    assert speed_of(fleet, Phone(configured), "phone-1", "000&hdop=5") == 10
