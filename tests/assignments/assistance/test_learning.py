"""What past charts teach, and when it is said: places, precision, contexts, too little history, what is kept."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.assistance.context import Context
from assignments.assistance.counting import PastChart
from assignments.assistance.dictionary import EMPTY, load_dictionary
from assignments.assistance.files import read_charts
from assignments.assistance.learning import FEWEST_CHARTS, learn
from assignments.assistance.measuring import Measured, measure
from assignments.assistance.packing import pack, unpack
from assignments.assistance.phrases import Phrasebook
from assignments.assistance.proposing import SHOWN, STRONG, least_shown, propose
from assignments.assistance.reading import read
from assignments.assistance.weighing import calibrate, fit
from portal.errors import Invalid

FINDINGS = {
    "lobar pneumonia": "J18.1", "stable angina": "I20.89", "gallstones": "K80.20", "migraine": "G43.909",
    "low back pain": "M54.50",
}  # fmt: skip


def chart(number: int, *, pinned: bool = True) -> PastChart:
    """A note with two findings that it has and one that it denies; of the first two each is coded at its place."""
    dice = random.Random(number)
    here, there, absent = dice.sample(sorted(FINDINGS), 3)
    text = f"Visit {number}.\nImpression: {here}. Also {there} since May.\nNo {absent}.\nReviewed with the person."
    places = {FINDINGS[one]: [(text.index(one), text.index(one) + len(one))] for one in (here, there)}
    return PastChart(text, places if pinned else {code: [] for code in places})


HISTORY = [chart(number) for number in range(80)]


def test_what_was_pinned_is_proposed_at_its_place_with_its_count() -> None:
    knowledge = learn(HISTORY, EMPTY)
    text = "Impression: Lobar\npneumonia, left. No migraine. Denies low back pain; stable angina goes on."
    found = {one.code: one for one in propose(knowledge, EMPTY, text, least=SHOWN)}

    assert set(found) == {"J18.1", "I20.89"}
    pneumonia = found["J18.1"]
    assert text[pneumonia.start : pneumonia.end] == "Lobar\npneumonia"
    assert pneumonia.confidence > 0.8
    assert 0 < pneumonia.coded <= pneumonia.charts


def test_absent_findings_are_silent_because_this_team_does_not_code_them() -> None:
    assert Context.NEGATED in learn(HISTORY, EMPTY).silenced
    # a team that codes each mention, absent or not, is believed
    everything = [
        PastChart(one.text, {
            code: [(one.text.index(words), one.text.index(words) + len(words))]
            for words, code in FINDINGS.items() if words in one.text
        })
        for one in HISTORY
    ]  # fmt: skip
    assert Context.NEGATED not in learn(everything, EMPTY).silenced


def test_with_little_history_only_what_is_strong_is_shown_and_without_any_nothing() -> None:
    assert least_shown(learn(HISTORY[: FEWEST_CHARTS - 1], EMPTY)) == STRONG
    assert least_shown(learn(HISTORY, EMPTY)) == SHOWN
    nothing = learn([], load_dictionary())
    assert (
        propose(nothing, load_dictionary(), "Type 2 diabetes mellitus. Hypertension.", least=least_shown(nothing)) == []
    )
    assert propose(learn([], EMPTY), EMPTY, "", least=0) == []


def test_codes_without_places_are_learned_from_the_words_that_their_charts_share() -> None:
    bare = [chart(number, pinned=False) for number in range(120)]
    knowledge = learn(bare, EMPTY)
    assert "K80.20" in {one.code for one in propose(knowledge, EMPTY, "Impression: gallstones.", least=SHOWN)}
    assert not propose(learn(bare, EMPTY, mine=False), EMPTY, "Impression: gallstones.", least=SHOWN)


def test_what_is_kept_has_no_phrase_of_a_single_chart_and_says_the_same() -> None:
    odd = "Seen with Quilla Abernathy of lane nine."
    at = odd.index("Quilla")
    history = [*HISTORY, PastChart(odd, {"Z63.6": [(at, at + len("Quilla Abernathy"))]})]
    knowledge = learn(history, EMPTY)
    assert any("quill" in phrase for phrase in knowledge.pairs.book.phrases)

    packed = pack(knowledge)
    kept = unpack(packed)
    assert not any("quill" in word for phrase in kept.pairs.book.phrases for word in phrase)
    assert not any("quill" in word for word in kept.neighbours.words)
    text = "Impression: migraine. Also gallstones."
    first, second = (propose(one, EMPTY, text, least=SHOWN) for one in (knowledge, kept))
    assert [one.code for one in first] == [one.code for one in second]
    assert [one.confidence for one in first] == pytest.approx([one.confidence for one in second], abs=0.02)


def test_phrases_are_found_with_words_between_in_other_order_and_not_across_sentences() -> None:
    book = Phrasebook([("dolor", "rodill"), ("~", "dolor", "rodill")])

    def found(text: str) -> set[tuple[int, bool]]:
        return {(one.phrase, one.is_exact) for one in book.find(read(text))}

    assert found("Dolor de rodillas") == {(0, True), (1, False)}
    assert found("dolor intenso en rodilla") == {(0, False), (1, False)}
    assert found("rodilla con dolor") == {(1, False)}
    assert found("Dolor. Rodilla normal") == set()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=200))
@settings(max_examples=50, deadline=None)
def test_a_calibration_never_falls_and_never_says_certain(rows: list[tuple[float, bool]]) -> None:
    import numpy as np

    scores, hits = np.array([one for one, _ in rows]), np.array([float(hit) for _, hit in rows])
    shares = calibrate(scores, hits).apply(np.linspace(0, 1, 21)) if rows else np.zeros(1)
    assert (np.diff(shares) >= -1e-12).all()
    assert not rows or (shares > 0).all()
    assert not rows or (shares < 1).all()


def test_a_share_says_less_where_less_was_seen() -> None:
    import numpy as np

    hits = np.tile([1.0, 1.0, 1.0, 1.0, 0.0], 5)  # four in five
    few, many = (
        calibrate(np.full(len(seen), 0.8), seen).apply(np.array([0.8]))[0] for seen in (hits, np.tile(hits, 40))
    )
    assert 0.65 < few < 0.75 < many < 0.8


def test_weights_find_the_column_that_tells() -> None:
    import numpy as np

    dice = np.random.default_rng(1)
    rows = dice.normal(size=(400, 3))
    hits = (rows[:, 1] + 0.3 * dice.normal(size=400) > 0).astype(float)
    weights = fit(rows, hits)
    assert np.argmax(np.abs(weights.weights)) == 1
    assert ((weights.score(rows) > 0.5) == (hits == 1)).mean() > 0.9


def test_measures_are_those_of_the_book() -> None:
    ranked = [[Measured(0.9, True), Measured(0.6, False), Measured(0.4, True)], []]
    quality = measure(ranked, [{"A", "B"}, set()])
    at = {one.threshold: one for one in quality.thresholds}
    assert (at[0.5].precision, at[0.5].recall, at[0.5].f1) == (0.5, 0.5, 0.5)
    assert (at[0.3].shown, at[0.3].recall) == (3, 1.0)
    assert quality.mean_average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert (quality.precision_at_5, quality.recall_at_10) == (0.4, 1.0)


def line(**changed: object) -> str:
    return json.dumps({"id": "1", "text": "Fever.", "split": "test", "codes": []} | changed)


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("{", "Line 2 is not JSON"),
        ("[]", "Line 2 is not an object"),
        (line(id=None), 'Line 2 needs "id"'),
        (line(text=3), 'Line 2 needs "text"'),
        (line(split="dev"), 'Line 2 needs "split"'),
        (line(split=["test"]), 'Line 2 needs "split"'),
        (line(codes={}), "Line 2 has .codes. that are not a list"),
        (line(codes=["R50.9"]), "Line 2 has a code that is not an object"),
        (line(codes=[{"code": "R50.9", "spans": [[0, "5"]]}]), "Line 2 has a span"),
    ],
)
def test_a_malformed_line_is_refused_by_its_number(odd: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_charts([line(), odd])


def test_odd_but_readable_charts_are_taken_and_remarked_upon() -> None:
    found = read_charts([
        line(split="train", codes=[{"code": "r50.9", "spans": [[0, 5], [3, 3], [4, 99]]}, {"code": "R50.9"}]),
        line(text="another with the same id"), "", line(id=7, codes=None, text=""),
    ])  # fmt: skip
    assert found.train == [PastChart("Fever.", {"R50.9": [(0, 5)]})]
    assert [one.text for one in found.test] == [""]
    assert found.remarks["spans left out: empty or not inside the text"] == 2
    assert found.remarks["charts left out: their id was there before"] == 1
    assert found.remarks["charts without codes"] == 1
