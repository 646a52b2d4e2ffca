"""Half heads: one short stroke back from the end of a line."""

import math
from collections.abc import Collection, Sequence
from typing import Final

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import dot, length_of, minus, unit
from corpusbuilder.diagrams.shafts import Shaft
from corpusbuilder.records.page import XY

LONGEST_EM: Final = 1.2
"""A barb is at most so long, and at most a quarter of its line."""
_MOST_NEAR: Final = 6


def unbarbed(points: Sequence[XY], *, em: float) -> list[XY] | None:
    """A line without the barb into which its last point turns back; None where there is none."""
    whole = length_of(points)
    for k in range(len(points) - 2, 0, -1):
        if max(math.dist(p, points[k]) for p in points[k:]) > min(LONGEST_EM * em, whole / 4):
            return None
        onward, back = unit(minus(points[k], points[k - 1])), unit(minus(points[k + 1], points[k]))
        if dot(onward, back) < -0.5:
            return list(points[: k + 1])
    return None


def find_barbs(
    shafts: Sequence[Shaft], crowned: Collection[tuple[int, int]], *, em: float
) -> dict[tuple[int, int], list[int]]:
    """(line, end) -> the one or two short strokes that run back from it, and from which nothing goes on.

    Args:
        shafts: lines.
        crowned: (line, end) of the heads that are known.
        em: font size.
    """
    ends = [(k, which) for k in range(len(shafts)) for which in (0, 1)]
    index = BoxIndex([(*shafts[k].end(which), *shafts[k].end(which)) for k, which in ends])

    def others(k: int, which: int) -> list[tuple[int, int]]:
        near = index.at(shafts[k].end(which), 0.12 * em, most=_MOST_NEAR)
        return [ends[e] for e in near if ends[e][0] != k]

    out: dict[tuple[int, int], list[int]] = {}
    for k, which in ends:
        line = shafts[k]
        if (k, which) in crowned or line.length < 1.5 * em:
            continue
        barbs = []
        for j, at in others(k, which):
            barb = shafts[j]
            back = dot(line.leaving(which, 0.5 * em), barb.leaving(at, 0.25 * barb.length))
            short = barb.length <= min(LONGEST_EM * em, line.length / 4) and barb.ink == line.ink
            if short and 0.5 < back < 0.985 and not others(j, 1 - at) and not {(j, 0), (j, 1)} & set(crowned):
                barbs.append(j)
        if 1 <= len(barbs) <= 2 and len(others(k, which)) == len(barbs):
            out[k, which] = barbs
    return out
