"""Painted paths as polylines and rings, one per sub-path, with what the pen looked like."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from corpusbuilder.diagrams.plane import bounds, minus, off_segment, ring_area, unit
from corpusbuilder.records.page import XY, Rect, Segment, VectorPath

CURVE_STEPS: Final = 12
"""Pieces that a Bézier curve is cut into: deviates by less than 1 % of its length."""


@dataclass(frozen=True)
class Track:
    """One sub-path, flattened."""

    points: tuple[XY, ...]
    """Without a repetition of the first point at the end of a ring."""
    corners: tuple[XY, ...]
    """The points between segments that do not lie on a line with their neighbours."""
    closed: bool
    curved: bool
    box: Rect
    stroke: str | None
    fill: str | None
    width: float
    dashed: bool
    family: tuple[Rect, XY] | None = None
    """Box and first point of the path, where it has other sub-paths too: what one pen drew at once."""

    @cached_property
    def extent(self) -> float:
        """The longer side of the box."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @cached_property
    def thickness(self) -> float:
        """The shorter side of the box."""
        return min(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @cached_property
    def area(self) -> float:
        """The area of a ring, without sign."""
        return abs(ring_area(self.points)) if self.closed else 0.0

    @property
    def roundness(self) -> float:
        """Share of the ring's box that it fills, relative to an ellipse: 1 for an ellipse, 1.27 for a rectangle."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return self.area / (math.pi / 4 * width * height) if width > 0 and height > 0 else 0.0

    @property
    def ink(self) -> str | None:
        """The colour that one sees it in as a line."""
        return self.stroke or self.fill


def make_tracks(paths: Iterable[VectorPath]) -> list[Track]:
    """All visible sub-paths, in an order that follows from geometry alone, each once."""
    found: dict[tuple[object, ...], Track] = {}
    for path in paths:
        if path.opacity <= 0 or not (path.stroke or path.fill):
            continue
        for track in _split(path):
            look = (track.stroke or "", track.fill or "", track.width, track.closed)
            found[track.box, track.points, *look, track.family or ()] = track
    return [found[key] for key in sorted(found, key=_order)]


def _order(key: tuple[object, ...]) -> tuple[object, ...]:
    return key


def _split(path: VectorPath) -> Iterator[Track]:
    runs: list[list[Segment]] = []
    for segment in path.segments:
        if not runs or math.dist(runs[-1][-1].points[-1], segment.points[0]) > 1e-3:
            runs.append([])
        runs[-1].append(segment)
    family = (path.box, path.segments[0].points[0]) if len(runs) > 1 else None
    for run in runs:
        yield from _track(run, path, family)


def _track(run: Sequence[Segment], path: VectorPath, family: tuple[Rect, XY] | None) -> Iterator[Track]:
    points: list[XY] = [run[0].points[0]]
    joints: list[XY] = [run[0].points[0]]
    for segment in run:
        points += _flattened(segment)
        joints.append(segment.points[-1])
    points, joints = _distinct(points), _distinct(joints)
    if len(points) < 2:
        return
    shut = math.dist(points[0], points[-1]) <= 1e-3
    closed = len(points) > 2 and (shut or path.fill is not None or (path.closed and path.stroke is not None))
    if closed and shut:
        points.pop()
        if len(joints) > 1:
            joints.pop()
    if closed and len(points) < 3:
        closed = False
    yield Track(
        points=tuple(points),
        corners=tuple(_corners(joints, closed=closed)),
        closed=closed,
        curved=any(segment.kind == "c" for segment in run),
        box=bounds(points),
        stroke=path.stroke,
        fill=path.fill,
        width=path.width,
        dashed=bool(path.dashes),
        family=family,
    )


def _flattened(segment: Segment) -> list[XY]:
    if segment.kind == "l":
        return [segment.points[-1]]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = segment.points
    out = []
    for step in range(1, CURVE_STEPS):
        t = step / CURVE_STEPS
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        out.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
    return [*out, (dx, dy)]


def _distinct(points: Sequence[XY]) -> list[XY]:
    out = [points[0]]
    out += [p for before, p in pairwise(points) if math.dist(before, p) > 1e-4]
    return out


def _corners(joints: Sequence[XY], *, closed: bool) -> list[XY]:
    """Joints without those on the line between their neighbours."""
    kept = list(joints)
    k = 0 if closed else 1
    while k < len(kept) - (0 if closed else 1) and len(kept) > 2:
        if _is_straight(kept[k - 1], kept[k], kept[(k + 1) % len(kept)]):
            kept.pop(k)
        else:
            k += 1
    return kept


def _is_straight(before: XY, here: XY, after: XY) -> bool:
    """Whether a line goes on through ``here``: within 2 % of its length, and not just because one leg is short."""
    off = off_segment(here, before, after)
    shorter = min(math.dist(before, here), math.dist(here, after))
    return off <= 0.02 * math.dist(before, after) and off <= 0.25 * shorter and not _turns_back(before, here, after)


def _turns_back(before: XY, here: XY, after: XY) -> bool:
    first, second = unit(minus(here, before)), unit(minus(after, here))
    return first[0] * second[0] + first[1] * second[1] < 0
