"""What rows of answers look like in the document: their members, types and number formats."""
import json
import re

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"

# Name, JSON type, format of its text in the JSON.
DEVICE_LIST_ROW = [
    ("DeviceID", str, r".+"), ("VehiclePlate", str, r".+"), ("isOnline", bool, r"true|false"),
    ("isAlarm", bool, r"true|false"), ("DeviceType", int, r"[012]"),
    ("isFocus", bool, r"true|false"), ("NoUsed", bool, r"true|false"),
]
HISTORY_ROW = [
    ("ObjectCode", str, r".+"), ("VehicleNum", str, r".+"), ("GPSTime", str, TIME),
    ("RcvTime", str, TIME), ("Lon", float, r"-?\d+\.\d{6}"), ("Lat", float, r"-?\d+\.\d{6}"),
    ("Speed", float, r"\d+\.\d"), ("Direct", int, r"\d{1,3}"), ("Mileage", str, r"\d+\.\d"),
    ("StatusDes", str, r".*"), ("OilNum", str, r"\d+\.\d"), ("IsReversal", int, r"0"),
]
STATUS_ROW = [("SIM", str, r".*"), ("SIM2", str, r".+")] + HISTORY_ROW[:-1] + [
    ("IsOnline", int, r"[01]"), ("IsAlarm", int, r"[01]"), ("Status", int, r"[01]"),
    ("IsReversal", int, r"0"),
]


def parse(text):
    """JSON with its numbers as (type, text), so that their format can be seen."""
    return json.loads(text, parse_float=lambda t: (float, t), parse_int=lambda t: (int, t))


def hold_to(row, shape):
    assert list(row) == [name for name, _, _ in shape]
    for name, kind, form in shape:
        value = row[name]
        if isinstance(value, tuple):
            assert value[0] is kind, (name, value)
            text = value[1]
        else:
            assert type(value) is kind, (name, value)
            text = value if kind is str else str(value).lower()
        assert re.fullmatch(form, text, re.S), (name, value)


def rows_of(api, method, shape, **fields):
    """The rows of {"total", "data"}, each held to its shape."""
    answer = api.post(f"/api/{method}", fields)
    assert answer.headers["Content-Type"].startswith("application/json")
    envelope = parse(answer.text)
    assert envelope["Code"] == (int, "200") and envelope["ErrMsg"] is None, answer.text
    assert list(envelope["Data"]) == ["total", "data"]
    for row in envelope["Data"]["data"]:
        hold_to(row, shape)
    return answer.json()["Data"]
