"""Strokes joined into the lines that one sees: dashes, elbows made of pieces, thin filled bars, forks."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from corpusbuilder.diagrams.dashes import DashedLine
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import (
    bounds,
    dot,
    end_direction,
    grown,
    length_of,
    middle,
    minus,
    off_polyline,
    off_segment,
    unit,
)
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.page import XY, Rect

MOST_LEAVES: Final = 12
"""A net of strokes with more loose ends than this is a drawing, not a fork."""
MOST_NEAR: Final = 60
"""Where more lines than this run past a point, it cannot be said on which of them it lies."""


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


@dataclass(frozen=True, slots=True)
class Chain:
    """One or more shafts from a loose end to another."""

    points: tuple[XY, ...]
    ends: tuple[tuple[int, int], tuple[int, int]]
    """(shaft, which end) of the first and of the last point."""
    shafts: tuple[int, ...]


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


def cut_at_forks(
    shafts: Sequence[Shaft], crowned: Mapping[tuple[int, int], int], *, em: float
) -> tuple[list[Shaft], dict[tuple[int, int], int]]:
    """Lines without heads, cut where the bare end of another line of the same ink meets them: the bar of a fork.

    A bar goes on at both its ends; a line that ends at something itself stays whole.
    """
    hosts = Hosts(shafts)
    joined = {end for group in _joints(shafts, crowned, em=em) for end in group}
    cuts: dict[int, list[XY]] = {}
    for k, shaft in enumerate(shafts):
        for which in (0, 1):
            if (k, which) in crowned:
                continue
            host = hosts.at(shaft.end(which), frozenset((k,)), slack=0.05 * em)
            if host is not None and shafts[host].ink == shaft.ink and {(host, 0), (host, 1)} <= joined:
                cuts.setdefault(host, []).append(shaft.end(which))
    pieces: list[Shaft] = []
    moved: dict[tuple[int, int], int] = {}
    for k, shaft in enumerate(shafts):
        first = len(pieces)
        pieces += _cut(shaft, cuts.get(k, ()))
        for which, at in ((0, first), (1, len(pieces) - 1)):
            if (k, which) in crowned:
                moved[at, which] = crowned[k, which]
    return pieces, moved


def _cut(shaft: Shaft, cuts: Sequence[XY]) -> list[Shaft]:
    """A line in pieces, at points that lie on it."""
    runs: list[list[XY]] = [[shaft.points[0]]]
    for a, b in zip(shaft.points, shaft.points[1:], strict=False):
        on = sorted((math.dist(a, p), p) for p in cuts if off_segment(p, a, b) <= 0.02 * shaft.length + shaft.width)
        for _, p in on:
            if p not in runs[-1] and runs[-1] and not any(p in run for run in runs):
                runs[-1].append(p)
                runs.append([p])
        runs[-1].append(b)
    return [replace(shaft, points=tuple(run), box=bounds(run)) for run in runs if len(run) > 1]


def find_chains(
    shafts: Sequence[Shaft],
    crowned: Mapping[tuple[int, int], int],
    *,
    em: float,
    is_stop: Callable[[XY, Sequence[XY]], bool],
) -> list[Chain]:
    """Ways along the shafts: from a loose end to another, through joints, and along each branch of a fork.

    Args:
        shafts: lines.
        crowned: (shaft, end) -> head, for the ends that have one; these are never joints.
        em: font size.
        is_stop: whether lines that meet at a point, leaving it in these directions, all end at one thing there.
    """
    hosts = Hosts(shafts)
    neighbours: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for group in _joints(shafts, crowned, em=em):
        k, which = group[0]
        if hosts.near(shafts[k].end(which), frozenset(k for k, _ in group), slack=0.05 * em):
            continue  # branches of another line, each on its own
        reach = min(shafts[k].length for k, _ in group)
        if is_stop(shafts[k].end(which), [shafts[j].leaving(w, min(0.6 * em, 0.5 * reach)) for j, w in group]):
            continue
        for end in group:
            neighbours[end] = [other for other in group if other != end]
    chains: list[Chain] = []
    done: set[int] = set()
    for start in range(len(shafts)):
        if start not in done:
            net = _net(start, neighbours)
            done |= set(net)
            chains += _ways(shafts, sorted(net), neighbours, crowned)
    return chains


def _joints(
    shafts: Sequence[Shaft], crowned: Mapping[tuple[int, int], int], *, em: float
) -> list[list[tuple[int, int]]]:
    """Groups of bare ends of the same ink that lie in one point."""
    tolerance = 0.12 * em
    cell = 4 * tolerance
    grid: dict[tuple[int, int], list[tuple[int, int]]] = {}
    group_of: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for k, shaft in enumerate(shafts):
        for which in (0, 1):
            if (k, which) in crowned:
                continue
            x, y = shaft.end(which)
            here = (math.floor(x / cell), math.floor(y / cell))
            near = [e for dx in (-1, 0, 1) for dy in (-1, 0, 1) for e in grid.get((here[0] + dx, here[1] + dy), ())]
            group_of[k, which] = [(k, which)]
            for other in near[:40]:
                mate = shafts[other[0]]
                close = math.dist(mate.end(other[1]), (x, y)) <= tolerance
                if close and mate.ink == shaft.ink and group_of[other] is not group_of[k, which]:
                    small, large = sorted((group_of[k, which], group_of[other]), key=len)
                    large.extend(small)
                    for member in small:
                        group_of[member] = large
            grid.setdefault(here, []).append((k, which))
    unique = {id(group): sorted(group) for group in group_of.values() if len(group) > 1}
    return sorted(unique.values())


def _net(start: int, neighbours: Mapping[tuple[int, int], list[tuple[int, int]]]) -> set[int]:
    net, todo = {start}, [start]
    while todo:
        k = todo.pop()
        for which in (0, 1):
            for other, _ in neighbours.get((k, which), ()):
                if other not in net:
                    net.add(other)
                    todo.append(other)
    return net


def _ways(
    shafts: Sequence[Shaft],
    net: Sequence[int],
    neighbours: Mapping[tuple[int, int], list[tuple[int, int]]],
    crowned: Mapping[tuple[int, int], int],
) -> list[Chain]:
    """The ways through one connected net; none when the net leaves it open who is joined to whom."""
    loose = [(k, w) for k in net for w in (0, 1) if not neighbours.get((k, w))]
    heads = [end for end in loose if end in crowned]
    bare = [end for end in loose if end not in crowned]
    if len(loose) < 2 or len(loose) > MOST_LEAVES:
        return []
    if len(loose) == 2:
        pairs = [(bare[0], heads[0])] if len(heads) == 1 else [(loose[0], loose[1])]
    elif len(bare) == 1:
        pairs = [(bare[0], head) for head in heads]
    elif len(heads) == 1:
        pairs = [(end, heads[0]) for end in bare]
    else:
        return []
    ways = [_way(shafts, first, last, neighbours) for first, last in pairs]
    return [way for way in ways if way is not None]


def _way(
    shafts: Sequence[Shaft],
    first: tuple[int, int],
    last: tuple[int, int],
    neighbours: Mapping[tuple[int, int], list[tuple[int, int]]],
) -> Chain | None:
    """The way from one loose end to another with the fewest shafts."""
    came: dict[int, tuple[int, int] | None] = {first[0]: None}
    entered = {first[0]: first[1]}
    todo = [first[0]]
    while todo:
        k = todo.pop(0)
        for other, which in neighbours.get((k, 1 - entered[k]), ()):
            if other not in came:
                came[other], entered[other] = (k, which), which
                todo.append(other)
    if last[0] not in came or entered[last[0]] == last[1]:
        return None
    route: list[int] = [last[0]]
    while (step := came[route[-1]]) is not None:
        route.append(step[0])
    route.reverse()
    points: list[XY] = []
    for k in route:
        points += shafts[k].points if entered[k] == 0 else shafts[k].points[::-1]
    return Chain(tuple(points), (first, last), tuple(route))


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
            margin = min(0.08 * shaft.length, 2 * slack + shaft.width)
            if k in own or min(math.dist(p, shaft.end(w)) for w in (0, 1)) <= margin:
                continue
            if off_polyline(p, shaft.points) <= slack + radius + shaft.width:
                hosts.append(k)
        return hosts

    def gap(self, p: XY, shaft: int) -> float:
        """How far a point is from the ink of a shaft."""
        return max(off_polyline(p, self._shafts[shaft].points) - self._shafts[shaft].width, 0.0)
