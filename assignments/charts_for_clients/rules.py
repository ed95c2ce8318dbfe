"""How a client reads the life of a chart. Pure."""

from assignments.rules import FOR_CLIENTS, ChartState

#: States in which somebody on our side still has work to do.
IN_WORK: tuple[ChartState, ...] = tuple(
    state for state in ChartState if state not in (ChartState.DELIVERED, ChartState.NOT_CODABLE, ChartState.CANCELLED)
)

#: What the list can be filtered by: a word of the address, what it reads as, and the states it stands for.
STATE_FILTERS: dict[str, tuple[str, tuple[ChartState, ...]]] = {
    "in-work": ("In work", IN_WORK),
    **{state.value: (words, (state,)) for state, words in FOR_CLIENTS.items()},
}

#: The colour of a state's chip; most have none.
TONES: dict[ChartState, str] = {
    ChartState.POSSIBLE_DUPLICATE: "warn",
    ChartState.ASSIGNED: "accent",
    ChartState.PENDED: "warn",
    ChartState.NOT_CODABLE: "warn",
    ChartState.CODED: "accent",
    ChartState.CORRECTING: "accent",
    ChartState.FINAL: "good",
    ChartState.DELIVERED: "good",
    ChartState.CANCELLED: "bad",
}

#: What each kind of chart event reads as in a chart's history.
HAPPENED: dict[str, str] = {
    "received": "Documents received",
    "ready": "Documents checked, in line for coding",
    "assigned": "Taken by a coder",
    "returned": "Put back in line",
    "coded": "Coded, in quality check",
    "correcting": "Sent back to the coder for a correction",
    "corrected": "Corrected, in quality check",
    "final": "Codes final",
    "delivered": "Delivered",
    "held": "Held as a possible duplicate",
    "judged_separate": "Decided: no duplicate",
    "judged_same": "Decided: the same as another chart",
    "discarded": "Cancelled: the same as another chart",
    "restored": "Back in line after another decision",
    "hastened": "Made STAT",
    "unhurried": "No longer STAT",
    "due_agreed": "Another due time was agreed",
    "due_as_promised": "Due as promised again",
    "documents added": "Documents added",
    "reopened": "Opened again: back to the coder",
    "pended": "Set aside until somebody answers",
    "pend reminder": "Reminded: an answer is missing",
    "pend unreadable": "The documents that came as an answer cannot be read",
    "pend last resort": "Not answered in time",
    "answered": "Back in line for its coder",
    "not codable": "Closed: not codable",
    "cancelled": "Cancelled: none of the documents can be read",
}


def words_of(event_kind: str, *, without_documents: bool = False) -> str:
    """What an event reads as; one that is not known here yet by its own name."""
    if without_documents and event_kind in ("received", "ready"):
        return "Received, to be coded in your system" if event_kind == "received" else "In line for coding"
    return HAPPENED.get(event_kind, event_kind.capitalize())
