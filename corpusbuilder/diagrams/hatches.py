"""Hatches: even rows of parallel strokes that fill an area, and join nothing."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from corpusbuilder.diagrams.plane import cross, dot, middle, minus, unit
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.page import XY

PITCH_EM: Final = 1.1
"""Strokes further apart than this many em are lines of their own: labels in a column need more room."""
FEWEST: Final = 5
"""So many strokes at even steps are a hatch."""
_TURN: Final = 0.01
"""Strokes are parallel within so many radians."""
_UNEVEN: Final = 0.15
"""A step differs from the usual one by at most this share of it."""
_MOST_NEAR: Final = 24


def find_hatches(tracks: Sequence[Track], *, em: float, is_free: Callable[[int], bool]) -> set[int]:
    """The straight strokes that stand side by side at even steps, with those of the same ink."""
    pens: dict[str, list[tuple[float, int]]] = {}
    for k, track in enumerate(tracks):
        if not track.closed and track.stroke and len(track.corners) == 2 and is_free(k):
            x, y = minus(track.corners[1], track.corners[0])
            pens.setdefault(track.stroke, []).append((math.atan2(y, x) % math.pi, k))
    found: set[int] = set()
    for members in pens.values():
        for bundle in _parallel(sorted(members)):
            found.update(k for row in _rows(tracks, bundle, em=em) for k in row)
    return found


def _parallel(members: Sequence[tuple[float, int]]) -> Iterator[list[int]]:
    """Bundles of strokes of about one direction, given their angles in order."""
    bundles = [[members[0]]]
    for before, entry in pairwise(members):
        if entry[0] - before[0] > _TURN:
            bundles.append([])
        bundles[-1].append(entry)
    if len(bundles) > 1 and bundles[0][0][0] + math.pi - bundles[-1][-1][0] <= _TURN:
        bundles[0] += bundles.pop()
    return ([k for _, k in bundle] for bundle in bundles if len(bundle) >= FEWEST)


def _rows(tracks: Sequence[Track], bundle: Sequence[int], *, em: float) -> Iterator[list[int]]:
    """The even rows in a bundle: each stroke follows the next one beside it."""
    longest = max(bundle, key=lambda k: (round(math.dist(*_ends(tracks[k])), 6), _ends(tracks[k])))
    start, end = _ends(tracks[longest])
    along = unit(minus(end, start))
    placed = sorted((cross(minus(middle(*_ends(tracks[k])), start), along), k) for k in bundle)
    spans = {k: sorted(dot(minus(p, start), along) for p in _ends(tracks[k])) for k in bundle}
    steps: dict[int, list[tuple[float, int]]] = {k: [] for k in bundle}
    for at, (offset, k) in enumerate(placed):
        for other, j in placed[at + 1 : at + 1 + _MOST_NEAR]:
            if other - offset > PITCH_EM * em:
                break
            if other - offset > 0.05 * em and _overlap(spans[k], spans[j]):
                steps[k].append((other - offset, j))
                steps[j].append((other - offset, k))
                break
    seen: set[int] = set()
    for k in bundle:
        if k not in seen:
            row = _joined(k, steps)
            seen.update(row)
            if len(row) >= FEWEST and _is_even([step for j in row for step, _ in steps[j]]):
                yield row


def _ends(track: Track) -> tuple[XY, XY]:
    return track.points[0], track.points[-1]


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two strokes stand side by side over a third of the shorter one at least."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared > 0 and shared >= min(one[1] - one[0], other[1] - other[0]) / 3


def _joined(start: int, steps: dict[int, list[tuple[float, int]]]) -> list[int]:
    row, todo = {start}, [start]
    while todo:
        for _, j in steps[todo.pop()]:
            if j not in row:
                row.add(j)
                todo.append(j)
    return sorted(row)


def _is_even(steps: Sequence[float]) -> bool:
    """Whether four steps in five are about the usual one."""
    usual = sorted(steps)[len(steps) // 2]
    return sum(abs(step - usual) <= _UNEVEN * usual for step in steps) >= 0.8 * len(steps)
