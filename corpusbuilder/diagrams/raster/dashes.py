"""Rows of dashes and dots made one line of ink, so that they are followed like any other."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpusbuilder.diagrams.plane import dot, minus, moved, unit
from corpusbuilder.records.page import XY

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

MOST_BITS: Final = 3000
"""More small blots than this are a texture."""
_LONGEST_EM: Final = 1.3
"""Longest dash."""
_THICKEST_EM: Final = 0.45
_WIDEST_GAP_EM: Final = 1.1
_STRAIGHT: Final = 0.86
"""Cosine of the turn that a row makes from one bit to the next, at least."""
_FEWEST: Final = 3
"""Bits of a row, at least."""


@dataclass(frozen=True, slots=True)
class _Bit:
    """A small blot."""

    middle: XY
    axis: XY | None
    """Unit vector along a dash; None for a dot."""
    long: float
    short: float
    blot: int


def bridged(ink: "Pixels", marks: "Pixels", *, em: float) -> "Pixels":
    """The ink with the gaps of its dashed and dotted lines filled.

    Args:
        ink: height x width, bool.
        marks: all that is drawn, with the shapes and heads up to which rows are drawn on.
        em: font size in pixels.
    """
    import cv2
    import numpy as np

    count, blots, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    bits = list(_bits(blots, stats, em=em)) if count <= MOST_BITS else []
    rows = [row for row in _rows(bits, em=em) if len(row) >= _FEWEST]
    drawn = ink.astype(np.uint8)
    for row in rows:
        _draw([bit.middle for bit in row], drawn, width=_width(row))
    for row in rows:
        for end in (row, row[::-1]):
            _draw_on(end, drawn, marks, blots)
    return drawn > 0


def _bits(blots: "Pixels", stats: "Pixels", *, em: float) -> Iterator[_Bit]:
    import cv2
    import numpy as np

    for k in range(1, len(stats)):
        x, y, width, height, area = (int(value) for value in stats[k])
        if max(width, height) > _LONGEST_EM * em or area < 2:
            continue
        ys, xs = np.nonzero(blots[y : y + height, x : x + width] == k)
        points = np.stack([xs, ys], axis=1).astype(np.float32)
        (mx, my), (wide, tall), turn = cv2.minAreaRect(points)
        angle = math.radians(turn if wide >= tall else turn + 90)
        long, short = max(wide, tall) + 1.0, min(wide, tall) + 1.0
        if short > _THICKEST_EM * em or area < 0.5 * long * short:
            continue
        axis = (math.cos(angle), math.sin(angle)) if long >= 1.8 * short and long >= 4 else None
        yield _Bit((mx + x + 0.5, my + y + 0.5), axis, long, short, k)


def _rows(bits: Sequence[_Bit], *, em: float) -> list[list[_Bit]]:
    """Bits that follow one another: nearest first, each with at most one before and one after it."""
    mates: dict[int, list[int]] = {k: [] for k in range(len(bits))}
    for _, i, j in sorted(_pairs(bits, em=em)):
        if all(_goes_on(bits, mates, a, b) for a, b in ((i, j), (j, i))):
            mates[i].append(j)
            mates[j].append(i)
    rows, seen = [], set()
    for start in sorted(mates, key=lambda k: (len(mates[k]) != 1, k)):
        if start in seen or not mates[start]:
            continue
        row, here = [start], start
        seen.add(start)
        while (onward := next((m for m in mates[here] if m not in seen), None)) is not None:
            row.append(onward)
            seen.add(onward)
            here = onward
        rows.append([bits[k] for k in row])
    return rows


def _pairs(bits: Sequence[_Bit], *, em: float) -> Iterator[tuple[float, int, int]]:
    """Bits of one size that may be neighbours in a row, with the gap between them."""
    cell = (_LONGEST_EM + _WIDEST_GAP_EM) * em
    grid: dict[tuple[int, int], list[int]] = {}
    for k, bit in enumerate(bits):
        home = math.floor(bit.middle[0] / cell), math.floor(bit.middle[1] / cell)
        near = [j for dx in (-1, 0, 1) for dy in (-1, 0, 1) for j in grid.get((home[0] + dx, home[1] + dy), ())]
        for j in near[-200:]:
            gap = _gap(bit, bits[j])
            if gap is not None and gap <= _WIDEST_GAP_EM * em:
                yield round(gap, 3), j, k
        grid.setdefault(home, []).append(k)


def _gap(a: _Bit, b: _Bit) -> float | None:
    """Pixels between two bits that are alike and point at one another; None for others."""
    if max(a.long, b.long) > 2.4 * min(a.long, b.long) or max(a.short, b.short) > 2 * min(a.short, b.short) + 1:
        return None
    way = unit(minus(b.middle, a.middle))
    if any(bit.axis is not None and abs(dot(bit.axis, way)) < _STRAIGHT for bit in (a, b)):
        return None
    gap = math.dist(a.middle, b.middle) - (a.long + b.long) / 2
    return gap if -1.0 <= gap <= max(1.6 * max(a.long, b.long), 3.5 * max(a.short, b.short)) else None


def _goes_on(bits: Sequence[_Bit], mates: dict[int, list[int]], here: int, other: int) -> bool:
    """Whether a bit has room on the side of another, and the row goes on straight through it."""
    if len(mates[here]) >= 2:
        return False
    way = unit(minus(bits[other].middle, bits[here].middle))
    return all(dot(way, unit(minus(bits[m].middle, bits[here].middle))) <= -_STRAIGHT for m in mates[here])


def _width(row: Sequence[_Bit]) -> int:
    return max(1, round(sorted(bit.short for bit in row)[len(row) // 2]))


def _draw(points: Sequence[XY], mask: "Pixels", *, width: int) -> None:
    import cv2
    import numpy as np

    cv2.polylines(mask, [np.floor(np.array(points)).astype(np.int32)], isClosed=False, color=1, thickness=width)


def _draw_on(row: Sequence[_Bit], mask: "Pixels", marks: "Pixels", blots: "Pixels") -> None:
    """Draw a row on from its last bit to the ink that it leads to, when that is no further than its gaps are wide."""
    before, last = row[-2].middle, row[-1].middle
    way = unit(minus(last, before))
    reach = row[-1].long / 2 + 1.8 * max(math.dist(before, last) - row[-1].long, row[-1].short) + 2
    height, width = mask.shape
    own = {bit.blot for bit in row}
    start = row[-1].long / 2 + 0.5
    steps = int(max(reach - start, 0) * 2)
    for step in range(steps + 1):
        x, y = moved(last, way, start + step / 2)
        if not (0 <= x < width and 0 <= y < height):
            return
        if (mask[int(y), int(x)] or marks[int(y), int(x)]) and int(blots[int(y), int(x)]) not in own:
            _draw([last, (x, y)], mask, width=_width(row))
            return
