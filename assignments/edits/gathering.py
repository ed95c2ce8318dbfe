"""Gather what the rules look at: facts of codes, the patient's age, CMS's tables of the date, what was coded before."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import explain_date, squeeze
from assignments.codesets.procedure_codes import (
    explain_modifier_on,
    explain_procedure_on,
    explain_unchecked,
    has_modifiers,
)
from assignments.codesets.procedure_sets import System
from assignments.drafting.rules import Lines
from assignments.edits.code_facts import facts_of, with_lists
from assignments.edits.context import CodeFacts, Context, Pair, UnitLimit
from assignments.edits.modifiers import is_known
from assignments.opening import open_fields
from portal.database import DB

#: With fewer codings of a client and specialty nothing is called unusual.
ENOUGH = 200

_SETTINGS = {"practitioner": "practitioners", "outpatient": "outpatient hospitals"}


@dataclass(frozen=True, slots=True)
class _Release:
    """One table in force, with the words that its rows number."""

    id: int
    words: Sequence[str]

    def word(self, number: int) -> str:
        return self.words[number - 1] if number else ""


_LINE = "SELECT s.edit_setting, s.asks_poa FROM chart c JOIN service_line s ON s.id = c.service_line_id WHERE c.id = $1"


def plain_context(lines: Lines, *, on: date) -> Context:
    """What can be known of lines alone: nothing of the patient, the client or CMS's tables."""
    return Context(
        lines, on, explain_date(on) or "", _facts(lines, on), refused=_refused(lines, on), strange=_strange(lines, on)
    )


async def gather_context(*, chart_id: UUID, lines: Lines, on: date) -> Context:
    """Everything that is known of a chart in the actor's hands, read inside the current transaction."""
    line = await DB.fetch_one(_LINE, chart_id)
    setting = line["edit_setting"] if line else "practitioner"
    in_force = await _in_force(setting, on)
    codes = list(dict.fromkeys(line.code for line in lines.procedures))
    age, sex = await find_age_and_sex(chart_id, on) if lines.diagnoses else (None, "")
    return Context(
        lines, on, explain_date(on) or "",
        await _listed(_facts(lines, on), in_force.get("mce")),
        age=age, asks_poa=bool(line and line["asks_poa"]),
        sex=sex[:1].upper() if sex in ("female", "male") else "",
        pairs=await _pairs(codes, in_force.get("ptp"), on),
        limits=await _limits(codes, in_force.get("mue")),
        unchecked=tuple(_unchecked(lines, in_force, setting, on)),
        unseen=await _unseen(chart_id, lines),
        refused=_refused(lines, on), strange=_strange(lines, on),
    )  # fmt: skip


async def find_age_and_sex(chart_id: UUID, on: date) -> tuple[int | None, str]:
    """The age on a day, None if no day of birth can be read, and the administrative sex, empty if nobody has said it,
    of the patient of a chart in the actor's hands; inside the current transaction.
    """
    row = await DB.fetch_one("SELECT patient_id, birth_on_sealed, sex_sealed FROM particulars_of_held($1)", chart_id)
    if row is None:
        return None, ""
    patient_id = row["patient_id"]
    born = await open_fields("patient_identity.birth_on", {patient_id: row["birth_on_sealed"]})
    said = await open_fields("patient_identity.sex", {patient_id: row["sex_sealed"]}) if row["sex_sealed"] else {}
    is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", born[patient_id])
    return age_on(date.fromisoformat(born[patient_id]), on) if is_day else None, said.get(patient_id, "")


async def is_poa_asked(chart_id: UUID) -> bool:
    """Whether the diagnoses of a chart say if they were there at admission; inside the current transaction."""
    line = await DB.fetch_one(_LINE, chart_id)
    return bool(line and line["asks_poa"])


def age_on(born_on: date, on: date) -> int:
    """Full years between two days; none before the first."""
    return max(on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day)), 0)


def _facts(lines: Lines, on: date) -> dict[str, CodeFacts]:
    return {line.code: facts_of(line.code, on) for line in lines.diagnoses}


