#!/usr/bin/env python3
"""The rooms of src/ include one way, and keep their state and their conditions where they belong.

A room includes itself and the rooms before it in ROOMS. A folder inside a room, as that of a
protocol, is included by its own files alone, and by tests. `#if` stands only in PORTABLE_ROOMS,
include guards and tests of the compiler's own names (`__…`) aside. No file but src/main.c has a
mutable variable of static lifetime, but for those in MUTABLE_ALLOWED. SQLite is seen, by whatever
way of includes and be it as the name of a struct, by SQLITE_FILES alone, and by tests.
"""

import pathlib
import re
import sys

import tree

ROOMS = [
    "base", "geo", "map", "model", "protocols", "fleet", "files", "store",
    "ingest", "gateway", "connect", "api", "simulate", "cli",
]
PORTABLE_ROOMS = {"base", "gateway"}
# What speaks SQLite: the engine below store/tables.h, and what looks at the database file itself.
SQLITE_FILES = re.compile(
    r"src/store/(tables_sqlite\w*|schema(_secrets)?|database|file(_check|_private|_read)?"
    r"|checkpoint|backup|inspect|wal|witness|keep|fault_vfs)\.[ch]"
)
MUTABLE_ALLOWED = {
    ("src/base/log.c", "threshold"): "atomic; every thread writes to the one standard error",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif)\b[ \t]*([^\n]*)", re.MULTILINE)
SQLITE = re.compile(r"^[ \t]*#[ \t]*include[ \t]+<sqlite3\.h>", re.MULTILINE)
SQLITE_NAME = re.compile(r"\bsqlite3\w*")
ATTRIBUTE = re.compile(
    r"\b(?:__attribute__|_Alignas|alignas)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
)
MACRO_CALL = re.compile(r"^\s*[A-Z][A-Z0-9_]*\s*\([^()]*\)\s*(?=\w)")


def is_open_to(name, path):
    """Whether the file at `path` may see the header `name`, both below src/."""
    folder = pathlib.PurePath(name).parent
    return len(folder.parts) == 1 or folder == path.parent or is_test(path)


def is_test(path):
    return path.stem.endswith(("_test", "_testing")) or path.stem == "testing"


def check_includes(root, path, text):
    parts = path.relative_to(root / "src").parts
    room = ROOMS.index(parts[0]) if parts[0] in ROOMS else len(ROOMS)
    if len(parts) > 1 and parts[0] not in ROOMS:
        yield path, 1, f"{parts[0]} is no room"
    for match in INCLUDE.finditer(tree.without_comments(text)):
        line, name = tree.line_of(text, match.start()), match.group(1)
        target = name.split("/")[0]
        if "/" not in name or target not in ROOMS:
            yield path, line, f'include "{name}" as "room/file"'
        elif not (root / "src" / name).exists():
            yield path, line, f"there is no src/{name}"
        elif ROOMS.index(target) > room:
            yield path, line, f"{parts[0]} may not include {target}"
        elif not is_open_to(name, path.relative_to(root / "src")):
            yield path, line, f"{name} belongs to the files of its folder"


def headers_with_sqlite(root):
    """The headers, as they are included, that bring SQLite with them."""
    texts = {
        path.relative_to(root / "src").as_posix(): tree.without_comments(tree.read(path))
        for path in tree.files(root / "src", ".h")
    }
    found = {name for name, text in texts.items() if SQLITE.search(text)}
    while True:
        more = {n for n, text in texts.items() if found & set(INCLUDE.findall(text))} - found
        if not more:
            return found
        found |= more


def check_sqlite(root, path, text, headers):
    if is_test(path) or SQLITE_FILES.fullmatch(path.relative_to(root).as_posix()):
        return
    code = tree.without_comments(text)
    for match in SQLITE_NAME.finditer(code):
        yield path, tree.line_of(text, match.start()), "SQLite is not for this file"
    for match in INCLUDE.finditer(code):
        if match.group(1) in headers:
            line = tree.line_of(text, match.start())
            yield path, line, f"{match.group(1)} brings SQLite, which is not for this file"


