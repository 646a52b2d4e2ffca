"""On which line of a figure a point lies."""

import math
from collections.abc import Sequence
from typing import Final

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import grown, off_polyline
from corpusbuilder.diagrams.shafts import Shaft
from corpusbuilder.records.page import XY

MOST_NEAR: Final = 60
"""Where more lines than this run past a point, it cannot be said on which of them it lies."""


class Hosts:
    """Finds the line on which a point lies."""

    def __init__(self, shafts: Sequence[Shaft]) -> None:
        self._shafts = shafts
        self._index = BoxIndex([grown(shaft.box, shaft.width) for shaft in shafts])

    def at(self, p: XY, own: frozenset[int], *, slack: float, radius: float = 0.0) -> int | None:
        """The one shaft, other than ``own``, on whose inner part a point lies; None when there is none or several.

        Where several run past, it is the one whose ink the point touches. With a ``radius``, a disc lies there.
        """
        hosts = self.near(p, own, slack=slack, radius=radius)
        if len(hosts) > 1:
            hosts = [k for k in hosts if self.gap(p, k) <= radius]
        return hosts[0] if len(hosts) == 1 else None

    def near(self, p: XY, own: frozenset[int], *, slack: float, radius: float = 0.0) -> list[int]:
        """All shafts, other than ``own``, on whose inner parts a point lies."""
        hosts = []
        for k in self._index.at(p, slack + radius, most=MOST_NEAR):
            shaft = self._shafts[k]
            margin = min(0.08 * shaft.length, 2 * slack + shaft.width) + radius
            if k in own or min(math.dist(p, shaft.end(w)) for w in (0, 1)) <= margin:
                continue
            if off_polyline(p, shaft.points) <= slack + radius + shaft.width:
                hosts.append(k)
        return hosts

    def gap(self, p: XY, shaft: int) -> float:
        """How far a point is from the ink of a shaft."""
        return max(off_polyline(p, self._shafts[shaft].points) - self._shafts[shaft].width, 0.0)
