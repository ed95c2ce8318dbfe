"""The header of a C-CDA record: whom it is about, which encounter, who wrote it (C-CDA R2.1, 1.1 US Realm Header)."""

import re
from collections.abc import Iterator
from datetime import date

from storage.facts import Facts, read_sex
from storage.notes import Block, Cell, Span, Table, plain
from storage.xml_reading import Node, local_name, text_of

#: Numbers of persons that are no medical record numbers: social security, driver's licence, NPI.
_NOT_MRN = ("2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3", "2.16.840.1.113883.4.6")
_CPT = "2.16.840.1.113883.6.12"


def header_facts(root: Node) -> Facts:
    """What the header says, in its own fields; None where it is silent or says several things."""
    role = _find(root, "recordTarget", "patientRole")
    encounter = _find(root, "componentOf", "encompassingEncounter")
    patient = _find(role, "patient")
    name = _name(_legal_name(patient)) or None
    provider = _provider(root, encounter)
    return Facts(
        patient_name=name,
        mrn=_mrn(role),
        born_on=_day(_find(patient, "birthTime")),
        encounter_number=_one({number for node in _all(encounter, "id") if (number := _extension(node))}),
        service_on=_service_day(encounter) or _event_day(root),
        provider=None if provider == name else provider,  # a patient may write a record too
        sex=_sex(patient),
    )


def header_blocks(root: Node) -> Iterator[Block]:
    """The header as a reader needs it: the title and a table of facts."""
    title = _words(_find(root, "title"))
    if not title:
        code = _find(root, "code")
        title = (code.get("displayName") if code is not None else "") or "Clinical document"
    yield plain(title, heading=1)
    rows = [
        (Cell((Span(label, bold=True),)), Cell((Span(value),)))
        for label, value in _rows(root)
        if value
    ]  # fmt: skip
    if rows:
        yield Table(tuple(rows))


def _rows(root: Node) -> Iterator[tuple[str, str]]:
    role = _find(root, "recordTarget", "patientRole")
    patient = _find(role, "patient")
    encounter = _find(root, "componentOf", "encompassingEncounter")
    yield "Patient", _name(_legal_name(patient))
    yield "Born", _when(_find(patient, "birthTime"))
    sex = _find(patient, "administrativeGenderCode")
    yield "Sex", (sex.get("displayName") or sex.get("code") or "") if sex is not None else ""
    # A social security number is nothing that a coder needs.
    numbers = [number for node in _all(role, "id") if node.get("root") != _NOT_MRN[0] and (number := _extension(node))]
    yield "Patient number", ", ".join(numbers)
    yield "Encounter", ", ".join(number for node in _all(encounter, "id") if (number := _extension(node)))
    yield "Encounter time", _when(_find(encounter, "effectiveTime"))
    kind = _find(encounter, "code")
    # The words of a procedure code are its publisher's; the code itself is enough for a coder.
    of_procedures = kind is not None and kind.get("codeSystem") == _CPT
    yield "Kind of encounter", "" if kind is None else kind.get("code" if of_procedures else "displayName") or ""
    place = _find(encounter, "location", "healthCareFacility")
    names = _find(place, "location", "name"), _find(place, "serviceProviderOrganization", "name")
    yield "Place", _words(names[0]) or _words(names[1])
    yield "Provider", _provider(root, encounter) or ""
    for author in _all(root, "author"):
        assigned = _find(author, "assignedAuthor")
        name = _name(_find(assigned, "assignedPerson", "name"))
        yield "Author", ", ".join(part for part in (name, _when(_find(author, "time"))) if part) if name else ""
    signer = _find(root, "legalAuthenticator")
    name = _name(_find(signer, "assignedEntity", "assignedPerson", "name"))
    yield "Signed", ", ".join(part for part in (name, _when(_find(signer, "time"))) if part) if name else ""
    yield "Written", _when(_find(root, "effectiveTime"))
    yield "From", _words(_find(root, "custodian", "assignedCustodian", "representedCustodianOrganization", "name"))


