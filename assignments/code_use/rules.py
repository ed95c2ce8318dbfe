"""How much use raises a code in the search. Pure."""

import math
from collections.abc import Mapping

STARRED = 0.5  # what a star adds to a code's weight in the search
MOST_BY_SPECIALTY = 0.35
MOST_BY_OWN_USE = 0.35


def weigh(starred: frozenset[str], own: Mapping[str, int], specialty: Mapping[str, int]) -> dict[str, float]:
    """How much each squeezed code is raised: 1 is not at all; use counts by its logarithm, and at most doubles it."""
    total = sum(specialty.values()) or 1
    weights: dict[str, float] = {}
    for code in {*starred, *own, *specialty}:
        shared = min(MOST_BY_SPECIALTY, 0.07 * math.log1p(1000 * specialty.get(code, 0) / total))
        personal = min(MOST_BY_OWN_USE, 0.1 * math.log1p(own.get(code, 0)))
        weights[code] = 1.0 + shared + personal + (STARRED if code in starred else 0.0)
    return weights
