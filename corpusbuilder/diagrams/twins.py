"""Lines that are drawn twice: on a wider white one, as a dark band with a light core, with a shadow."""

import math
from collections.abc import Collection, Sequence
from typing import Final

from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import length_of, off_polyline, resampled
from corpusbuilder.diagrams.shafts import Shaft
from corpusbuilder.records.page import XY

ON_EM, BESIDE_EM = 0.06, 0.35
"""A line lies on another of any colour, or beside it as a shadow does, when it is nowhere further off, in em."""
_MOST_NEAR: Final = 24


def bare_twins(shafts: Sequence[Shaft], headed: Collection[int], *, em: float) -> set[int]:
    """The lines without heads that lie on or beside another that has one, and white lines that lie on others.

    Args:
        shafts: lines.
        headed: those with a head at one end or both.
        em: font size.
    """
    index = BoxIndex([shaft.box for shaft in shafts])
    out = set()
    for k, shaft in enumerate(shafts):
        if k in headed:
            continue
        steps = resampled(shaft.points, 7)
        for j in index.at(steps[3], BESIDE_EM * em, most=_MOST_NEAR):
            mate = shafts[j]
            is_core = shaft.ink == "#ffffff" != mate.ink
            if j == k or not (j in headed or is_core):
                continue
            near = (ON_EM if shaft.ink == mate.ink or is_core else BESIDE_EM) * em
            if runs_along(steps, mate.points, near):
                out.add(k)
    return out


def runs_along(steps: Sequence[XY], line: Sequence[XY], near: float) -> bool:
    """Whether points along one line all lie near another that is about as long."""
    longs = math.dist(steps[0], steps[-1]), math.dist(line[0], line[-1])
    whole = length_of(steps), length_of(line)
    return (
        min(whole) >= 0.6 * max(whole)
        and min(longs) >= 0.5 * max(longs)
        and all(off_polyline(p, line) <= near for p in steps)
    )
