"""The frames the scenarios build, as `odograph decode` reads them: two readings of a standard."""
import datetime
import json

import pytest

from lib import trackers
from lib.server import run

pytestmark = pytest.mark.one_sanitizer

TIME = datetime.datetime(2026, 11, 23, 8, 30, 5)


def decode(*frames):
    done = run("decode", *(frame.hex() for frame in frames))
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("lat", "lon"), [(22.5, 113.25), (-33.75, 151.5), (40.5, -74.25)])
def test_positions(lat, lon):
    jt808 = trackers.jt808_frame(0x0200, "13800138000", 1, trackers.jt808_location(
        TIME, lat=lat, lon=lon, speed_kmh=36, course=90))
    gt06 = [
        trackers.gt06_frame(0x01, trackers.bcd("0860000000000017"), 1),
        trackers.gt06_frame(0x22, trackers.gt06_position(TIME, lat, lon, 36, 90) +
                            trackers.GT06_LBS + b"\1\0\0", 2),
    ]
    for row in (decode(jt808)[-1], decode(*gt06)[-1]):
        assert row["type"] == "fix"
        assert row["gps_time"] == "2026-11-23T08:30:05Z"
        assert row["valid"] is True
        assert (row["lat"], row["lon"]) == (pytest.approx(lat), pytest.approx(lon))
        assert row["speed_kmh"] == pytest.approx(36)
        assert row["course_deg"] == pytest.approx(90)


def test_identities():
    assert decode(trackers.jt808_frame(0x0002, "13800138000", 1))[0]["device_id"].endswith(
        "13800138000")
    assert decode(trackers.jt808_frame_2019(0x0002, "13800138000", 1))[0]["device_id"].endswith(
        "13800138000")
    assert decode(trackers.gt06_frame(0x01, trackers.bcd("0860000000000017"), 1))[0][
        "device_id"] == "860000000000017"


def test_a_frame_with_a_wrong_sum_is_refused():
    frame = bytearray(trackers.jt808_frame(0x0002, "13800138000", 1))
    frame[-2] ^= 1
    done = run("decode", bytes(frame).hex())
    assert done.returncode == 1
    assert "error" in json.loads(done.stdout.splitlines()[0])
