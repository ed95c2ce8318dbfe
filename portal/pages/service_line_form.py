"""The part of a form that describes a service line; a prefix tells several of them apart."""

from decimal import Decimal

from portal.invoicing.rules import HIGHEST_RATE
from portal.pages.opening_clients import NewServiceLine
from portal.tenancy.rules import LONGEST_PROMISE, SHORTEST_PROMISE
from portal.web.forms import Form

#: Its fields, each behind the prefix.
PARTS = ("name", "specialty", "promise", "rate")


def read_service_line(form: Form, prefix: str) -> NewServiceLine:
    """The service line whose fields begin with `prefix`; notes in the form what is wrong with them."""
    return NewServiceLine(
        name=form.text(f"{prefix}name", "The service line’s name", most=80),
        specialty=form.text(f"{prefix}specialty", "The specialty", most=60),
        promise_hours=form.integer(
            f"{prefix}promise", "The promise in hours", low=SHORTEST_PROMISE, high=LONGEST_PROMISE
        ),
        rate=read_rate(form, f"{prefix}rate") if form.values.get(f"{prefix}rate") else None,
    )


def read_rate(form: Form, name: str) -> Decimal:
    """A rate in US dollars per chart."""
    return form.decimal(name, "The rate", low=Decimal(0), high=HIGHEST_RATE, places=4)
