"""Bytes on disk a fix, after sealing, against the same columns as text under zstd -19."""
import os
import pathlib
import sqlite3
import subprocess
import tempfile

from lib.harness import ROOT, device_ids, prepare, serving, simulate, wait_sealed

CONFIG = "[store]\nseal_after_s = 1\n"
SHARED = pathlib.Path(os.environ.get("ODOGRAPH_SHARED", ROOT.parent / "shared"))
TRACKS = {
    "disk-drumlish": ("drumlish.gpx", 300),
    "disk-dg100": ("reference_track_dg100.gpx", 25),
    "disk-wuxi": ("wuxi-taxis.csv", 475 * 12),
}
FLEET_DEVICES = 500
FLEET_FIXES = 1500
FLEET_FLOOR_DEVICES = 100  # zstd -19 takes its time
FLEET_INTERVAL_S = 10


def floor_bytes(bench, *what):
    """Bytes a fix of the columns under zstd -19."""
    with tempfile.TemporaryFile() as columns:
        made = subprocess.run([bench.program("bench/columns"), *(str(w) for w in what)],
                              stdout=columns, stderr=subprocess.PIPE, check=True)
        columns.seek(0)
        packed = subprocess.run(["zstd", "-19", "-q", "-c"], stdin=columns,
                                stdout=subprocess.PIPE, check=True)
    return len(packed.stdout) / int(made.stderr)


def pages_bytes(data):
    """What the store takes: the pages of its database that are in use."""
    database = sqlite3.connect(f"file:{data}/odograph.db?mode=ro", uri=True)
    pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0]
                         for name in ("page_count", "freelist_count", "page_size"))
    database.close()
    return (pages - free) * size


def value_bytes(bench, devices, *load):
    with tempfile.TemporaryDirectory() as directory:
        with serving(bench, directory, CONFIG) as (_process, at):
            prepare(at["http"], device_ids(devices))
            result = simulate(bench, at["device"], "--devices", devices, "--burst", 16,
                              "--window", 64, *load)
            stored = wait_sealed(at["http"])["fixes_stored"]
        if stored != result["acknowledged"]:
            raise RuntimeError(f"{stored} fixes stored of {result['acknowledged']}")
        return pages_bytes(f"{directory}/data") / stored


def disk(bench):
    for name, (file, devices) in TRACKS.items():
        if name in bench.wanted:
            track = SHARED / "data" / "traces" / file
            if not track.exists():
                raise RuntimeError(f"{name} wants {track}; ODOGRAPH_SHARED says where it is")
            value = value_bytes(bench, devices, "--track", track, "--once")
            bench.report(name, value, "bytes on disk a fix", floor_bytes(bench, track))
    if "disk-fleet" in bench.wanted:
        value = value_bytes(bench, FLEET_DEVICES, "--fixes", FLEET_FIXES, "--interval",
                            FLEET_INTERVAL_S)
        bench.report("disk-fleet", value, "bytes on disk a fix",
                     floor_bytes(bench, FLEET_FLOOR_DEVICES, FLEET_FIXES, FLEET_INTERVAL_S))
