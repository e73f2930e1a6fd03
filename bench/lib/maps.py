"""Names of places as tiles of the map, which are made for each request."""
import pathlib
import tempfile
import urllib.request

from lib.answers import floor_mhd, request_cpu_us
from lib.harness import ROUNDS, device_ids, fresh_server, median

# Two by two of each zoom around Shenzhen, Berlin and New York: where there are many names.
TILES = [(zoom, (x << zoom - 7) + i, (y << zoom - 7) + j)
         for zoom in range(7, 13) for x, y in ((104, 55), (68, 41), (37, 48))
         for i in (0, 1) for j in (0, 1)]

WRK_SCRIPT = """
local paths = {%s}
local at = 0
wrk.headers["Authorization"] = "%s"
wrk.headers["Accept-Encoding"] = "gzip"
request = function()
    at = at %% #paths + 1
    return wrk.format("GET", paths[at])
end
"""


def tile(address, path, token):
    """Its bytes, as gzip where there are many."""
    request = urllib.request.Request(f"http://{address}{path}", headers={
        "Authorization": token, "Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def label_tile(bench):
    floors, values = [], []
    paths = [f"/tiles/labels/{z}/{x}/{y}" for z, x, y in TILES]
    with tempfile.TemporaryDirectory() as directory, \
            fresh_server(bench, device_ids(1)) as (process, at, token):
        bodies = sorted((tile(at["http"], path, token) for path in paths), key=len)
        script = pathlib.Path(directory) / "labels.lua"
        script.write_text(WRK_SCRIPT % (",".join(f'"{p}"' for p in paths), token))
        for _ in range(ROUNDS):
            with floor_mhd(bench, directory, bodies[len(bodies) // 2]) as (floor, floor_at):
                floors.append(request_cpu_us(floor, floor_at["http"], str(script)))
            values.append(request_cpu_us(process, at["http"], str(script)))
    bench.report("label-tile", median(values), "us of server CPU a tile", median(floors))
