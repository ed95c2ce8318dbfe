"""Qualifications: noted, verified by somebody else, running out; who lacks what is asked is given none of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.pulling import Outcome
from assignments.qualifying.noting import note_qualification, revoke_qualification, verify_qualification
from assignments.qualifying.requiring import end_requirement, make_requirement
from assignments.qualifying.rules import WARN_DAYS, QualificationKind, Standing, standing
from assignments.rules import Stage
from portal.clock import utc_now
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


@given(st.none() | st.integers(-400, 400), st.booleans(), st.booleans())
def test_a_qualification_counts_when_verified_until_its_last_day(
    days: int | None, verified: bool, revoked: bool
) -> None:
    today = NOW.date()
    found = standing(
        valid_until=None if days is None else today + timedelta(days=days), verified_at=NOW if verified else None,
        revoked_at=NOW if revoked else None, today=today,
    )  # fmt: skip
    counts = verified and not revoked and (days is None or days >= 0)
    assert (found in (Standing.VALID, Standing.RUNS_OUT)) == counts
    assert (found is Standing.RUNS_OUT) == (counts and days is not None and days <= WARN_DAYS)


async def test_only_the_qualified_are_given_what_asks_for_it(house: House, sql: Sql, web: Web) -> None:
    chart, south = await make_chart(sql, house), await make_chart(sql, house, client=house.south)
    mona, adam, cody = await web("mona"), await web("adam"), await web("cody")
    here, staffing = f"/people/{house.cody.person_id}", f"/clients/{house.north.id}/staffing"
    asked = {"names": "CPC, CCS", "specialty": "radiology", "stage": "coding"}

    assert (await mona.post(f"{staffing}/requirements", data=asked)).status_code == 303
    assert "2 lack it" in (await mona.get(staffing)).text
    assert (await pull_chart(house.cora)).chart_id is None
    assert "CPC or CCS, for North Radiology, radiology, coding" in (await cody.get("/me")).text
    assert "CPC or CCS" in (await mona.get(here)).text

    noted = {"kind": "credential", "name": "CCS", "valid_until": str(utc_now().date() + timedelta(days=10))}
    assert (await mona.post(f"{here}/qualifications", data=noted)).status_code == 303
    [row] = await sql("SELECT id, verified_at FROM qualification")
    chosen = {"qualification": str(row["id"])}
    assert (await mona.post(f"{here}/qualifications/verify", data=chosen)).status_code == 409, "who noted it"
    assert (await pull_chart(house.cody)).chart_id == south.id, "not verified: the other client's"
    await sql("UPDATE workload SET cap = 2")
    assert (await pull_chart(house.cody)).chart_id is None

    assert (await adam.post(f"{here}/qualifications/verify", data=chosen)).status_code == 303
    assert (await pull_chart(house.cody)).chart_id == chart.id, "from the next pull on"
    mine = (await cody.get("/me")).text
    assert "runs out soon" in mine
    assert "CPC or CCS" not in mine
    assert "Runs out soon" in (await mona.get("/people")).text
    actions = await sql("SELECT action, count(*) FROM access_event WHERE action LIKE 'qual%' OR action LIKE 'requ%:ch%'"
                        " GROUP BY 1 ORDER BY 1")  # fmt: skip
    assert [tuple(one) for one in actions] == [("qualification:changed", 2), ("requirement:changed", 1)]


async def test_expiry_and_revocation_count_from_the_next_pull(house: House, sql: Sql) -> None:
    await make_requirement(house.mona, client_id=None, specialty=None, stage=Stage.CODING, names="HIPAA 2026", now=NOW)
    with pytest.raises(Invalid, match="asked already"):
        await make_requirement(
            house.mona, client_id=None, specialty=None, stage=Stage.CODING, names="HIPAA 2026", now=NOW
        )
    charts = {(await make_chart(sql, house)).id for _ in range(2)}
    assert (await pull_chart(house.cora)).outcome is Outcome.UNQUALIFIED

    async def give(last_in_days: int) -> None:
        one = await note_qualification(
            house.mona, person_id=house.cora.person_id, kind=QualificationKind.TRAINING, name="HIPAA 2026",
            valid_until=utc_now().date() + timedelta(days=last_in_days), now=utc_now(),
        )  # fmt: skip
        await verify_qualification(house.adam, person_id=house.cora.person_id, qualification_id=one, now=utc_now())

    await give(0)
    assert (await pull_chart(house.cora)).chart_id in charts, "its last day counts"
    await sql("UPDATE workload SET cap = 3")
    await sql("UPDATE qualification SET valid_until = valid_until - 1")
    await sql("UPDATE serves SET fresh_until = now()")  # midnight has come
    assert (await pull_chart(house.cora)).outcome is Outcome.UNQUALIFIED
    await give(30)
    [row] = await sql("SELECT id FROM qualification WHERE valid_until > now()")
    await revoke_qualification(house.mona, person_id=house.cora.person_id, qualification_id=row["id"], now=NOW)
    await revoke_qualification(house.mona, person_id=house.cora.person_id, qualification_id=row["id"], now=NOW)
    assert (await pull_chart(house.cora)).outcome is Outcome.UNQUALIFIED
    with pytest.raises(Conflict):
        await verify_qualification(house.adam, person_id=house.cora.person_id, qualification_id=row["id"], now=NOW)
    [asked] = await sql("SELECT id FROM requirement")
    with pytest.raises(NotFound):
        await end_requirement(house.mona, client_id=house.north.id, requirement_id=asked["id"], now=NOW)
    await end_requirement(house.mona, client_id=None, requirement_id=asked["id"], now=NOW)
    assert (await pull_chart(house.cora)).chart_id in charts


async def test_what_cannot_be_noted_is_refused(house: House, web: Web, sql: Sql) -> None:
    mona, here = await web("mona"), f"/people/{house.cody.person_id}/qualifications"
    for fields, sentence in (
        ({"kind": "degree", "name": "CPC"}, "Choose what it is"),
        ({"kind": "credential", "name": ""}, "Its name is missing"),
        ({"kind": "credential", "name": "CPC, CCS"}, "without commas"),
        ({"kind": "credential", "name": "CPC", "valid_until": "2021-01-01"}, "is over already"),
    ):
        answer = await mona.post(here, data=fields)
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence
    assert (
        await mona.post(f"/people/{new_id()}/qualifications", data={"kind": "training", "name": "X"})
    ).status_code == 404
    with pytest.raises(Invalid):
        await note_qualification(
            house.mona, person_id=house.clara.person_id, kind=QualificationKind.TRAINING, name="X", valid_until=None,
            now=NOW,
        )  # fmt: skip
    assert not await sql("SELECT FROM qualification")
    cody = await web("cody")
    assert (await cody.post(here, data={"kind": "credential", "name": "CPC"})).status_code == 403
    assert "Nothing is noted yet" in (await cody.get("/me")).text
