"""Every table is walled in and every right is meant: found in the catalogue, so a new table cannot slip by."""

import pytest

from tests.conftest import Sql
from tests.security.catalogue import client_owned, find_gaps

#: What somebody could do by accident, and a part of the sentence that must tell of it.
MISTAKES = {
    "ALTER TABLE chart NO FORCE ROW LEVEL SECURITY": "chart: row-level security is not enabled and forced",
    "ALTER TABLE blob DISABLE ROW LEVEL SECURITY": "blob: row-level security is not enabled and forced",
    "DROP POLICY client_select ON chart": "chart: chartway_client has the right to SELECT and no policy",
    "CREATE POLICY all_of_it ON chart USING (true)": "chart.all_of_it: not for one named role",
    "CREATE POLICY wide ON chart FOR SELECT TO chartway_client USING (true)": "chart.wide: client staff reach",
    "DROP INDEX document_chart; ALTER TABLE document DROP CONSTRAINT document_client_id_id_key CASCADE":
        "document: no index leads with client_id",
    "CREATE TABLE forgotten (id uuid, client_id uuid)": "forgotten: row-level security is not enabled and forced",
    "CREATE TABLE nobodys (id uuid)": "nobodys: has no client_id and is not on the list",
    "CREATE VIEW everything AS SELECT * FROM chart": "everything: a view reads with its owner's rights",
    "GRANT SELECT ON chart TO chartway_app": "chartway_app: SELECT on chart",
    "GRANT TRUNCATE ON chart TO chartway_manager": "chartway_manager: TRUNCATE on chart",
    "GRANT UPDATE ON chart TO PUBLIC": "PUBLIC: UPDATE on chart",
    "GRANT SELECT ON patient_identity TO chartway_manager":
        "patient_identity: chartway_manager has the right",
    "CREATE FUNCTION open_door() RETURNS int LANGUAGE sql AS 'SELECT 1'": "open_door(): everybody may execute it",
    "ALTER FUNCTION find_sign_in OWNER TO postgres": "find_sign_in(): runs with the rights of postgres",
    "ALTER FUNCTION pull_next RESET search_path": "pull_next(): runs with another's rights and without a fixed",
}  # fmt: skip


async def test_nothing_is_missing(sql: Sql) -> None:
    assert await find_gaps(sql) == []
    assert len(await client_owned(sql)) >= 30


async def test_the_gate_sees_each_mistake(sql: Sql) -> None:
    """Each mistake is made in a transaction of its own that is undone, so that they do not hide one another."""
    for mistake, sentence in MISTAKES.items():
        await sql("BEGIN")
        for statement in mistake.split("; "):
            await sql(statement)
        gaps = await find_gaps(sql)
        await sql("ROLLBACK")
        assert any(gap.startswith(sentence) for gap in gaps), (mistake, gaps)
    assert await find_gaps(sql) == []


@pytest.mark.parametrize("mistake", ["ALTER ROLE chartway_coder LOGIN", "ALTER ROLE chartway_manager BYPASSRLS",
                                     "GRANT chartway_manager TO chartway_coder",
                                     "GRANT chartway_definer TO chartway_app"])  # fmt: skip
async def test_the_gate_sees_a_role_with_too_much_power(sql: Sql, mistake: str) -> None:
    await sql("BEGIN")
    await sql(mistake)
    gaps = await find_gaps(sql)
    await sql("ROLLBACK")
    assert gaps
