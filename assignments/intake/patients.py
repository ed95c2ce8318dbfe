"""The patient and the encounter that an upload speaks of: found by blind index, or made."""

from datetime import date, datetime
from uuid import UUID

from assignments.intake.rules import NewChart
from portal.database import DB
from portal.ids import new_id
from storage.client_keys import ClientKey, get_key
from storage.sealed_fields import index_of, key_of, open_field, seal_field

#: Said of what the sender knows already; it tells nothing of the patient whom the number belongs to.
OTHER_PERSON = (
    "This MRN is on file with another name or birth date. Check the MRN, the name and the birth date;"
    " if all three are right, ask us to correct the patient's record."
)
OTHER_ENCOUNTER = (
    "This encounter number is on file for another patient or another date of service. Check the number and the date."
)


async def check_patient(key: ClientKey, new: NewChart) -> tuple[UUID | None, str | None]:
    """The patient of this MRN, if the client has one, and what disagrees with what is on file."""
    row = await DB.fetch_one(
        "SELECT patient_id, name_sealed, birth_on_sealed FROM patient_identity WHERE client_id = $1 AND mrn_index = $2",
        key.client_id, index_of(key, "mrn", new.mrn),
    )  # fmt: skip
    if row is None:
        return None, None
    sealed_with = await get_key(key_of(row["name_sealed"]))
    name = open_field(sealed_with, "patient_identity.name", row["patient_id"], row["name_sealed"])
    born_on = open_field(sealed_with, "patient_identity.birth_on", row["patient_id"], row["birth_on_sealed"])
    # Compared as the blind index compares: case and accents typed in another way make no other person.
    is_same = index_of(key, "name", name) == index_of(key, "name", new.patient_name)
    return row["patient_id"], None if is_same and date.fromisoformat(born_on) == new.born_on else OTHER_PERSON


async def make_patient(key: ClientKey, new: NewChart, now: datetime) -> UUID:
    """A new patient of the client, identity sealed, inside the current transaction."""
    patient_id = new_id()
    await DB.execute(
        "INSERT INTO patient (id, client_id, created_at) VALUES ($1, $2, $3)", patient_id, key.client_id, now
    )
    await DB.execute(
        "INSERT INTO patient_identity (patient_id, client_id, name_sealed, mrn_sealed, birth_on_sealed, mrn_index,"
        " sex_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient_id, key.client_id,
        seal_field(key, "patient_identity.name", patient_id, new.patient_name),
        seal_field(key, "patient_identity.mrn", patient_id, new.mrn),
        seal_field(key, "patient_identity.birth_on", patient_id, new.born_on.isoformat()),
        index_of(key, "mrn", new.mrn),
        seal_field(key, "patient_identity.sex", patient_id, new.sex) if new.sex else None,
    )  # fmt: skip
    return patient_id


async def note_sex(key: ClientKey, new: NewChart, patient_id: UUID) -> None:
    """Keep what was said last of a known patient's sex, inside the current transaction; unknown replaces nothing."""
    if new.sex is None:
        return
    sealed = await DB.value("SELECT sex_sealed FROM patient_identity WHERE patient_id = $1", patient_id)
    if sealed is not None:
        before = open_field(await get_key(key_of(sealed)), "patient_identity.sex", patient_id, sealed)
        if new.sex in (before, "unknown"):
            return
    await DB.execute(
        "UPDATE patient_identity SET sex_sealed = $2 WHERE patient_id = $1",
        patient_id, seal_field(key, "patient_identity.sex", patient_id, new.sex),
    )  # fmt: skip


async def check_encounter(key: ClientKey, new: NewChart, patient_id: UUID | None) -> tuple[UUID | None, str | None]:
    """The encounter of this number, if the client has one, and what disagrees with what is on file."""
    row = await DB.fetch_one(
        "SELECT id, patient_id, service_on FROM encounter WHERE client_id = $1 AND number_index = $2",
        key.client_id, index_of(key, "encounter", new.encounter_number),
    )  # fmt: skip
    if row is None:
        return None, None
    is_same = row["patient_id"] == patient_id and row["service_on"] == new.service_on
    return row["id"], None if is_same else OTHER_ENCOUNTER


async def make_encounter(key: ClientKey, new: NewChart, patient_id: UUID, now: datetime) -> UUID:
    """A new encounter of a patient, its number sealed, inside the current transaction."""
    encounter_id = new_id()
    await DB.execute(
        "INSERT INTO encounter (id, client_id, location_id, patient_id, number_sealed, number_index, service_on,"
        " provider, payer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        encounter_id, key.client_id, new.location_id, patient_id,
        seal_field(key, "encounter.number", encounter_id, new.encounter_number),
        index_of(key, "encounter", new.encounter_number), new.service_on, new.provider, new.payer, now,
    )  # fmt: skip
    return encounter_id
