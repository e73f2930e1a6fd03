"""tools/run_tidy.py: what makes it read a source again."""

import json
import os

import pytest

import run_tidy
import tree

TREE = {
    ".clang-tidy": "Checks: x\n",
    "src/base/a.c": '#include "base/a.h"\n#include <stdio.h>\n',
    "src/base/a.h": '#include "base/b.h"\n',
    "src/base/b.h": '#include "base/a.h"\n',
    "src/base/other.h": "",
}


def test_headers_are_followed_and_may_go_round_in_circles(grow):
    root = grow(TREE)
    names = {p.name for p in run_tidy.headers(root, root / "src/base/a.c")}
    assert names == {"a.h", "b.h"}


@pytest.mark.parametrize("name", [".clang-tidy", "src/base/a.c", "src/base/a.h", "src/base/b.h"])
def test_a_change_is_seen(grow, name):
    root = grow(TREE)
    before = run_tidy.fingerprint(root, root / "src/base/a.c", "cc", "14")
    (root / name).write_text(TREE[name] + "\n")
    assert run_tidy.fingerprint(root, root / "src/base/a.c", "cc", "14") != before


def test_what_does_not_matter_is_not_seen(grow):
    root = grow(TREE)
    before = run_tidy.fingerprint(root, root / "src/base/a.c", "cc", "14")
    (root / "src/base/other.h").write_text("int x;\n")
    assert run_tidy.fingerprint(root, root / "src/base/a.c", "cc", "14") == before
    assert run_tidy.fingerprint(root, root / "src/base/a.c", "cc -O2", "14") != before
    assert run_tidy.fingerprint(root, root / "src/base/a.c", "cc", "15") != before


@pytest.fixture
def project(grow, monkeypatch):
    """A tree with a build directory and a clang-tidy that finds `bad` in sources and counts."""
    tool = (
        '#!/bin/sh\n[ "$1" = --version ] && echo 14 && exit\n'
        'for last; do :; done\necho "$last" >>"$TIDY_LOG"\n! grep bad "$last"\n'
    )
    root = grow({**TREE, "bin/clang-tidy": tool})
    (root / "bin/clang-tidy").chmod(0o755)
    entry = {"directory": str(root), "file": "src/base/a.c", "command": "cc"}
    outside = {"directory": str(root), "file": "/usr/include/outside.c", "command": "cc"}
    build = root / "build"
    build.mkdir()
    (build / "compile_commands.json").write_text(json.dumps([entry, entry, outside]))
    monkeypatch.setattr(tree, "ROOT", root)
    monkeypatch.setenv("PATH", f"{root}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TIDY_LOG", str(root / "log"))
    return root


def runs(root):
    log = root / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_a_clean_source_is_read_once(project):
    assert run_tidy.main([str(project / "build")]) == 0
    assert run_tidy.main([str(project / "build")]) == 0
    assert runs(project) == 1


def test_a_source_with_findings_is_read_again(project):
    (project / "src/base/a.c").write_text("bad\n")
    assert run_tidy.main([str(project / "build")]) == 1
    assert run_tidy.main([str(project / "build")]) == 1
    assert runs(project) == 2


def test_no_sources_at_all_are_an_error(project):
    (project / "build/compile_commands.json").write_text("[]")
    assert run_tidy.main([str(project / "build")]) == 1
