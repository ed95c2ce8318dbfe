"""Favourites, sets and the code tree through the web door, and who sees whose."""

import re
from datetime import date

import pytest

from assignments.code_use.counting import forget_own, get_weights
from assignments.code_use.rules import weigh
from assignments.drafting.entries import read_lines
from assignments.drafting.rules import Lines
from assignments.favourites.rules import apply_set
from assignments.favourites.sets import end_set, find_sets, put_set
from assignments.favourites.starring import find_favourites, star_code, unstar_code
from assignments.rules import Stage
from portal.database import acting_as
from portal.errors import Invalid, NotFound
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart, type_lines

MAY = date(2026, 5, 4)


def state_of(text: str) -> dict[str, str]:
    """The fence and revision that stand on a page."""
    return {name: re.search(rf'name="{name}"[^>]*value="(\d+)"', text)[1] for name in ("fence", "revision")}  # type: ignore[index]


async def test_favourites_and_sets_from_the_desk(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1, service_on=MAY)
    pulled = await pull_chart(house.cora)
    await type_lines(house.cora, chart.id, pulled.fence, Stage.CODING, ["Z12.11", "K63.5", "G0121-33 B"])
    cora = await web("cora")
    place = f"/desk/charts/{chart.id}"

    await cora.post(f"{place}/sets", data={"op": "star K63.5"})
    await cora.post(f"{place}/sets", data={"op": "keep", "name": "Screening colonoscopy"})
    refused = await cora.post(f"{place}/sets", data={"op": "keep", "name": " "})
    tool = await cora.get(f"{place}/sets")

    assert refused.status_code == 422
    assert "Give the set a name" in refused.text
    assert "Screening colonoscopy" in tool.text
    assert "G0121-33 B" in tool.text
    assert 'value="take K63.5"' in tool.text
    async with acting_as(house.cora):
        assert await find_favourites() == [("ICD-10-CM", "K63.5")]
        [kept] = await find_sets(chart.id)
    async with acting_as(house.cody):
        assert await find_favourites() == []
    with pytest.raises(NotFound):
        await end_set(house.cody, set_id=kept.id, now=NOW)

    await cora.post(f"{place}/lines", data={"op": "remove d2 K63.5", **state_of((await cora.get(place)).text)})
    before = state_of((await cora.get(place)).text)
    put = await cora.post(f"{place}/sets/put", data={"op": f"put {kept.id}", **before})
    assert put.status_code in (200, 303)
    desk = await cora.get(place)
    assert "K63.5" in desk.text
    await cora.post(f"{place}/lines", data={"op": "undo", **state_of(desk.text)})
    assert "K63.5" not in (await cora.get(place)).text.split('id="lines"')[1]

    typed = {"entry": "polyp of colon", "on": MAY.isoformat(), "specialty": "endoscopy"}
    stars = []
    for op in ("unstar", "star"):
        await cora.post("/codes/starred", data={"op": op, "code": "K63.5"}, headers={"HX-Request": "true"})
        hits = (await cora.post("/codes/search", data=typed)).text
        stars.append(re.findall(r'class="(star[ on]*)" data-star="K63.5"', hits))
    assert stars == [["star"], ["star on"]]
    audited = await (await web("audrey")).post("/codes/search", data=typed)
    assert "K63.5" in audited.text
    assert "data-star" not in audited.text, "an auditor has no favourites"
    wrong = await cora.post("/codes/starred", data={"op": "star", "code": "polyp"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422


async def test_what_a_manager_pushes_reaches_its_clients_coders_and_nobody_else(
    house: House, sql: Sql, web: Web
) -> None:
    chart = await make_chart(sql, house, with_pages=1, service_on=MAY)
    pulled = await pull_chart(house.cora)
    mona = await web("mona")
    form = {"op": "push", "name": "Flu", "entries": "J10.1\nE11.0\nG0463-25 A", "client": str(house.north.id)}
    await mona.post("/line-sets", data=form)
    nobody = await mona.post("/line-sets", data={**form, "client": ""})
    elsewhere = await mona.post("/line-sets", data={**form, "name": "South", "client": str(house.south.id)})

    assert nobody.status_code == 422
    assert "Say for whom" in nobody.text
    assert elsewhere.status_code < 400
    async with acting_as(house.cora):
        sets = await find_sets(chart.id)
    assert [one.name for one in sets] == ["Flu"]
    said = await put_set(house.cora, chart_id=chart.id, fence=pulled.fence, revision=1, set_id=sets[0].id)
    assert said == "Flu: 2 lines added. Not added, for they are not valid on this date of service: E11.0."
    with pytest.raises(NotFound):
        await end_set(house.cora, set_id=sets[0].id, now=NOW)
    for wrong in ("clara", "abel"):
        assert (await (await web(wrong)).get("/line-sets")).status_code in (403, 404)

    await end_set(house.mona, set_id=sets[0].id, now=NOW)
    async with acting_as(house.cora):
        assert await find_sets(chart.id) == []


async def test_the_tree_leads_up_and_down_and_takes(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1, service_on=MAY)
    await pull_chart(house.cora)
    cora = await web("cora")
    tree = f"/desk/charts/{chart.id}/tree"

    root = await cora.get(tree)
    stem = await cora.post(tree, data={"at": "S72.001"})
    block = await cora.post(tree, data={"at": "I10-I1A"})
    diabetes = await cora.post(tree, data={"at": "E11.22"})

    assert 'value="chapter 9"' in root.text
    assert 'value="take S72.001A"' in stem.text
    assert 'value="S72.00"' in stem.text
    assert 'value="I10"' in block.text or 'value="take I10"' in block.text
    assert "Use an additional code" in diabetes.text
    assert "Excludes 1" in diabetes.text
    assert (await (await web("cody")).get(tree)).status_code in (404, 409)


async def test_stars_and_own_use_weigh_for_that_coder_alone(house: House) -> None:
    await star_code(house.cora, code="m17.11", now=NOW)
    await star_code(house.cora, code="M17.11", now=NOW)
    with pytest.raises(Invalid):
        await star_code(house.cora, code="knee", now=NOW)

    assert await get_weights(house.cora, specialty="radiology") == {"M1711": 1.5}
    assert await get_weights(house.cody, specialty="radiology") == {}
    assert await get_weights(house.abel, specialty="radiology") == {}
    await unstar_code(house.cora, code="M17.11")
    assert await get_weights(house.cora, specialty="radiology") == {}
    forget_own(house.cora)


def test_a_set_follows_its_pointers_and_names_what_it_leaves_out() -> None:
    chart, members = read_lines(["I10"]), read_lines(["E11.9", "I10", "E11.0", "G0463 ABC"])
    applied = apply_set(chart, members, lambda line: "no" if line.code == "E11.0" else None)

    assert [line.code for line in applied.lines.diagnoses] == ["I10", "E11.9"]
    assert applied.lines.procedures[0].pointers == (2, 1)
    assert (applied.added, applied.left_out) == (2, ("E11.0",))
    assert apply_set(applied.lines, members, lambda _: None).added == 1
    assert apply_set(Lines(), Lines(), lambda _: None).added == 0


def test_use_counts_by_its_logarithm_and_never_more_than_it_may() -> None:
    weights = weigh(frozenset({"A"}), {"B": 1, "C": 10_000}, {"B": 1, "C": 999_999})

    assert weights["A"] == 1.5
    assert 1 < weights["B"] < weights["C"] <= 1.71