def _refused(lines: Lines, on: date) -> dict[str, str]:
    """Procedure numbers that are none, each with why; where nothing of the day is loaded, by their form."""
    reasons = {line.code: explain_procedure_on(line.code, on) for line in lines.procedures}
    return {code: reason for code, reason in reasons.items() if reason}


def _strange(lines: Lines, on: date) -> frozenset[str]:
    """Modifiers that do not exist on the day; where no file with modifiers is loaded, by our own list."""

    def exists(modifier: str) -> bool:
        system: System = "CPT" if re.fullmatch("[0-9].|P[1-6]", modifier) else "HCPCS"
        if has_modifiers(system):
            return explain_modifier_on(modifier, on) is None
        return is_known(modifier)

    return frozenset(one for line in lines.procedures for one in line.modifiers if not exists(one))


async def _in_force(setting: str, on: date) -> dict[str, _Release]:
    rows = await DB.fetch(
        "SELECT DISTINCT ON (kind) kind, id, words FROM edit_release"
        " WHERE setting IN ($1, 'inpatient') AND $2 BETWEEN starts_on AND ends_on ORDER BY kind, starts_on DESC",
        setting, on,
    )  # fmt: skip
    return {row["kind"]: _Release(row["id"], row["words"]) for row in rows}


async def _listed(facts: dict[str, CodeFacts], release: _Release | None) -> Mapping[str, CodeFacts]:
    """The facts with the lists of the Medicare Code Editor in place of what titles tell."""
    if release is None or not facts:
        return facts
    rows = await DB.fetch(
        "SELECT code, array_agg(list) AS lists FROM listed_code WHERE release_id = $1 AND code = ANY ($2)"
        " GROUP BY code",
        release.id, [squeeze(code) for code in facts],
    )  # fmt: skip
    lists = {row["code"]: row["lists"] for row in rows}
    return {code: with_lists(one, lists.get(squeeze(code), ()), release.words) for code, one in facts.items()}


async def _pairs(codes: list[str], release: _Release | None, on: date) -> tuple[Pair, ...]:
    """The pairs among these few codes that hold on the date; 9 says that a pair never held."""
    if release is None or len(codes) < 2:
        return ()
    rows = await DB.fetch(
        "SELECT column1, column2, indicator, word FROM ptp_pair WHERE release_id = $1 AND column1 = ANY ($2)"
        " AND column2 = ANY ($2) AND effective_on <= $3 AND (deleted_on IS NULL OR deleted_on >= $3) AND indicator <> 9"
        " ORDER BY column1, column2",
        release.id, codes, on,
    )  # fmt: skip
    return tuple(Pair(row["column1"], row["column2"], row["indicator"], release.word(row["word"])) for row in rows)


async def _limits(codes: list[str], release: _Release | None) -> dict[str, UnitLimit]:
    if release is None or not codes:
        return {}
    rows = await DB.fetch(
        "SELECT code, units, indicator, word FROM unit_limit WHERE release_id = $1 AND code = ANY ($2)",
        release.id, codes,
    )  # fmt: skip
    return {row["code"]: UnitLimit(row["units"], row["indicator"], release.word(row["word"])) for row in rows}


async def _unseen(chart_id: UUID, lines: Lines) -> frozenset[str]:
    codes = list({one.code for one in lines.diagnoses} | {one.code for one in lines.procedures})
    if not codes:
        return frozenset()
    seen = await DB.value("SELECT codes_seen_beside($1, $2, $3)", chart_id, codes, ENOUGH)
    return frozenset(codes).difference(seen) if seen is not None else frozenset()


def _unchecked(lines: Lines, in_force: Collection[str], setting: str, on: date) -> list[str]:
    """What nobody here could look up, in a sentence each."""
    systems: tuple[System, ...] = ("CPT", "HCPCS")
    there = [system for system in systems if any(line.system == system for line in lines.procedures)]
    said = [sentence for system in there if (sentence := explain_unchecked(system, on))]
    if not there:
        return said
    missing = [name for kind, name in (("ptp", "pairs"), ("mue", "unit limits")) if kind not in in_force]
    if missing:
        quarter = f"{on.year} Q{(on.month + 2) // 3}"
        said.append(f"NCCI {' and '.join(missing)} of {quarter} for {_SETTINGS[setting]} are not loaded.")
    return said
