"""What the recognising program is given, what is believed of its answer, and what it cannot do."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.settings import get_settings
from storage.page_frames import PageImage
from storage.recognition import NotRecognised, read_tsv, recognise, recognition_state
from storage.text_layer import WHOLE
from tests.storage.tesseract import stand_in

Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """Install a stand-in that does these lines."""

    def install(*lines: str) -> Path:
        path = stand_in(tmp_path, *lines)
        monkeypatch.setenv("CHARTWAY_OCR", str(path))
        get_settings.cache_clear()
        return path

    yield install
    get_settings.cache_clear()


def scan() -> PageImage:
    """A page without anything on it."""
    out = io.BytesIO()
    Image.new("L", (300, 400), 220).save(out, "JPEG")
    return PageImage(1, 300, 400, out.getvalue())


async def test_words_and_their_places(program: Program) -> None:
    program('tell("Chest", "x-ray,", "two", "views.", "No", "infiltrate.")')

    layer = await recognise(scan())

    assert layer is not None
    assert layer.text == "Chest x-ray, two views. No\ninfiltrate."
    assert [layer.text[word.start : word.end] for word in layer.words] == layer.text.split()
    first = layer.words[0]
    assert (first.left, first.top, first.right, first.bottom) == (333, 250, 1667, 750)


async def test_an_empty_page_has_no_layer(program: Program) -> None:
    program("tell()")
    assert await recognise(scan()) is None


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("sys.exit(1)", "exit"),
        ("os.kill(os.getpid(), 9)", "exit"),
        ("time.sleep(600)", "timeout"),
        ('print("x" * 9_000_000)', "answer"),
    ],
)
async def test_a_program_that_fails_is_told_from_an_empty_page(
    program: Program, monkeypatch: pytest.MonkeyPatch, does: str, why: str
) -> None:
    if why == "timeout":
        monkeypatch.setattr("storage.recognition.PATIENCE", 1)
    program(does)
    with pytest.raises(NotRecognised, match=why):
        await recognise(scan())


async def test_the_program_can_write_no_file_and_knows_no_secret(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    program(
        "try:",
        f"    with open({str(tmp_path / 'left')!r}, 'wb', buffering=0) as file: file.write(picture)",
        "    said = 'written'",
        "except OSError: said = 'refused'",
        "tell(said, os.getcwd(), str(os.nice(0)), *sorted(set(os.environ) - {'PATH', 'LC_CTYPE'}))",
    )

    layer = await recognise(scan())

    assert layer is not None
    assert layer.text.split() == ["refused", "/", "10", "OMP_THREAD_LIMIT"]
    assert (tmp_path / "left").read_bytes() == b""


def test_what_is_there(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    states = []
    for wanted in (str(program("tell()")), str(tmp_path / "nothing"), "off"):
        monkeypatch.setenv("CHARTWAY_OCR", wanted)
        get_settings.cache_clear()
        states.append(recognition_state())
    monkeypatch.setenv("CHARTWAY_OCR", "auto")
    for path in (str(tmp_path), str(tmp_path / "elsewhere")):
        monkeypatch.setenv("PATH", path)
        get_settings.cache_clear()
        states.append(recognition_state())
    assert states == ["ready", "missing", "off", "ready", "missing"]


_number = st.integers(-5, 500).map(str)


@given(st.lists(st.tuples(
    st.sampled_from(["5", "4", "x"]), _number, _number, _number, _number, _number, _number, _number, _number, _number,
    st.sampled_from(["96.5", "-1", "12", "nan", "1e3"]), st.text(max_size=6),
).map("\t".join) | st.text(max_size=40)).map("\n".join))  # fmt: skip
def test_whatever_is_answered_every_word_lies_in_its_text_and_on_its_page(answer: str) -> None:
    layer = read_tsv(answer, 300, 400)
    for word in layer.words if layer else ():
        assert layer is not None
        assert layer.text[word.start : word.end].strip()
        assert 0 <= word.left < word.right <= WHOLE
        assert 0 <= word.top < word.bottom <= WHOLE


def test_specks_are_no_words() -> None:
    row = "5\t1\t1\t1\t1\t{}\t10\t10\t40\t20\t{}\t{}"
    layer = read_tsv("\n".join((row.format(1, "95.0", "Chest"), row.format(2, "11.2", "~|"))), 300, 400)
    assert layer is not None
    assert layer.text == "Chest"
