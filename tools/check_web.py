#!/usr/bin/env python3
"""The rules of web/src: its rooms include one way, its files stay short and say what they are for.

- A room imports itself and the rooms before it in ROOMS; main.tsx imports any. Its tests import
  what helps tests, too.
- A file opens with a comment; tests and what a script made do not have to.
- A component (.tsx) has at most 150 lines, other TypeScript 300, a style sheet 400, a list of texts
  600; comments have 100 columns, and code those that its formatter gives it.
- Only FETCHERS talk to the server: no component asks by itself.
- No colour but in tokens.css, which themes replace: none in components, none in other style sheets.
- No text between tags: what people read comes from i18n.
- A class is what one style sheet says it is: no second one defines it, but for a kind of screen.
- Nothing lies about: some source names each class of a style sheet, and each text of i18n.
"""

import re
import sys

import tree

SOURCES = "web/src"
HELP = "web/tests/lib"
ROOMS = ["style", "api", "live", "store", "i18n", "app", "map", "parts", "table", "history",
         "docs", "fences", "alarms", "trace", "reports", "settings", "pages"]
FETCHERS = {"app/ahead.ts", "app/api.ts", "live/stream.ts"}
TOKENS = "tokens.css"
LINES = {".tsx": 150, ".ts": 300, ".css": 400}
TEXTS = re.compile(r"i18n/[a-z]{2}\.ts")
TEXT_LINES = 600
COLUMNS = 100
COMMENT = ("*", "/*", "//")
GENERATED = "// Made by "

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*['"](\.\.?/[^'"]+)['"]""")
FETCH = re.compile(r"(?<![\w.])fetch\(|\bXMLHttpRequest\b|\bEventSource\b|\bsendBeacon\b")
COLOUR = re.compile(r"(?<![\w&])#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b(?![-\w])"
                    r"|\b(?:rgba?|hsla?|oklch|lab|lch)\(")
MAIN_TEXTS = re.compile(r"i18n/(?:[a-z]+_)?en\.ts")
ALL_TEXTS = re.compile(r"i18n/(?:[a-z]+_)?[a-z]{2}\.ts")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
KEY = re.compile(r"^  (?:'([\w.]+)'|(\w+)):", re.MULTILINE)
WORD = re.compile(r"(?<![\w-])[\w-]+(?![\w-])")
BEGINNING = re.compile(r"(?<![\w-])([A-Za-z][\w-]*-)\$\{")  # `row-${n}` names row-1
QUOTED = re.compile(r"""(['"`])([\w.]+)\1""")
FAMILY = re.compile(r"`([\w.]+\.)\$\{[^{}`]*\}`")  # t(`state.${name}`)
TEXT_IN_TAGS = re.compile(r"<\w[^<>]*(?<!=)>\s*([^<>{}]*[^\W\d_]{2}[^<>{}]*?)\s*</")


def limit_of(name, suffix):
    return TEXT_LINES if TEXTS.fullmatch(name) else LINES[suffix]


def check_length(path, name, text):
    count = text.count("\n")
    if count > limit_of(name, path.suffix):
        yield path, count, f"{count} lines, at most {limit_of(name, path.suffix)}"
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS and line.lstrip().startswith(COMMENT):
            yield path, number, f"{len(line)} columns, at most {COLUMNS}"


def check_opening(path, text):
    if not text.startswith(("//", "/*")):
        yield path, 1, "says nowhere what it is for: it opens with a comment"


def check_imports(root, path, name, text):
    room = name.split("/")[0]
    if "/" not in name:
        return
    if room not in ROOMS:
        yield path, 1, f"{room} is no room"
        return
    for match in IMPORT.finditer(text):
        target = (path.parent / match.group(1).split("?")[0]).resolve()
        line = tree.line_of(text, match.start())
        is_test = path.stem.endswith(".test")
        if is_test and target.is_relative_to((root / HELP).resolve()):
            continue
        if not target.is_relative_to((root / SOURCES).resolve()):
            yield path, line, f"{match.group(1)} is outside {SOURCES}"
            continue
        other = target.relative_to((root / SOURCES).resolve()).parts[0]
        if other not in ROOMS or ROOMS.index(other) > ROOMS.index(room):
            yield path, line, f"{room} may not import {other}"


def check_words(path, name, text):
    code = tree.without_comments(text) if path.suffix != ".css" else \
        without_css_comments(text)
    if name not in FETCHERS:
        for match in FETCH.finditer(code):
            yield path, tree.line_of(code, match.start()), \
                f"only {', '.join(sorted(FETCHERS))} talk to the server"
    if path.name != TOKENS:
        for match in COLOUR.finditer(code):
            yield path, tree.line_of(code, match.start()), \
                f"{match.group()}: colours stand in {TOKENS}"
    if path.suffix == ".tsx":
        for match in TEXT_IN_TAGS.finditer(code):
            yield path, tree.line_of(code, match.start(1)), f"a text outside i18n: {match.group(1)}"


def without_css_comments(text):
    return CSS_COMMENT.sub(lambda m: tree.blank(m.group()), text)


def selectors(text):
    """(offset, selector, is in an @-rule) of the rules of a style sheet, those of a list apart."""
    css, above, start = without_css_comments(text), [], 0
    for match in re.finditer(r"[{};]", css):
        head = css[start:match.start()]
        if match.group() == "{":
            offset = start + len(head) - len(head.lstrip())
            if not head.lstrip().startswith("@"):
                yield from ((offset, one.strip(), any(above))
                            for one in re.split(r",(?![^(]*\))", head))
            above.append(head.lstrip().startswith("@"))
        elif match.group() == "}" and above:
            above.pop()
        start = match.end()


def check_classes(sheets, sources):
    """`sheets` and `sources` are (path, text) each: each class has one home, and somebody's use."""
    code = "\n".join(text for _, text in sources)
    words, beginnings = set(WORD.findall(code)), tuple(BEGINNING.findall(code))
    homes, told = {}, set()
    for path, text in sheets:
        for offset, selector, is_for_screens in selectors(text):
            line = tree.line_of(text, offset)
            for name in CLASS.findall(selector):
                if name not in words and not name.startswith(beginnings) and name not in told:
                    told.add(name)
                    yield path, line, f"nothing has the class {name}"
            if is_for_screens or CLASS.fullmatch(selector) is None:
                continue
            home = homes.setdefault(selector, path)
            if home != path:
                yield path, line, f"{selector} is defined in {home.name}, too"


def check_texts(texts, sources):
    """Each key of the first language is named, or one of a family whose last part is a word."""
    code = "\n".join(text for _, text in sources)
    quoted = {match[1] for match in QUOTED.findall(code)}
    families = set(FAMILY.findall(code))
    for path, text in texts:
        for match in KEY.finditer(text):
            key = match.group(1) or match.group(2)
            family, _, last = key.rpartition(".")
            is_of_family = f"{family}." in families and (last in quoted or last.isdigit())
            if key not in quoted and not is_of_family:
                yield path, tree.line_of(text, match.start()), f"no source shows the text {key}"


def check_whole(root, files):
    """What only all files together tell; `files` are (path, name, text) each."""
    shell = root / "web/index.html"
    sheets = [(path, text) for path, _, text in files if path.suffix == ".css"]
    sources = [(path, text) for path, name, text in files
               if path.suffix != ".css" and not ALL_TEXTS.fullmatch(name)
               and not path.stem.endswith(".test")]
    texts = [(path, text) for path, name, text in files if MAIN_TEXTS.fullmatch(name)]
    yield from check_texts(texts, sources)
    page = [(shell, tree.read(shell))] if shell.exists() else []
    yield from check_classes(sheets, sources + page)


def find(root):
    findings = []
    base = root / SOURCES
    files = []
    for path in tree.files(base, *LINES):
        text, name = tree.read(path), path.relative_to(base).as_posix()
        if text.startswith(GENERATED):
            continue
        files.append((path, name, text))
        findings += check_length(path, name, text)
        findings += check_imports(root, path, name, text)
        if not path.stem.endswith(".test"):
            findings += check_opening(path, text)
            findings += check_words(path, name, text)
    return findings + list(check_whole(root, files))


if __name__ == "__main__":
    sys.exit(tree.report(tree.ROOT, find(tree.ROOT)))
