"""A tree of a test's own for the checks to look at."""

import pytest


@pytest.fixture
def grow(tmp_path):
    """grow(name=text, ...) with "/" in names: writes files, answers the root of the tree."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def told(grow):
    """told(check, files): the findings of a check as "name:line: text"."""

    def tell(check, files):
        root = grow(files)
        found = sorted(check.find(root))
        return [f"{path.relative_to(root).as_posix()}:{line}: {text}" for path, line, text in found]

    return tell
