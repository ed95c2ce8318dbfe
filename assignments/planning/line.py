"""The line as simulated people pull from it: lanes of waiting work, what is hopeless apart from what is not. Pure."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush


class Line:
    """Work by number. `keys` say who goes first in a lane; after `hopeless_from` (minutes) work stands apart."""

    def __init__(self, lane_of: list[int], keys: Sequence[float], hopeless_from: Sequence[float]) -> None:
        self.lane_of, self.keys, self.hopeless_from = lane_of, keys, hopeless_from
        self.waiting = [False] * len(keys)
        #: Lanes that may hold something; one that turns out to be empty leaves when it is looked at.
        self.lanes: dict[int, tuple[list[tuple[float, int]], list[tuple[float, int]]]] = {}

    def add(self, number: int) -> None:
        """Put work in line, or back in line."""
        self.waiting[number] = True
        heappush(self.lanes.setdefault(self.lane_of[number], ([], []))[0], (self.keys[number], number))

    def take(self, number: int) -> None:
        """Take work out of line; its place in the heap is cleared when it comes to the head."""
        self.waiting[number] = False

    def heads(self, lane: int, now: float) -> Iterator[tuple[int, bool]]:
        """The first of a lane that can be on time and the first that cannot: (number, whether it is hopeless)."""
        found = self.lanes.get(lane)
        if found is None:
            return
        timely, hopeless = found
        while timely:
            number = timely[0][1]
            if self.waiting[number] and self.hopeless_from[number] >= now:
                break
            if self.waiting[number]:
                heappush(hopeless, timely[0])
            heappop(timely)
        while hopeless and not self.waiting[hopeless[0][1]]:
            heappop(hopeless)
        if timely:
            yield timely[0][1], False
        if hopeless:
            yield hopeless[0][1], True
        if not timely and not hopeless:
            del self.lanes[lane]
