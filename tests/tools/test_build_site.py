"""tools/build_site.py: what it makes of a folder like one that Vite builds."""

import base64
import gzip
import hashlib
import re

import build_site
import pytest

SHELL = '<head><style>a{}</style><style>b{}</style></head><body data-page="login"></body>'


def sha256(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_styles_of_the_shell_are_named_by_their_hash():
    assert build_site.style_sources(SHELL) == f"'sha256-{sha256('a{}')}' 'sha256-{sha256('b{}')}'"


@pytest.mark.parametrize("shell", [
    "<body></body>",
    SHELL + 'data-page="login"',
    SHELL + "<script>run()</script>",
    SHELL + '<script type="module">run()</script>',
    SHELL + '<p style="color:red">',
])
def test_what_the_policy_would_refuse_is_not_built(shell):
    with pytest.raises(ValueError):
        build_site.style_sources(shell)


def test_files_become_rows(grow):
    long = "x" * 1000
    site = grow({"site/index.html": SHELL, "site/assets/a-1.js": long, "site/b.svg": "<svg/>"}) \
        / "site"
    packed = site.parent / "packed"
    text = build_site.write_table(site, packed)
    (squeezed,) = packed.iterdir()
    assert gzip.decompress(squeezed.read_bytes()).decode() == long
    tag = hashlib.sha256(long.encode()).hexdigest()[:16]
    row = f'{{"/assets/a-1.js", "text/javascript; charset=utf-8", "{tag}", {{file_0, 1000}}, ' \
          f"{{file_0_gzip, {squeezed.stat().st_size}}}}}"
    assert row in text
    assert re.search(r'{"/b\.svg", "image/svg\+xml", "\w+", {file_1, 6}, {NULL, 0}}', text)
    assert "index.html\", \"text" not in text and f".shell = {{file_shell, {len(SHELL)}}}" in text


def test_a_file_of_no_known_type_is_not_built(grow):
    site = grow({"site/index.html": SHELL, "site/assets/a.xyz": "x"}) / "site"
    with pytest.raises(ValueError):
        build_site.write_table(site, site.parent / "packed")


def test_without_node_the_table_is_empty(tmp_path):
    out, depfile = tmp_path / "site.c", tmp_path / "site.d"
    build_site.main([str(out), str(depfile)])
    assert "struct site_files site_linked = {.style_sources = \"\"};" in out.read_text()
    assert depfile.read_text().startswith(f"{out}: ")


def test_types_and_tests_are_nothing_that_pages_are_made_of(tmp_path, monkeypatch):
    for name in ("index.html", "src/main.tsx", "src/a.test.ts", "src/api/types.ts",
                 "src/live/types.ts", "public/icon.svg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(build_site, "WEB", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in build_site.sources()] == \
        ["index.html", "src/live/types.ts", "src/main.tsx", "public/icon.svg"]
