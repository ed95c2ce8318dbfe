"""What a line says of its encounter, checked exactly as the upload form is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from assignments.bulk.manifest import as_form
from assignments.intake.forms import read_new_chart
from assignments.intake.queries import Choices
from assignments.intake.rules import NewChart
from portal.web.forms import Form, FormError


def read_facts(values: Mapping[str, str], *, choices: Choices, now: datetime) -> NewChart:
    """The encounter of a line; raises FormError with a sentence for each column that cannot be used.

    Service line and location come by name; either may be left out where there is only one.
    """
    form = Form(as_form(values))
    lines = [(str(line.id), (line.name, line.specialty)) for line in choices.lines]
    locations = [(str(location_id), (name,)) for location_id, name in choices.locations]
    form.values["service_line"] = _named(form.values["service_line"], lines)
    form.values["location"] = _named(form.values["location"], locations)
    try:
        return read_new_chart(form, choices=choices, now=now)
    except FormError as refusal:
        for column, known in (("service_line", lines), ("location", locations)):
            if column in refusal.errors:
                told = refusal.errors[column].rstrip(".")
                refusal.errors[column] = f"{told}: {', '.join(names[0] for _, names in known)}."
        raise


def _named(word: str, among: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """The id of what is called so: by its name, else by its specialty if that is one thing's only."""
    if not word:
        return among[0][0] if len(among) == 1 else ""
    for which in range(2):
        found = [one for one, names in among if which < len(names) and names[which].casefold() == word.casefold()]
        if len(found) == 1:
            return found[0]
    return word if word in (one for one, _ in among) else ""
