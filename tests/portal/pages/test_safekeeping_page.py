"""The page about what is stored: checks, damage by id, certificates to take along."""

import json
from pathlib import Path

from portal.actor import WORKER
from storage.destroying import destroy_key
from storage.signing import InstallationKey
from storage.verifying import verify_documents
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart


async def test_before_anything_was_checked_it_says_what_to_do(web: Web, house: House) -> None:
    for name in ("connie", "adam"):
        answer = await (await web(name)).get("/safekeeping")
        assert answer.status_code == 200
        assert "Nothing has been checked yet" in answer.text
        assert "No key has been destroyed" in answer.text
    assert (await (await web("mona")).get("/safekeeping")).status_code == 403


async def test_damage_is_shown_by_id_and_reason(web: Web, house: House, sql: Sql, tmp_path: Path) -> None:
    await make_chart(sql, house, with_pages=1, patient_name="Wilhelmina Testperson")
    connie = await web("connie")
    await verify_documents(WORKER, sample=None)
    assert "Nothing was wrong in the last run." in (await connie.get("/safekeeping")).text

    [blob] = await sql("SELECT id, store_key FROM blob LIMIT 1")
    (tmp_path / "documents" / blob["store_key"]).unlink()
    await verify_documents(WORKER, sample=None)
    shown = (await connie.get("/safekeeping")).text
    assert "Damage." in shown
    assert str(blob["id"]) in shown
    assert "the object is missing" in shown
    assert "North Radiology" in shown
    assert "Wilhelmina" not in shown


async def test_a_certificate_is_listed_and_taken_along(web: Web, house: House, sql: Sql, tmp_path: Path) -> None:
    await make_chart(sql, house)
    done = await destroy_key(
        WORKER, client_id=house.north.id, signer=InstallationKey(tmp_path / "keyring"), account="root"
    )
    connie = await web("connie")
    shown = (await connie.get("/safekeeping")).text
    assert "North Radiology" in shown
    assert "holds" in shown
    answer = await connie.get(f"/safekeeping/certificates/{done.certificate_id}")
    assert answer.headers["content-disposition"] == f'attachment; filename="destruction-{done.certificate_id}.json"'
    assert json.loads(json.loads(answer.text)["statement"])["client"]["code"] == "NOR"
    [event] = await sql("SELECT actor_id FROM access_event WHERE action = 'certificate:read'")
    assert event["actor_id"] == house.connie.person_id
