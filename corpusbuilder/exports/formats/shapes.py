"""Released shapes as the polygons of annotation formats. All coordinates are pixels of the figure's image."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from corpusbuilder.records.geometry import area, box_polygon

Points: TypeAlias = list[list[float]]

HALF_WIDTH: Final = 1.0
"""Of the band that stands for a connector, in pixels: the release holds its path, not the width of its stroke."""
_DECIMALS: Final = 6


def region_polygon(polygon: Sequence[Sequence[float]], box: Sequence[float]) -> Points:
    """``polygon``, or the corners of ``box`` where it has too few points to enclose anything."""
    return [list(map(float, point)) for point in (polygon if len(polygon) >= 3 else box_polygon(box))]


def band(path: Sequence[Sequence[float]]) -> Points:
    """The outline of a path of two points or more as a thin band: there on one side, back on the other.

    Point ``i`` of the path is the middle of points ``i`` and ``-1 - i`` of the outline.
    """
    there, back = [], []
    for place, (x, y) in enumerate(path):
        dx, dy = _normal(path[max(0, place - 1)], path[min(len(path) - 1, place + 1)])
        there.append([round(x + dx, _DECIMALS), round(y + dy, _DECIMALS)])
        back.append([round(x - dx, _DECIMALS), round(y - dy, _DECIMALS)])
    return there + back[::-1]


def _normal(start: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    length = math.dist(start, end)
    if length == 0:
        return 0.0, HALF_WIDTH
    return -(end[1] - start[1]) / length * HALF_WIDTH, (end[0] - start[0]) / length * HALF_WIDTH


def bounds(polygon: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """The box around a polygon."""
    xs, ys = [point[0] for point in polygon], [point[1] for point in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def enclosed_area(polygon: Sequence[Sequence[float]], box: Sequence[float]) -> float:
    """Square pixels inside ``polygon``; of ``box`` where it encloses nothing."""
    ring = [*polygon, polygon[0]]
    twice = math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return round(abs(twice) / 2, _DECIMALS) or round(area(box), _DECIMALS)


def corner_and_size(box: Sequence[float]) -> list[float]:
    """``[x, y, width, height]`` of ``[x0, y0, x1, y1]``, exact to a millionth of a pixel."""
    x0, y0, x1, y1 = box
    return [x0, y0, round(x1 - x0, _DECIMALS), round(y1 - y0, _DECIMALS)]
