"""What each engine answers to a file of queries, and how long each keystroke takes it."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assignments.codesets.borrowed import load_borrowed
from assignments.codesets.icd10cm import squeeze
from assignments.codesets.index import Index, build_index, load_index
from assignments.codesets.search import LONGEST_QUERY, rank, search
from assignments.codesets.spelling import prepare
from assignments.codesets.tabular import Tabular, load_tabular
from portal.commands.bench.search.postgres import scratch_engines

SHOWN = 10
FEWEST_LETTERS = 2  # typed before anything is looked for
MOST_QUERIES = 3000  # PostgreSQL takes a tenth of a second for each
HELD_OUT = "held-out inclusion terms"  # this part is searched in an index that does not have them

Engine = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed, the code that it means, and which part of the file it stands in."""

    text: str
    code: str
    part: str


@dataclass(slots=True)
class Measured:
    """What one engine did: for each part how many were asked, and found first and among ten; milliseconds per key."""

    parts: dict[str, list[int]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    missing: str = ""  # why it could not be measured


def read_queries(text: str) -> list[Query]:
    """The queries of a file of JSON lines; raises ValueError with the number of the line that is none."""
    lines = text.removeprefix("\ufeff").split("\n")
    queries = [_query(line, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if not queries:
        raise ValueError("The file has no queries.")
    return queries


def _query(line: str, number: int) -> Query:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"Line {number} is not JSON.") from None
    text, code = (row.get("query"), row.get("code")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(code, str) or not squeeze(code):
        raise ValueError(f'Line {number} is no {{"query": …, "code": …}}: both are texts, and the code is not empty.')
    part = row.get("part")
    storable = text.encode(errors="replace").decode().replace("\0", " ")  # what no database takes nobody types
    return Query(storable, squeeze(code), part if isinstance(part, str) and part else "all")


def choose(queries: Sequence[Query], table: Tabular, say: Callable[[str], None]) -> list[Query]:
    """At most so many as can be asked in minutes, from all over the file; codes as the engines have them.

    A 7th character is chosen after the search: a code with one counts as the code before it.
    """
    step = max(1.0, len(queries) / MOST_QUERIES)
    chosen = [queries[int(at * step)] for at in range(min(len(queries), MOST_QUERIES))]
    if len(chosen) < len(queries):
        say(f"{len(chosen):,} of {len(queries):,} queries are asked, evenly from all over the file")
    chosen = [replace(query, code=_stem(query.code, table)) for query in chosen]
    unknown = sum(not table.below(query.code) and query.code not in table.rows for query in chosen)
    if unknown:
        say(f"{unknown:,} queries mean a code that {table.release.label} does not have: nobody finds it")
    return chosen


def _stem(code: str, table: Tabular) -> str:
    for stem in (code[:6], code[:6].rstrip("X")):
        if len(code) == 7 and stem in table.rows and code[6] in table.sevenths[table.rows[stem]]:
            return stem
    return code


async def measure(queries: Sequence[Query], keystrokes: int, say: Callable[[str], None]) -> dict[str, Measured]:
    """Ask every engine every query, and time the same keystrokes for each."""
    queries = choose(queries, load_tabular(), say)
    whole, cut = load_index(), _without(load_tabular(), queries)
    for index in (whole, cut):
        prepare(index)
    held = [query for query in queries if query.part == HELD_OUT]
    known = [query for query in queries if query.part != HELD_OUT]
    typed = _typed(queries, keystrokes)
    on = load_tabular().release.valid_to

    async def own(text: str) -> list[str]:
        return [squeeze(hit.code) for hit in search(text, on=on, limit=SHOWN)]

    async def own_cut(text: str) -> list[str]:
        return [code for code, _ in rank(cut, text[:LONGEST_QUERY], limit=SHOWN)]

    measured = {"own": await _measure("own", (own, own_cut), known, held, typed, say)}
    async with scratch_engines({"known": whole, "held": cut if held else whole}, SHOWN, say) as engines:
        for name, ask in engines.items():
            if isinstance(ask, str):
                measured[name] = Measured(missing=ask)
                continue
            measured[name] = await _measure(name, (_bound(ask, "known"), _bound(ask, "held")), known, held, typed, say)
    return measured


def summary(measured: dict[str, Measured]) -> dict[str, Any]:
    """Engine → hit rates over all queries and the time of a keystroke; null where an engine is not there."""
    result: dict[str, Any] = {}
    for name, one in measured.items():
        asked, first, among = (sum(part[place] for part in one.parts.values()) for place in range(3))
        times = sorted(one.milliseconds)
        result[name] = {
            "hit1": round(first / asked, 4), "hit10": round(among / asked, 4),
            "p50_ms": round(times[len(times) // 2], 3), "p99_ms": round(times[len(times) * 99 // 100], 3),
        } if times else dict.fromkeys(("hit1", "hit10", "p50_ms", "p99_ms"))  # fmt: skip
    return result


def tell(measured: dict[str, Measured], load: float) -> list[str]:
    """The same as lines for people, with the parts of the file."""
    lines = [f"load of the machine {load:.1f}; milliseconds are of one keystroke, as the clock has them"]
    for name, total in summary(measured).items():
        if measured[name].missing:
            lines.append(f"{name:5} not measured: {measured[name].missing}")
            continue
        lines.append(f"{name:5} hit@1 {total['hit1']:.3f}  hit@10 {total['hit10']:.3f}  "
                     f"p50 {total['p50_ms']:.2f} ms  p99 {total['p99_ms']:.2f} ms")  # fmt: skip
        lines.extend(
            f"        {part:26} {asked:5}  hit@1 {first / asked:.3f}  hit@10 {among / asked:.3f}"
            for part, (asked, first, among) in measured[name].parts.items()
        )
    return lines


async def _measure(
    name: str, engines: tuple[Engine, Engine], known: Sequence[Query], held: Sequence[Query], typed: Sequence[str],
    say: Callable[[str], None],
) -> Measured:  # fmt: skip
    say(f"{name}: {len(known) + len(held)} queries, {len(typed)} keystrokes")
    measured = Measured()
    for engine, queries in zip(engines, (known, held), strict=True):
        for query in queries:
            codes = await engine(query.text)
            found = [place for place, code in enumerate(codes[:SHOWN]) if code.startswith(query.code)]
            part = measured.parts.setdefault(query.part, [0, 0, 0])
            part[0] += 1
            part[1] += found[:1] == [0]
            part[2] += bool(found)
    for text in typed:
        began = time.perf_counter()
        await engines[0](text)
        measured.milliseconds.append((time.perf_counter() - began) * 1000)
    return measured


def _typed(queries: Sequence[Query], most: int) -> list[str]:
    """What stands in the box at each keystroke, of as many queries from all over the file as there is room for."""
    texts = [query.text[:LONGEST_QUERY] for query in queries]
    letters = sum(max(0, len(text) - FEWEST_LETTERS + 1) for text in texts)
    step = max(1, round(letters / most))
    return [text[:size] for text in texts[step // 2 :: step] for size in range(FEWEST_LETTERS, len(text) + 1)] or texts[
        :1
    ]


def _without(table: Tabular, queries: Sequence[Query]) -> Index:
    """The index as it would be if nobody had written the held-out terms down."""
    hidden = {(query.code, query.text) for query in queries if query.part == HELD_OUT}
    terms = [
        "|".join(term for term in text.split("|") if (code, term) not in hidden)
        for code, text in zip(table.codes, table.terms, strict=True)
    ]
    return build_index(replace(table, terms=terms), load_borrowed())


def _bound(ask: Callable[[str, str], Awaitable[list[str]]], table: str) -> Engine:
    async def engine(text: str) -> list[str]:
        return await ask(table, text)

    return engine
