"""Dashes and dots that are filled shapes of their own, joined into the lines that one sees."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import (
    crossings,
    dot,
    length_of,
    middle,
    minus,
    moved,
    nearest_on,
    off_polyline,
    off_segment,
    unit,
)
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.page import XY

LONGEST_EM, THICKEST_EM = 1.2, 0.35
"""A dash is at most so long and so thick, in em."""
FEWEST: Final = 4
"""So few dashes or dots in a row are a line; two when one path paints them."""
MOST_ROWS: Final = 12
"""A path with more rows than this is a pattern, not a fork."""
_MOST_NEAR: Final = 24


@dataclass(frozen=True, slots=True)
class _Bit:
    track: int
    centre: XY
    ends: tuple[tuple[XY, XY], ...]
    """Middles of its two short sides, each with the way out of it; none for a dot."""
    thick: float
    long: float
    ink: str
    family: object
    """Bits of one painted path follow one another only."""

    ring: tuple[XY, ...] = ()
    """Of a bit that is neither dot nor band, such as a dash on a corner that crosses itself."""

    @property
    def places(self) -> Sequence[XY]:
        """Where another can go on."""
        return [end for end, _ in self.ends] or self.ring or [self.centre]

    @property
    def half(self) -> float:
        """From these places to the edge."""
        return 0.0 if self.ends or self.ring else self.thick / 2


@dataclass(frozen=True, slots=True)
class DashedLine:
    """Bits of one ink in a row."""

    points: tuple[XY, ...]
    tracks: tuple[int, ...]
    ink: str
    width: float


def filled_dashes(tracks: Sequence[Track], *, em: float, is_free: Callable[[int], bool]) -> list[DashedLine]:
    """The lines that small filled shapes in a row make up, four of them at least."""
    bits = [bit for k, track in enumerate(tracks) if is_free(k) and (bit := _bit(track, k, em=em)) is not None]
    if len(bits) < FEWEST:
        return []
    links: dict[int, list[int]] = {k: [] for k in range(len(bits))}
    for _, i, j in _pairs(bits, em=em):
        if _can_go_on(bits, links, i, j) and _can_go_on(bits, links, j, i):
            links[i].append(j)
            links[j].append(i)
    rows = [row for row in _rows(links) if len(row) >= (FEWEST if bits[row[0]].family is None else 2)]
    families: dict[object, list[DashedLine]] = {}
    for row in rows:
        families.setdefault(bits[row[0]].family, []).append(_line(bits, row))
    reach = {family: max(_step(bits, row) for row in rows if bits[row[0]].family == family) for family in families}
    found: list[DashedLine] = []
    for family, lines in families.items():
        found += lines if family is None or len(lines) > MOST_ROWS else forked(lines, reach[family])
    return _met(sorted(found, key=lambda line: line.points), 0.75 * min(max(reach.values(), default=0.0), em))


def _met(lines: Sequence[DashedLine], reach: float) -> list[DashedLine]:
    """Rows that stop in a gap of their pattern right before the end of another of their ink, drawn out to it."""
    ends = [(end, line) for line in lines for end in (line.points[0], line.points[-1])]
    index = BoxIndex([(*end, *end) for end, _ in ends])
    out = []
    for line in lines:
        points = list(line.points)
        for at, beyond in ((0, 1), (-1, -2)):
            here, way = points[at], unit(minus(points[at], points[beyond]))
            others = [ends[k] for k in index.at(here, reach, most=_MOST_NEAR)]
            near = [
                (math.dist(end, here), end)
                for end, other in others
                if other is not line and other.ink == line.ink and dot(unit(minus(end, here)), way) > 0.5
            ]
            if near:
                points[at] = min(near)[1]
        out.append(replace(line, points=tuple(points)))
    return out


def _step(bits: Sequence[_Bit], row: Sequence[int]) -> float:
    """The longest way from the middle of one bit to that of the next."""
    return max(math.dist(bits[a].centre, bits[b].centre) for a, b in pairwise(row))


def _bit(track: Track, index: int, *, em: float) -> _Bit | None:
    """A small band: its length and thickness follow from what it covers and how long its outline is."""
    if not (track.closed and track.fill and track.extent <= LONGEST_EM * em) or track.stroke not in (None, track.fill):
        return None
    around = length_of((*track.points, track.points[0]))
    root = around**2 - 16 * track.area
    thick = (around - math.sqrt(max(root, 0.0))) / 4
    long = around / 2 - thick
    if thick <= 0 or thick > THICKEST_EM * em or long > LONGEST_EM * em:
        return None
    x0, y0, x1, y1 = track.box
    centre = (x0 + x1) / 2, (y0 + y1) / 2
    ends = _ends(track.corners, thick) if long > 2 * thick else ()  # a shorter one may be cut off
    is_dot = track.thickness >= 0.7 * track.extent and (len(track.corners) > 3 or track.curved) and long <= 2 * thick
    if len(ends) != 2 and not is_dot and (track.family is None or len(track.corners) < 4):
        return None
    ring = () if is_dot or len(ends) == 2 else track.points
    return _Bit(index, centre, ends if len(ends) == 2 else (), thick, long, track.fill, track.family, ring)


def _ends(corners: Sequence[XY], thick: float) -> tuple[tuple[XY, XY], ...]:
    """The short sides of a band, straight or bent around a corner: as long as it is thick, square to both others."""
    out = []
    for k in range(len(corners)):
        before, a, b, after = (corners[(k + step) % len(corners)] for step in (-1, 0, 1, 2))
        sides = minus(before, a), minus(after, b)
        square = all(abs(dot(unit(side), unit(minus(b, a)))) < 0.35 for side in sides)
        if 0.7 * thick <= math.dist(a, b) <= 1.4 * thick and square and dot(*sides) > 0:
            way = unit((-sides[0][0] - sides[1][0], -sides[0][1] - sides[1][1]))
            out.append((middle(a, b), way))
    return tuple(out)


def _pairs(bits: Sequence[_Bit], *, em: float) -> list[tuple[float, int, int]]:
    """(gap, bit, bit) of the bits that can follow one another, nearest first."""
    index = BoxIndex([(*bit.centre, *bit.centre) for bit in bits])
    gaps: dict[tuple[int, int], float] = {}
    for i, bit in enumerate(bits):
        near = index.at(bit.centre, 1.6 * em, most=_MOST_NEAR)
        own = {j: gap for j in near if j != i and (gap := _gap(bit, bits[j], em=em)) is not None}
        nearest = min(own.values(), default=0.0)
        close = [j for j, gap in own.items() if gap <= 1.25 * nearest + 0.02 * em]
        if not bit.ends and len(close) > 3:
            continue  # a pattern, not a line
        gaps.update({(min(i, j), max(i, j)): gap for j, gap in own.items() if gap <= 2 * nearest + 0.1 * em})
    return sorted((round(gap, 6), i, j) for (i, j), gap in gaps.items())


def _gap(one: _Bit, other: _Bit, *, em: float) -> float | None:
    """The white between two bits of one line; None when they are not."""
    if one.ink != other.ink or one.family != other.family:
        return None
    if one.family is None and max(one.thick, other.thick) > 1.5 * min(one.thick, other.thick):
        return None
    _, a, b = min((math.dist(a, b), a, b) for a in one.places for b in other.places)
    white = math.dist(a, b) - one.half - other.half
    way = unit(minus(b, a))
    for bit, place, along in ((one, a, way), (other, b, (-way[0], -way[1]))):
        if any(end == place and dot(out, along) < 0.85 for end, out in bit.ends):
            return None
    widest = max(one.long, other.long, one.thick, other.thick)
    return max(white, 0.0) if white <= min(4 * widest, em) else None


def _can_go_on(bits: Sequence[_Bit], links: Mapping[int, Sequence[int]], here: int, there: int) -> bool:
    """Whether a bit has room for a neighbour there: one on each of its two sides."""
    if there in links[here] or len(links[here]) >= 2:
        return False
    way = unit(minus(bits[there].centre, bits[here].centre))
    return all(dot(way, unit(minus(bits[k].centre, bits[here].centre))) < 0.2 for k in links[here])


def _rows(links: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The rows with two ends."""
    rows, seen = [], set()
    for start in sorted(links):
        if len(links[start]) != 1 or start in seen:
            continue
        row = [start]
        while True:
            seen.add(row[-1])
            onward = [k for k in links[row[-1]] if k not in seen]
            if not onward:
                break
            row.append(onward[0])
        rows.append(row)
    return rows


