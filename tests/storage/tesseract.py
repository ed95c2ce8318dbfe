"""A stand-in for the program tesseract: speaks its table of words, misbehaves as told, recognises nothing."""

import sys
from pathlib import Path

_BEGIN = f"""#!{sys.executable} -I
# A stand-in, not Tesseract.
import os, sys, time
picture = sys.stdin.buffer.read()
assert picture.startswith(b"\\xff\\xd8\\xff") and sys.argv[1:3] == ["stdin", "stdout"] and sys.argv[-1] == "tsv"
def tell(*words):
    print("level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext")
    print("1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t300\\t400\\t-1\\t")
    for number, word in enumerate(words):
        print(f"5\\t1\\t1\\t1\\t{{number // 5 + 1}}\\t{{number % 5 + 1}}\\t{{10 + number % 5 * 50}}"
              f"\\t{{10 + number // 5 % 15 * 24}}\\t40\\t20\\t96.5\\t{{word}}")
"""


def stand_in(folder: Path, *lines: str) -> Path:
    """An executable in `folder` that does these lines of Python; `tell("Chest", "clear")` answers with words."""
    program = folder / "tesseract"
    program.write_text(_BEGIN + "\n".join(lines) + "\n")
    program.chmod(0o755)
    return program
