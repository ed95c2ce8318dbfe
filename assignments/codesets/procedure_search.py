"""Search of imported procedure sets by words: HCPCS Level II, and CPT where its licensee has imported it."""

from datetime import date
from functools import lru_cache

from assignments.codesets.index import Index, build_index
from assignments.codesets.loaded import imported
from assignments.codesets.procedure_sets import Entry, ProcedureSet
from assignments.codesets.search import rank
from assignments.codesets.tabular import Tabular, load_tabular


def search_procedures(text: str, *, on: date, limit: int = 6) -> list[tuple[str, Entry]]:
    """System and procedure for these words, best first; none where nothing was imported that answers for the date."""
    found: list[tuple[str, Entry]] = []
    for system, known in sorted(imported().procedures.items(), reverse=True):
        if known.release_on(on) is None:
            continue
        for code, _ in rank(_index_of(known), text, limit=limit * 2):
            entry = known.entry_on(code, on)
            if entry is not None and not entry.modifier:
                found.append((system, entry))
    return found[:limit]


@lru_cache(maxsize=4)
def _index_of(known: ProcedureSet) -> Index:
    """The newest title of each number, indexed as codes that stand side by side."""
    entries = [held[-1] for code, held in sorted(known.entries.items()) if not held[-1].modifier]
    codes = [entry.code for entry in entries]
    rows = {code: row for row, code in enumerate(codes)}
    nothing = [""] * len(codes)
    terms = [entry.short_title for entry in entries]
    table = Tabular(
        load_tabular().release, codes, [entry.title for entry in entries], terms, nothing, [0] * len(codes),
        [0] * len(codes), [""], [], rows, codes,
    )  # fmt: skip
    return build_index(table, has_phrases=False)