def _line(bits: Sequence[_Bit], row: Sequence[int]) -> DashedLine:
    points: list[XY] = []
    for at, k in enumerate(row):
        bit, before = bits[k], bits[row[at - 1] if at else row[1]]
        places = sorted(
            (end for end, _ in bit.ends) if bit.ends else [bit.centre],
            key=lambda place: (math.dist(place, before.centre), place),
        )
        points += places if at else places[::-1]
    for end, inner in ((0, 1), (-1, -2)):
        if not bits[row[end]].ends:
            points[end] = moved(points[end], unit(minus(points[end], points[inner])), bits[row[end]].thick / 2)
    kept = [points[0], *(b for a, b in pairwise(points) if a != b)]
    thick = sorted(bits[k].thick for k in row)[len(row) // 2]
    return DashedLine(tuple(kept), tuple(sorted(bits[k].track for k in row)), bits[row[0]].ink, thick)


def forked(lines: Sequence[DashedLine], reach: float) -> list[DashedLine]:
    """The rows of one painted path drawn out to each other, and cut where others meet or cross them.

    Args:
        lines: what one pen drew at once.
        reach: an end that is at most so far from another row stops in a gap of the pattern.
    """
    out = [_drawn_out(line, [other for other in lines if other is not line], reach) for line in lines]
    cuts: list[list[XY]] = [[] for _ in out]
    for i, one in enumerate(out):
        for j, other in enumerate(out):
            if i != j:
                cuts[j] += [end for end in (one.points[0], one.points[-1]) if off_polyline(end, other.points) < 1e-6]
                cuts[j] += crossings(one.points, other.points)
    return [piece for line, own in zip(out, cuts, strict=True) for piece in _cut(line, own)]


def _drawn_out(line: DashedLine, others: Sequence[DashedLine], reach: float) -> DashedLine:
    points = list(line.points)
    for end, beyond in ((0, 1), (-1, -2)):
        way = unit(minus(points[end], points[beyond]))
        here = points[end]
        found = [(math.dist(p, here), p) for other in others if (p := nearest_on(here, other.points))]
        near = [(far, p) for far, p in found if 0 < far <= reach and dot(unit(minus(p, here)), way) > 0.5]
        if near:
            points[end] = min(near)[1]
    return replace(line, points=tuple(points))


def _cut(line: DashedLine, cuts: Sequence[XY]) -> list[DashedLine]:
    """A row in pieces, at points on it."""
    runs: list[list[XY]] = [[line.points[0]]]
    for a, b in pairwise(line.points):
        on = {
            (math.dist(a, p), p)
            for p in cuts
            if off_segment(p, a, b) < 1e-6 and min(math.dist(p, a), math.dist(p, b)) > 1e-6
        }
        for _, p in sorted(on):
            runs[-1].append(p)
            runs.append([p])
        runs[-1].append(b)
        if b in cuts and b != line.points[-1]:
            runs.append([b])
    return [replace(line, points=tuple(run)) for run in runs if len(run) > 1]
