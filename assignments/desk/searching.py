"""What the entry box offers while somebody types: codes to take, a procedure to add, or why neither will do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assignments.codesets.icd10cm import explain_date, explain_invalid, get_code, squeeze
from assignments.codesets.procedure_search import search_procedures
from assignments.codesets.procedures import LineError
from assignments.codesets.search import UNWEIGHTED, Hit, search
from assignments.drafting.claim_facts import write_drug
from assignments.drafting.entries import parse_entry
from assignments.drafting.operations import pointer_letters
from assignments.drafting.rules import MOST_DIAGNOSES, POA, DiagnosisLine, ProcedureLine

MOST_OPTIONS = 12
MOST_PROCEDURES = 4  # of those


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the list. `op` is what its button asks for; `fill` goes into the box instead; a note does neither."""

    kind: Literal["take", "fill", "note"]
    code: str
    text: str
    op: str = ""
    note: str = ""
    is_starred: bool = False


def find_options(
    text: str,
    *,
    on: date,
    diagnoses: int = MOST_DIAGNOSES,
    weights: Mapping[str, float] = UNWEIGHTED,
    asks_poa: bool = False,
) -> list[Option]:
    """The lines below the entry box for what is typed in it, best first; the first is what Enter takes.

    `weights` raises the codes that are used much: see `assignments.codesets.search`. `asks_poa`: a diagnosis may say
    whether it was there at admission.
    """
    if not text.strip():
        return []
    try:
        entry = parse_entry(text, diagnoses=diagnoses, on=on, asks_poa=asks_poa)
    except LineError as error:
        return [Option("note", "", str(error))]
    procedure = [_procedure(entry.procedure)] if entry.procedure else []
    if entry.procedure and not entry.diagnosis:
        return procedure
    poa = entry.diagnosis.poa if entry.diagnosis else ""
    if entry.diagnosis and poa:
        text = entry.diagnosis.code
    outside = explain_date(on)
    if outside:
        itself = _by_form(f"{entry.diagnosis.code} {poa}".strip()) if entry.diagnosis else []
        return [Option("note", "", outside), *itself, *procedure]
    hits = [_hit(hit) for hit in search(text, on=on, limit=MOST_OPTIONS, weights=weights)]
    if entry.diagnosis:
        return _around(entry.diagnosis, hits, procedure, on)
    found = [
        Option("take", one.code, one.title, f"line {one.code}", system)
        for system, one in search_procedures(text, on=on, limit=MOST_PROCEDURES)
    ]
    hits = [*hits[: MOST_OPTIONS - len(found)], *found]
    return hits or [Option("note", "", f"Nothing fits “{text.strip()}”. Try other words, or a code.")]


def with_stars(options: list[Option], starred: Collection[str]) -> list[Option]:
    """The options, those marked whose squeezed code is starred."""
    return [replace(one, is_starred=True) if squeeze(one.code) in starred else one for one in options]


def _around(line: DiagnosisLine, hits: list[Option], procedure: list[Option], on: date) -> list[Option]:
    """For a number: itself if it can be billed, else why not before what could be meant."""
    code = line.code
    reason = explain_invalid(code, on)
    if reason is None:
        found = get_code(code, on)
        poa = f"present on admission: {POA[line.poa]}" if line.poa else ""
        itself = Option("take", code, found.title if found else "", f"take {code} {line.poa}".strip(), poa)
        return [itself, *procedure, *(hit for hit in hits if hit.code != code)][:MOST_OPTIONS]
    if procedure and get_code(code, on) is None:
        return [*procedure, *hits]
    return [Option("note", "", reason), *procedure, *hits]


def _by_form(code: str) -> list[Option]:
    """A diagnosis that no release here can check: it may be added, and a warning will stand beside it."""
    return [Option("take", code, "Add it unchecked", f"take {code}")]


def _hit(hit: Hit) -> Option:
    if hit.billable:
        return Option("take", hit.code, hit.title, f"take {hit.code}")
    note = "7th character" if hit.needs_seventh else "more below"
    return Option("fill", hit.code, hit.title, f"look {hit.code}", note)


def _procedure(line: ProcedureLine) -> Option:
    parts = [
        f"modifier {', '.join(line.modifiers)}" if line.modifiers else "",
        f"× {line.units}" if line.units != 1 else "",
        f"points to {pointer_letters(line.pointers)}" if line.pointers else "",
        f"on {line.service_on:%m/%d/%Y}" if line.service_on else "",
        f"by {line.rendering}" if line.rendering else "",
        f"NDC {write_drug(line.ndc, line.ndc_unit, line.ndc_quantity)}" if line.ndc else "",
        f"{line.minutes} minutes" if line.minutes else "",
    ]
    said = " · ".join(part for part in parts if part)
    return Option("take", line.code, f"Procedure{f': {said}' if said else ''}", "add procedure", line.system)
