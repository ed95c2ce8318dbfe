"""What a release breaks, as lists and as the managers' pages."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from assignments.codesets.licensing import record_licence
from assignments.codesets.refreshing import refresh_code_sets
from assignments.codesets.release_queries import LoadedRelease, find_in_force, find_missing, get_release_called
from assignments.codesets.releasing import import_release
from assignments.codesets.sources import Content
from assignments.favourites.sets import push_set
from assignments.favourites.starring import star_code
from assignments.releases.kept import KEEPERS, KeptCode
from assignments.releases.look_ahead import Change, find_invalidated, look_ahead
from portal.actor import Actor, Kind
from portal.database import acting_as
from portal.ids import new_id
from tests.assignments.codesets.publishing import FIRST, SECOND, hcpcs, icd10cm
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, make_chart

SHELL = Actor(Kind.ADMINISTRATOR, name="shell")
LATER = NOW + timedelta(days=3)


async def load(content: Content, label: str, on: date) -> None:
    await import_release(SHELL, content=content, label=label, effective_from=on, confirmed=True, now=LATER)
    await refresh_code_sets()


@pytest.fixture
async def coded(house: House, sql: Sql) -> UUID:
    """A chart of May 2025, coded while only the release of October was loaded; then the one of April came."""
    await load(icd10cm(), "FY2025", FIRST)
    await make_chart(sql, house, service_on=date(2025, 5, 4))
    chart_id = await code_chart(house.cora, diagnoses=("I42.0", "E11.9", "E11.21"))
    await make_chart(sql, house, service_on=date(2025, 3, 4))  # before April: none of its business
    await code_chart(house.cora, diagnoses=("I42.0",))
    await load(icd10cm(without="I420", instead=("without complications", "uncomplicated")), "FY2025 April", SECOND)
    return chart_id


async def test_codes_in_use_kept_codes_open_charts_and_what_is_not_valid_any_more(
    house: House, sql: Sql, coded: UUID
) -> None:
    asked: list[frozenset[str]] = []

    async def edits(codes: frozenset[str]) -> Sequence[KeptCode]:
        asked.append(codes)
        return [KeptCode("I42.0", "an edit of our own")]

    await star_code(house.cora, code="I42.0", now=NOW)
    await star_code(house.cody, code="I42.0", now=NOW)
    await star_code(house.cody, code="I10", now=NOW)
    await push_set(
        house.mona, name="Weak heart", entries="I42.0\nI10", specialty="radiology", client_id=None,
        service_line_id=None, now=NOW,
    )  # fmt: skip
    await sql(
        "INSERT INTO code_set (id, owner_id, name, lines, created_at, created_by)"
        " SELECT $1, $2, 'Mine', lines, created_at, $2 FROM code_set",
        new_id(), house.cody.person_id,
    )  # fmt: skip
    before = await sql("TABLE code_line")
    async with acting_as(house.mona):
        release = await get_release_called("FY2025 April")
        found = await look_ahead(release, now=LATER, keepers=(*KEEPERS, edits))
        past = await look_ahead(release, now=LATER + timedelta(days=400), keepers=())
        invalid = await find_invalidated(release)

    old, new = (f"Type 2 diabetes mellitus {words}" for words in ("without complications", "uncomplicated"))
    assert found.used == (
        Change("I42.0", "deleted", "Dilated cardiomyopathy", "", 2, NOW.date()),
        Change("E11.9", "revised", old, new, 1, NOW.date()),
    )
    assert past.used == ()
    assert asked == [frozenset({"I42.0", "E11.9"})]
    assert [kept.where for kept, _ in found.kept if kept.code == "I42.0"] == [
        "pushed set “Weak heart”", "people’s favourites: 2", "people’s own sets: 1", "an edit of our own",
    ]  # fmt: skip
    assert {kept.code for kept, _ in found.kept if kept.where.startswith("search phrase")} == {"E11.9"}
    assert [(chart.id, chart.code_count, chart.state) for chart in found.charts] == [(coded, 1, "coded")]
    assert [chart.id for chart in invalid] == [coded]
    assert await sql("TABLE code_line") == before  # nothing is rewritten
    assert await sql("SELECT DISTINCT release FROM coding") == [("ICD-10-CM FY2025, CPT by its form only",)]


async def test_a_manager_sees_what_is_loaded_what_it_breaks_and_drops_it(
    house: House, sql: Sql, web: Web, coded: UUID
) -> None:
    [number] = await sql("SELECT number FROM chart WHERE id = $1", coded)
    mona = await web("mona")
    shown = (await mona.get("/code-sets")).text
    for words in ("FY2025 April", "FY2026 (April 2026)", "74,719", "No licence is recorded", "FY2027 not loaded"):
        assert words in shown, words

    [april] = await sql("SELECT id FROM code_release WHERE label = 'FY2025 April'")
    [october] = await sql("SELECT id FROM code_release WHERE label = 'FY2025'")
    page = await mona.get(f"/code-sets/{april['id']}")
    for words in ("I42.0", "Type 2 diabetes mellitus uncomplicated", number["number"], "2 changes", "tabular.xml"):
        assert words in page.text, words
    assert "I42.0" not in (await mona.get(f"/code-sets/{october['id']}")).text  # it had nothing before it
    assert "1 change<" in (await mona.get(f"/code-sets/{april['id']}?kind=deleted")).text

    refused = await mona.post(f"/code-sets/{october['id']}/drop")
    assert (refused.status_code, "Drop FY2025 April first" in refused.text) == (409, True)
    assert (await mona.post(f"/code-sets/{april['id']}/drop")).status_code == 303
    assert "All is as it was before it" in (await mona.get("/code-sets")).text
    assert await sql("SELECT dropped_by FROM code_release WHERE label = 'FY2025 April'") == [("Mona",)]
    assert (await mona.get(f"/code-sets/{april['id']}")).status_code == 404
    assert len(await sql("SELECT FROM access_event WHERE action = 'code-set:changed'")) == 3
    assert (await (await web("cora")).get("/code-sets")).status_code == 403


async def test_what_is_missing_is_said_in_time(house: House) -> None:
    def release(system: Any, begins: date, ends: date) -> LoadedRelease:
        return LoadedRelease(None, system, "x", begins, ends, 1, 0, 0, 0, None, False, "", (), "", None)

    year = release("ICD-10-CM", date(2025, 10, 1), date(2026, 9, 30))
    assert [find_missing([year], on)[:-2] for on in (date(2026, 7, 1), date(2026, 8, 2), date(2026, 10, 1))] == [
        [],
        ["FY2027 not loaded: it begins on 2026-10-01. Load it before, and look ahead at what changes."],
        ["FY2027 not loaded: it began on 2026-10-01, and diagnoses of visits since then are not checked."],
    ]
    assert find_in_force([year], "ICD-10-CM", date(2026, 10, 1)) is None
    assert find_in_force([year], "HCPCS", date(2026, 9, 1)) is None

    await record_licence(SHELL, licensee="Us", number="7", users=2, valid_until=date(2999, 12, 31), now=NOW)
    await load(hcpcs(), "all of them", date(2000, 1, 1))
    assert find_missing([year], date(2000, 2, 1))[-1].startswith("CPT is checked by its form only")
    assert len(find_missing([year], date(2000, 2, 1))) == 1
