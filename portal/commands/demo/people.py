"""The people of the demo company and of its clients: kinds, specialties with levels, grants; all invented."""

from dataclasses import dataclass
from typing import Literal

from portal.commands.demo.company import (
    CARDIOLOGY,
    CLIENTS,
    COMPANY_DOMAIN,
    EMERGENCY_FACILITY,
    EMERGENCY_PROFESSIONAL,
    ENDOSCOPY,
    OFFICE,
    ORTHOPAEDICS,
    RADIOLOGY,
    Client,
)

Kind = Literal["client", "coder", "auditor", "manager", "compliance", "administrator"]


@dataclass(frozen=True, slots=True)
class Skill:
    """A specialty somebody codes or audits; level 1 is in training, 2 works alone, 3 takes the hard ones."""

    specialty: str
    level: int


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person who signs in; `client` is the code of the client that client staff belong to, `grants` are codes."""

    name: str
    local_part: str
    domain: str
    kind: Kind
    title: str
    country: str = "US"
    skills: tuple[Skill, ...] = ()
    grants: tuple[str, ...] = ()
    client: str | None = None

    @property
    def email(self) -> str:
        """The address to sign in with; all domains end in the reserved `.example`."""
        return f"{self.local_part}@{self.domain}"


def _at_company(name: str, kind: Kind, title: str, country: str = "US", **levels: int) -> DemoPerson:
    """Somebody of the company; each keyword is a client's code and the level in that client's specialty."""
    clients = [client for client in CLIENTS if client.code in levels]
    skills = tuple(Skill(client.service_lines[0].specialty, levels[client.code]) for client in clients)
    grants = tuple(client.code for client in clients)
    return DemoPerson(name, _local_part(name), COMPANY_DOMAIN, kind, title, country, skills, grants)


def _of_all_clients(name: str, kind: Kind, title: str) -> DemoPerson:
    grants = tuple(client.code for client in CLIENTS)
    return DemoPerson(name, _local_part(name), COMPANY_DOMAIN, kind, title, grants=grants)


def _client_staff(client: Client, name: str, title: str) -> DemoPerson:
    return DemoPerson(name, _local_part(name), client.domain, "client", title, client=client.code)


def _local_part(name: str) -> str:
    first, *_, last = name.lower().split()
    plain = str.maketrans("áéíóúñöüøåõ", "aeiounouoao", "'-")
    return f"{first}.{last}".translate(plain)


CODERS = (
    _at_company("Adaeze Nwosu", "coder", "Senior coder", RAD=3, CAR=3, OEM=2),
    _at_company("Benicio Saldaña", "coder", "Senior coder", EDP=3, EDF=3),
    _at_company("Caitríona Walsh", "coder", "Surgical coder", ORT=3, GIE=3),
    _at_company("Dalisay Magbanua", "coder", "Coder", country="PH", RAD=2, EDP=2, EDF=2),
    _at_company("Elif Karadeniz", "coder", "Coder", ORT=2, GIE=2, CAR=2),
    _at_company("Farrukh Qureshi", "coder", "Coder", country="IN", RAD=2, OEM=2, CAR=2),
    _at_company("Gloria Etienne", "coder", "Coder", OEM=3, EDP=2, EDF=2),
    _at_company("Hari Subramanian", "coder", "New coder, under full audit", country="IN", RAD=1, OEM=1, GIE=1),
)
AUDITORS = (
    _at_company("Josephine Mwangi", "auditor", "Auditor", RAD=3, EDP=3, EDF=3, OEM=3),
    _at_company("Mordecai Feinberg", "auditor", "Auditor", OEM=3, ORT=3, GIE=3, CAR=3),
)
MANAGEMENT = (
    _of_all_clients("Lucinda Tallchief", "manager", "Coding lead"),
    _of_all_clients("Stellan Ackermann", "manager", "Operations manager"),
    _of_all_clients("Renuka Iyer", "manager", "Client and billing manager"),
    _of_all_clients("Oksana Hrytsenko", "compliance", "Compliance officer"),
    _of_all_clients("Tavita Leota", "administrator", "Administrator"),
)
CLIENT_STAFF = (
    _client_staff(RADIOLOGY, "Maura Pelletier", "Practice manager"),
    _client_staff(RADIOLOGY, "Desmond Achterman", "Front desk lead"),
    _client_staff(EMERGENCY_PROFESSIONAL, "Ruth Sobotka", "Practice manager"),
    _client_staff(EMERGENCY_PROFESSIONAL, "Kofi Asante", "Chart clerk"),
    _client_staff(EMERGENCY_FACILITY, "Verena Dahlquist", "Revenue integrity manager"),
    _client_staff(EMERGENCY_FACILITY, "Pha Vang", "Health information specialist"),
    _client_staff(OFFICE, "Carmelita Sandoval", "Practice manager"),
    _client_staff(OFFICE, "Theo Lindgren", "Medical records"),
    _client_staff(ORTHOPAEDICS, "Hana Kobayashi", "Surgery center manager"),
    _client_staff(ORTHOPAEDICS, "Marcus Ellery", "Surgical scheduler"),
    _client_staff(ENDOSCOPY, "Paloma Rentería", "Practice manager"),
    _client_staff(ENDOSCOPY, "Winston Begaye", "Endoscopy records"),
    _client_staff(CARDIOLOGY, "Astrid Nilsen", "Practice manager"),
    _client_staff(CARDIOLOGY, "Samuel Ayagiak", "Laboratory coordinator"),
)
PEOPLE = (*CODERS, *AUDITORS, *MANAGEMENT, *CLIENT_STAFF)
