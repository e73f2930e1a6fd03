#!/usr/bin/env python3
"""Makes the types of the API for the pages: web/src/api/types.ts of the OpenAPI document.

    make_api_types.py < openapi.json

A method has an interface for what it takes (XRequest) and a type for its Data (X); `Methods` names
both by the method's path. A file that says all that already is left as it is.
"""

import json
import re
import sys
import textwrap

import tree

OUT = tree.ROOT / "web/src/api/types.ts"
HEAD = "// Made by tools/make_api_types.py of the methods of the API; ./dev types makes it anew.\n"
COLUMNS = 100
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean",
           "null": "null"}
NAME = re.compile(r"[A-Za-z_$][\w$]*")
REFERENCE = "#/components/schemas/"


def comment(schema, indent):
    text = schema.get("description", "").replace("*/", "* /")
    lines = textwrap.wrap(text, COLUMNS - len(indent) - 7) if text else []
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line}\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n" if lines else ""


def property_name(name):
    return name if NAME.fullmatch(name) else json.dumps(name)


def members(schema, indent):
    """The members of an object, in braces."""
    required = set(schema.get("required", ()))
    text = "".join(
        comment(inner, indent + "  ") +
        f"{indent}  {property_name(name)}{'' if name in required else '?'}: "
        f"{type_of(inner, indent + '  ')};\n"
        for name, inner in schema.get("properties", {}).items())
    return f"{{\n{text}{indent}}}"


def object_type(schema, indent):
    if schema.get("properties"):
        return members(schema, indent)
    values = schema.get("additionalProperties")
    value_type = type_of(values, indent) if isinstance(values, dict) else "unknown"
    return f"Record<string, {value_type}>"


def array_type(schema, indent):
    inner = type_of(schema.get("items", {}), indent)
    return f"({inner})[]" if "|" in inner and not inner.startswith("{") else f"{inner}[]"


def one_type(kind, schema, indent):
    if kind == "object":
        return object_type(schema, indent)
    if kind == "array":
        return array_type(schema, indent)
    return SCALARS[kind]


def type_name(name):
    """A method may be called as a word of the language is: its type is not."""
    return name[0].upper() + name[1:]


def type_of(schema, indent=""):
    """A schema as a type of TypeScript; what says nothing may be anything."""
    if "$ref" in schema:
        return type_name(schema["$ref"].removeprefix(REFERENCE))
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(inner, indent) for inner in schema["anyOf"]))
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(one_type(kind, schema, indent) for kind in kinds) or "unknown"


def declaration(name, schema):
    if schema.get("type") == "object" and schema.get("properties"):
        return f"{comment(schema, '')}export interface {type_name(name)} {members(schema, '')}\n"
    return f"{comment(schema, '')}export type {type_name(name)} = {type_of(schema)};\n"


def schema_of_success(operation):
    envelope = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return next(kind for kind in envelope["anyOf"] if kind.get("title") == "Success")


def method_row(path, operation):
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    data = schema_of_success(operation)["properties"]["Data"]
    name = json.dumps(path.removeprefix("/api/")).replace('"', "'")
    text = operation.get("summary", "")
    return (comment({"description": text}, "  ") +
            f"  {name}: {{ request: {type_of(request, '  ')}; data: {type_of(data, '  ')} }};\n")


def is_stream(operation):
    return "text/event-stream" in operation["responses"]["200"]["content"]


def is_file(operation):
    return "application/gpx+xml" in operation["responses"]["200"]["content"]


def make(document):
    schemas = document["components"]["schemas"]
    declarations = [declaration(name, schemas[name]) for name in schemas]
    rows = "".join(method_row(path, item["post"]) for path, item in document["paths"].items()
                   if not is_stream(item["post"]) and not is_file(item["post"]))
    about = "/** The methods by their path below /api/. */\n"
    methods = f"{about}export interface Methods {{\n{rows}}}\n"
    return "\n".join([HEAD, *declarations, methods])


def write(path, text):
    """Only what is new, so that nobody who watches the file is told without a reason."""
    if path.exists() and tree.read(path) == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    write(OUT, make(json.load(sys.stdin)))
