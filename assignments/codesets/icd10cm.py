"""ICD-10-CM codes by number: which exist on a date of service, what stands below them, and why one can't be billed."""

import re
from dataclasses import dataclass
from datetime import date

from assignments.codesets.loaded import tabular_on, tabulars
from assignments.codesets.tabular import Release, Tabular


@dataclass(frozen=True)
class Code:
    """An ICD-10-CM code as people write it, with its full title; only a billable one may go on a chart."""

    code: str
    title: str
    billable: bool


def load_release() -> Release:
    """The newest release that is loaded here: what the screen names when none answers for a date of service."""
    return tabulars()[-1].release


def release_in_force(on: date) -> Release | None:
    """The release that answers for this date of service, None when it is not loaded here."""
    table = tabular_on(on)
    return table.release if table else None


def get_code(code: str, on: date) -> Code | None:
    """The code or header of this number on this date of service; any case, with or without dot and spaces."""
    table = tabular_on(on)
    return code_of(table, squeeze(code)) if table else None


def is_billable_on(code: str, on: date) -> bool:
    """Whether this code may be billed for this date of service."""
    found = get_code(code, on)
    return found is not None and found.billable


def children_of(code: str, on: date | None = None) -> tuple[Code, ...]:
    """The codes one step below: subcategories of a header, 7th-character codes of a stem, none of a billable code.

    Without a date of service they are those of the newest release that is loaded.
    """
    table = tabular_on(on) if on else tabulars()[-1]
    if table is None:
        return ()
    bare = squeeze(code)
    row = table.rows.get(bare)
    if row is None:
        return ()
    names = [stem_with(bare, character) for character in table.sevenths[row]] or shallowest(table.below(bare)[1:])
    return tuple(found for name in names if (found := code_of(table, name)))


def explain_invalid(code: str, on: date) -> str | None:
    """None when the code can be billed for this date of service, else a sentence that says what to do instead."""
    table = tabular_on(on)
    bare = squeeze(code)
    if table is None:
        return explain_date(on)
    if not re.fullmatch(r"[A-Z][0-9A-Z]{0,6}", bare):
        return "An ICD-10-CM code is a letter and 2 to 6 more letters or digits, e.g. E11.9."
    row = table.rows.get(bare)
    if row is None:
        return None if code_of(table, bare) else _explain_unknown(table, bare)
    if table.sevenths[row]:
        return _explain_seventh(table, bare)
    return None if table.is_leaf(row) else _explain_header(table, bare)


def explain_date(on: date) -> str | None:
    """None when a loaded release answers for this date of service, else a sentence that says which dates one does."""
    if tabular_on(on):
        return None
    before = [table.release for table in tabulars() if table.release.valid_from <= on]
    release = before[-1] if before else tabulars()[0].release
    following = f"; {release.next_label} is not loaded" if on > release.valid_to else ""
    return (
        f"Date of service {on} is outside the release in force here: {release.label}, "
        f"valid {release.valid_from} to {release.valid_to}{following}."
    )


def squeeze(text: str) -> str:
    """A code as the table keeps it: upper case, no dot, no spaces."""
    return re.sub(r"[\s.]", "", text).upper()


def dotted(bare: str) -> str:
    """A code as people write it, with its dot."""
    return bare if len(bare) < 4 else f"{bare[:3]}.{bare[3:]}"


def stem_with(stem: str, character: str) -> str:
    """The full code of a stem and a 7th character, X in the places between."""
    return stem.ljust(6, "X") + character


def code_of(table: Tabular, bare: str) -> Code | None:
    """The code of this squeezed number, listed or made of a stem and a listed 7th character."""
    row = table.rows.get(bare)
    if row is not None:
        return Code(dotted(bare), table.titles[row], table.is_leaf(row) and not table.sevenths[row])
    stem = _stem_of(table, bare)
    if stem is None or bare[6] not in table.sevenths[table.rows[stem]]:
        return None
    meaning = table.meanings[table.tables[table.rows[stem]]][bare[6]]
    return Code(dotted(bare), f"{table.titles[table.rows[stem]]}, {meaning}", True)


def shallowest(codes: list[str]) -> list[str]:
    """Of sorted codes those that stand below no other of them."""
    found: list[str] = []
    for code in codes:
        if not (found and code.startswith(found[-1])):
            found.append(code)
    return found


def _stem_of(table: Tabular, bare: str) -> str | None:
    if len(bare) != 7:
        return None
    stems = (bare[:6], bare[:6].rstrip("X"))
    return next((stem for stem in stems if stem in table.rows and table.sevenths[table.rows[stem]]), None)


def _explain_header(table: Tabular, bare: str) -> str:
    examples = [code for code in table.below(bare)[1:] if table.is_leaf(table.rows[code])]
    full = [stem_with(code, table.sevenths[table.rows[code]][0]) if _takes(table, code) else code for code in examples]
    shortest, longest = len(min(full, key=len)), len(max(full, key=len))
    sizes = str(longest) if shortest == longest else f"{shortest} to {longest}"
    # codes that end in 9 are the unspecified ones: the safest example, seldom the best choice
    example = next((code for code, stem in zip(full, examples, strict=True) if stem[len(bare) :] == "9"), full[0])
    noun = "category" if len(bare) == 3 else "subcategory"
    return f"{dotted(bare)} is a {noun}. Choose one of its {sizes} character codes, e.g. {dotted(example)}."


def _takes(table: Tabular, bare: str) -> bool:
    return bool(table.sevenths[table.rows[bare]])


def _explain_seventh(table: Tabular, stem: str) -> str:
    characters = table.sevenths[table.rows[stem]]
    padding = "" if len(stem) == 6 else f", after {'X' * (6 - len(stem))} in the empty places"
    example = dotted(stem_with(stem, characters[0]))
    return f"{dotted(stem)} needs a 7th character: {', '.join(characters)}{padding}, e.g. {example}."


def _explain_unknown(table: Tabular, bare: str) -> str:
    label = table.release.label
    stem = _stem_of(table, bare)
    if stem is not None:
        choices = ", ".join(table.sevenths[table.rows[stem]])
        return f"{dotted(stem_with(stem, ''))} does not take the 7th character {bare[6]}: choose {choices}."
    known = next((bare[:size] for size in range(len(bare) - 1, 2, -1) if bare[:size] in table.rows), None)
    if known is None:
        below = table.below(bare)
        if below:
            return f"{bare} is the beginning of a code. Go on typing, e.g. {dotted(below[0])}."
        return f"{dotted(bare)} is not a code of {label}. Search by words to find the one that is meant."
    if _takes(table, known):
        rest = bare[len(known) :].lstrip("X")
        if len(rest) == 1 and rest in table.sevenths[table.rows[known]]:
            return f"{dotted(bare)} lacks its X: write {dotted(stem_with(known, rest))}."
        return f"{dotted(bare)} is not a code of {label}. {_explain_seventh(table, known)}"
    if table.is_leaf(table.rows[known]):
        return f"{dotted(bare)} is not a code of {label}: {dotted(known)} is complete without more characters."
    return f"{dotted(bare)} is not a code of {label}. {_explain_header(table, known)}"
