#!/usr/bin/env python3
"""Writes the seeds of a fuzzer.

usage: fuzz_seeds.py NAME DIRECTORY

Of a protocol a file for each session of its vectors: its frames behind one another, as a connection
would receive them. Of the others a file for each entry below, as the fuzzer of that name takes it.
"""

import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent

# The fix that src/fleet/pack.c draws, with its length, and the state after four fixes.
FIX = bytes.fromhex("1a80d39cb00d04fb01802041c096ccf00280e1bce208b62aa8460b")
# The same with the extra values that src/model/extra.c draws.
REPORT = bytes.fromhex("2380d39cb00d04fb01a02041c096ccf00280e1bce208b62aa8460b8003b8178103023437")
STATE = bytes.fromhex("041cbcd39cb00d37bb02000180d2cdf00280e1bce208b62aa8460b99ac07"
                      "c4c3de0599ac0703033b0000000000030a0a0a00")

GPX = b"""<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.3769" lon="8.5417"><ele>408.5</ele><time>2026-01-01T00:00:00Z</time>
<speed>1.5</speed><course>90</course></trkpt>
<trkpt lat="47.3770" lon="8.5418"><time>2026-01-01T00:00:10+01:00</time>
</trkpt></trkseg></trk></gpx>
"""

# The fields of requests, one of each kind among them.
BODIES = (
    '{"DeviceID":"860000000000001","VehiclePlate":" B 1 ","TankLitres":"60.5","GroupID":"0",'
    '"UtcOffsetMinutes":null,"SpeedUnit":"mps"}',
    '{"DeviceIDs":"1, 2,,1","PageIndex":1,"PageSize":"1000","Key":"a","Status":2}',
    '{"deviceid":7,"STARTTIME":"2026-10-25 02:30:00","EndTime":"2026/1/5 7:05:09"}',
    '{"Devices":[{"DeviceID":"1"},{"DeviceID":2,"VehiclePlate":"\\u7ca4B\\ud83d\\ude00"}]}',
    '{"LoginName":"x","PassWord":" y ","Role":"viewer","GroupIDs":[1,"2",3e0],"Focus":"false"}',
    '{"DeviceIDs":["1"," 2 ",3],"VehiclePlates":["B 1","粤B😀",""]}',
    '{"DeviceIDs":[],"VehiclePlates":["a,b"],"SpeedUnit":null,"GroupIDs":null}',
    "DeviceIDs=1%2C2&DeviceIDs=3&VehiclePlates=B+1&vehicleplates=&PageIndex=1&PageSize=10&Status=2",
    "LoginName=x&PassWord=+y+&Role=viewer&GroupIDs=1&groupids=&GroupIDs=2&UserID=3&Focus=true",
    "\ufeff{}",
    "[[[[[[[[1]]]]]]]]",
)

CONFIGURATION = b"""# a comment
[server]
data = /tmp/x
http = 127.0.0.1:0
log_level = debug
[device]
registration = open
open_enterprise = 1
credit_bytes = 16384
[protocol.jt808]
utc_offset_min = -480
[protocol.osmand]
speed_unit = kmh
[aliases]
GetAllDevices = GetDeviceList
"""

FORM = b"lat=1.5&amp;lon=2&timestamp=2026-01-01T00:00:00+02:00&speed=1.0E-4&cell=1,2,3,4"
LARGE = b"id=7&lat=1&lon=2&altitude=922337203.6854775E3&speed=922337203E9&odometer=-1E20"
LOCATION = (b'{"device_id":"7","location":[{"timestamp":"2026-01-01T00:00:00.5Z","coords":'
            b'{"latitude":1.5,"longitude":"2,5","speed":NaN},"battery":{"level":0.5},'
            b'"activity":{"type":"still"}},7]}')
PARTS = (b'--X\r\nContent-Disposition: form-data; name="lat"\r\n\r\n1.5\r\n'
         b"--X\r\nContent-Disposition: form-data; name=lon\r\n\r\n2\r\n--X--\r\n")

# SQLite's log with pages of the least size: its header, and frames of which each third commits.
LOG = b"".join([bytes.fromhex("377f0682002de21800000200000000005a5a5a5aa5a5a5a5"), bytes(8)] + [
    bytes([0, 0, 0, page, 0, 0, 0, 3 if page == 3 else 0]) + bytes(16) + bytes([page]) * 512
    for page in (1, 2, 3) * 3])



def shape(ways: int, radius: int, *points) -> bytes:
    """A geofence's shape, as fence_fuzz.c takes it: places in degrees, None between rings."""
    numbers = (struct.pack("<ii", 0x7FFFFFFF, 0) if point is None else
               struct.pack("<ii", round(point[0] * 1e7), round(point[1] * 1e7)) for point in points)
    return bytes([ways]) + radius.to_bytes(3, "little") + b"".join(numbers)


