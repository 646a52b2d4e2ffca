"""Which head sits on which shaft, and what the ends of a line point at."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.heads import Head
from corpusbuilder.diagrams.plane import box_gap, dot, inside, minus, moved, off_ring, off_segment, ray_miss
from corpusbuilder.diagrams.shafts import Shaft
from corpusbuilder.records.page import XY, Rect

End: TypeAlias = tuple[Literal["text", "part", "link"], int]
"""What an end is attached to: index of a text, track of a region, index of a shaft."""
FARTHEST_EM: Final = 3.5
"""An end that is further than this from everything points at nothing."""
MISS_WEIGHT: Final = 1.5
"""How much worse it is for a line to point past something than to end far from it."""

_TIED: Final = 0.75
"""How sure one is of a shape at the end of a line where words stand as near."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a line can end at."""

    key: End
    ring: tuple[XY, ...]
    box: Rect
    solid: bool = True
    """Whether something is drawn there, rather than bare words."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The element at one end of a line."""

    key: End
    score: float
    """0 to 1: falls with distance and with the nearness of another candidate."""


def crown(shafts: Sequence[Shaft], heads: Sequence[Head], *, em: float) -> dict[tuple[int, int], int]:
    """(shaft, end) -> index of its head: one to one, best first."""
    cell = 3 * em
    grid: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for k, shaft in enumerate(shafts):
        for which in (0, 1):
            x, y = shaft.end(which)
            grid.setdefault((math.floor(x / cell), math.floor(y / cell)), []).append((k, which))
    fits: list[tuple[float, XY, int, int, int]] = []
    for h, head in enumerate(heads):
        x, y = math.floor(head.tip[0] / cell), math.floor(head.tip[1] / cell)
        near = [e for dx in (-1, 0, 1) for dy in (-1, 0, 1) for e in grid.get((x + dx, y + dy), ())]
        for k, which in near:
            if not set(head.shape) & set(shafts[k].tracks) and (cost := _misfit(head, shafts[k], which)) is not None:
                fits.append((cost, head.tip, h, k, which))
    crowned: dict[tuple[int, int], int] = {}
    used: set[int] = set()
    for _, _, h, k, which in sorted(fits, key=lambda fit: (heads[fit[2]].on_line, fit)):
        shape, own = set(heads[h].shape), set(shafts[k].tracks)
        if (k, which) in crowned or shape & used or own & used or (heads[h].on_line and (k, 1 - which) in crowned):
            continue
        if any(set(heads[other].shape) & own for other in crowned.values()):
            continue
        crowned[k, which] = h
        used |= shape
    return crowned


def _misfit(head: Head, shaft: Shaft, which: int) -> float | None:
    """How badly a head sits on an end of a shaft; None when it does not."""
    end = shaft.end(which)
    base = moved(head.tip, head.direction, -head.length)
    off = off_segment(end, base, head.tip)
    slack = 0.35 * head.length + shaft.width
    if shaft.dashed:
        slack += 0.6 * head.length  # the pattern may end in a gap
    shortest = 0.2 if head.style == "diamond" else 0.5
    if off > slack or shaft.length < shortest * head.length or not alike(shaft.ink, head.ink):
        return None
    reaches = (0.25 * head.length, min(head.length, 0.5 * shaft.length))
    turn = max(dot(shaft.leaving(which, reach), head.direction) for reach in reaches)
    if turn < (0.8 if head.style == "arrow" else 0.97):  # the other heads are read along the line that they end
        return None
    from_tip = (0.85 if shaft.dashed else 0.25) * head.length + shaft.width
    if head.is_open and math.dist(end, head.tip) > from_tip:
        return None
    return round(off / max(head.length, 1e-9) + 2 * (1 - turn) + (1 - head.quality), 6)


def alike(one: str, other: str) -> bool:
    """Whether two colours look the same (``#rrggbb``)."""
    if one == other:
        return True
    pairs = ((int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5))
    return len(one) == len(other) == 7 and max(abs(a - b) for a, b in pairs) <= 40


def attach(end: XY, direction: XY, targets: Sequence[Target], *, em: float) -> Hit | None:
    """What an end of a line points at, or None when it points at nothing or leaves it open.

    Args:
        end: where the line, with its head, ends.
        direction: unit vector in which it leaves the end.
        targets: what it can point at.
        em: font size.
    """
    costs = sorted(_costs(end, direction, targets, em=em))
    if not costs or costs[0][0] > FARTHEST_EM:
        return None
    cost, distance, key = costs[0]
    if len(costs) > 1 and costs[1][0] < 1.2 * cost + 0.2:
        return _shape_before_words([entry for entry in costs if entry[0] < 1.2 * cost + 0.2], targets)
    rival = costs[1][0] if len(costs) > 1 else FARTHEST_EM * 2
    doubt = 0.3 * min(distance / FARTHEST_EM, 1.0) + 0.2 * min((cost + 0.1) / (rival + 0.1), 1.0)
    return Hit(key, round(0.99 - doubt, 3))


def _shape_before_words(tied: Sequence[tuple[float, float, End]], targets: Sequence[Target]) -> Hit | None:
    """The one shape among bare words at the same distance: those are more likely its title than what a line ends at."""
    solid = {target.key for target in targets if target.solid}
    found = [key for _, _, key in tied if key in solid]
    return Hit(found[0], _TIED) if len(found) == 1 else None


def _costs(end: XY, direction: XY, targets: Sequence[Target], *, em: float) -> Iterator[tuple[float, float, End]]:
    reach = FARTHEST_EM * em
    for target in targets:
        if box_gap(target.box, (*end, *end)) > reach:
            continue
        distance = 0.0 if inside(end, target.ring) else off_ring(end, target.ring)
        if distance > reach:
            continue
        miss = ray_miss(end, direction, reach, target.ring)
        if distance > 0.35 * em and dot(minus(_middle(target.ring), end), direction) < 0:
            miss += distance
        yield round((distance + MISS_WEIGHT * miss) / em, 6), distance / em, target.key


def _middle(ring: Sequence[XY]) -> XY:
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
