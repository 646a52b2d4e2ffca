"""Released shapes as the polygons of annotation formats. All coordinates are pixels of the figure's image."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from corpusbuilder.perception.shapes import area
from corpusbuilder.records.geometry import band, box_polygon

Points: TypeAlias = list[list[float]]

_DECIMALS: Final = 6


def region_polygon(polygon: Sequence[Sequence[float]], box: Sequence[float]) -> Points:
    """``polygon``, or the corners of ``box`` where it has too few points to enclose anything."""
    return [list(map(float, point)) for point in (polygon if len(polygon) >= 3 else box_polygon(box))]


def path_band(path: Sequence[Sequence[float]]) -> Points:
    """The outline of a path of two points or more as a thin band; see `corpusbuilder.records.geometry.band`."""
    return [list(point) for point in band(path)]


def bounds(polygon: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """The box around a polygon."""
    xs, ys = [point[0] for point in polygon], [point[1] for point in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def enclosed_area(polygon: Sequence[Sequence[float]], box: Sequence[float]) -> float:
    """Square pixels inside ``polygon``, as releases count them; see `corpusbuilder.perception.shapes`."""
    return round(area({"polygon": polygon, "box": box}), _DECIMALS)


def corner_and_size(box: Sequence[float]) -> list[float]:
    """``[x, y, width, height]`` of ``[x0, y0, x1, y1]``, exact to a millionth of a pixel."""
    x0, y0, x1, y1 = box
    return [x0, y0, round(x1 - x0, _DECIMALS), round(y1 - y0, _DECIMALS)]
