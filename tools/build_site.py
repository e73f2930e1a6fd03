#!/usr/bin/env python3
"""Builds the pages of web/ and writes them as C: a table of files, each plain and as gzip.

    build_site.py OUT.c DEPFILE [NODE]

With NODE Vite builds web/ into a folder beside OUT.c; the bytes are taken in by .incbin, so that
the compiler never reads them. Without it the table is empty: the server has no pages. DEPFILE names
for ninja what was read. src/api/site.h says what is in the table.
"""

import base64
import gzip
import hashlib
import pathlib
import re
import subprocess
import sys

import tree

WEB = tree.ROOT / "web"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts",
           "node_modules/prepared")
FOLDERS = ("src", "public")
UNREAD = "src/api/types.ts"  # made for compilers and editors: nothing is built of it
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
SHELL = "index.html"
MARK = 'data-page="login"'
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>")
INLINE_STYLE = re.compile(r"<[^>]*\sstyle=")
HEAD = """\
/* Made by tools/build_site.py of what stands in web/. */
#include "api/site.h"

"""
BYTES = """\
__asm__(".pushsection .rodata\\n{name}:\\n.incbin \\"{path}\\"\\n.popsection\\n");
extern const uint8_t {name}[] __attribute__((visibility("hidden")));
"""


def sources():
    """What the pages are made of; tests beside the code are not, nor are the types of the API."""
    found = [WEB / name for name in SOURCES]
    for folder in FOLDERS:
        found += sorted(path for path in (WEB / folder).rglob("*") if path.is_file())
    return [path for path in found
            if path.exists() and path != WEB / UNREAD and not path.name.endswith(".test.ts")]


def run_vite(node, out):
    subprocess.run(
        [node, "node_modules/vite/bin/vite.js", "build", "--outDir", out, "--emptyOutDir",
         "--logLevel", "warn"],
        cwd=WEB, check=True, stdin=subprocess.DEVNULL)


def style_sources(shell):
    """The hashes of the styles that stand in the shell itself, as a Content-Security-Policy wants
    them. What the policy would refuse fails the build."""
    if shell.count(MARK) != 1:
        raise ValueError(f"{SHELL}: wants {MARK} once")
    if INLINE_SCRIPT.search(shell) or INLINE_STYLE.search(shell):
        raise ValueError(f"{SHELL}: the policy lets neither scripts nor style attributes in")
    digests = [hashlib.sha256(style.encode()).digest() for style in STYLE.findall(shell)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def type_of(path):
    if path.suffix not in TYPES:
        raise ValueError(f"{path.name}: no type is known of such files")
    return TYPES[path.suffix]


def embed(name, path):
    """(the lines that take the bytes in, the initializer of a struct bytes)"""
    size = path.stat().st_size
    return BYTES.format(name=name, path=path), f"{{{name}, {size}}}"


def squeeze(path, folder):
    """The file as gzip, in `folder`; None where that is no shorter."""
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    if len(packed) >= len(plain):
        return None
    out = folder / (hashlib.sha256(plain).hexdigest() + ".gz")
    out.write_bytes(packed)
    return out


def write_table(site, packed):
    """The C of the built files below `site`; those in gzip go to the folder `packed`."""
    packed.mkdir(exist_ok=True)
    takes, rows = [], []
    for number, path in enumerate(sorted(path for path in site.rglob("*") if path.is_file())):
        name = path.relative_to(site).as_posix()
        if name == SHELL:
            continue
        take, plain = embed(f"file_{number}", path)
        takes.append(take)
        short, squeezed = squeeze(path, packed), "{NULL, 0}"
        if short:
            take, squeezed = embed(f"file_{number}_gzip", short)
            takes.append(take)
        tag = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        rows.append(f'    {{"/{name}", "{type_of(path)}", "{tag}", {plain}, {squeezed}}},\n')
    shell_text = (site / SHELL).read_text(encoding="utf-8")
    take, shell = embed("file_shell", site / SHELL)
    return (HEAD + "".join(takes) + take +
            "\nstatic const struct site_file files[] = {\n" + "".join(rows) + "};\n\n" +
            "const struct site_files site_linked = {\n"
            "    .at = files,\n    .count = sizeof(files) / sizeof(files[0]),\n"
            f"    .shell = {shell},\n"
            f'    .style_sources = "{style_sources(shell_text)}",\n}};\n'
            f"/* The shell: {hashlib.sha256(shell_text.encode()).hexdigest()}. */\n")


def main(arguments):
    out, depfile, node = [*arguments, ""][:3]
    out = pathlib.Path(out).resolve()
    read = [pathlib.Path(__file__).resolve(), pathlib.Path(tree.__file__).resolve()]
    text = HEAD + "const struct site_files site_linked = {.style_sources = \"\"};\n"
    if node:
        read += sources()
        site = out.parent / "site"
        run_vite(node, site)
        text = write_table(site, out.parent / "site.gz")
    out.write_text(text)
    names = " ".join(str(path).replace(" ", "\\ ") for path in read)
    pathlib.Path(depfile).write_text(f"{arguments[0]}: {names}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
