"""Heads that do not come to a point: the bar of an inhibition, the ring of a catalysis, the diamond."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.diagrams.connect import alike
from corpusbuilder.diagrams.dashes import DashedLine
from corpusbuilder.diagrams.heads import Head
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import (
    bounds,
    cross,
    dot,
    end_direction,
    inside,
    middle,
    minus,
    moved,
    off_polyline,
    ray_miss,
)
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import centre
from corpusbuilder.records.page import XY, Rect

RING_EM: Final = 1.6
"""Largest ring at the end of a line, in em."""
BAR_EM: Final = (0.3, 2.0)
"""Shortest and longest bar across the end of a line, in em."""
DIAMOND_EM: Final = 2.2
"""Longest diamond, in em."""
FRAME_GAP_EM: Final = 1.0
"""Lines stop at most so far from the frame around several nodes that they act on."""
_PAPER: Final = "#ffffff"
_MOST_NEAR: Final = 40


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a ring can act on, besides lines."""

    outlines: Collection[int]
    """The tracks around labels."""
    frames: Collection[int]
    """The tracks around several outlines."""
    names: Sequence[Rect]
    """The boxes of texts without outline: a ring beside one is a place on a map."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """The end of a stroke."""

    track: int
    at: XY
    way: XY
    """Unit vector out of it."""


class _Knobs:
    """Looks at the ends of the strokes of one figure."""

    def __init__(self, tracks: Sequence[Track], grounds: Grounds, *, em: float) -> None:
        self._tracks, self._grounds, self._em = tracks, grounds, em
        self._lines = [k for k, track in enumerate(tracks) if not track.closed and track.stroke]
        self._tails = [tail for k in self._lines for tail in _tails(tracks[k], k, em=em)]
        self._near_tails = BoxIndex([(*tail.at, *tail.at) for tail in self._tails])
        self._near_lines = BoxIndex([tracks[k].box for k in self._lines])
        solid = sorted({*grounds.outlines, *grounds.frames})
        self._solid = solid
        self._near_solid = BoxIndex([tracks[k].box for k in solid])
        self._near_names = BoxIndex(grounds.names)

    def around(self, p: XY, reach: float) -> list[_Tail]:
        """The ends near a point; none where there is a crowd."""
        return [self._tails[k] for k in self._near_tails.at(p, reach, most=_MOST_NEAR)]

    # -------------------------------------------------------------- bars

    def bars(self, index: int) -> Iterator[Head]:
        """Readings of a short stroke as the bar across the end of a line."""
        em, track = self._em, self._tracks[index]
        spine = _spine(track, em=em)
        if spine is None:
            return
        a, b = spine
        long, mid = math.dist(a, b), middle(a, b)
        if any(tail.track != index for end in spine for tail in self.around(end, 0.12 * em)) or self._joins(a, b):
            return
        stems = [tail for tail in self.around(mid, 0.2 * long + 0.2 * em) if self._meets_bar(tail, index, a, b)]
        if len(stems) != 1:
            return
        stem = stems[0]
        skew = abs(dot(stem.way, ((b[0] - a[0]) / long, (b[1] - a[1]) / long)))
        ring = _thick(a, b, max(track.width, track.thickness if track.closed else 0.0))
        yield Head(
            mid, stem.way, long / 2, long, track.ink or "", (index,), ring, is_open=False, quality=1 - skew, style="bar"
        )

    def _joins(self, a: XY, b: XY) -> bool:
        """Whether a stroke runs from one node to another."""
        here, there = (
            {(0, j) for j in self._near_solid.at(p, 0.2 * self._em)}
            | {(1, j) for j in self._near_names.at(p, 0.4 * self._em)}
            for p in (a, b)
        )
        return bool(here - there) and bool(there - here)

    def _meets_bar(self, tail: _Tail, index: int, a: XY, b: XY) -> bool:
        """Whether a line ends in the middle of a bar, square to it."""
        long, off = math.dist(a, b), minus(tail.at, middle(a, b))
        along = (b[0] - a[0]) / long, (b[1] - a[1]) / long
        track = self._tracks[tail.track]
        slack = 0.15 * self._em + track.width + self._tracks[index].width
        return (
            tail.track != index
            and track.extent >= 0.6 * long
            and abs(dot(off, along)) <= 0.2 * long
            and abs(cross(off, along)) <= slack
            and abs(dot(tail.way, along)) <= 0.3
        )

    # -------------------------------------------------------------- rings

    def rings(self, candidates: Collection[int]) -> Iterator[Head]:
        """Readings of small rings at the ends of lines: those that touch what they act on, and others of their size."""
        sure: dict[int, list[Head]] = {}
        rest: dict[int, list[Head]] = {}
        for k in sorted(candidates):
            if readings := list(self._ring(k)):
                (sure if readings[0].on_line or self._acts(k, readings) else rest)[k] = readings
        sizes = {self._size(k) for k in sure}
        yield from (head for readings in sure.values() for head in readings)
        yield from (head for k, readings in rest.items() if self._size(k) in sizes for head in readings)

    def _size(self, k: int) -> tuple[int, str | None]:
        return round(20 * self._tracks[k].extent / self._em), self._tracks[k].stroke

    def _ring(self, k: int) -> Iterator[Head]:
        track = self._tracks[k]
        mid, radius = centre(track.box), track.extent / 2
        named = bool(self._near_names.at(mid, radius + 0.8 * self._em))
        on_line = not named and self._is_on_line(mid, radius)
        for tail in self.around(mid, 1.1 * radius + 0.1 * self._em):
            line = self._tracks[tail.track]
            off = abs(cross(minus(mid, tail.at), tail.way))
            behind = dot(minus(tail.at, mid), tail.way) < -1.1 * radius - line.width - 0.05 * self._em
            # One sees a line through a ring without ground: the ring of a head stops or hides its line.
            seen = track.fill is None and math.dist(tail.at, mid) < 0.7 * radius
            if line.extent < 0.5 * track.extent or off > 0.5 * radius or behind or seen:
                continue
            tip = moved(mid, tail.way, radius)
            yield Head(
                tip, tail.way, 2 * radius, 2 * radius, track.stroke or "", (k,), track.points,
                is_open=False, quality=1 - 0.5 * off / radius, style="circle", on_line=on_line,
            )  # fmt: skip

    def _acts(self, k: int, readings: Sequence[Head]) -> bool:
        """Whether a ring that just one line reaches touches a node, or stands before the frame of several."""
        track, em = self._tracks[k], self._em
        mid, radius = centre(track.box), track.extent / 2
        ways = [head.direction for head in readings]
        if any(dot(one, other) < 0.87 for one in ways for other in ways):
            return False
        for other in (self._solid[j] for j in self._near_solid.at(mid, radius + FRAME_GAP_EM * em)):
            ring = self._tracks[other].points
            reach = (0.25 if other in self._grounds.outlines else FRAME_GAP_EM) * em
            if not inside(mid, ring) and any(ray_miss(head.tip, head.direction, reach, ring) == 0 for head in readings):
                return True
        return False

    def _is_on_line(self, mid: XY, radius: float) -> bool:
        """Whether a ring touches a line that goes on at both sides."""
        reach = radius + 0.15 * self._em
        for j in self._near_lines.at(mid, reach + 0.2 * self._em, most=_MOST_NEAR):
            track = self._tracks[self._lines[j]]
            ends = min(math.dist(mid, track.points[0]), math.dist(mid, track.points[-1]))
            if ends > reach + track.width and off_polyline(mid, track.points) <= reach + track.width:
                return True
        return False

    # -------------------------------------------------------------- discs

    def discs(self, candidates: Collection[int]) -> Iterator[Head]:
        """Readings of filled discs as heads: those right before a node whose line starts bare, and others like them."""
        near = BoxIndex([self._tracks[k].box for k in sorted(candidates)])
        sure: list[Head] = []
        rest: list[Head] = []
        for k in sorted(candidates):
            for tail in self._lone_tail(k):
                head = self._disc(k, tail)
                start = self._other_end(tail)
                is_sure = self._is_before(head) and not near.at(start, 0.5 * self._em)
                (sure if is_sure else rest).append(head)
        alike_ones = {self._size(head.shape[0]) for head in sure}
        yield from sure
        yield from (head for head in rest if self._size(head.shape[0]) in alike_ones)

    def _lone_tail(self, k: int) -> list[_Tail]:
        """The one end of a line at the edge of a disc, pointing at its middle; a knot has several, and is no head."""
        track, em = self._tracks[k], self._em
        mid, radius = centre(track.box), track.extent / 2
        found = []
        for tail in self.around(mid, 1.1 * radius + 0.15 * em):
            line, off = self._tracks[tail.track], minus(mid, tail.at)
            if abs(cross(off, tail.way)) <= 0.3 * radius and dot(off, tail.way) >= -1.1 * radius and tail.track != k:
                inked = any(alike(line.stroke or "", ink) for ink in (track.fill, track.stroke) if ink)
                found.append((tail, inked and line.extent >= track.extent))
        return [tail for tail, fits in found if fits] if len(found) == 1 else []

    def _disc(self, k: int, tail: _Tail) -> Head:
        track = self._tracks[k]
        mid, radius = centre(track.box), track.extent / 2
        return Head(
            moved(mid, tail.way, radius), tail.way, 2 * radius, 2 * radius, self._tracks[tail.track].stroke or "", (k,),
            track.points, is_open=False, quality=1.0, style="dot",
        )  # fmt: skip

    def _other_end(self, tail: _Tail) -> XY:
        first, *_, last = self._tracks[tail.track].points
        return last if tail.at == first else first

    def _is_before(self, head: Head) -> bool:
        """Whether a node or bare words stand right before a head."""
        reach = FRAME_GAP_EM * self._em
        rings = [self._tracks[self._solid[j]].points for j in self._near_solid.at(head.tip, reach)]
        rings = [ring for ring in rings if not inside(centre(self._tracks[head.shape[0]].box), ring)]
        rings += [_corners_of(self._grounds.names[j]) for j in self._near_names.at(head.tip, reach)]
        return any(ray_miss(head.tip, head.direction, reach, ring) == 0.0 for ring in rings)

    # -------------------------------------------------------------- diamonds

    def diamonds(self, index: int) -> Iterator[Head]:
        """Readings of a small lozenge as the head of a line that ends at one of its corners."""
        em, track = self._em, self._tracks[index]
        corners = track.corners
        if not track.closed or track.curved or len(corners) != 4 or not 0.2 * em < track.extent <= DIAMOND_EM * em:
            return
        sides = [math.dist(corners[k], corners[k - 1]) for k in range(4)]
        if min(sides) < 0.8 * max(sides):
            return
        ends = [(k, tail) for k in range(4) for tail in self.around(corners[k], 0.12 * em) if tail.track != index]
        if len(ends) != 1:
            return
        k, tail = ends[0]
        tip, long = corners[k - 2], math.dist(corners[k], corners[k - 2])
        way = (tip[0] - corners[k][0]) / long, (tip[1] - corners[k][1]) / long
        if dot(way, tail.way) < 0.9 or self._tracks[tail.track].extent < 0.2 * long:
            return
        ink = track.stroke or track.fill or ""
        yield Head(
            tip, way, long, math.dist(corners[k - 1], corners[k - 3]), ink, (index,), track.points,
            is_open=False, quality=dot(way, tail.way), style="diamond",
        )  # fmt: skip


def find_knobs(
    tracks: Sequence[Track], rows: Sequence[DashedLine], free: Collection[int], grounds: Grounds, *, em: float
) -> list[Head]:
    """All readings of small marks at the ends of lines as heads that do not come to a point.

    Args:
        tracks: all marks of the figure.
        rows: the lines that filled dashes make up.
        free: the closed ones that have no other meaning yet.
        grounds: what rings can act on.
        em: font size.
    """
    knobs = _Knobs([*tracks, *map(_drawn, rows)], grounds, em=em)
    heads = [head for k in range(len(tracks)) if not tracks[k].closed or k in free for head in knobs.bars(k)]
    heads += [head for k in sorted(free) for head in knobs.diamonds(k)]
    heads += knobs.discs({k for k in free if is_disc(tracks[k], em=em)})
    return heads + list(knobs.rings([k for k in free if is_hollow_ring(tracks[k], em=em)]))


def _drawn(row: DashedLine) -> Track:
    """A row of dashes as a stroke."""
    return Track(
        row.points, row.points, closed=False, curved=False, box=bounds(row.points), stroke=row.ink, fill=None,
        width=row.width, dashed=True,
    )  # fmt: skip


def is_disc(track: Track, *, em: float) -> bool:
    """Whether a shape is a small circle full of ink."""
    return track.fill is not None and not alike(track.fill, _PAPER) and _is_small_circle(track, em=em)


def is_hollow_ring(track: Track, *, em: float) -> bool:
    """Whether a shape is a small circle, drawn with the pen."""
    return (
        track.stroke is not None
        and not alike(track.stroke, _PAPER)
        and (track.fill is None or alike(track.fill, _PAPER))
        and _is_small_circle(track, em=em)
    )


def _is_small_circle(track: Track, *, em: float) -> bool:
    return (
        track.closed
        and 0.15 * em < track.extent <= RING_EM * em
        and track.thickness > 0.85 * track.extent
        and 0.9 < track.roundness < 1.08
    )


def _tails(track: Track, index: int, *, em: float) -> list[_Tail]:
    """Both ends of a stroke."""
    points = track.points
    reach = min(0.6 * em, 0.5 * track.extent)
    return [
        _Tail(index, points[0], end_direction(points[::-1], reach)),
        _Tail(index, points[-1], end_direction(points, reach)),
    ]


def _spine(track: Track, *, em: float) -> tuple[XY, XY] | None:
    """The ends of a short straight stroke, or of a short thin filled rectangle."""
    if not BAR_EM[0] * em <= track.extent <= BAR_EM[1] * em or track.dashed:
        return None
    if not track.closed:
        is_bar = bool(track.stroke) and len(track.corners) == 2
        return (track.points[0], track.points[-1]) if is_bar else None
    if len(track.corners) != 4 or not track.fill:
        return None
    a, b, c, d = track.corners
    if math.dist(a, b) > math.dist(b, c):
        a, b, c, d = b, c, d, a
    start, end = middle(a, b), middle(c, d)
    return (start, end) if max(math.dist(a, b), math.dist(c, d)) <= 0.35 * math.dist(start, end) else None


def _corners_of(box: Rect) -> tuple[XY, ...]:
    return (box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])


def _thick(a: XY, b: XY, width: float) -> tuple[XY, ...]:
    """A stroke as a rectangle."""
    long = math.dist(a, b)
    x, y = -(b[1] - a[1]) / long * width / 2, (b[0] - a[0]) / long * width / 2
    return (a[0] + x, a[1] + y), (b[0] + x, b[1] + y), (b[0] - x, b[1] - y), (a[0] - x, a[1] - y)
