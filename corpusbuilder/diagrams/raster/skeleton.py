"""The skeleton of ink as branches that meet at nodes, and the lines that go through them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeAlias

from corpusbuilder.diagrams.plane import dot, length_of, minus, unit
from corpusbuilder.diagrams.raster.thinning import STEPS, neighbours, thinned
from corpusbuilder.records.page import XY

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

MOST_PIXELS: Final = 60_000
"""A longer skeleton is that of a hatching, a relief or an engraving."""
_STRAIGHT: Final = 0.8
"""Cosine of the turn that a line makes through a crossing, at least."""

_CROSSING: Final = 0.93
"""The same where two lines lie on one another for a while."""

_BENT: Final = 0.3
"""The same where just two lines meet."""
_SHARP: Final = 0.35
"""Cosine of the angle between a barb and its shaft, at least."""
_BARB: Final = 2.5
"""Longest barb, in lengths of a spur."""

End: TypeAlias = int | None
"""The node at an end of a branch; None for a loose end."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A run of skeleton pixels between nodes or loose ends."""

    points: tuple[XY, ...]
    """Middles of pixels: (x, y)."""
    ends: tuple[End, End]

    @property
    def length(self) -> float:
        """In pixels."""
        return length_of(self.points)


def find_ways(ink: "Pixels", inner: "Pixels", outlines: "Pixels", *, spur: float, link: float) -> list[Branch]:
    """The lines of a drawing: branches joined straight through their nodes.

    Args:
        ink: height x width, bool.
        inner: how deep in the ink a pixel lies, in pixels.
        outlines: height x width, bool: ink of the outlines of shapes, which lines cross.
        spur: loose branches shorter than this (pixels) are barbs, corners of heads or burrs.
        link: nodes nearer to each other than this (pixels) are one crossing.
    """
    thin = thinned(ink)
    if int(thin.sum()) > MOST_PIXELS:
        return []
    branches, nodes = _branches(thin)
    branches = _merged_nodes(branches, nodes, inner, link=link)
    branches = [branch for branch in branches if not _lies_in(branch, outlines)]
    branches = _without_spurs(branches, inner, spur=spur)
    return _through(branches)