def _find(node: Node | None, *names: str) -> Node | None:
    for name in names:
        node = None if node is None else next((child for child in node if local_name(child) == name), None)
    return node


def _all(node: Node | None, name: str) -> list[Node]:
    return [] if node is None else [child for child in node if local_name(child) == name]


def _words(node: Node | None) -> str:
    return "" if node is None else " ".join(text_of(node).split())


def _extension(node: Node) -> str:
    return "" if node.get("nullFlavor") else (node.get("extension") or "").strip()


def _legal_name(patient: Node | None) -> Node | None:
    names = _all(patient, "name")
    return next((name for name in names if name.get("use") == "L"), names[0] if names else None)


def _name(node: Node | None) -> str:
    """A person's name in the order of speech; a calling name beside the given one is left out."""
    if node is None or node.get("nullFlavor"):
        return ""
    if not any(local_name(part) in ("given", "family") for part in node):
        return _words(node)
    parts = [
        _words(part)
        for kind in ("prefix", "given", "family", "suffix")
        for part in _all(node, kind)
        if part.get("qualifier") != "CL" and not part.get("nullFlavor")
    ]
    return " ".join(part for part in parts if part)


def _mrn(role: Node | None) -> str | None:
    numbers = [node for node in _all(role, "id") if node.get("root") not in _NOT_MRN and _extension(node)]
    if len({_extension(node) for node in numbers}) > 1:
        organisation = _find(role, "providerOrganization")
        roots = {node.get("root") for node in _all(organisation, "id")}
        numbers = [
            node for node in numbers if node.get("root") in roots
            or re.search(r"\bMRN\b|medical record", node.get("assigningAuthorityName") or "", re.IGNORECASE)
        ]  # fmt: skip
    return _one({_extension(node) for node in numbers})


def _one(values: set[str]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _sex(patient: Node | None) -> str | None:
    node = _find(patient, "administrativeGenderCode")
    return None if node is None else read_sex(node.get("code") or "")


def _day(node: Node | None) -> date | None:
    value = (node.get("value") or "") if node is not None else ""
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8])) if re.match(r"\d{8}", value) else None
    except ValueError:
        return None


def _service_day(encounter: Node | None) -> date | None:
    time = _find(encounter, "effectiveTime")
    first, last = _day(time) or _day(_find(time, "low")), _day(_find(time, "high"))
    return first if last in (None, first) else None


def _event_day(root: Node) -> date | None:
    days = {
        day
        for event in _all(root, "documentationOf")
        for time in _all(_find(event, "serviceEvent"), "effectiveTime")
        if (day := _day(time) or _day(_find(time, "low"))) and _day(_find(time, "high")) in (None, day)
    }
    return days.pop() if len(days) == 1 else None


def _provider(root: Node, encounter: Node | None) -> str | None:
    """The encounter's responsible party, else the one attending or performing, else the only author."""
    responsible = _name(_find(encounter, "responsibleParty", "assignedEntity", "assignedPerson", "name"))
    if responsible:
        return responsible
    attending = {
        name for node in _all(encounter, "encounterParticipant") if node.get("typeCode") == "ATND"
        if (name := _name(_find(node, "assignedEntity", "assignedPerson", "name")))
    }  # fmt: skip
    if attending:
        return _one(attending)
    authors = (_find(node, "assignedAuthor", "assignedPerson", "name") for node in _all(root, "author"))
    return _one({name for author in authors if (name := _name(author))})


def _when(node: Node | None) -> str:
    """A time or a span of times as people write it."""
    if node is None:
        return ""
    if node.get("value"):
        return _readable(node.get("value") or "")
    ends = [_readable(end.get("value") or "") for end in (_find(node, "low"), _find(node, "high")) if end is not None]
    return " – ".join(dict.fromkeys(end for end in ends if end))


def _readable(value: str) -> str:
    found = re.match(r"(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2}))?", value)
    if not found:
        return ""
    year, month, day, hour, minute = found.groups()
    text = "-".join(part for part in (year, month, day) if part)
    return f"{text} {hour}:{minute}" if hour else text
