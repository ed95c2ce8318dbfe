"""The words of a page stand where the picture shows them, whatever way the document came."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from storage.checking import open_pages
from storage.notes import read_note
from storage.opening import NotePages
from storage.page_frames import PageImage
from storage.sniffing import MediaType, Refusal
from storage.text_layer import WHOLE, Word

WORDS = [
    "cough",
    "fever",
    "Lungs",
    "clear,",
    "bilateral",
    "38.5",
    "BP",
    "120/80",
    "(normal)",
    "hypertension",
    "Patient",
]


def drawn(document: bytes) -> list[PageImage]:
    pages = open_pages(MediaType.PDF, io.BytesIO(document), most=10 << 20)
    assert not isinstance(pages, Refusal)
    return [pages.draw(index) for index in range(len(pages))]


def ink(image: Image.Image, word: Word) -> int:
    """Dark dots within a word's box."""
    width, height = image.size
    box = (
        word.left * width // WHOLE, word.top * height // WHOLE,
        -(-word.right * width // WHOLE), -(-word.bottom * height // WHOLE),
    )  # fmt: skip
    return sum(image.crop(box).histogram()[:128])


def check_boxes(page: PageImage) -> None:
    """Every word's box holds ink, and outside of all boxes there is none."""
    assert page.layer is not None
    image = Image.open(io.BytesIO(page.jpeg)).convert("L")
    for word in page.layer.words:
        assert ink(image, word) > 0, page.layer.text[word.start : word.end]
    rest = image.copy()
    for word in page.layer.words:
        width, height = image.size
        rest.paste(255, (
            max(0, word.left * width // WHOLE - 2), max(0, word.top * height // WHOLE - 2),
            min(width, word.right * width // WHOLE + 3), min(height, word.bottom * height // WHOLE + 3),
        ))  # fmt: skip
    assert sum(rest.histogram()[:100]) == 0


def page_of(
    words: list[tuple[float, float, str]], *, rotate: int = 0, crop: tuple[float, ...] = (), size: int = 12
) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.setFont("Helvetica", size)
    for x, y, word in words:
        canvas.drawString(x, y, word)
    canvas.setPageRotation(rotate)
    if crop:
        canvas.setCropBox(crop)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), rotate=st.sampled_from([0, 90, 180, 270]), size=st.integers(8, 30),
    crop=st.sampled_from([(), (50, 40, 600, 780), (0, 100, 612, 792)]),
)  # fmt: skip
def test_each_word_of_a_pdf_lies_in_its_box(seed: int, rotate: int, size: int, crop: tuple[float, ...]) -> None:
    chosen = random.Random(seed)
    words = [
        (60 + 180 * column, 110 + 60 * row, chosen.choice(WORDS)) for row in range(9) for column in range(3)
        if chosen.random() < 0.6
    ] or [(60, 110, "cough")]  # fmt: skip
    (page,) = drawn(page_of(words, rotate=rotate, crop=crop, size=size))
    check_boxes(page)
    assert page.layer is not None
    found = sorted(page.layer.text[word.start : word.end] for word in page.layer.words)
    assert found == sorted(word for _, _, word in words)


def test_the_box_is_the_words_own() -> None:
    (page,) = drawn(page_of([(100, 700, "left"), (400, 100, "right")]))
    assert page.layer is not None
    left, right = page.layer.words
    for word, x, y in ((left, 100, 92), (right, 400, 692)):
        assert word.left == pytest.approx(10_000 * x / 612, abs=30)
        assert word.bottom == pytest.approx(10_000 * y / 792, abs=60)


def test_what_is_written_over_a_page_is_in_the_text_and_at_its_place() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.drawString(60, 700, "Visit")
    canvas.acroForm.textfield(name="diagnosis", value="J18.9 pneumonia", x=60, y=600, width=300, height=24)
    canvas.acroForm.checkbox(name="smoker", checked=True, x=60, y=560)
    canvas.textAnnotation("Addendum: also diabetes", Rect=[400, 690, 420, 710])
    canvas.linkURL("https://example.com", (60, 690, 90, 715))
    canvas.save()
    (page,) = drawn(out.getvalue())
    assert page.text == "Visit\nJ18.9 pneumonia\nAddendum: also diabetes"
    assert page.layer is not None
    typed = page.layer.words[1]
    assert page.text[typed.start : typed.end] == "J18.9"
    assert (typed.left, typed.bottom) == (
        pytest.approx(10_000 * 60 / 612, abs=20),
        pytest.approx(10_000 * 192 / 792, abs=20),
    )


def test_what_lies_beyond_the_crop_box_is_not_in_the_text() -> None:
    (page,) = drawn(page_of([(100, 700, "seen"), (100, 20, "hidden")], crop=(0, 100, 612, 792)))
    assert page.text == "seen"


def test_a_broken_word_is_one_word_in_two_boxes() -> None:
    (page,) = drawn(page_of([(100, 700, "mild hyper-"), (100, 685, "tension since May")]))
    assert page.layer is not None
    assert page.text == "mild hypertension since May"
    _, first, second, *_ = page.layer.words
    assert page.layer.text[first.start : second.end] == "hypertension"
    assert first.end == second.start
    assert first.bottom < second.top + 30


def test_ligatures_are_taken_apart() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("Vera", 12)
    canvas.drawString(100, 700, "\ufb01brillation con\ufb01rmed")
    canvas.showPage()
    canvas.save()
    (page,) = drawn(out.getvalue())
    assert page.text == "fibrillation confirmed"
    check_boxes(page)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=300))
def test_not_a_word_of_a_note_is_lost(text: str) -> None:
    pages = NotePages(read_note(text))
    layers = [pages.find_layer(index) for index in range(len(pages))]
    found = "".join(layer.text for layer in layers if layer)
    assert "".join(found.split()) == "".join(text.split())
    for layer in layers:
        for word in layer.words if layer else ():
            assert layer is not None
            assert layer.text[word.start : word.end].strip()
            assert 0 <= word.left < word.right <= WHOLE
            assert 0 <= word.top < word.bottom <= WHOLE


@pytest.mark.parametrize(
    "note",
    [
        "CHIEF COMPLAINT\nCough, 38.5 °C.\n\nPLAN\n1. Rest.\n2. Fluids ≥ 2 l → review in ½ week – é µ ±\n",
        "Sodium       138   mmol/l\nPotassium    4.1   mmol/l\nCreatinine   0.9   mg/dl\n",
        "Αλφα Привет ≤ ≥ café naïve 日本",
        "x" * 3000,
    ],
    ids=["note", "columns", "letters", "no blanks"],
)
def test_each_word_of_a_note_lies_in_its_box(note: str) -> None:
    pages = NotePages(read_note(note))
    for index in range(len(pages)):
        check_boxes(pages.draw(index))


def test_what_no_letter_exists_for_is_still_seen() -> None:
    page = NotePages(read_note("before 日本 after")).draw(0)
    assert page.text == "before 日本 after"
    assert page.layer is not None
    image = Image.open(io.BytesIO(page.jpeg)).convert("L")
    assert ink(image, page.layer.words[1]) > 50


def test_columns_made_of_blanks_stay_columns() -> None:
    note = "Sodium       138   mmol/l\nPotassium    4.1   mmol/l\nCreatinine   0.9   mg/dl\n"
    layer = NotePages(read_note(note)).find_layer(0)
    assert layer is not None
    lefts = [word.left for word in layer.words if layer.text[word.start : word.end] in ("138", "4.1", "0.9")]
    assert max(lefts) - min(lefts) <= 1
