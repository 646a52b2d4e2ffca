"""Skeletons of ink, one pixel wide.

Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", Communications of the ACM, 1984.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

MOST_ROUNDS: Final = 60
"""Ink thicker than twice this many pixels is not thinned to its end."""

STEPS: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Row and column of the eight neighbours, clockwise from the one above."""


@cache
def _deletable() -> "tuple[Pixels, Pixels]":
    """By the pattern of its neighbours (bit k is neighbour k): whether a pixel goes in the first and second half."""
    import numpy as np

    first, second = np.zeros(256, bool), np.zeros(256, bool)
    for pattern in range(256):
        near = [pattern >> k & 1 for k in range(8)]
        turns = sum(near[k] == 0 and near[(k + 1) % 8] == 1 for k in range(8))
        if 2 <= sum(near) <= 6 and turns == 1:
            north, east, south, west = near[0], near[2], near[4], near[6]
            first[pattern] = not (north and east and south) and not (east and south and west)
            second[pattern] = not (north and east and west) and not (north and south and west)
    return first, second


def neighbours(mask: "Pixels") -> "Pixels":
    """For each pixel the pattern of its eight neighbours, as in `STEPS`; uint8, height x width."""
    import numpy as np

    padded = np.pad(mask, 1).astype(np.uint8)
    height, width = mask.shape
    pattern = np.zeros((height, width), np.uint8)
    for k, (dy, dx) in enumerate(STEPS):
        pattern |= padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] << k
    return pattern


def thinned(mask: "Pixels") -> "Pixels":
    """The skeleton of a mask (height x width, bool)."""
    thin = mask.copy()
    tables = _deletable()
    for _ in range(MOST_ROUNDS):
        before = int(thin.sum())
        for table in tables:
            thin &= ~table[neighbours(thin)]
        if int(thin.sum()) == before:
            break
    return thin
