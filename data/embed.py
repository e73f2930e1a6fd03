#!/usr/bin/env python3
"""Unpacks a file and writes assembly that links it in: embed.py FILE.xz SYMBOL BIN ASSEMBLY

The bytes stand from SYMBOL up to SYMBOL_end.
"""

import lzma
import pathlib
import sys


def main():
    path, symbol, unpacked, assembly = sys.argv[1:]
    binary = pathlib.Path(unpacked).resolve()
    binary.write_bytes(lzma.decompress(pathlib.Path(path).read_bytes()))
    pathlib.Path(assembly).write_text(
        f"""    .section .rodata
    .globl {symbol}
{symbol}:
    .incbin "{binary}"
    .globl {symbol}_end
{symbol}_end:
    .section .note.GNU-stack, "", %progbits
"""
    )


main()