SEEDS = {
    # A byte for the way, the count in two, and the columns of the block of src/store/chunk.c.
    "chunk": [bytes.fromhex("000400c62060ca81f5820641e003010068"
                            "70827b4042da7e04390086fc3ec48186eb3f")],
    "address": [b"127.0.0.1:9881", b"[::1]:0", b"::1:65535", b"localhost:80", b"1.2.3.4:65536"],
    "body": [b"\0\7" + FORM, b"\0\7" + LARGE,
             b"\1\x20" + LOCATION, b"\2\x10" + PARTS, b"\0\0" + LOCATION],
    "charset": [b"\xff" + "粤B12345 é\t".encode("gbk"), b"\x02" + "粤B😀".encode("utf-16-be"),
                b"\x01\x30\x81\x30\x81\xff"],
    # The kind and the ways, the radius, points; the last of a ring has no place.
    "fence": [shape(0, 0, (0, 0), (0, 1), (1, 1), (1, 0)),
              shape(0, 0, (0, 0), (0, 9), (9, 9), (9, 0), None, (1, 1), (1, 2), (2, 1)),
              shape(0, 0, (80, -120), (80, 0), (80, 120)),
              shape(0, 0, (0, 0), (1, 1), (0, 1), (1, 0)),
              shape(1, 5000, (60, 179.9999)), shape(2, 5000, (60, 179), (60, -179), (61, -179)),
              shape(8, 0, (0, 0), (1, 0)), shape(4, 0, (0, 0), (0, 0.01), (0.01, 0))],
    "journal": [bytes([0, 2, 5, 1, 14, 0, len(STATE)]) + STATE + b"\x02" + FIX + FIX,
                bytes([0, 3, 5, 1, 14, 0, len(STATE)]) + STATE + b"\x02" + REPORT + FIX,
                bytes([0, 1, 1, 14, 1, 20, len(STATE)]) + STATE + b"\x00", b"\1\2\5\0\0\0\0\0"],
    "options": [CONFIGURATION, b"[api]\ntoken_days = 180\n", b"key = 1\n",
                b"[api]\ncors_origins = https://a.example http://[::1]:81\n"],
    "pack": [b"\0" + FIX[1:], b"\0" + REPORT[1:], b"\1" + FIX * 3, b"\2" + STATE, b"\3" + STATE,
             b"\4" + bytes(range(64))],
    "params": [bytes([method]) + body.encode() for method, body in enumerate(BODIES * 3)],
    "route": [b"/api/vehicle/GetDeviceList", b"/api/asset/getcurrentvehicleinfobydeviceid/",
              b"/API/MANAGE/GETALLDEVICES", b"/health", b"/api/openapi.json", b"/api"],
    "track": [GPX, b"lon,lat,time,id\n8.5,47.4,1767225600,a\n8.6,47.5,2026-01-01T00:00:01,b\n",
              b"$GPRMC,115434.00,A,3003.1914,S,05110.2350,W,012.3,270.1,161208,,*3E\r\n"],
    # The way, frames left with a bad checksum and with bad salts, the database's size, the log.
    "wal": [b"\1\0\0\0" + LOG, b"\1\x10\0\0" + LOG, b"\1\0\x40\0" + LOG, b"\0\0" + LOG,
            b"\1\0\0\x18" + b"".join(bytes([n]) * 512 for n in (1, 2, 3)) + LOG,
            b"\2ODSQ" + bytes(28), b"\3ODSQ" + bytes(7) + b"\5" + bytes(range(20))],
    "zone": [b"\2\1" + b"2026-10-25 02:30:00", b"\2\0" + b"2026-03-29 02:30:00",
             b"\0\0" + b"2026/1/5 7:05:09", b"\1\0" + b"2026-01-01T00:00:00+08:00",
             b"\6\0" + b"2011-12-30", b"Europe/Berlin", b"\3\1" + b"0001-01-01 00:00:00",
             b"\4\1" + b"9999-12-31 23:59:59"],
}


def vectors_of(name: str) -> pathlib.Path:
    """The vectors of a protocol, which is a folder or a file."""
    protocols = HERE.parent / "src" / "protocols"
    inside = protocols / name / "vectors.jsonl"
    return inside if inside.exists() else protocols / f"{name}_vectors.jsonl"


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    name, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    seeds = SEEDS.get(name)
    if seeds is None:
        lines = vectors_of(name).read_text(encoding="utf-8").splitlines()
        seeds = [b"".join(bytes.fromhex(frame) for frame in json.loads(line)["frames"])
                 for line in lines]
    for number, seed in enumerate(seeds, 1):
        (directory / f"{number:03}").write_bytes(seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
