"""When documents are due to be purged, and how long a purge waits. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class Basis(StrEnum):
    """From when on a document's years are counted."""

    DELIVERY = "delivery"
    CLOSING = "closing"


#: What each basis reads as, after “… years after”.
BASES: Mapping[Basis, str] = {
    Basis.DELIVERY: "the chart was delivered, cancelled or found not codable",
    Basis.CLOSING: "the client was closed",
}

MOST_YEARS = 50
#: What is proposed waits this long, for somebody to place a hold or to change the rule.
GRACE = timedelta(days=30)
#: A delivery is kept as it was sent for this long after it is finished, for questions about lines that were refused.
DELIVERY_KEPT = timedelta(days=30)


class Scope(StrEnum):
    """What a legal hold holds."""

    CLIENT = "client"
    PATIENT = "patient"
    CHART = "chart"


SCOPES: Mapping[Scope, str] = {
    Scope.CHART: "One chart",
    Scope.PATIENT: "Every chart of one patient, named by any chart of theirs",
    Scope.CLIENT: "Everything of the client",
}
