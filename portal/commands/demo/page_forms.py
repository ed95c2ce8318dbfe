"""Read the forms of a page as a browser does: every control, also those that belong to a form from afar."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """One form: where it goes, the ways its buttons go, and what it would send as it stands."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    ways: set[str] = field(default_factory=set)


def find_form(text: str, way: str) -> PageForm:
    """The form on a page that goes to `way`, by itself or by one of its buttons; LookupError if there is none."""
    reader = _Reader()
    reader.feed(text)
    for form in reader.forms.values():
        if way == form.action or way in form.ways:
            return form
    raise LookupError(f"There is no form to {way} on this page.")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, PageForm] = {}
        self._inside: str | None = None
        self._select: tuple[PageForm, str] | None = None
        self._textarea: tuple[PageForm, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") or f"form {len(self.forms)}"
            self.forms[self._inside] = PageForm(given.get("action", ""))
            return
        owner = self.forms.get(given.get("form", "") or self._inside or "")
        name = given.get("name", "")
        if tag == "button" and owner and given.get("formaction"):
            owner.ways.add(given["formaction"])
        elif tag == "input" and owner and name and given.get("type") not in ("submit", "file", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                owner.fields[name] = given.get("value", "")
        elif tag == "select" and owner and name:
            self._select = (owner, name)
        elif tag == "option" and self._select:
            form, chosen = self._select
            if "selected" in given or chosen not in form.fields:
                form.fields[chosen] = given.get("value", "")
        elif tag == "textarea" and owner and name:
            owner.fields[name] = ""
            self._textarea = (owner, name)

    def handle_data(self, data: str) -> None:
        if self._textarea:
            form, name = self._textarea
            form.fields[name] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
