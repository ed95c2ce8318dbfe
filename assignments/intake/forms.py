"""The form that comes with the files."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.intake.queries import Choices
from assignments.intake.rules import NOT_THERE, NewChart, earliest_birth, earliest_service
from portal.web.forms import Form
from storage.facts import read_sex


def read_new_chart(form: Form, *, choices: Choices, now: datetime) -> NewChart:
    """What the form says of the encounter; raises FormError with a sentence for each field that cannot be used."""
    today = now.astimezone(ZoneInfo(choices.time_zone)).date()
    service_on = form.date("service_on", "Date of service", earliest=earliest_service(today), latest=today)
    latest_birth = today if "service_on" in form.errors else service_on
    born_on = form.date("born_on", "Birth date", earliest=earliest_birth(latest_birth), latest=latest_birth)
    line = form.choice("service_line", "a service line", [str(line.id) for line in choices.lines])
    location = (
        form.choice("location", "a location", [str(location_id) for location_id, _ in choices.locations])
        if choices.locations
        else None
    )
    in_own_system = form.flag("in_own_system")
    if in_own_system and line and not any(str(one.id) == line and one.in_own_system for one in choices.lines):
        form.wrong("in_own_system", NOT_THERE)
    new = NewChart(
        encounter_number=_words(form, "encounter_number", "Encounter number", most=60),
        service_line_id=UUID(line) if "service_line" not in form.errors else UUID(int=0),
        location_id=UUID(location) if location and "location" not in form.errors else None,
        provider=_words(form, "provider", "Provider", most=120),
        service_on=service_on,
        payer=_words(form, "payer", "Payer", most=120, required=False) or None,
        is_stat=form.flag("stat"),
        patient_name=_words(form, "patient_name", "Patient name", most=200),
        mrn=_words(form, "mrn", "MRN", most=60),
        born_on=born_on,
        sex=_sex(form),
        in_own_system=in_own_system,
    )
    form.ensure()
    return new


def _sex(form: Form) -> str | None:
    said = _words(form, "sex", "Sex", most=30, required=False)
    sex = read_sex(said)
    if said and sex is None:
        form.wrong("sex", "Sex is female, male, other or unknown. It may be left out.")
    return sex


def _words(form: Form, name: str, label: str, *, most: int, required: bool = True) -> str:
    return " ".join(form.text(name, label, most=most, required=required).split())
