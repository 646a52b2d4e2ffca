"""Closed shapes that are parts of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import inside, off_ring, within
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import centre, iou
from corpusbuilder.records.page import XY

LEAST_EM: Final = 0.7
"""Smaller shapes are ornaments."""


@dataclass(frozen=True, slots=True)
class Part:
    """A region and its place among the others."""

    track: int
    parent: int | None
    """The track of the smallest region around it."""


class Parts:
    """The regions of a figure, found by place."""

    def __init__(self, tracks: Sequence[Track], rings: Sequence[int], *, em: float) -> None:
        self.tracks = tracks
        self.em = em
        self._kept = _each_once(tracks, rings, em=em)
        self._index = BoxIndex([tracks[k].box for k in self._kept])
        self.all = [Part(k, self._parent(k)) for k in self._kept]

    def near(self, p: XY, reach: float) -> list[int]:
        """The tracks of the regions whose boxes are at most ``reach`` away, smallest first."""
        found = [self._kept[k] for k in self._index.at(p, reach)]
        return sorted(found, key=lambda k: (self.tracks[k].area, k))

    def innermost(self, p: XY) -> int | None:
        """The track of the smallest region around a point."""
        return next((k for k in self.near(p, 0.0) if inside(p, self.tracks[k].points)), None)

    def at(self, p: XY) -> int | None:
        """The innermost region at a point, or the one on whose edge it lies; None when that is open."""
        within_one = self.innermost(p)
        if within_one is not None:
            return within_one
        edges = sorted((off_ring(p, self.tracks[k].points), k) for k in self.near(p, 0.7 * self.em))
        if not edges or edges[0][0] > 0.5 * self.em:
            return None
        return edges[0][1] if len(edges) == 1 or edges[1][0] >= edges[0][0] + 0.2 * self.em else None

    def _parent(self, k: int) -> int | None:
        track = self.tracks[k]
        around = (j for j in self.near(centre(track.box), 0.0) if j != k and self.tracks[j].area > track.area)
        return next((j for j in around if holds(self.tracks[j], track)), None)


def _each_once(tracks: Sequence[Track], rings: Sequence[int], *, em: float) -> list[int]:
    """The shapes that are large enough, the largest first; one of those that lie on one another."""
    wide = [k for k in rings if tracks[k].thickness >= LEAST_EM * em and tracks[k].area >= (LEAST_EM * em) ** 2]
    wide.sort(key=lambda k: (-tracks[k].area, k))
    index = BoxIndex([tracks[k].box for k in wide])
    dropped: set[int] = set()
    for at, k in enumerate(wide):
        if at in dropped:
            continue
        dropped.update(
            j for j in index.at(centre(tracks[k].box)) if j > at and iou(tracks[k].box, tracks[wide[j]].box) >= 0.92
        )
    return [k for at, k in enumerate(wide) if at not in dropped]


def holds(outer: Track, inner: Track) -> bool:
    """Whether a shape lies in another one, or nearly."""
    if not within(inner.box, outer.box, slack=0.02 * outer.extent):
        return False
    some = inner.points[:: max(1, len(inner.points) // 8)]
    return sum(inside(p, outer.points) for p in some) >= 0.75 * len(some)
