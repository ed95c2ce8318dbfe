"""PostgreSQL's own searches of the same rows: full text with prefixes, and trigram word similarity."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg

from assignments.codesets.borrowed import load_borrowed
from assignments.codesets.icd10cm import squeeze
from assignments.codesets.index import Index
from assignments.codesets.search import LONGEST_QUERY, MOST_TOKENS
from assignments.codesets.words import Words, first_readings, load_wordbook, query_tokens, spans
from portal.commands.bench.pull.server import scratch_server

Ask = Callable[[str, str], Awaitable[list[str]]]

#: Each index has a schema of its own with the same table, so that no statement is put together.
_TABLE = """
CREATE TABLE listed_code (place integer PRIMARY KEY, code text NOT NULL, title text NOT NULL, terms text NOT NULL,
  above text NOT NULL, words tsvector, whole text)
"""
_INDEXES = """
UPDATE listed_code SET whole = lower(title || ' ' || terms), words = setweight(to_tsvector('english', title), 'A') ||
  setweight(to_tsvector('english', terms), 'B') || setweight(to_tsvector('english', above), 'D');
CREATE INDEX ON listed_code USING gin (words);
CREATE INDEX ON listed_code (code text_pattern_ops);
"""
_TRIGRAMS = "CREATE INDEX ON listed_code USING gin (whole extensions.gin_trgm_ops)"
_FTS = """
SELECT code FROM listed_code, to_tsquery('english', $1) query WHERE words @@ query
 ORDER BY ts_rank('{0.1, 0.3, 0.5, 1.0}', words, query, 1) DESC, place LIMIT $2
"""
_TRGM = "SELECT code FROM listed_code WHERE $1 <% whole ORDER BY $1 <<-> whole, place LIMIT $2"
_NUMBER = "SELECT code FROM listed_code WHERE code LIKE $1 || '%' ORDER BY code LIMIT $2"


@asynccontextmanager
async def scratch_engines(
    indexes: Mapping[str, Index], limit: int, say: Callable[[str], None]
) -> AsyncIterator[dict[str, Ask | str]]:
    """Both searches over a table for each index, on a server of its own; for one that cannot be had, why not."""
    with scratch_server(10) as server:
        say("filling PostgreSQL")
        connection = await asyncpg.connect(server.url("postgres"))
        try:
            trigrams = await connection.fetchval("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
            await connection.execute("CREATE SCHEMA extensions; CREATE SCHEMA known; CREATE SCHEMA held")
            if trigrams:
                await connection.execute("CREATE EXTENSION pg_trgm SCHEMA extensions")
            for name, index in indexes.items():
                await _stand_in(connection, name)
                await connection.execute(_TABLE)
                await _fill(connection, index)
                await connection.execute(_INDEXES)
                if trigrams:
                    await connection.execute(_TRIGRAMS)
                    await connection.execute("SET pg_trgm.word_similarity_threshold = 0.4")
                await connection.execute("VACUUM ANALYZE listed_code")
            standing = name

            async def stand_in(name: str) -> None:
                nonlocal standing
                if standing != name:
                    await _stand_in(connection, name)
                    standing = name

            async def ask_fts(name: str, text: str) -> list[str]:
                await stand_in(name)
                for words in _questions(text):
                    rows = await connection.fetch(_FTS, words, limit)
                    if rows:
                        return [row[0] for row in rows]
                return []

            async def ask_trgm(name: str, text: str) -> list[str]:
                tokens = query_tokens(text[:LONGEST_QUERY])[:MOST_TOKENS]
                words = " ".join(first_readings(tokens)) if tokens else ""
                await stand_in(name)
                return [row[0] for row in await connection.fetch(_TRGM, words, limit)]

            def with_numbers(ask: Ask) -> Ask:
                async def engine(name: str, text: str) -> list[str]:
                    bare = squeeze(text)
                    if re.fullmatch(r"[A-Z][0-9][0-9A-Z]{0,5}", bare):
                        await stand_in(name)
                        return [row[0] for row in await connection.fetch(_NUMBER, bare, limit)]
                    return await ask(name, text)

                return engine

            missing = "this PostgreSQL has no pg_trgm"
            yield {"fts": with_numbers(ask_fts), "trgm": with_numbers(ask_trgm) if trigrams else missing}
        finally:
            await connection.close()


async def _stand_in(connection: asyncpg.Connection, schema: str) -> None:
    await connection.execute("SELECT set_config('search_path', $1 || ', extensions', false)", schema)


async def _fill(connection: asyncpg.Connection, index: Index) -> None:
    table, borrowed = index.table, load_borrowed()
    rows = []
    for place, row in enumerate(index.leaf_rows.tolist()):
        code = table.codes[row]
        above = [code[:size] for size in range(3, len(code)) if code[:size] in table.rows]
        terms = [table.terms[table.rows[one]] for one in (*above, code)]
        terms.extend(borrowed.get(one, "") for one in (*above, code))
        titles = [table.titles[table.rows[one]] for one in above]
        titles.append(table.section_titles[table.sections[row]])
        rows.append((place, code, table.titles[row], " ".join(terms).replace("|", " "), " ".join(titles)))
    await connection.copy_records_to_table(
        "listed_code", records=rows, columns=["place", "code", "title", "terms", "above"]
    )


def _questions(text: str) -> list[str]:
    """All words, each perhaps unfinished; then any of them. A word is what was written or what that stands for."""
    tokens = query_tokens(text[:LONGEST_QUERY])[:MOST_TOKENS]
    words = [_any(written, readings) for written, readings in spans(tokens, load_wordbook().readings)]
    return [" & ".join(words), " | ".join(words)] if words else []


def _any(written: Words, readings: tuple[Words, ...]) -> str:
    return "(" + " | ".join(f"({' & '.join(f'{word}:*' for word in one)})" for one in (*readings, written)) + ")"
