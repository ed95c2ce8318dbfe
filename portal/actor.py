"""Who acts: the signed-in person (or a process) as a frozen value that every use case takes first."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What somebody is in this house; each kind has its own database role."""

    CLIENT = "client"
    CODER = "coder"
    AUDITOR = "auditor"
    MANAGER = "manager"
    COMPLIANCE = "compliance"
    ADMINISTRATOR = "administrator"
    WORKER = "worker"
    SEALER = "sealer"
    NOBODY = "nobody"


#: The kinds that people have; the others are processes, or nobody.
PEOPLE = (Kind.CLIENT, Kind.CODER, Kind.AUDITOR, Kind.MANAGER, Kind.COMPLIANCE, Kind.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as the access log records it."""

    ip: str | None = None
    agent_hash: str | None = None  # SHA-256 of the User-Agent header, hexadecimal
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is signed in, a process of ours, or nobody."""

    kind: Kind
    person_id: UUID | None = None
    client_id: UUID | None = None  # for client staff only
    name: str = ""
    permissions: frozenset[str] = frozenset()
    session_id: UUID | None = None
    assurance: int = 0  # how the session was proven: 1 password, 2 with a second factor
    origin: Origin = field(default_factory=Origin)

    def may(self, permission: str) -> bool:
        """True if this actor's kind grants `permission`."""
        return permission in self.permissions


NOBODY = Actor(Kind.NOBODY)
WORKER = Actor(Kind.WORKER, name="worker")
