"""The worksheet's and the quality page's forms: findings as they are chosen, a plan's share, a list's filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from auditing.quality.choices import Choice
from auditing.quality.citations import CITATIONS
from auditing.quality.drafting_findings import MOST_CHOICES
from auditing.quality.figures import AuditFilter
from auditing.quality.rules import Direction, ErrorType, Severity
from portal.web.forms import Form

LONGEST_COMMENT = 1000  # characters
#: How far back a list looks unless it is told.
USUAL_PERIOD = timedelta(days=89)
EARLIEST = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Decision:
    """Which hold a decision is made under, and what makes it and the pull after it happen once."""

    entry_id: UUID
    fence: int
    request_id: UUID
    next_request_id: UUID


def read_decision(form: Form) -> Decision:
    """The hidden fields of a worksheet; FormError if they are not there."""
    decision = Decision(
        form.uuid("entry_id", "the button on the page again"),
        form.integer("fence", "The fence", low=0, high=2_000_000_000),
        form.uuid("request_id", "the button on the page again"),
        form.uuid("next_request_id", "the button on the page again"),
    )
    form.ensure()
    return decision


def read_choices(form: Form) -> dict[str, Choice | None]:
    """What is chosen for each difference; fields are named `type-<key>`, `severity-<key>` and so on.

    None where all is as it was suggested (`guess-<key>`): a suggestion may still change with the other lines. What
    cannot be used is noted in the form and left out.
    """
    made: dict[str, Choice | None] = {}
    for name in [name for name in form.values if name.startswith("type-")][:MOST_CHOICES]:
        key = name.removeprefix("type-")[:80]
        error_type = form.choice(name, "what was wrong", set(ErrorType))
        severity = form.choice(f"severity-{key}", "how much it matters", set(Severity))
        direction = form.choice(f"direction-{key}", "a direction", set(Direction))
        citation = form.choice(f"citation-{key}", "a citation from the list", {"", *CITATIONS})
        comment = form.text(f"comment-{key}", "The comment", required=False, most=LONGEST_COMMENT)
        if not any(field.endswith(f"-{key}") for field in form.errors):
            as_guessed = form.values.get(f"guess-{key}") == f"{error_type} {severity} {direction}"
            chosen = Choice(ErrorType(error_type), Severity(severity), Direction(direction), citation, comment)
            made[key] = None if as_guessed and not citation and not comment else chosen
    return made


def read_percent(form: Form) -> Decimal:
    """The share of charts that a plan audits, in per cent; FormError if it is none."""
    percent = form.decimal("percent", "The share", low=Decimal(0), high=Decimal(100), places=2)
    form.ensure()
    return percent


def read_filter(query: Mapping[str, str], *, today: date) -> tuple[AuditFilter, Form]:
    """Which audits a page is about, by default those closed in the last 90 days.

    What cannot be read is noted in the form, and its default taken.
    """
    names = ("from", "to", "client", "coder", "outcome")
    form = Form({name: query.get(name, "") for name in names})
    first_on, last_on = today - USUAL_PERIOD, today
    if form.values["from"]:
        first_on = form.date("from", "From", earliest=EARLIEST, latest=date(2200, 1, 1))
    if form.values["to"]:
        last_on = form.date("to", "To", earliest=EARLIEST, latest=date(2200, 1, 1))
    if first_on > last_on:
        form.wrong("from", "The first day lies after the last. Swap them, or choose others.")
    client_id = form.uuid("client", "a client from the list") if form.values["client"] else None
    coder_id = form.uuid("coder", "a coder from the list") if form.values["coder"] else None
    outcome = form.values["outcome"] if form.values["outcome"] in ("clean", "corrected") else ""
    form.values.update({"from": first_on.isoformat(), "to": last_on.isoformat()})
    return AuditFilter(first_on, last_on, client_id, coder_id, outcome), form
