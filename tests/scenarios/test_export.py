"""GET /api/export and AddDownload: the records of section 10 as files, read by other programs."""
import collections
import datetime
import gzip
import json
import socket
import sqlite3
import time
import urllib.parse

import pytest
import requests

from lib.faults import ids
from lib.server import PATIENCE_S, Api, Fleet, Server, counter, simulate, wait_until
from lib.trackers import Jt808, jt808_item, jt808_location
from lib.tracks import FORMATS, TYPES, csv_rows, gpx_points, gpx_values, kml_points, points_of, utc

UTC = datetime.timezone.utc
DEVICE = "013912345678"
PLATE = "=1+1 <b>&\"x\" 货车"
# The hour after midnight UTC is 02:00 to 03:00 in Berlin, twice.
START = datetime.datetime(2024, 10, 27, 0, 10, tzinfo=UTC)
COUNT = 60
LINK_S = 60  # a link is good for so long
GAP_AT = 40  # behind so many fixes the device was silent for 20 minutes
NO_LOCK = 7  # one that says where it may be; what is shown with it is the place before
SPAN = {"StartTime": "2024-10-27", "EndTime": "2024-10-28"}


def time_of(i):
    return START + datetime.timedelta(minutes=2 * i + (20 if i >= GAP_AT else 0))


def body(i):
    items = jt808_item(0x01, (10000 + i).to_bytes(4, "big")) + jt808_item(0x31, bytes([9]))
    return jt808_location(time_of(i), lat=-33.86 + i / 1000, lon=151.2 + i / 1000, speed_kmh=40.5,
                          course=90, altitude=12, valid=i != NO_LOCK, items=items)


class Platform:
    """A server with two enterprises; the first one has a track."""

    def __init__(self, server):
        self.server = server
        self.fleet = Fleet(server, TimeZone="Europe/Berlin",
                           devices=[{"DeviceID": DEVICE, "VehiclePlate": PLATE},
                                    {"DeviceID": "013912345679"}])
        self.other = Fleet(server, "Fleet Two", TimeZone="Asia/Shanghai")
        terminal = Jt808(server.device, DEVICE)
        terminal.register()
        for i in range(COUNT):
            terminal.report(body(i))
        terminal.close()

    def records(self):
        """(time, lat, lon) as section 10 answers them; its local times tell no pass."""
        data = self.fleet.history(DEVICE, "2024-10-27", "2024-10-28")["data"]
        assert len(data) == COUNT
        return [(time_of(i), row["Lat"], row["Lon"]) for i, row in enumerate(data)]


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("export")).start()
    yield Platform(server)
    server.close()


def export(api, fields, **headers):
    """The answer to GET /api/export."""
    answer = api.get("/api/export", params=fields,
                     headers={"Authorization": api.token or "", **headers})
    if "json;" not in answer.headers["Content-Type"] and Api.contract:
        Api.contract.note("/api/export", 200)  # no envelope says so
    return answer