def _branches(thin: "Pixels") -> tuple[list[Branch], list[XY]]:
    import cv2
    import numpy as np

    crossing = cv2.dilate((thin & (_ways_on()[neighbours(thin)] >= 3)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    _, node_of, _, centres = cv2.connectedComponentsWithStats((crossing & thin).astype(np.uint8), connectivity=8)
    runs, run_of = cv2.connectedComponents((thin & ~crossing).astype(np.uint8), connectivity=8)
    pixels: dict[int, list[tuple[int, int]]] = {}
    for y, x in zip(*np.nonzero(run_of), strict=True):
        pixels.setdefault(int(run_of[y, x]), []).append((int(y), int(x)))
    nodes = [(float(x) + 0.5, float(y) + 0.5) for x, y in centres[1:]]
    node_map = np.pad(node_of, 2)
    found = []
    for k in range(1, runs):
        order = _walked(pixels[k])
        ends = [_node_at(node_map, order[0]), _node_at(node_map, order[-1])]
        points = [(x + 0.5, y + 0.5) for y, x in order]
        if len(order) == 1 and ends[0] is not None:
            ends[1] = _node_at(node_map, order[0], but=ends[0])
        for place, end in ((0, ends[0]), (len(points), ends[1])):
            if end is not None:
                points.insert(place if place == 0 else len(points), nodes[end])
        found.append(Branch(tuple(points), (ends[0], ends[1])))
    return found, nodes


@cache
def _ways_on() -> "Pixels":
    """By the pattern of its neighbours, how many ways lead on from a pixel: slanted ones where no straight one does."""
    import numpy as np

    table = np.zeros(256, np.uint8)
    for pattern in range(256):
        near = [pattern >> k & 1 for k in range(8)]
        slanted = sum(near[k] and not near[k - 1] and not near[(k + 1) % 8] for k in (1, 3, 5, 7))
        table[pattern] = near[0] + near[2] + near[4] + near[6] + slanted
    return table


def _walked(pixels: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pixels of a run in their order along it."""
    left = set(pixels)
    start = min(left, key=lambda p: (sum((p[0] + dy, p[1] + dx) in left for dy, dx in STEPS), p))
    order = [start]
    left.discard(start)
    while left:
        y, x = order[-1]
        near = [p for dy, dx in STEPS if (p := (y + dy, x + dx)) in left]
        if not near:
            break
        # Straight neighbours before slanted ones: a staircase is walked step by step.
        order.append(min(near, key=lambda p: (abs(p[0] - y) + abs(p[1] - x), p)))
        left.discard(order[-1])
    return order


def _node_at(node_map: "Pixels", pixel: tuple[int, int], but: int | None = None) -> End:
    y, x = pixel
    window = node_map[y + 1 : y + 4, x + 1 : x + 4]
    found = sorted({int(value) - 1 for value in window.ravel() if value > 0} - {but})
    return found[0] if found else None


def _merged_nodes(branches: Sequence[Branch], nodes: list[XY], inner: "Pixels", *, link: float) -> list[Branch]:
    """Nodes with a short branch between them made one: two lines that cross meet over some length."""
    home = list(range(len(nodes)))

    def root(node: int) -> int:
        while home[node] != node:
            node = home[node]
        return node

    at: dict[int, list[tuple[Branch, int]]] = {}
    for branch in branches:
        for which, end in enumerate(branch.ends):
            if end is not None:
                at.setdefault(end, []).append((branch, which))
    kept = []
    for branch in branches:
        a, b = branch.ends
        if a is not None and b is not None and (branch.length <= link or _is_crossing(branch, at, inner)):
            home[max(root(a), root(b))] = min(root(a), root(b))
        else:
            kept.append(branch)
    members: dict[int, list[XY]] = {}
    for node, place in enumerate(nodes):
        members.setdefault(root(node), []).append(place)
    centres = [
        (sum(p[0] for p in group) / len(group), sum(p[1] for p in group) / len(group))
        for group in (members.get(root(node), [place]) for node, place in enumerate(nodes))
    ]
    out = []
    for branch in kept:
        points, ends = list(branch.points), [None if end is None else root(end) for end in branch.ends]
        for which, end in enumerate(ends):
            if end is not None:
                points[-which] = centres[end]
        out.append(Branch(tuple(points), (ends[0], ends[1])))
    return out


def _is_crossing(branch: Branch, at: Mapping[int, list[tuple[Branch, int]]], inner: "Pixels") -> bool:
    """Whether a branch is where two thick lines cross: two lines go straight on over it."""
    a, b = branch.ends
    if a is None or b is None or a == b:
        return False
    x, y = branch.points[len(branch.points) // 2]
    deep = float(inner[int(y), int(x)])
    if branch.length > 9 * deep:
        return False
    reach = 4 * deep + 9
    sides = [[_leaving(other, w, reach) for other, w in at[node] if other is not branch] for node in (a, b)]
    if len(sides[0]) != 2 or len(sides[1]) != 2:
        return False
    (p, q), (r, s) = sides
    return any(max(dot(p, one), dot(q, other)) <= -_CROSSING for one, other in ((r, s), (s, r)))


def _lies_in(branch: Branch, mask: "Pixels") -> bool:
    """Whether most of a branch lies in a mask."""
    inside = [bool(mask[int(y), int(x)]) for x, y in branch.points]
    return sum(inside) >= 0.6 * len(inside)


def _without_spurs(branches: Sequence[Branch], inner: "Pixels", *, spur: float) -> list[Branch]:
    """Without the short loose branches of nodes, unless nothing longer meets there."""
    at: dict[int, list[Branch]] = {}
    for branch in branches:
        for end in {end for end in branch.ends if end is not None}:
            at.setdefault(end, []).append(branch)
    gone: set[int] = set()
    for node, members in at.items():
        longest = max(members, key=lambda b: (b.length, b.points))
        others = [b for b in members if b is not longest and b.ends.count(None) == 1]
        gone |= {id(b) for b in others if b.length < _BARB * spur and _folds_back(b, longest, node)}
        if len(members) < 3:
            continue
        deep = max(float(inner[int(y), int(x)]) for b in members for x, y in [b.points[-(b.ends[1] == node)]])
        gone |= {id(b) for b in others if b.length < max(spur, 2.2 * deep)}
    return [b for b in branches if id(b) not in gone]


def _folds_back(branch: Branch, shaft: Branch, node: int) -> bool:
    """Whether a branch leaves a node at a sharp angle to another, as the barb of an open head does."""
    ways = [_leaving(b, int(b.ends[0] != node)) for b in (branch, shaft)]
    return dot(ways[0], ways[1]) >= _SHARP


def _through(branches: Sequence[Branch]) -> list[Branch]:
    """Branches joined at their nodes: the straightest pairs first; where just two meet, whatever their turn."""
    ends: dict[int, list[tuple[int, int]]] = {}
    for k, branch in enumerate(branches):
        for which, node in enumerate(branch.ends):
            if node is not None:
                ends.setdefault(node, []).append((k, which))
    # A node of which one branch is left is where that branch ends.
    alone = {members[0] for members in ends.values() if len(members) == 1}
    branches = [
        Branch(b.points, (None if (k, 0) in alone else b.ends[0], None if (k, 1) in alone else b.ends[1]))
        for k, b in enumerate(branches)
    ]
    mate: dict[tuple[int, int], tuple[int, int]] = {}
    for members in ends.values():
        if len(members) == 3 and _is_fork(branches, members):
            continue
        ways = {end: _leaving(branches[end[0]], end[1]) for end in members}
        pairs = sorted((-dot(ways[a], ways[b]), a, b) for a, b in combinations(members, 2) if a[0] != b[0])
        for straightness, a, b in reversed(pairs):
            if a not in mate and b not in mate and straightness >= (_STRAIGHT if len(members) > 2 else _BENT):
                mate[a], mate[b] = b, a
    return _joined(branches, mate)


def _is_fork(branches: Sequence[Branch], members: Sequence[tuple[int, int]]) -> bool:
    """Whether the line straight through a node is the bar of a fork: on both sides it bends or meets another node."""
    ways = [_leaving(branches[k], which) for k, which in members]
    bars = [(a, b) for a, b in combinations(range(3), 2) if -dot(ways[a], ways[b]) >= _STRAIGHT]
    return len(bars) == 1 and all(_bends(branches[members[side][0]], members[side][1]) for side in bars[0])


def _bends(branch: Branch, which: int) -> bool:
    """Whether a branch, seen from a node, meets another node or turns a corner."""
    if branch.ends[1 - which] is not None:
        return True
    line = branch.points if which == 0 else branch.points[::-1]
    first, last = _leaving(branch, which), unit(minus(line[-1], line[max(len(line) - 12, 0)]))
    straight = math.dist(line[0], line[-1]) / max(branch.length, 1e-6)
    return dot(first, last) < 0.35 and straight < 0.95 and _is_angular(line)


def _is_angular(line: Sequence[XY]) -> bool:
    """Whether the turn of a line is made within a few pixels, as in an elbow."""
    step = max(len(line) // 8, 6)
    sharpest = 1.0
    for k in range(step, len(line) - step, 2):
        before, after = unit(minus(line[k], line[k - step])), unit(minus(line[k + step], line[k]))
        sharpest = min(sharpest, dot(before, after))
    return sharpest < 0.5


def _leaving(branch: Branch, which: int, reach: float = 9.0) -> XY:
    """Unit vector from a node into a branch."""
    points = branch.points if which == 0 else branch.points[::-1]
    far = next((p for p in points if math.dist(p, points[0]) >= reach), points[-1])
    return unit(minus(far, points[0]))


def _joined(branches: Sequence[Branch], mate: dict[tuple[int, int], tuple[int, int]]) -> list[Branch]:
    out, seen = [], set()
    starts = [(k, w) for k in range(len(branches)) for w in (0, 1) if (k, w) not in mate]
    for start in [*starts, *((k, 0) for k in range(len(branches)))]:
        if start[0] in seen:
            continue
        points: list[XY] = []
        here: tuple[int, int] | None = start
        last = start
        while here is not None and here[0] not in seen:
            k, which = here
            seen.add(k)
            run = branches[k].points if which == 0 else branches[k].points[::-1]
            points += run[1:] if points else run
            last = (k, 1 - which)
            here = mate.get(last)
        first_end = branches[start[0]].ends[start[1]] if start not in mate else None
        out.append(Branch(tuple(points), (first_end, branches[last[0]].ends[last[1]])))
    return out
