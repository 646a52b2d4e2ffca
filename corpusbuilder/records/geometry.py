"""Boxes, points, polygons and the coordinate spaces that backends speak.

Everything stored is ``[x0, y0, x1, y1]`` with the origin at the top left: PDF points on pages, pixels of the stored
image in figures. A backend that counts otherwise declares its `CoordinateSpace` and is converted at its edge.
"""

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

DECIMALS: Final = 2
"""Stored coordinates are rounded to this many decimals (1/100 point is far below anything visible)."""
BAND_HALF_WIDTH: Final = 1.0
"""Of the outline of a path, in pixels: what is known of a line is its path, not the width of its stroke."""
_BAND_DECIMALS: Final = 6


def _ordered(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if not all(math.isfinite(value) for value in box):
        raise ValueError(f"a box must be finite, got {box}")
    if box[0] > box[2] or box[1] > box[3]:
        raise ValueError(f"a box is [x0, y0, x1, y1] with x0 <= x1 and y0 <= y1, got {box}")
    return box


Point: TypeAlias = tuple[float, float]
Box: TypeAlias = Annotated[tuple[float, float, float, float], AfterValidator(_ordered)]
Polygon: TypeAlias = tuple[Point, ...]
Affine: TypeAlias = tuple[float, float, float, float, float, float]
"""``(a, b, c, d, e, f)``: x' = a x + c y + e, y' = b x + d y + f, as in PDF."""


class CoordinateSpace(StrEnum):
    """How a backend writes coordinates (Qwen2.5-VL: resized pixels; Qwen2-VL, Qwen3-VL, InternVL: per mille …)."""

    ORIGINAL_PIXELS = "original_px"
    RESIZED_PIXELS = "resized_px"
    UNIT = "0-1"
    PERCENT = "0-100"
    PER_MILLE = "0-1000"
    PALIGEMMA = "0-1023-yx"


_FULL_SCALE: Final = {
    CoordinateSpace.UNIT: 1.0,
    CoordinateSpace.PERCENT: 100.0,
    CoordinateSpace.PER_MILLE: 1000.0,
    CoordinateSpace.PALIGEMMA: 1023.0,
}


def to_pixels(
    box: Sequence[float],
    space: CoordinateSpace,
    *,
    size: tuple[int, int],
    resized: tuple[int, int] | None = None,
) -> tuple[float, float, float, float]:
    """Convert a backend's box to pixels of an image of ``size`` (width, height), clipped to it.

    Args:
        box: four numbers in ``space``. Corners in any order; `CoordinateSpace.PALIGEMMA` is y first.
        space: declared by the backend, never guessed.
        size: width and height of the stored image in pixels.
        resized: width and height of the image as the model saw it, for `CoordinateSpace.RESIZED_PIXELS`.

    Raises:
        ValueError: not four finite numbers, or ``resized`` is missing where the space needs it.
    """
    if len(box) != 4 or not all(math.isfinite(value) for value in box):
        raise ValueError(f"a box needs four finite numbers, got {list(box)}")
    first, second, third, fourth = box
    if space is CoordinateSpace.PALIGEMMA:
        first, second, third, fourth = second, first, fourth, third
    if space is CoordinateSpace.ORIGINAL_PIXELS:
        scale_x = scale_y = 1.0
    elif space is CoordinateSpace.RESIZED_PIXELS:
        if resized is None:
            raise ValueError("boxes in resized pixels need the size of the resized image")
        scale_x, scale_y = size[0] / resized[0], size[1] / resized[1]
    else:
        scale_x, scale_y = size[0] / _FULL_SCALE[space], size[1] / _FULL_SCALE[space]
    xs, ys = sorted((first * scale_x, third * scale_x)), sorted((second * scale_y, fourth * scale_y))
    return _clip(xs[0], size[0]), _clip(ys[0], size[1]), _clip(xs[1], size[0]), _clip(ys[1], size[1])


def from_pixels(
    box: Sequence[float],
    space: CoordinateSpace,
    *,
    size: tuple[int, int],
    resized: tuple[int, int] | None = None,
) -> tuple[float, float, float, float]:
    """Convert a box in pixels of an image of ``size`` (width, height) to ``space``: the inverse of `to_pixels`.

    Nothing is rounded: to how many digits a model writes is its own convention.

    Args:
        box: ``[x0, y0, x1, y1]``; what lies outside of the image is cut off.
        space: how it is to be written; `CoordinateSpace.PALIGEMMA` gives y first.
        size: width and height of the stored image in pixels.
        resized: width and height of the image as the model sees it, for `CoordinateSpace.RESIZED_PIXELS`.

    Raises:
        ValueError: not four finite numbers, or ``resized`` is missing where the space needs it.
    """
    x0, y0, x1, y1 = to_pixels(box, CoordinateSpace.ORIGINAL_PIXELS, size=size)
    if space is CoordinateSpace.ORIGINAL_PIXELS:
        return x0, y0, x1, y1
    if space is CoordinateSpace.RESIZED_PIXELS:
        if resized is None:
            raise ValueError("boxes in resized pixels need the size of the resized image")
        full: Sequence[float] = resized
    else:
        full = (_FULL_SCALE[space], _FULL_SCALE[space])
    # Multiplied first: half of 1023 is then 511.5 whatever the size, and rounds the same way.
    left, right = x0 * full[0] / size[0], x1 * full[0] / size[0]
    top, bottom = y0 * full[1] / size[1], y1 * full[1] / size[1]
    return (top, left, bottom, right) if space is CoordinateSpace.PALIGEMMA else (left, top, right, bottom)


def _clip(value: float, limit: float) -> float:
    return min(max(value, 0.0), limit)


def rounded(values: Iterable[float]) -> tuple[float, ...]:
    """``values`` rounded for storage; negative zero becomes zero, so that ids do not depend on it."""
    return tuple([round(value, DECIMALS) + 0.0 for value in values])


def make_box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    """A stored box from any two opposite corners."""
    a, b, c, d = rounded((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return a, b, c, d


def union(boxes: Iterable[Sequence[float]]) -> tuple[float, float, float, float]:
    """The smallest box around ``boxes``.

    Raises:
        ValueError: ``boxes`` is empty.
    """
    columns = list(zip(*boxes, strict=True))
    if not columns:
        raise ValueError("the union of no boxes is undefined")
    return min(columns[0]), min(columns[1]), max(columns[2]), max(columns[3])


def area(box: Sequence[float]) -> float:
    """Area of a box; zero when it is empty."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def intersection_area(a: Sequence[float], b: Sequence[float]) -> float:
    """Area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, width) * max(0.0, height)


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    shared = intersection_area(a, b)
    whole = area(a) + area(b) - shared
    return shared / whole if whole > 0 else 0.0


def centre(box: Sequence[float]) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def contains_point(box: Sequence[float], point: Sequence[float], *, slack: float = 0.0) -> bool:
    """Whether ``point`` lies in ``box`` grown by ``slack`` on every side."""
    return box[0] - slack <= point[0] <= box[2] + slack and box[1] - slack <= point[1] <= box[3] + slack


def box_polygon(box: Sequence[float]) -> Polygon:
    """The four corners of a box, clockwise on the page from the top left."""
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def band(path: Sequence[Sequence[float]]) -> Polygon:
    """The outline of a path of two points or more as a thin band: there on one side, back on the other.

    Point ``i`` of the path is the middle of points ``i`` and ``-1 - i`` of the outline.
    """
    there, back = [], []
    for place, (x, y) in enumerate(path):
        dx, dy = _normal(path[max(0, place - 1)], path[min(len(path) - 1, place + 1)])
        there.append((round(x + dx, _BAND_DECIMALS), round(y + dy, _BAND_DECIMALS)))
        back.append((round(x - dx, _BAND_DECIMALS), round(y - dy, _BAND_DECIMALS)))
    return (*there, *back[::-1])


def _normal(start: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    length = math.dist(start, end)
    if length == 0:
        return 0.0, BAND_HALF_WIDTH
    return -(end[1] - start[1]) / length * BAND_HALF_WIDTH, (end[0] - start[0]) / length * BAND_HALF_WIDTH


def apply_affine(matrix: Affine, point: Sequence[float]) -> Point:
    """``point`` under ``matrix``."""
    a, b, c, d, e, f = matrix
    x, y = point[0], point[1]
    return a * x + c * y + e, b * x + d * y + f


def transform_box(matrix: Affine, box: Sequence[float]) -> tuple[float, float, float, float]:
    """The axis-aligned hull of ``box`` under ``matrix``."""
    points = [apply_affine(matrix, corner) for corner in box_polygon(box)]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)
