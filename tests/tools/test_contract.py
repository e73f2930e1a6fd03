"""tests/lib/contract.py: what it lets pass, and that it sees what is wrong."""
import pytest

from lib.contract import KEPT_ROWS, Contract, request_schema, shortened

ROW = {"type": "object", "required": ["ID", "Time"], "properties": {
    "ID": {"type": "integer"}, "Time": {"type": ["string", "null"], "pattern": "^[0-9]+$"}}}
PAGE = {"type": "object", "required": ["total", "data"], "properties": {
    "total": {"type": "integer"}, "data": {"type": "array", "items": ROW}}}


def envelope(code, data, message):
    return {"type": "object", "required": ["Code", "Data", "ErrMsg"],
            "properties": {"Code": code, "Data": data, "ErrMsg": message}}


FAILURE = envelope({"type": "integer"}, {"type": ["string", "null"]}, {"type": "string"})
ANSWER = {"anyOf": [
    envelope({"const": 200}, {"$ref": "#/components/schemas/ListX"}, {"const": None}),
    envelope({"enum": [401, 500]}, {"type": "null"}, {"type": "string"})]}
PATH = "/api/vehicle/ListXByDeviceID"
DOCUMENT = {
    "components": {"schemas": {
        "ListX": PAGE, "Failure": FAILURE,
        "ListXRequest": {"type": "object", "properties": {"Key": {"type": "string"}}}}},
    "paths": {PATH: {"post": {
        "requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ListXRequest"}}}},
        "responses": {
            "200": {"content": {"application/json": {"schema": ANSWER}}},
            "503": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Failure"}}}}}}}},
}
GOOD_ROW = {"ID": 1, "Time": "7"}


def success(*rows, total=1):
    return {"Code": 200, "Data": {"total": total, "data": list(rows)}, "ErrMsg": None}


def failure(code, text="why"):
    return {"Code": code, "Data": None, "ErrMsg": text}


@pytest.mark.parametrize("path, status, answer", [
    (PATH, 200, success()),
    (PATH, 200, success(GOOD_ROW, {"ID": 2, "Time": None})),
    (PATH.upper() + "s/", 200, success(GOOD_ROW)),
    ("/api/asset/listxbydeviceids", 200, success(GOOD_ROW)),
    (PATH, 200, failure(401)),
    (PATH, 503, failure(503)),
    ("/api/vehicle/Nothing", 404, failure(404)),
])
def test_what_the_document_says_passes(path, status, answer):
    Contract(DOCUMENT).check(path, status, answer)


@pytest.mark.parametrize("path, status, answer", [
    (PATH, 200, success({"ID": 1})),                              # a member is missing
    (PATH, 200, success({**GOOD_ROW, "Other": 1})),               # nobody knows of this one
    (PATH, 200, success({"ID": None, "Time": "7"})),
    (PATH, 200, success({"ID": 1, "Time": "x"})),
    (PATH, 200, success({"ID": 1.5, "Time": "7"})),
    (PATH, 200, {**success(), "More": 1}),
    (PATH, 200, {"Code": 200, "Data": None, "ErrMsg": None}),
    (PATH, 200, {**success(), "ErrMsg": "OK"}),
    (PATH, 200, failure(409)),                                    # no code of the method's
    (PATH, 200, failure(401, None)),
    (PATH, 503, {"Code": 503, "Data": None}),
    (PATH, 418, failure(418)),                                    # no status of the method's
    ("/api/vehicle/Nothing", 404, success()),
    ("/api/vehicle/Nothing", 200, success()),
])
def test_anything_else_fails(path, status, answer):
    with pytest.raises(AssertionError):
        Contract(DOCUMENT).check(path, status, answer)


@pytest.mark.parametrize("place, seen", [
    (0, True), (KEPT_ROWS - 1, True), (KEPT_ROWS, False), (-KEPT_ROWS - 1, False),
    (-KEPT_ROWS, True), (-1, True),
])
def test_of_long_lists_both_ends_are_looked_at(place, seen):
    rows = [GOOD_ROW] * (3 * KEPT_ROWS)
    rows[place] = {"ID": "bad"}
    assert ({"ID": "bad"} in shortened(success(*rows))["Data"]["data"]) is seen
    short = [GOOD_ROW] * (2 * KEPT_ROWS)
    assert shortened(success(*short)) == success(*short)


def test_calls_are_noted_once_each(tmp_path):
    contract = Contract(DOCUMENT, tmp_path / "notes")
    for answer in (success(), success(GOOD_ROW), failure(401), failure(401)):
        contract.check(PATH, 200, answer)
    notes = [file.read_text() for file in (tmp_path / "notes").glob("*.calls")]
    assert notes == ["ListXByDeviceID 200\nListXByDeviceID 401\n"]
    assert (tmp_path / "notes" / "methods").read_text() == "ListXByDeviceID\n"


def test_what_a_path_takes():
    assert request_schema(DOCUMENT, PATH)["properties"] == {"Key": {"type": "string"}}
