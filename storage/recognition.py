"""Text recognition: what a scanned page says, by Tesseract in a process of its own, if it is installed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import anyio

from portal.settings import get_settings
from storage.page_frames import PageImage
from storage.text_layer import WHOLE, TextLayer, Word

#: Dots per inch of what is recognised; the pages that people see are coarser.
DPI = 220
#: Seconds for one page by the clock; a typical one takes three to five of processor time, which is limited by itself.
PATIENCE = 600
#: Words that Tesseract itself believes less than this (of 100) are specks and lines.
LEAST_BELIEVED = 30.0

_MOST_BYTES = 8_000_000  # of an answer; a page of small print has a tenth of one million
_LIMITS = str(Path(__file__).with_name("recognition_limits.py"))

State = Literal["ready", "off", "missing"]


class NotRecognised(Exception):
    """The program failed on a page or took too long. The reason is a word for the log."""


def recognition_state() -> State:
    """Whether text recognition is there: switched off, not installed, or ready."""
    if get_settings().ocr == "off":
        return "off"
    return "ready" if _program() else "missing"


async def recognise(page: PageImage) -> TextLayer | None:
    """The words of a page's picture with their places; None if there are none. Raises NotRecognised.

    The picture goes in by a pipe and the words come out by another: the process can write no file.
    """
    program = _program()
    if program is None:
        raise NotRecognised("missing")
    try:
        with anyio.fail_after(PATIENCE):
            done = await anyio.run_process(
                [sys.executable, "-I", _LIMITS, program, "stdin", "stdout", "--dpi", str(DPI), "--psm", "3", "tsv"],
                input=page.jpeg,
                stderr=subprocess.DEVNULL,
                check=False,
                cwd="/",
                env={"OMP_THREAD_LIMIT": "1"} | {
                    name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ
                },
                start_new_session=True,
            )  # fmt: skip
    except TimeoutError:
        raise NotRecognised("timeout") from None
    except OSError:
        raise NotRecognised("start") from None
    if done.returncode != 0:
        raise NotRecognised("exit")
    if len(done.stdout) > _MOST_BYTES:
        raise NotRecognised("answer")
    return read_tsv(done.stdout.decode("utf-8", "replace"), page.width, page.height)


def read_tsv(answer: str, width: int, height: int) -> TextLayer | None:
    """The layer that Tesseract's table tells of a picture of that size; what cannot be believed is left out.

    Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text; level 5 is a word.
    """
    text: list[str] = []
    words: list[Word] = []
    size, line_before = 0, None
    for row in answer.splitlines():
        match = _WORD.fullmatch(row)
        if match is None or float(match["sure"]) < LEAST_BELIEVED:
            continue
        left, top, across, down = (int(match[side]) for side in ("left", "top", "width", "height"))
        if left + across > width or top + down > height or not (across and down):
            continue
        gap = "" if line_before is None else " " if line_before == match["line"] else "\n"
        line_before = match["line"]
        text += [gap, match["text"]]
        start = size + len(gap)
        size = start + len(match["text"])
        words.append(Word(
            start, size, left * WHOLE // width, top * WHOLE // height,
            -(-(left + across) * WHOLE // width), -(-(top + down) * WHOLE // height),
        ))  # fmt: skip
    return TextLayer("".join(text), tuple(words)) if words else None


_WORD = re.compile(
    r"5\t(?P<line>\d{1,4}\t\d{1,5}\t\d{1,5}\t\d{1,5})\t\d{1,5}"
    r"\t(?P<left>\d{1,6})\t(?P<top>\d{1,6})\t(?P<width>\d{1,6})\t(?P<height>\d{1,6})"
    r"\t(?P<sure>\d{1,3}(?:\.\d+)?)\t(?P<text>[^\s\x00-\x1f\x7f]+)"
)


def _program() -> str | None:
    wanted = get_settings().ocr
    return shutil.which("tesseract" if wanted == "auto" else wanted)
