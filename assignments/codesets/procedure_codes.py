"""Procedure numbers and modifiers by what was imported: whether they exist on a date of service, and what they mean."""

import re
from datetime import date

from assignments.codesets.loaded import imported
from assignments.codesets.procedure_sets import Entry, System
from assignments.codesets.procedures import classify_procedure, explain_procedure

NAMES: dict[System, str] = {"HCPCS": "HCPCS Level II", "CPT": "CPT"}


def get_procedure(code: str, on: date) -> Entry | None:
    """The procedure of this number on this date of service; None if it is none, or nothing was imported to know it."""
    found = classify_procedure(code)
    known = imported().procedures.get(found.system) if found else None
    return known.entry_on(found.code, on) if known and found else None


def explain_procedure_on(code: str, on: date) -> str | None:
    """None for a procedure that can be coded on this date of service, else a sentence.

    Where no imported release answers for the day, its form alone is looked at: `explain_unchecked` says so.
    """
    found = classify_procedure(code)
    if found is None:
        return explain_procedure(code)
    known = imported().procedures.get(found.system)
    release = known.release_on(on) if known else None
    if known is None or release is None or known.entry_on(found.code, on):
        return None
    ended = [entry.last for entry in known.entries.get(found.code, ()) if entry.last and entry.last < on]
    if ended:
        return f"{found.code} ended on {max(ended)}. Choose a code that held on {on}."
    return f"{found.code} is not a code of {NAMES[found.system]}, {release.label}. Check its digits."


def explain_modifier_on(modifier: str, on: date) -> str | None:
    """None for a modifier that exists on this date of service, or that nothing imported can know; else a sentence."""
    answering = [known for known in imported().procedures.values() if known.release_on(on)]
    if any(entry.modifier for known in answering if (entry := known.entry_on(modifier, on))):
        return None
    # modifiers with a digit in front, and P1 to P6, are CPT's: only an imported CPT knows them
    wanted: System = "CPT" if re.fullmatch("[0-9].|P[1-6]", modifier) else "HCPCS"
    if not any(known.system == wanted and has_modifiers(known.system) for known in answering):
        return None
    return f"{modifier} is not a modifier on {on}. Check it, or leave it out."


def has_modifiers(system: System) -> bool:
    """Whether the imported files of this system had modifiers."""
    known = imported().procedures.get(system)
    return known is not None and any(entries[0].modifier for entries in known.entries.values())


def explain_unchecked(system: System, on: date) -> str | None:
    """None when an imported release answers for this date of service, else why lines are checked by their form only."""
    known = imported().procedures.get(system)
    if known is None:
        why = (
            "it is loaded under your own licence, and is not loaded here"
            if system == "CPT"
            else "it is not loaded here"
        )
    elif known.release_on(on) is None:
        why = f"no release that is loaded answers for {on}"
    else:
        return None
    return f"{NAMES[system]} is checked by its form only: {why}."


def search_procedures(query: str, *, on: date, limit: int = 20) -> list[Entry]:
    """Procedures of which the number begins so, or whose titles have every word, the last perhaps unfinished.

    Those with the words in their short title, and with the shorter title, come first.
    """
    words = re.findall("[a-z0-9]+", query.lower())
    sets = [known for known in imported().procedures.values() if known.release_on(on)]
    if not words or len("".join(words)) < 2:
        return []
    begins = "".join(words).upper()
    found: list[tuple[int, int, Entry]] = []
    for known in sets:
        for code, entries in known.entries.items():
            entry = next((one for one in entries if one.held(on) and not one.modifier), None)
            if entry is None:
                continue
            if code.startswith(begins):
                found.append((0, 0, entry))
            elif _has_all(entry.title.lower(), words):
                found.append((1 + (not _has_all(entry.short_title.lower(), words)), len(entry.title), entry))
    return [entry for *_, entry in sorted(found, key=lambda one: (*one[:2], one[2].code))[:limit]]


def _has_all(title: str, words: list[str]) -> bool:
    return all(re.search(rf"\b{word}", title) for word in words)
