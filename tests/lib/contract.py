"""Holds every answer of the API to openapi.json, and notes which methods were called.

The document is the server's own, made of the same rows as its checks: an answer with a member, a
code or a null that the row does not know is a fault of the row or of the handler.
"""
import os
import pathlib
import threading

import jsonschema

KEPT_ROWS = 100  # of a long list the first and the last
TWINS = ("bydeviceid", "bydeviceids")


def inlined(schema, document):
    """A schema without references, in which objects have no members but those that it names."""
    if isinstance(schema, list):
        return [inlined(item, document) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return inlined(found, document)
    if schema.get("type") == "object" and "properties" in schema:
        schema = {"additionalProperties": False, **schema}
    return {key: inlined(value, document) for key, value in schema.items()}


def shortened(value):
    """An answer with its long lists cut in the middle."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, list) and len(value) > 2 * KEPT_ROWS:
        return value[:KEPT_ROWS] + value[-KEPT_ROWS:]
    return value


def request_schema(document, path):
    """What a path takes, of its fields."""
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return inlined(content["schema"], document)


def spellings(path):
    """The paths that lead to a path of the document, in lower case."""
    names = [path.lower()]
    for one, other in (TWINS, TWINS[::-1]):
        if names[0].endswith(one):
            names.append(names[0].removesuffix(one) + other)
    return names + [name.replace("/api/vehicle/", "/api/asset/", 1) for name in names]


class Contract:
    """openapi.json as what answers are held to; `calls` is a directory for notes, or None."""

    def __init__(self, document, calls=None):
        self.names = {}
        self.schemas = {}
        self.lock = threading.Lock()
        self.seen = set()
        self.calls = pathlib.Path(calls) if calls else None
        for path, item in document["paths"].items():
            self.names.update(dict.fromkeys(spellings(path), path))
            for status, answer in item["post"]["responses"].items():
                answer = inlined(answer, document)
                self.schemas[path, int(status)] = self.validator(
                    answer["content"]["application/json"]["schema"])
        self.failure = self.validator(
            inlined({"$ref": "#/components/schemas/Failure"}, document))
        if self.calls:
            self.calls.mkdir(parents=True, exist_ok=True)
            names = [path.rsplit("/", 1)[1] for path in document["paths"]]
            (self.calls / "methods").write_text("".join(f"{name}\n" for name in names))

    @staticmethod
    def validator(schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def note(self, path, code):
        """Writes down, once in this process, that the method answered with that code."""
        with self.lock:
            if self.calls is None or (path, code) in self.seen:
                return
            self.seen.add((path, code))
            with open(self.calls / f"{os.getpid()}.calls", "a", encoding="utf-8") as notes:
                notes.write(f"{path.rsplit('/', 1)[1]} {code}\n")

    def check(self, path, status, envelope):
        """Asserts that a POST to `path` may be answered so. What an alias answers is not known."""
        found = self.names.get(path.lower().rstrip("/"))
        if found is None:
            assert status == 404, f"{path} is not in openapi.json and answers {status}"
            validator = self.failure
        else:
            assert (found, status) in self.schemas, f"{path}: openapi.json knows no {status}"
            validator = self.schemas[found, status]
        error = jsonschema.exceptions.best_match(validator.iter_errors(shortened(envelope)))
        assert error is None, f"{path}: {error}"
        if found is not None:
            self.note(found, envelope["Code"])
