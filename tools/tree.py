"""What the checks share: the files of the tree, and how a finding is told."""

import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED_DIRECTORIES = {".git", ".cache", ".pytest_cache", "__pycache__", "node_modules"}
BINARY_SUFFIXES = {".gz", ".ico", ".jpg", ".pbf", ".png", ".pyc", ".webp", ".woff2", ".xz", ".zst"}


def files(root, *suffixes):
    """Paths below root, sorted, without what is built; those with one of the suffixes, or all."""
    found = []
    for directory, names, entries in os.walk(root):
        names[:] = [n for n in names if n not in SKIPPED_DIRECTORIES and not n.startswith("build")]
        for entry in set(entries) - SKIPPED_DIRECTORIES:  # .git is a file in a worktree
            path = pathlib.Path(directory, entry)
            if path.suffix not in BINARY_SUFFIXES and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return sorted(found)


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def blank(text):
    """The same length and lines, all else blanked out."""
    return re.sub(r"[^\n]", " ", text)


C_COMMENT_OR_LITERAL = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


def without_comments(text):
    """C source with its comments blanked out; lines and columns stay."""

    def replace(match):
        return blank(match.group()) if match.group()[0] == "/" else match.group()

    return C_COMMENT_OR_LITERAL.sub(replace, text)


def without_literals(text):
    """C source with comments and the insides of its literals blanked out."""

    def replace(match):
        found = match.group()
        return blank(found) if found[0] == "/" else found[0] + blank(found[1:-1]) + found[-1]

    return C_COMMENT_OR_LITERAL.sub(replace, text)


def without_directives(text):
    """C source with preprocessor lines, and their continuations, blanked out."""
    return re.sub(
        r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: blank(m.group()), text, flags=re.MULTILINE
    )


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def report(root, findings):
    """Prints findings, (path, line, text) each; the exit status."""
    for path, line, text in sorted(findings):
        print(f"{path.relative_to(root)}:{line}: {text}")
    return 1 if findings else 0
