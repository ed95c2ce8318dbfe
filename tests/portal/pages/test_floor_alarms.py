"""Charts that nobody may take are told on the board, with why and what to do."""

import re

from portal.clock import utc_now
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart

#: What makes North's radiology unroutable, how it is undone, and what the board says.
CAUSES = (
    ("UPDATE client_grant SET revoked_at = now()", "UPDATE client_grant SET revoked_at = NULL",
     "No coder has been granted North Radiology."),
    ("UPDATE skill SET specialty = 'surgery' WHERE specialty = 'radiology'",
     "UPDATE skill SET specialty = 'radiology' WHERE specialty = 'surgery'",
     "Nobody who has been granted North Radiology has the specialty radiology."),
    ("UPDATE queue_entry SET level = 4", "UPDATE queue_entry SET level = 1",
     "It asks for level 4 in radiology; Cody, Cora have a lower one."),
    ("INSERT INTO requirement (id, names, made_at, made_by) SELECT gen_random_uuid(), '{CPC}', now(), id FROM person"
     " LIMIT 1", "UPDATE requirement SET ended_at = now()", "Cody, Cora lack a valid credential"),
    ("INSERT INTO workload (person_id, paused_at) SELECT id, now() FROM person WHERE kind = 'coder'",
     "UPDATE workload SET paused_at = NULL", "Everybody who may take it is paused: Cody, Cora."),
    ("INSERT INTO worklist_person (worklist_id, person_id, role, position) SELECT w.id, p.id, 'primary', 1"
     " FROM worklist w, person p WHERE w.name = 'Theirs' AND p.name = 'Outsider'", "DELETE FROM worklist_person",
     "Cody, Cora may take it, but it stands in a list of others."),
)  # fmt: skip


async def test_the_board_names_what_nobody_may_take_with_why(house: House, sql: Sql, web: Web) -> None:
    await sql("INSERT INTO worklist (id, stage, name, position) VALUES (gen_random_uuid(), 'coding', 'Theirs', 1)")
    for _ in range(2):
        await make_chart(sql, house, text=None, received_at=utc_now())
    mona = await web("mona")

    async def board() -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await mona.get("/floor")).text))

    assert "nobody may take" not in await board()
    for change, undo, says in CAUSES:
        await sql(change)
        seen = await board()
        assert "2 charts that nobody may take" in seen, says
        assert says in seen, seen[seen.find("that nobody") :][:600]
        await sql(undo)
    assert "nobody may take" not in await board()


async def test_what_is_due_soon_and_could_only_go_to_people_who_are_away_is_told(
    house: House, sql: Sql, web: Web
) -> None:
    await make_chart(sql, house, text=None)
    late = await make_chart(sql, house, text=None)
    mona = await web("mona")
    assert "2 charts are late or due within 4 h, and nobody who is at work now may take" in (
        await mona.get("/floor")
    ).text  # fmt: skip

    await pull_chart(house.cora)

    assert "Nobody on duty" not in (await mona.get("/floor")).text
    assert late.number
