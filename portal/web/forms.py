"""Read a posted form: each field checked with a sentence for its reader, everything entered kept for the next try."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from litestar import Request

from portal.errors import Invalid, PortalError


class FormError(Invalid):
    """The form as it was entered, with a sentence for each field that cannot be used."""

    def __init__(self, errors: dict[str, str], values: dict[str, str]) -> None:
        super().__init__(next(iter(errors.values()), None))
        self.errors = errors
        self.values = values


def sentences_of(refusal: PortalError | None, field: str | None) -> Mapping[str | None, str]:
    """What was refused, by field: each of a form's own, else the one sentence at `field` (None: at the form)."""
    if isinstance(refusal, FormError):
        return dict(refusal.errors.items())
    return {field: refusal.message} if refusal else {}


class Form:
    """The fields of one form. Each reader returns a usable value or notes what is wrong; `ensure()` then refuses."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = {name: value.strip() for name, value in values.items() if name != "csrf_token"}
        self.errors: dict[str, str] = {}

    def text(self, name: str, label: str, *, required: bool = True, most: int = 200) -> str:
        """A line of text of at most `most` characters, without control characters."""
        value = self.values.get(name, "")
        if required and not value:
            self._wrong(name, f"{label} is missing.")
        elif len(value) > most:
            self._wrong(name, f"{label} is too long: at most {most} characters.")
        elif any(ord(character) < 32 and character not in "\n\r\t" for character in value):
            self._wrong(name, f"{label} holds characters that cannot be shown. Type it again.")
        return value

    def date(self, name: str, label: str, *, earliest: date, latest: date) -> date:
        """A day between `earliest` and `latest`, both included."""
        value = self.values.get(name, "")
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self._wrong(name, f"{label} is missing." if not value else f"{label} is not a date such as 2026-09-14.")
            return earliest
        if not earliest <= found <= latest:
            self._wrong(name, f"{label} must lie between {earliest} and {latest}.")
        return found

    def uuid(self, name: str, label: str) -> UUID:
        """The id of something chosen from a list."""
        try:
            return UUID(self.values.get(name, ""))
        except ValueError:
            self._wrong(name, f"Choose {label}.")
            return UUID(int=0)

    def choice(self, name: str, label: str, among: Collection[str]) -> str:
        """One of the given words."""
        value = self.values.get(name, "")
        if value not in among:
            self._wrong(name, f"Choose {label}.")
        return value

    def integer(self, name: str, label: str, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.values.get(name, "")
        if not value.isdecimal() or not low <= int(value[:12]) <= high:
            self._wrong(name, f"{label} must be a whole number from {low} to {high}.")
            return low
        return int(value)

    def decimal(self, name: str, label: str, *, low: Decimal, high: Decimal, places: int) -> Decimal:
        """A decimal number from `low` to `high` with at most `places` digits after the point.

        A comma may stand between thousands only: 1,10 is refused, for it could mean 1.10 as well as 110.
        """
        value = self.values.get(name, "").removeprefix("$").strip()
        if "," in value:
            if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", value):
                self._wrong(name, f"{label} has a comma where none belongs. Write it with a point, such as 1.10.")
                return low
            value = value.replace(",", "")
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        exponent = found.as_tuple().exponent
        if not found.is_finite() or not low <= found <= high or not isinstance(exponent, int) or -exponent > places:
            most = "1 decimal" if places == 1 else f"{places} decimals"
            self._wrong(name, f"{label} must be a number from {low} to {high} with at most {most}.")
            return low
        return found

    def flag(self, name: str) -> bool:
        """True if a checkbox is ticked."""
        return self.values.get(name, "") in ("on", "true", "1", "yes")

    def wrong(self, name: str, sentence: str) -> None:
        """Note what a use case found wrong with a field."""
        self._wrong(name, sentence)

    def ensure(self) -> None:
        """Raise FormError if any field was wrong."""
        if self.errors:
            raise FormError(self.errors, self.values)

    def _wrong(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The URL-encoded form of a request; of a field sent twice the last counts."""
    posted = await request.form()
    return Form({name: value for name, value in posted.multi_items() if isinstance(value, str)})
