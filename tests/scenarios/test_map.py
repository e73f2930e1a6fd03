"""What a map is drawn of: tiles, read by a reader of our own, and styles; and an operator's map."""
import gzip
import subprocess

import pytest

from lib.server import BINARY, Fleet, Server

pytestmark = pytest.mark.one_sanitizer


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("map")).start()
    yield Fleet(server)
    server.close()


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    """(number, value) of each field of a message of Protocol Buffers."""
    at = 0
    while at < len(data):
        head, at = varint(data, at)
        value, at = varint(data, at)
        if head & 7 == 2:
            value, at = data[at:at + value], at + value
        yield head >> 3, value


def numbers(data):
    at = 0
    while at < len(data):
        value, at = varint(data, at)
        yield value


def read_tile(data):
    """{layer: [{tag: value}]} as vector_tile.proto of Mapbox Vector Tile 2.1 has it."""
    layers = {}
    for number, layer in fields(data):
        assert number == 3
        parts = list(fields(layer))
        name = next(v for n, v in parts if n == 1).decode()
        keys = [v.decode() for n, v in parts if n == 3]
        values = [next(fields(v)) for n, v in parts if n == 4]
        values = [v.decode() if n == 1 else v for n, v in values]
        layers[name] = []
        for feature in (v for n, v in parts if n == 2):
            tags = list(numbers(dict(fields(feature)).get(2, b"")))
            layers[name].append({keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2])})
    return layers


def ask(api, path, token=True, **headers):
    if token:
        headers["Authorization"] = api.token
    return api.get(path, headers=headers)


def test_tiles_have_land_and_names(fleet):
    answer = ask(fleet.api, "/tiles/base/4/13/6")  # South China
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    tile = read_tile(answer.content)
    assert {"land", "border", "place"} <= set(tile)
    assert any(p["name"] == "Shenzhen" and p["zh"] == "深圳" for p in tile["place"])
    labels = read_tile(ask(fleet.api, "/tiles/labels/9/418/223").content)["place"]
    assert any(p["name"] == "Shenzhen" and p["zh"] == "深圳" for p in labels)
    assert [p["r"] for p in labels] == sorted(p["r"] for p in labels)


def test_a_style_leads_to_its_tiles(fleet):
    for theme in ("light", "dark"):
        style = ask(fleet.api, f"/map/style-{theme}.json").json()
        names = {layer["source-layer"] for layer in style["layers"] if "source-layer" in layer}
        found = set()
        for source, at in (("base", (4, 13, 6)), ("labels", (8, 209, 111))):
            path = style["sources"][source]["tiles"][0]
            for name, value in zip("zxy", at):
                path = path.replace("{" + name + "}", str(value))
            answer = ask(fleet.api, path)
            assert answer.status_code == 200
            found |= set(read_tile(answer.content))
        assert names - found <= {"country", "province", "sea", "lake", "river"}


def test_plain_and_as_gzip_a_tile_is_one(fleet):
    for path in ("/tiles/base/3/6/3", "/tiles/labels/8/209/111", "/map/style-light.json"):
        plain = ask(fleet.api, path, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        with fleet.api.session.get(f"http://{fleet.api.address}{path}", stream=True, headers={
                "Authorization": fleet.api.token, "Accept-Encoding": "gzip"}) as packed:
            assert gzip.decompress(packed.raw.read()) == plain.content
        assert packed.headers["ETag"] == plain.headers["ETag"]
        again = ask(fleet.api, path, **{"If-None-Match": plain.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_who_may_and_what_there_is(fleet):
    for path in ("/tiles/base/0/0/0", "/tiles/labels/7/0/0", "/map/style-dark.json"):
        assert ask(fleet.api, path, token=False).status_code == 401
        assert ask(fleet.api, f"{path}?key={fleet.api.token}", token=False).status_code == 401
        assert ask(fleet.api, path, token=False, Token=fleet.api.token).status_code in (200, 204)
    assert ask(fleet.api, "/tiles/base/6/2/32").status_code == 204
    for path in ("base/7/0/0", "base/1/2/0", "base/-1/0/0", "base/1/0/99999999999999999999",
                 "labels/6/0/0", "labels/13/0/0", "base/1/0", "base/%31/0/0x", "roads/1/0/0"):
        assert ask(fleet.api, f"/tiles/{path}").status_code == 404
    other = fleet.api.login(fleet.login_name, "secret-1")
    assert ask(other, "/tiles/base/0/0/0").status_code == 200
    other.call("user/LogOut")
    assert ask(other, "/tiles/base/0/0/0").status_code == 401


def test_an_operators_map(tmp_path):
    raster = "https://maps.example.com:8443/{z}/{x}/{y}.png?a=\"1"
    config = tmp_path / "bad.conf"
    config.write_text(f"[api]\nmap_raster = {raster}\n")
    bad = subprocess.run([BINARY, "serve", "--config", config, "--data", tmp_path / "none"],
                         capture_output=True, text=True, check=False)
    assert bad.returncode == 2 and "[api] map_raster: wants a URL with {z}" in bad.stderr
    raster = raster.replace('"', "")
    server = Server(tmp_path, f"[api]\nmap_raster = {raster}\nmap_coordsys = gcj02\n"
                    "map_attribution = Maps & Co\nmap_bounds = 73.5 18.1 134.8 53.6\n").start()
    api = Fleet(server).api
    told = api.data("manage/GetMe")["Map"]
    assert told.pop("Attribution").endswith(", Maps & Co")
    assert told == {"Style": "/map/style-{theme}.json", "Raster": raster, "Coordsys": "gcj02",
                    "Bounds": [73.5, 18.1, 134.8, 53.6]}
    style = ask(api, "/map/style-light.json").json()
    assert style["sources"] == {"raster": {**style["sources"]["raster"], "tiles": [raster]}}
    server.close()
