"""tools/make_api_types.py: schemas as types of TypeScript."""

import make_api_types
import pytest


@pytest.mark.parametrize("schema, text", [
    ({"type": "string"}, "string"),
    ({"type": ["integer", "null"]}, "number | null"),
    ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
    ({"type": ["string", "array"], "items": {"type": "string"}}, "string | string[]"),
    ({"enum": [0, 1]}, "0 | 1"),
    ({"const": None}, "null"),
    ({"anyOf": [{"type": "number"}, {"type": "integer"}, {"type": "null"}]}, "number | null"),
    ({"$ref": "#/components/schemas/GetTrips"}, "GetTrips"),
    ({"type": "object"}, "Record<string, unknown>"),
    ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
    ({"type": "array", "items": {"type": "object", "properties": {"a-b": {"type": "number"}}}},
     "{\n  \"a-b\"?: number;\n}[]"),
    ({}, "unknown"),
])
def test_a_schema_is_a_type(schema, text):
    assert make_api_types.type_of(schema) == text


def operation(request, data):
    envelope = {"anyOf": [{"title": "Success", "properties": {"Data": data}}, {"title": "Failure"}]}
    answer = {"content": {"application/json": {"schema": envelope}}}
    return {"summary": "Asks.", "responses": {"200": answer},
            "requestBody": {"content": {"application/json": {"schema": request}}}}


def test_a_method_is_a_row():
    ask = {"type": "object", "required": ["Key"],
           "properties": {"Key": {"type": "string", "description": "A */ name"},
                          "Page": {"type": "integer"}}}
    text = make_api_types.make({
        "components": {"schemas": {"Ask": {"type": "string"}, "AskRequest": ask}},
        "paths": {"/api/user/Ask": {"post": operation({"$ref": "#/components/schemas/AskRequest"},
                                                      {"$ref": "#/components/schemas/Ask"})}},
    })
    assert "export type Ask = string;\n" in text
    assert "interface AskRequest {\n  /** A * / name */\n  Key: string;\n  Page?: number;\n}" \
        in text
    assert "  /** Asks. */\n  'user/Ask': { request: AskRequest; data: Ask };\n" in text


def test_a_stream_of_events_has_no_data():
    """Its request is a type, and no row says what is not an answer."""
    stream = operation({"type": "object"}, {"type": "null"})
    stream["responses"]["200"]["content"]["text/event-stream"] = {"schema": {"type": "string"}}
    text = make_api_types.make({
        "components": {"schemas": {"liveRequest": {"type": "object", "properties": {
            "every": {"type": "integer"}}}}},
        "paths": {"/api/live": {"post": stream}}})
    assert "interface LiveRequest" in text and "'live'" not in text


def test_a_file_that_says_the_same_is_not_touched(tmp_path):
    path = tmp_path / "api" / "types.ts"
    make_api_types.write(path, "a\n")
    assert path.read_text() == "a\n"
    before = path.stat()
    make_api_types.write(path, "a\n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    make_api_types.write(path, "b\n")
    assert path.read_text() == "b\n"
    assert [each.name for each in path.parent.iterdir()] == ["types.ts"]