def check_conditions(root, path, text):
    if path.relative_to(root / "src").parts[0] in PORTABLE_ROOMS:
        return
    guard = "_".join(path.relative_to(root / "src").with_suffix("").parts).upper() + "_H"
    for match in CONDITION.finditer(tree.without_comments(text)):
        kind, operand = match.group(1), match.group(2).strip()
        is_guard = kind == "ifndef" and operand == guard and path.suffix == ".h"
        is_compiler = re.match(r"(defined\s*\(?\s*)?__\w+", operand) is not None
        if not is_guard and not is_compiler:
            line = tree.line_of(text, match.start())
            yield path, line, f"#{kind} outside {sorted(PORTABLE_ROOMS)}"


def items(code):
    """(offset, text, body) of each declaration at file scope; what stands in braces is blanked in
    text, and is `body` where the item is a function."""
    depth, begin, open_brace, text = 0, 0, 0, list(code)
    for offset, char in enumerate(code):
        if char == "{":
            depth += 1
            open_brace = offset if depth == 1 else open_brace
        if depth > 0 and char != "\n":
            text[offset] = "}" if char == "}" and depth == 1 else " "
        if char == "}" and depth > 0:
            depth -= 1
            head = "".join(text[begin:offset])
            if depth == 0 and "=" not in head and ")" in head:
                yield begin, head, (open_brace, code[open_brace:offset])
                begin = offset + 1
        if char == ";" and depth == 0:
            yield begin, "".join(text[begin:offset]), None
            begin = offset + 1


def declared_name(head):
    """The name of the object that a declaration up to its initializer declares, or None."""
    head = re.sub(r"\[[^\]]*\]", " ", head)
    pointer_to_function = re.search(r"\(\s*\*[^()]*?(\w+)\s*\)\s*\(", head)
    if pointer_to_function:
        return pointer_to_function.group(1)
    words = re.findall(r"\w+", head)
    if "(" in head or len(words) < 2 or words[0] in {"typedef", "_Static_assert"}:
        return None
    return words[-1]


def is_constant(head):
    """Whether what `head` declares, not only what it points at, is const."""
    head = re.sub(r"\[[^\]]*\]", " ", head)
    star = head.rfind("*")
    return re.search(r"\bconst\b", head[star + 1 :] if star >= 0 else head) is not None


def mutable_objects(code, is_header, is_test):
    """(offset, name) of the mutable objects of static lifetime in C without comments; a test may
    keep large ones inside its functions."""
    for begin, text, body in items(code):
        stripped = MACRO_CALL.sub("", text)
        head = stripped.split("=")[0]
        offset = begin + len(text) - len(text.lstrip())
        if body is not None:
            for match in re.finditer(r"\b(?:static|_Thread_local)\b[^;={]*", body[1]):
                if not is_test and not is_constant(match.group()):
                    yield body[0] + match.start(), declared_name(match.group())
            continue
        words = re.findall(r"\w+", head)
        only_a_type = words[:1] in (["struct"], ["enum"], ["union"]) and (
            head.rstrip().endswith("}") or (len(words) == 2 and "}" not in head)
        )
        # In a header `type name;` can only be a function whose type has a name.
        is_function = is_header and "=" not in stripped and not {"extern", "static"} & set(words)
        name = declared_name(head)
        if name and not only_a_type and not is_function and not is_constant(head):
            yield offset, name


def check_mutables(root, path, text):
    name_in_tree = path.relative_to(root).as_posix()
    if name_in_tree == "src/main.c":
        return
    code = tree.without_directives(tree.without_literals(text))
    code = ATTRIBUTE.sub(lambda m: tree.blank(m.group()), code)
    for offset, name in mutable_objects(code, path.suffix == ".h", path.stem.endswith("_test")):
        if (name_in_tree, name) not in MUTABLE_ALLOWED:
            yield path, tree.line_of(text, offset), f"mutable variable {name}"


def check_allowed_exist(root):
    """An exception nobody uses any more is a finding, so that the list stays true."""
    for (name, variable), reason in MUTABLE_ALLOWED.items():
        path = root / name
        if path.exists() and not re.search(rf"\b{variable}\b", tree.read(path)):
            yield path, 1, f"allowed variable {variable} ({reason}) is not there"


def find(root):
    findings = list(check_allowed_exist(root))
    headers = headers_with_sqlite(root)
    for path in tree.files(root / "src", ".c", ".h"):
        text = tree.read(path)
        findings += check_includes(root, path, text)
        findings += check_sqlite(root, path, text, headers)
        findings += check_conditions(root, path, text)
        findings += check_mutables(root, path, text)
    return findings


if __name__ == "__main__":
    sys.exit(tree.report(tree.ROOT, find(tree.ROOT)))
