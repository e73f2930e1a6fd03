#!/usr/bin/env python3
"""The documents name nothing that is not there.

In README.md, CHANGELOG.md, docs/ and the README of any folder, outside of code blocks:
- a word in backticks that looks like a path must be a file or folder (an upper-case NAME in it
  stands for any name; what is built, `build…`, is left alone);
- one that looks like an identifier of C (it has an underscore, or ends in `()`) must occur in the
  sources, the tests or the tools;
- an option, `--name`, likewise;
- a relative link must lead to a file, and its anchor to a heading of it.

The manual names every option of the configuration file: the keys of the rows in
src/cli/options.c, in the paragraph of their section.
"""

import re
import sys

import tree

SOURCE_SUFFIXES = (".c", ".h", ".py", ".ts", ".tsx", ".jsonl", ".build", ".txt")
FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
SUFFIXES = r"c|h|py|tsx?|css|md|jsonl|build|sh|conf\.example"
PATH = re.compile(rf"[\w.*-]*(?:/[\w.*-]+)+/?|[\w-]+\.(?:{SUFFIXES})")
IDENTIFIER = re.compile(r"(?:(?:struct|enum) )?([A-Za-z]\w*?)(\(\))?")
OPTION = re.compile(r"--[a-z][a-z-]+")


def documents(root):
    found = [root / "README.md", root / "CHANGELOG.md", *tree.files(root / "docs", ".md")]
    found += [path for path in tree.files(root, ".md") if path.name == "README.md"]
    return sorted({path for path in found if path.exists()})


def vocabulary(root):
    """Every word of the sources, and every option they spell."""
    words = set()
    for path in [*tree.files(root, *SOURCE_SUFFIXES), root / "dev"]:
        if path.exists():
            text = tree.read(path)
            words.update(re.findall(r"\w+", text))
            words.update(OPTION.findall(text))
            # The command line's options are rows, named without their dashes.
            words.update("--" + name for name in re.findall(r'"([a-z][a-z-]+)"', text))
    return words


def path_exists(root, document, name):
    pattern = re.sub(r"[A-Z]{3,}(?=[_.*]|$)", "*", name.rstrip("/"))
    if (root / name).exists() or (document.parent / name).exists():
        return True
    bases = [root, root / "src", document.parent]
    if "/" not in name:
        return any(root.rglob(pattern))
    return any(any(base.glob(pattern)) for base in bases)


def slug(heading):
    """The anchor of a heading, as the usual viewers make it."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text))


def anchors(text):
    return {slug(match) for match in re.findall(r"^#+[ \t]+(.*)$", text, re.MULTILINE)}


def check_quoted(root, document, word, words):
    """What is wrong with one word in backticks, or None."""
    if word.startswith(("build", "/", "http")) or "://" in word:
        return None
    if OPTION.fullmatch(word):
        return None if word in words else f"there is no option {word}"
    identifier = IDENTIFIER.fullmatch(word)
    if identifier and ("_" in word or identifier.group(2) or " " in word):
        return None if identifier.group(1) in words else f"nothing is named {word}"
    if PATH.fullmatch(word) and not path_exists(root, document, word):
        return f"there is no {word}"
    return None


def check_link(document, text, target):
    """What is wrong with the target of a link, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    name, _, anchor = target.partition("#")
    path = document.parent / name if name else document
    if not path.exists():
        return f"the link {target} leads nowhere"
    inside = tree.read(path) if name and path.is_file() else text
    if anchor and anchor not in anchors(inside):
        return f"{name or 'the page'} has no heading #{anchor}"
    return None


def check_document(root, document, words):
    raw = tree.read(document)
    text = FENCE.sub(lambda m: tree.blank(m.group()), raw)
    for match in QUOTED.finditer(text):
        remark = check_quoted(root, document, match.group(1), words)
        if remark:
            yield document, tree.line_of(text, match.start()), remark
    for match in LINK.finditer(text):
        remark = check_link(document, raw, match.group(1))
        if remark:
            yield document, tree.line_of(text, match.start()), remark


def manual_sections(manual):
    """The manual's paragraphs that begin with a section of the configuration file, by its name."""
    parts = re.split(r"^\.BI? \[(\w+)\.?.*$", manual, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def check_options(root):
    """Options of the configuration file that the manual leaves out."""
    rows, manual = root / "src/cli/options.c", root / "docs/odograph.1"
    if not rows.exists() or not manual.exists():
        return
    sections = manual_sections(tree.read(manual))
    text = tree.read(rows)
    for match in re.finditer(r'\.section = "(\w+)",\s*\.key = "(\w+)"', text):
        section, key = match.groups()
        if not re.search(rf"\b{key}\b", sections.get(section, "")):
            yield rows, tree.line_of(text, match.start()), \
                f"docs/odograph.1 does not name {key} under [{section}]"


def find(root):
    words = vocabulary(root)
    findings = []
    for name in ("README.md", "CHANGELOG.md", "docs/DESIGN.md", "docs/GLOSSARY.md"):
        if not (root / name).exists():
            findings.append((root / name, 1, "is missing"))
    for document in documents(root):
        findings += check_document(root, document, words)
    findings += check_options(root)
    return findings


if __name__ == "__main__":
    sys.exit(tree.report(tree.ROOT, find(tree.ROOT)))
