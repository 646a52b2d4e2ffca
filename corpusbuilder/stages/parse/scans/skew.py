"""How far a scanned page is turned, told by the words of its lines."""

import math
from collections.abc import Iterable
from typing import Final

from corpusbuilder.records.page import Line

_LEAST_WIDTH: Final = 12.0
"""Lines shorter than this many times their height tell nothing: ascenders outweigh the slope."""
_STEEPEST: Final = math.radians(8)


def skew_of(lines: Iterable[Line]) -> float:
    """The angle of a page's text in radians, clockwise as seen (y runs down); 0 when no line is long enough.

    The median of the lines' slopes, each by least squares over the middles of its words, weighted by the lines' widths.
    """
    slopes = []
    for line in lines:
        x0, y0, x1, y1 = line.box
        if line.direction[0] > 0.9 and len(line.words) >= 4 and x1 - x0 >= _LEAST_WIDTH * line.size:
            slopes.append((_slope(line), x1 - x0))
    if not slopes:
        return 0.0
    slopes.sort()
    half, passed = sum(width for _, width in slopes) / 2, 0.0
    for slope, width in slopes:
        passed += width
        if passed >= half:
            angle = math.atan(slope)
            return angle if abs(angle) <= _STEEPEST else 0.0
    return 0.0


def _slope(line: Line) -> float:
    points = [((w.box[0] + w.box[2]) / 2, (w.box[1] + w.box[3]) / 2, len(w.text)) for w in line.words]
    total = sum(weight for _, _, weight in points)
    mean_x = sum(x * weight for x, _, weight in points) / total
    mean_y = sum(y * weight for _, y, weight in points) / total
    spread = sum(weight * (x - mean_x) ** 2 for x, _, weight in points)
    return sum(weight * (x - mean_x) * (y - mean_y) for x, y, weight in points) / spread if spread else 0.0