def code_of(answer):
    return answer.json()["Code"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_has_the_records_of_section_10(platform, kind, tmp_path):
    answer = export(platform.fleet.api, {"format": kind, "DeviceID": DEVICE, **SPAN})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[kind]
    assert answer.headers["Content-Disposition"] == \
        f'attachment; filename="{DEVICE}_2024-10-27_2024-10-28.{kind}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert points_of(kind, answer.content, tmp_path) == platform.records()
    assert "Europe/Berlin" in answer.text


def test_a_silence_ends_a_segment_and_marks_say_what_is_no_gps(platform, tmp_path):
    data = export(platform.fleet.api, {"format": "gpx", "DeviceID": DEVICE, **SPAN}).content
    assert [len(segment) for segment in gpx_points(data)] == [GAP_AT, COUNT - GAP_AT]
    values = gpx_values(data)
    assert [row["position"] for row in values] == \
        ["last" if i == NO_LOCK else "gps" for i in range(COUNT)]
    assert values[0]["speed_kmh"] == "40.5" and values[0]["altitude_m"] == "12"
    assert values[3]["odometer_km"] == "1000.3" and values[0]["ignition"] == "1"
    data = export(platform.fleet.api, {"format": "kml", "DeviceID": DEVICE, **SPAN}).content
    assert sum(len(segment) for segment in kml_points(data, tmp_path)) == COUNT
    assert data.count(b"<gx:Track>") == 4  # before, at and behind the one without lock; the silence


def test_local_times_tell_the_two_passes_apart(platform):
    answer = export(platform.fleet.api, {"format": "csv", "DeviceID": DEVICE, **SPAN})
    rows = csv_rows(answer.content)
    assert {row["zone"] for row in rows} == {"Europe/Berlin"}
    assert all(utc(row["time"]) == utc(row["time_utc"]) for row in rows)
    assert rows[0]["time"] == "2024-10-27T02:10:00+02:00"
    assert rows[30]["time"] == "2024-10-27T02:10:00+01:00"
    # What the pages show: the same seconds, as section 10 has them.
    shown = platform.fleet.history(DEVICE, "2024-10-27", "2024-10-28")["data"]
    assert [row["time"][:19].replace("T", " ") for row in rows] == [r["GPSTime"] for r in shown]
    assert [row["status"] for row in rows] == [r["StatusDes"] for r in shown]
    assert [round(float(row["total_km"]), 1) for row in rows] == \
        [float(r["Mileage"]) for r in shown]


def test_hostile_names_stay_text(platform):
    fields = {"DeviceID": DEVICE, **SPAN}
    rows = csv_rows(export(platform.fleet.api, {"format": "csv", **fields}).content)
    assert {row["name"] for row in rows} == {"'" + PLATE}
    data = export(platform.fleet.api, {"format": "geojson", **fields}).json()
    assert {f["properties"]["name"] for f in data["features"]} == {PLATE}
    text = export(platform.fleet.api, {"format": "gpx", **fields}).text
    assert "<name>=1+1 &lt;b&gt;&amp;&quot;x&quot; 货车</name>" in text


def test_a_plate_and_what_is_refused(platform):
    api, get = platform.fleet.api, {"format": "csv", **SPAN}
    by_plate = export(api, {**get, "VehiclePlate": PLATE})
    assert len(csv_rows(by_plate.content)) == COUNT
    posted = api.session.post(f"http://{api.address}/api/export", timeout=PATIENCE_S,
                              json={**get, "DeviceID": DEVICE},
                              headers={"Authorization": api.token})
    assert posted.content == by_plate.content
    assert code_of(export(api, {**get, "DeviceID": "1"})) == 404
    assert code_of(export(platform.other.api, {**get, "DeviceID": DEVICE})) == 404
    assert code_of(export(api, {**get, "DeviceID": DEVICE, "StartTime": "2024-10-29"})) == 403
    assert code_of(export(Api(api.address, "0" * 32), {**get, "DeviceID": DEVICE})) == 401
    for name, fields in (("format", {"format": "xls"}), ("kind", {"kind": "map"}),
                         ("StartTime", {"StartTime": ""}), ("DeviceID", {"DeviceID": ""}),
                         ("ReportID", {"kind": "report"})):
        answer = export(api, {**get, "DeviceID": DEVICE, **fields}).json()
        assert answer["Code"] == 500 and name in answer["ErrMsg"], answer
    root = platform.fleet.root
    assert code_of(export(root, {**get, "DeviceID": DEVICE})) == 500  # which enterprise?
    assert export(root, {**get, "DeviceID": DEVICE, "HoldID": platform.fleet.hold}).content == \
        by_plate.content
    none = export(api, {**get, "DeviceID": "013912345679"})
    assert csv_rows(none.content) == []
    head = api.session.head(f"http://{api.address}/api/export", timeout=PATIENCE_S)
    assert head.status_code == 405


def test_it_is_squeezed_for_who_takes_that(platform):
    fields = {"format": "gpx", "DeviceID": DEVICE, **SPAN}
    api = platform.fleet.api
    plain = export(api, fields, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    with api.session.get(f"http://{api.address}/api/export", params=fields, stream=True,
                         timeout=PATIENCE_S, headers={"Authorization": api.token,
                                                      "Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.raw.read(decode_content=False)) == plain.content


def test_what_cannot_be_read_on_does_not_look_whole(make_server):
    """The second chunk is damaged: the connection is cut, and the file has no end."""
    server = make_server("[store]\nseal_after_s = 1\n")
    fleet = Fleet(server, devices=ids(1))
    start = "2024-03-01T08:00:00Z"
    assert simulate(server.device, "--fixes", "3000", "--start", start)["acknowledged"] == 3000
    wait_until(lambda: counter(server, "tail_fixes") == 0, what="sealing")
    server.stop()
    with sqlite3.connect(server.data / "odograph.db") as db:
        chunks = db.execute("SELECT id, data FROM track_chunk ORDER BY id").fetchall()
        assert len(chunks) > 1
        number, data = chunks[1]
        db.execute("UPDATE track_chunk SET data=? WHERE id=?",
                   (bytes([data[0]]) + bytes(len(data) - 1), number))
    db.close()
    server.start()
    api = server.api.login(fleet.login_name, "secret-1")
    fields = {"format": "gpx", "DeviceID": ids(1)[0], "StartTime": "2024-03-01",
              "EndTime": "2024-03-03"}
    for encoding in ("identity", "gzip"):
        with pytest.raises(requests.exceptions.RequestException):
            export(api, fields, **{"Accept-Encoding": encoding})
    # To a client of HTTP/1.0 the end of the connection is that of the file: it hears of an error.
    read = read_as_a_proxy(api, {**fields, "format": "csv"})
    with pytest.raises(ConnectionError):
        collections.deque(read, maxlen=0)
    # A span that ends before it is whole.
    whole = export(api, {**fields, "EndTime": "2024-03-01 08:00:30"})
    assert whole.text.endswith("</gpx>\n")


def read_as_a_proxy(api, fields):
    """The bytes of an answer piece by piece, asked for by HTTP/1.0, as many proxies do."""
    host, port = api.address.rsplit(":", 1)
    query = urllib.parse.urlencode(fields)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # little waits in the kernel
        client.settimeout(PATIENCE_S)
        client.connect((host, int(port)))
        client.sendall(f"GET /api/export?{query} HTTP/1.0\r\nHost: x\r\n"
                       f"Authorization: {api.token}\r\n\r\n".encode())
        piece = client.recv(65536)
        while piece:
            yield piece
            piece = client.recv(65536)


def test_a_stop_in_the_middle_does_not_look_whole(make_server):
    """A reader that takes nothing any more when the server stops."""
    server = make_server()
    fleet = Fleet(server, devices=ids(1))
    start = "2024-03-01T08:00:00Z"
    assert simulate(server.device, "--fixes", "30000", "--start", start)["acknowledged"] == 30000
    read = read_as_a_proxy(fleet.api, {"format": "geojson", "DeviceID": ids(1)[0],
                                       "StartTime": "2024-01-01", "EndTime": "2024-12-31"})
    assert next(read).startswith(b"HTTP/1.1 200 ")
    server.stop()
    tail = b""
    try:
        for piece in read:
            tail = (tail + piece)[-100:]
    except ConnectionError:
        return
    assert tail.endswith(b"}]}\n")  # the kernel had room for all of it


# ---- links ----

def link(api, **fields):
    return api.data("manage/AddDownload", **{"format": "csv", "DeviceID": DEVICE, **SPAN, **fields})


def follow(api, before=lambda path: None, more="", **fields):
    """Makes a link and follows it without a token: its path, and the answer. Where a busy machine
    took so long that the link grew old, it is done again."""
    while True:
        began = time.monotonic()
        path = link(api, **fields)["Path"]
        before(path)
        answer = Api(api.address).get(path + more)
        if answer.status_code != 404 or time.monotonic() - began < LINK_S / 2:
            return path, answer


def look_at(api, path):
    """Asks for a link by what does not use it up."""
    host, port = api.address.rsplit(":", 1)
    for verb in ("HEAD", "POST", "OPTIONS"):
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as client:
            client.sendall(f"{verb} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                           "Connection: close\r\n\r\n".encode())
            first = client.makefile("rb").readline()
        assert first.split()[1] == (b"200" if verb == "OPTIONS" else b"405")


def test_a_link_is_good_once_and_without_a_token(platform):
    api = platform.fleet.api
    anyone = Api(api.address)
    path, got = follow(api, before=lambda path: look_at(api, path))
    asked = export(api, {"format": "csv", "DeviceID": DEVICE, **SPAN})
    assert got.content == asked.content
    assert got.headers["Content-Disposition"] == asked.headers["Content-Disposition"]
    again = anyone.get(path)
    assert again.status_code == 404 and again.json()["Code"] == 404
    assert anyone.get("/download/" + "0" * 32).status_code == 404
    # Whatever stands behind the path changes nothing of what was asked for.
    _, other = follow(api, more="?format=gpx&DeviceID=013912345679")
    assert other.content == asked.content
    assert path.rsplit("/", 1)[1] not in platform.server.log()


def test_a_link_has_the_rights_of_the_moment(platform):
    viewer = platform.fleet.user("viewer", "leaver")
    answer = None
    while answer is None or answer.status_code == 404:  # a link that grew old on a busy machine
        viewer.token = Api(viewer.address).data("user/GetLoginToken", LoginName="leaver",
                                                PassWord="secret-2")
        began = time.monotonic()
        path = link(viewer)["Path"]
        viewer.data("user/LogOut")
        answer = Api(viewer.address).get(path)
        assert answer.status_code != 404 or time.monotonic() - began > LINK_S / 2
    assert answer.json()["Code"] == 401
    _, answer = follow(platform.fleet.root, HoldID=platform.fleet.hold)
    assert len(csv_rows(answer.content)) == COUNT


def test_what_no_link_is_made_for(platform):
    api = platform.fleet.api
    for code, fields in ((404, {"DeviceID": "1"}), (403, {"EndTime": "2024-10-01"}),
                         (500, {"format": ""}), (500, {"StartTime": ""}),
                         (500, {"DeviceID": ""}), (500, {"kind": "reports"})):
        answer = api.call("manage/AddDownload",
                          **{"format": "csv", "DeviceID": DEVICE, **SPAN, **fields})
        assert answer["Code"] == code, (fields, answer)


def test_an_account_has_so_many_links(platform):
    viewer = platform.fleet.user("viewer", "collector")
    fields = {"format": "csv", "DeviceID": DEVICE, **SPAN}
    paths = [link(viewer)["Path"] for _ in range(16)]
    refused = viewer.post("/api/manage/AddDownload", fields)
    if refused.status_code == 200:  # a machine so slow that the first ones are too old by now
        pytest.skip("links grow old faster than they are made here")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert link(platform.fleet.api)["Path"]  # others are not concerned
    for path in paths:
        Api(viewer.address).get(path)
    assert link(viewer)["Path"]


def test_the_document_tells_of_files(platform):
    document = json.loads(platform.fleet.api.get("/api/openapi.json").content)
    for verb in ("get", "post"):
        content = document["paths"]["/api/export"][verb]["responses"]["200"]["content"]
        assert set(content) == {"application/json", *TYPES.values()}
