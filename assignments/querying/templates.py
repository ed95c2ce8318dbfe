"""Templates of queries: what ships, and the versions that managers wrote in place of it or beside it."""

import re
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from assignments.querying.rules import (
    LONGEST_OPTION,
    LONGEST_QUESTION,
    LONGEST_TITLE,
    MOST_OPTIONS,
    Means,
    Purpose,
    Shape,
)
from assignments.querying.shipped import SHIPPED, Template
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id


async def find_templates(*, with_retired: bool = False) -> list[Template]:
    """The newest version of each template, by name; read inside the current transaction."""
    rows = await DB.fetch(
        "SELECT DISTINCT ON (key) key, version, name, purpose, shape, title, question, offered, standing, retired"
        " FROM query_template ORDER BY key, version DESC"
    )
    newest = {one.key: one for one in SHIPPED} | {row["key"]: _template(row) for row in rows}
    return sorted(
        (one for one in newest.values() if with_retired or not one.retired), key=lambda one: one.name.casefold()
    )


async def find_all_templates(manager: Actor) -> list[Template]:
    """Every template as it stands, retired ones too, for those who manage them."""
    async with acting_as(manager):
        return await find_templates(with_retired=True)


async def write_template(
    manager: Actor, *, key: str, name: str, purpose: Purpose, shape: Shape, title: str, question: str,
    offered: Sequence[str], standing: frozenset[Means], retired: bool = False, based_on: int, now: datetime,
) -> Template:  # fmt: skip
    """Write a template's next version; `key` is '' for a new one, `based_on` the version that was read (0: none).

    The same words again change nothing. Raises Invalid for what is missing or too long, Conflict if somebody else
    wrote the next version meanwhile.
    """
    name, title, question = (" ".join(text.split()) for text in (name, title, question))
    offered = [" ".join(text.split()) for text in offered if text.strip()]
    if not (name and title and question):
        raise Invalid("Give the template a name, a title and a question.")
    if len(title) > LONGEST_TITLE or len(question) > LONGEST_QUESTION or len(name) > LONGEST_TITLE:
        raise Invalid(f"Keep name and title within {LONGEST_TITLE} and the question within {LONGEST_QUESTION} characters.")
    if len(offered) > MOST_OPTIONS - 3 or any(len(text) > LONGEST_OPTION for text in offered):
        raise Invalid(f"Keep to {MOST_OPTIONS - 3} options of at most {LONGEST_OPTION} characters each.")
    key = key or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    if not key:
        raise Invalid("Give the template a name with letters in it.")
    async with acting_as(manager):
        current = {one.key: one for one in await find_templates(with_retired=True)}.get(key)
        if (current.version if current else 0) != based_on:
            raise Conflict("There is another version of this template by now. Open it again to see how it stands.")
        written = Template(
            key, based_on + 1, name, purpose, shape, title, question, tuple(offered), standing, retired
        )
        if current and _same(current, written):
            return current
        template_id = new_id()
        try:
            await DB.execute(
                "INSERT INTO query_template (id, key, version, name, purpose, shape, title, question, offered, standing,"
                " retired, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                template_id, key, written.version, name, purpose.value, shape.value, title, question, offered,
                sorted(means.value for means in standing), retired, manager.person_id, now,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Conflict("Somebody wrote a version of this template just now. Open it again to see theirs.") from None
        await record(
            manager, Action.QUERY_TEMPLATE_CHANGED, object_type="query template", object_id=template_id,
            details={"version": written.version}, changes=["retired"] if retired else ["wording"],
        )  # fmt: skip
    return written


def _same(current: Template, written: Template) -> bool:
    return all(
        getattr(current, name) == getattr(written, name)
        for name in ("name", "purpose", "shape", "title", "question", "offered", "standing", "retired")
    )


def _template(row: asyncpg.Record) -> Template:
    return Template(
        row["key"], row["version"], row["name"], Purpose(row["purpose"]), Shape(row["shape"]), row["title"],
        row["question"], tuple(row["offered"]), frozenset(Means(word) for word in row["standing"]), row["retired"],
    )  # fmt: skip
