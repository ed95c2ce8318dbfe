"""What everybody asked of the line and was told: invoke, ok, fail and unknown, with request ids."""

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Given:
    """A pull that was answered: this person was told that this entry is theirs under this fence."""

    person: UUID
    request: UUID
    entry: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class Done:
    """A submission that was answered: this person was told that it was accepted."""

    person: UUID
    request: UUID
    entry: UUID
    fence: int


@dataclass(slots=True)
class History:
    """The record, and what could be judged on the spot."""

    given: list[Given] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)
    newest: dict[UUID, int] = field(default_factory=dict)  # the highest fence that anybody was told of, per entry
    #: What holds of somebody for certain from an acknowledged answer until the opposite is asked for: ("client", id),
    #: ("off",), ("paused",), ("country", id); with a number that grows each time.
    shut: dict[tuple[UUID, object], int] = field(default_factory=dict)
    epochs: Counter[tuple[UUID, object]] = field(default_factory=Counter)
    started: float = field(default_factory=monotonic)

    @property
    def operations(self) -> int:
        """Calls that were answered."""
        return sum(n for name, n in self.counts.items() if name.startswith("ok "))

    def breaks(self, check: str, what: object) -> None:
        """Note that a promise was broken."""
        self.broken.setdefault(check, []).append(str(what)[:400])

    def shuts(self, person: UUID, what: object) -> None:
        """From now on, for certain, this person may not take what `what` stands for."""
        self.epochs[person, what] += 1
        self.shut[person, what] = self.epochs[person, what]

    def opens(self, person: UUID, what: object) -> None:
        """From now on this person may perhaps take it again."""
        self.shut.pop((person, what), None)

    def is_shut(self, person: UUID, what: object) -> int:
        """The number under which it is shut now; 0 if it may be open."""
        return self.shut.get((person, what), 0)

    def tell(self, given: Given) -> None:
        """Somebody was told that an entry is theirs."""
        self.given.append(given)
        if given.fence > self.newest.get(given.entry, 0):
            self.newest[given.entry] = given.fence
