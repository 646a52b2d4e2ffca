"""Strokes joined into the lines that one sees: dashes, thin filled bars."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpusbuilder.diagrams.dashes import DashedLine
from corpusbuilder.diagrams.plane import (
    bounds,
    dot,
    end_direction,
    length_of,
    middle,
    minus,
    unit,
)
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.page import XY, Rect


@dataclass(frozen=True, slots=True)
class Shaft:
    """A line without its heads."""

    points: tuple[XY, ...]
    ink: str
    width: float
    tracks: tuple[int, ...]
    dashed: bool
    box: Rect

    @property
    def length(self) -> float:
        """Along the line."""
        return length_of(self.points)

    def end(self, which: int) -> XY:
        """The first point (0) or the last (1)."""
        return self.points[-1 if which else 0]

    def leaving(self, which: int, reach: float) -> XY:
        """Unit vector out of that end, measured over ``reach``."""
        return end_direction(self.points if which else self.points[::-1], reach)


def find_shafts(
    tracks: Sequence[Track], rows: Sequence[DashedLine], *, em: float, is_free: Callable[[int], bool]
) -> list[Shaft]:
    """Everything that can be a shaft or a leader, except what has another meaning already; ``rows`` of dashes first."""
    pens = [Shaft(row.points, row.ink, row.width, row.tracks, dashed=True, box=bounds(row.points)) for row in rows]
    joined = {k for row in rows for k in row.tracks}
    bits: list[int] = []
    for index, track in enumerate(tracks):
        if index in joined or not is_free(index):
            continue
        if track.closed:
            if (bar := _bar(track, index, em=em)) is not None:
                pens.append(bar)
        elif track.stroke:
            if len(track.corners) == 2 and track.extent <= 1.2 * em and not track.dashed:
                bits.append(index)
            else:
                pens.append(_pen(track, (index,), track.points))
    return pens + _joined_dashes(tracks, bits, em=em)


def _pen(track: Track, indices: tuple[int, ...], points: Sequence[XY], *, dashed: bool = False) -> Shaft:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = min(xs), min(ys), max(xs), max(ys)
    return Shaft(tuple(points), track.ink or "", track.width, indices, dashed or track.dashed, box)


def _bar(track: Track, index: int, *, em: float) -> Shaft | None:
    """The middle line of a long thin filled quadrilateral."""
    if not track.fill or len(track.corners) != 4:
        return None
    a, b, c, d = track.corners
    if math.dist(a, b) > math.dist(b, c):
        a, b, c, d = b, c, d, a
    start, end = middle(a, b), middle(c, d)
    thick, long = max(math.dist(a, b), math.dist(c, d)), math.dist(start, end)
    if thick > 0.4 * em or long < 6 * thick:
        return None
    box = track.box
    return Shaft((start, end), track.fill, thick, (index,), dashed=False, box=box)


def _joined_dashes(tracks: Sequence[Track], bits: Sequence[int], *, em: float) -> list[Shaft]:
    """Short strokes in a row as one line; those that stand alone stay as they are."""
    cell = em
    grid: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for k in bits:
        for which in (0, 1):
            x, y = tracks[k].points[-which]
            grid.setdefault((math.floor(x / cell), math.floor(y / cell)), []).append((k, which))
    links: dict[tuple[int, int], tuple[int, int]] = {}
    pairs = sorted({pair for k in bits for which in (0, 1) for pair in _next_dash(tracks, (k, which), grid, cell)})
    for _, here, other in pairs:
        if here not in links and other not in links:
            links[here], links[other] = other, here
    return _walk_dashes(tracks, bits, links)


def _next_dash(
    tracks: Sequence[Track], here: tuple[int, int], grid: Mapping[tuple[int, int], list[tuple[int, int]]], cell: float
) -> list[tuple[float, tuple[int, int], tuple[int, int]]]:
    """The ends that a dash can go on to, with their distances."""
    k, which = here
    track = tracks[k]
    size = math.dist(track.points[0], track.points[-1])
    tip, back = track.points[-which], track.points[-1 + which]
    along = unit(minus(tip, back))
    out = []
    x, y = math.floor(tip[0] / cell), math.floor(tip[1] / cell)
    near = [e for dx in (-1, 0, 1) for dy in (-1, 0, 1) for e in grid.get((x + dx, y + dy), ())]
    if len(near) > 60:
        return []
    for other in near:
        mate = tracks[other[0]]
        gap = math.dist(tip, mate.points[-other[1]])
        if other[0] == k or mate.stroke != track.stroke or abs(mate.width - track.width) > 0.1 * track.width:
            continue
        if not 0.1 * size < gap <= min(2.5 * size, cell):
            continue
        ahead = unit(minus(mate.points[-other[1]], tip))
        onward = unit(minus(mate.points[-1 + other[1]], mate.points[-other[1]]))
        if dot(along, ahead) > 0.95 and dot(along, onward) > 0.93:
            out.append((round(gap, 6), min(here, other), max(here, other)))
    return out


def _walk_dashes(
    tracks: Sequence[Track], bits: Sequence[int], links: Mapping[tuple[int, int], tuple[int, int]]
) -> list[Shaft]:
    out, seen = [], set()
    loose = [(k, w) for k in bits for w in (0, 1) if (k, w) not in links]
    for start in loose:
        if start[0] in seen:
            continue
        here, chain, points = start, [], []
        while True:
            k, which = here
            seen.add(k)
            chain.append(k)
            points += [tracks[k].points[-which], tracks[k].points[-1 + which]]
            onward = links.get((k, 1 - which))
            if onward is None or onward[0] in seen:
                break
            here = onward
        if len(chain) >= 3:
            out.append(_pen(tracks[start[0]], tuple(sorted(chain)), points, dashed=True))
        else:
            out += [_pen(tracks[k], (k,), tracks[k].points) for k in chain]
    return sorted(out, key=lambda shaft: shaft.points)
