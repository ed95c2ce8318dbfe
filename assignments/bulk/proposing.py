"""What a page proposes for the facts of its encounter: shown to whoever splits, and trusted only once they send it."""

from storage.labelled_facts import facts_of_text


def propose_facts(text: str) -> dict[str, str]:
    """The facts found in the text of a page, as the form has them."""
    found = facts_of_text(text)
    values = {
        "patient_name": found.patient_name, "mrn": found.mrn, "encounter_number": found.encounter_number,
        "provider": found.provider, "sex": found.sex, "born_on": found.born_on.isoformat() if found.born_on else None,
        "service_on": found.service_on.isoformat() if found.service_on else None,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}
