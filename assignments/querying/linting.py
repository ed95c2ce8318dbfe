"""Is a query compliant before it is sent? Each rule with its number, level, source and what to write instead.

The source is the practice brief of AHIMA and ACDIS, “Guidelines for Achieving a Compliant Query Practice”, in its
update of 2022, where a rule says so; the words and lists are ours. Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assignments.querying.rules import Content, Means, Purpose, Shape
from assignments.querying.words import (
    AMBIGUOUS,
    CAPITALS,
    GENERIC,
    LEADING,
    OFTEN_ASKED,
    OTHER_VISITS,
    PAYMENT,
    PREFERRED,
    SCALES,
)

#: An error keeps a query from being sent, a warning asks for a reason, a hint asks for nothing.
Level = Literal["error", "warning", "info"]

BRIEF = "AHIMA/ACDIS, Compliant Query Practice, 2022"
HOUSE = "House rule"


@dataclass(frozen=True, slots=True)
class Remark:
    """What one rule has to say: `field` is the part of the query that it is about."""

    number: str
    level: Level
    field: str
    message: str
    source: str


#: The field and the message of each thing that a rule finds.
Found = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class QueryRule:
    """One rule of the linter."""

    number: str
    level: Level
    title: str
    source: str
    check: Callable[[Content], Found]


RULES: list[QueryRule] = []


def lint(content: Content) -> tuple[Remark, ...]:
    """Everything that the rules have to say about a query, errors first."""
    remarks = [
        Remark(rule.number, rule.level, field, message, rule.source)
        for rule in RULES
        for field, message in rule.check(content)
    ]
    return tuple(sorted(remarks, key=lambda remark: ("error", "warning", "info").index(remark.level)))


def find_obstacles(remarks: tuple[Remark, ...], reasons: Mapping[str, str]) -> tuple[Remark, ...]:
    """What keeps a query from being sent: errors, and warnings without a reason."""
    return tuple(
        remark
        for remark in remarks
        if remark.level == "error" or (remark.level == "warning" and not reasons.get(remark.number, "").strip())
    )


def _rule(number: str, level: Level, title: str, source: str = BRIEF) -> Callable[[Callable[[Content], Found]], None]:
    def register(check: Callable[[Content], Found]) -> None:
        RULES.append(QueryRule(number, level, title, source, check))

    return register


@_rule("Q01", "error", "Clinical indicators are quoted from the record")
def _quotes(content: Content) -> Found:
    if not any(indicator.quote.strip() for indicator in content.indicators):
        yield "indicators", "Nothing is quoted yet. Select the words on the page that raise the question and add them."


@_rule("Q02", "info", "More than one indicator, where there is more than one")
def _several_quotes(content: Content) -> Found:
    if len(content.indicators) == 1 and content.purpose in (Purpose.DIAGNOSIS, Purpose.CONFLICT):
        yield "indicators", "One place is quoted. If the record says more about this, for or against, quote that too."


@_rule("Q03", "error", "“Other” is offered")
def _offers_other(content: Content) -> Found:
    if content.shape is not Shape.OPEN and not content.has(Means.OTHER):
        yield "options", "Add the option “Other (please specify)”, so that the provider can answer in their own words."


@_rule("Q04", "error", "“Unable to determine” is offered")
def _offers_undetermined(content: Content) -> Found:
    if content.shape is not Shape.OPEN and not content.has(Means.UNDETERMINED):
        yield "options", "Add the option “Unable to determine”: a provider must be able to say that nobody can know."


@_rule("Q05", "warning", "At least two clinical options")
def _two_options(content: Content) -> Found:
    if content.shape is Shape.CHOICE and len(content.offered) == 1:
        yield (
            "options",
            "Only one clinical option is offered. Offer every one that the quoted indicators support; if there is"
            " only one, say so as the reason.",
        )


@_rule("Q06", "error", "A multiple choice has clinical options")
def _some_options(content: Content) -> Found:
    if content.shape is Shape.CHOICE and not content.offered:
        yield "options", "Write the clinical options that the quoted indicators support, or make it an open question."


@_rule("Q07", "warning", "“Not clinically significant” where a finding is asked about")
def _offers_not_significant(content: Content) -> Found:
    asks = content.purpose is Purpose.SIGNIFICANCE or "clinical significance" in content.question.lower()
    if content.shape is not Shape.OPEN and asks and not content.has(Means.NOT_SIGNIFICANT):
        yield "options", "A finding may mean nothing: add the option “Not clinically significant”."


@_rule("Q08", "error", "No leading words")
def _leads(content: Content) -> Found:
    for field, text in _ours(content):
        if found := re.search("|".join(LEADING), text, re.IGNORECASE):
            yield (
                field,
                f"“{found[0]}” leads the provider. Ask what the finding means or which applies, and stop there.",
            )


@_rule("Q09", "error", "The title names no diagnosis that the record does not have")
def _title_names(content: Content) -> Found:
    for name in _asked_for(content):
        if _says(content.title, name) and not _recorded(content, name):
            yield "title", f"“{name}” is not in what you quote, so the title gives it away. Name the finding instead."


@_rule("Q10", "error", "The question names no diagnosis that the record does not have")
def _question_names(content: Content) -> Found:
    for name in _asked_for(content):
        if _says(content.question, name) and not _recorded(content, name):
            yield (
                "question",
                f"“{name}” is not in what you quote. Quote where it is documented, or ask about the findings and leave"
                " the diagnosis to the options.",
            )


@_rule("Q11", "error", "Yes or no only about what is documented")
def _yes_or_no(content: Content) -> Found:
    if content.shape is Shape.YES_NO and content.purpose in (Purpose.DIAGNOSIS, Purpose.SIGNIFICANCE):
        yield (
            "shape",
            "A yes-or-no question may not bring in a diagnosis. Use it for a relation, a conflict or a detail of what"
            " is documented; here make it a multiple choice or an open question.",
        )


@_rule("Q12", "error", "Nothing about payment or measured quality")
def _pays(content: Content) -> Found:
    for field, text in _ours(content):
        for found in re.finditer(rf"\b(?:{'|'.join(PAYMENT)})\b", text, re.IGNORECASE):
            word, last = found[0], found[0].split()[-1].rstrip("s")
            if last.upper() in CAPITALS and last != last.upper():
                continue  # in small letters it is another word: 5 cc
            yield field, f"“{word}” speaks of payment or of measured quality. Leave it out: the reason is the patient."
            break


@_rule("Q13", "info", "Words that can be read as payment or quality")
def _may_pay(content: Content) -> Found:
    for field, text in _ours(content):
        for word, readings in AMBIGUOUS.items():
            if word == "score":
                text_left = re.sub(rf"{SCALES}\S*\s+scores?\b|\b[TZ]-scores?\b", "", text, flags=re.IGNORECASE)
                seen = re.search(r"\bscores?\b", text_left, re.IGNORECASE)
            else:
                seen = re.search(rf"\b{word}\b", text)
            if seen:
                yield field, f"“{seen[0]}” can be read in two ways ({readings}). Write it out."


@_rule("Q14", "error", "No option is put before the others")
def _prefers(content: Content) -> Found:
    for text in content.offered:
        if found := re.search(PREFERRED, text, re.IGNORECASE):
            yield "options", f"“{found[0]}” puts “{text}” before the others. Write all options alike."
        elif len(content.offered) > 1 and _shouts(text) and not all(map(_shouts, content.offered)):
            yield "options", f"“{text}” is in capitals and the others are not. Write all options alike."


@_rule("Q15", "info", "Options in an order that says nothing", HOUSE)
def _ordered(content: Content) -> Found:
    folded = [text.casefold() for text in content.offered]
    if content.shape is Shape.CHOICE and folded != sorted(folded):
        yield "options", "The first of a list is chosen more often. Put the options in alphabetical order."


@_rule("Q16", "error", "Title and question are written")
def _written(content: Content) -> Found:
    if len(content.title.strip()) < 4:
        yield "title", "Write a title that says what is asked about, such as “Finding on the chest image”."
    if len(content.question.strip()) < 15:
        yield "question", "Write the question in a full sentence."


@_rule("Q17", "error", "No slot of a template is left open", HOUSE)
def _filled(content: Content) -> Found:
    for field, text in _ours(content):
        if found := re.search(r"\{[^{}]*\}|_{3,}", text):
            yield field, f"Fill in “{found[0]}”, in the words of the record."


@_rule("Q18", "error", "No option twice", HOUSE)
def _distinct(content: Content) -> Found:
    folded = [" ".join(re.findall(r"\w+", option.text.casefold())) for option in content.options]
    for again in sorted({text for text in folded if folded.count(text) > 1}):
        yield "options", f"“{again}” is offered twice. Remove one."


@_rule("Q19", "warning", "No codes: a provider answers in clinical words", HOUSE)
def _coded(content: Content) -> Found:
    for field, text in _ours(content):
        if found := re.search(r"\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b|\bCPT\b|\bICD(?:-10)?(?:-CM)?\b", text):
            yield field, f"“{found[0]}” is the language of codes. Write the clinical term."


@_rule("Q20", "warning", "Other visits only where they bear on this one")
def _other_visits(content: Content) -> Found:
    for field, text in _ours(content):
        if found := re.search(OTHER_VISITS, text, re.IGNORECASE):
            yield (
                field,
                f"“{found[0]}” is about another visit. Quote this one; where the other bears on it clinically, say how"
                " as the reason.",
            )


@_rule("Q21", "warning", "One thing is asked at a time", HOUSE)
def _one_question(content: Content) -> Found:
    if content.question.count("?") > 1:
        yield "question", "Two questions stand in one, and one answer cannot serve both. Send two queries."


def _ours(content: Content) -> Iterator[tuple[str, str]]:
    """What the coder wrote, by field: not the quotes, which are the record's own words."""
    yield "title", content.title
    yield "question", content.question
    for text in content.offered:
        yield "options", text


def _asked_for(content: Content) -> list[str]:
    """The diagnoses that the options name, and those that are often asked for; the longest first, each once."""
    names = {name for text in content.offered if (name := _head(text))} | set(OFTEN_ASKED)
    return sorted(names, key=lambda name: (-len(name), name))


def _head(option: str) -> str:
    """What an option is a kind of: “Acute blood loss anemia” is an anemia, “Acute kidney injury” a kidney injury."""
    main = re.split(r"\b(?:due to|secondary to|caused by|with|without|of|from|in)\b|[,;:(]", option.lower())[0]
    words = re.findall(r"[a-z][a-z'-]+", main)
    if not words or all(word in GENERIC for word in words):
        return ""
    return words[-1] if words[-1] not in GENERIC and len(words[-1]) > 3 else " ".join(words[-2:])


def _says(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE) is not None


def _recorded(content: Content, name: str) -> bool:
    return any(_says(indicator.quote, name) for indicator in content.indicators)


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 5 and all(letter.isupper() for letter in letters)
