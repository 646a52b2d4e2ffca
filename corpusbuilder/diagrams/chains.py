"""Ways along the lines of a figure: elbows made of pieces, forks."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from corpusbuilder.diagrams.hosts import Hosts
from corpusbuilder.diagrams.plane import bounds, off_segment
from corpusbuilder.diagrams.shafts import Shaft
from corpusbuilder.records.page import XY

MOST_LEAVES: Final = 12
"""A net of strokes with more loose ends than this is a drawing, not a fork."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One or more shafts from a loose end to another."""

    points: tuple[XY, ...]
    ends: tuple[tuple[int, int], tuple[int, int]]
    """(shaft, which end) of the first and of the last point."""
    shafts: tuple[int, ...]


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
