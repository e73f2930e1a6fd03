"""tests/lib/trackers.py: the frames the scenarios send, against values worked out by hand."""

import datetime
import struct

from lib import trackers

TIME = datetime.datetime(2026, 11, 23, 8, 30, 5)


def xor(data):
    result = 0
    for byte in data:
        result ^= byte
    return result


def test_crc_of_the_catalogue():
    # CRC-16/X-25: the check value of "123456789" is 906e.
    assert trackers.crc_x25(b"123456789") == 0x906E
    assert trackers.crc_x25(b"") == 0


def test_jt808_escapes_both_bytes():
    assert trackers.jt808_escape(b"\x30\x7e\x08\x7d\x55") == bytes.fromhex("7e307d02087d01557e")


def test_jt808_frame_has_header_body_and_sum():
    frame = trackers.jt808_frame(0x0002, "13800138000", 0x0102, b"\x05")
    content = bytes.fromhex("0002 0001 013800138000 0102 05")
    assert frame == b"\x7e" + content + bytes([xor(content)]) + b"\x7e"


def test_jt808_divided_frame_says_which_part():
    frame = trackers.jt808_frame(0x0801, "1", 7, b"\x05", parts=(3, 2))
    assert frame[1:-2] == bytes.fromhex("0801 2001 000000000001 0007 0003 0002 05")


def test_jt808_frame_of_2019_has_a_version_and_ten_bytes_of_number():
    frame = trackers.jt808_frame_2019(0x0002, "13800138000", 1)
    assert frame[1:-2] == bytes.fromhex("0002 4000 01 00000000013800138000 0001")


def test_jt808_location_in_the_clock_of_its_makers():
    body = trackers.jt808_location(
        TIME, lat=-1.5, lon=-2.25, speed_kmh=36.5, course=359, altitude=-5, alarm=1
    )
    assert body == struct.pack(">IIIIhHH", 1, 0x0F, 1500000, 2250000, -5, 365, 359) + bytes.fromhex(
        "261123163005"
    )
    assert trackers.jt808_location(TIME, acc=False, valid=False)[4:8] == b"\0\0\0\0"


def test_jt808_item_has_number_and_length():
    assert trackers.jt808_item(0x01, b"\0\0\0\x10") == bytes.fromhex("01 04 00000010")


def test_gt06_frame_of_the_makers_document():
    # The login of the protocol's document: serial 1, checksum 8cdd.
    frame = trackers.gt06_frame(0x01, bytes.fromhex("0123456789012345"), 1)
    assert frame == bytes.fromhex("78780d01012345678901234500018cdd0d0a")


def test_gt06_long_frame_has_a_length_of_two_bytes():
    frame = trackers.gt06_long_frame(0x94, b"\x00" * 300, 2)
    assert frame[:5] == bytes.fromhex("7979 0131 94")
    assert len(frame) == 2 + 2 + 0x131 + 2
    assert frame[-4:-2] == struct.pack(">H", trackers.crc_x25(frame[2:-4]))


def test_gt06_position_tells_the_half_of_the_globe_by_flags():
    north_west = trackers.gt06_position(TIME, 1.0, -1.0, speed_kmh=90, course=359)
    assert north_west == bytes.fromhex("1a0b17081e05 c9 001b7740 001b7740 5a 1d67")
    south_east = trackers.gt06_position(TIME, -1.0, 1.0, valid=False, satellites=0)
    assert south_east == bytes.fromhex("1a0b17081e05 c0 001b7740 001b7740 00 0000")
