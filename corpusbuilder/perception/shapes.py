"""The shape of a step's evidence: polygons, box, mask, area.

A *region* is a `RegionEvidence` of a `StepGrounding`, a row of the released data set (``steps[].regions[]``, or an
element of a released figure), or a plain box ``[x0, y0, x1, y1]``. All coordinates are pixels of the figure's image,
``x`` to the right and ``y`` down; pixel ``(column, row)`` is the square from ``(column, row)`` to
``(column + 1, row + 1)``.

What counts as inside: each polygon by the even-odd rule, so that a ring drawn around a hole leaves the hole out; then
the union of all polygons. A polygon that encloses nothing gives way to its box, and a box that encloses nothing (a
straight line, a point) to a band of `corpusbuilder.records.geometry.BAND_HALF_WIDTH` around it, as for connectors.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.geometry import BAND_HALF_WIDTH, Polygon, box_polygon, union

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AnyRegion: TypeAlias = RegionEvidence | Mapping[str, Any] | Sequence[float]
AnyFigure: TypeAlias = Any
"""A `Figure`, a row of released ``figures``, an image of PIL, or ``(width, height)`` in pixels."""
Geometry: TypeAlias = Any
"""Of shapely, which has no types."""

_FARTHEST: Final = 1e12
"""No coordinate in pixels lies beyond; the geometry of larger numbers overflows."""


def image_size(figure: AnyFigure) -> tuple[int, int]:
    """Width and height in pixels of the image that a region lies in.

    Raises:
        ValueError: they are not known, or below one pixel.
    """
    if isinstance(figure, Figure):
        size: Any = (figure.image.width, figure.image.height)
    elif isinstance(figure, Mapping):
        size = (figure.get("width"), figure.get("height"))
    else:
        size = getattr(figure, "size", figure)
    if not _is_size(size):
        raise ValueError(f"a figure is a record, a released row, an image or (width, height) in pixels, got {size!r}")
    return int(size[0]), int(size[1])


def _is_size(size: object) -> TypeGuard[Sequence[int]]:
    if not isinstance(size, Sequence) or len(size) != 2:
        return False
    return all(isinstance(side, Integral) and int(side) >= 1 for side in size)


def polygons(region: AnyRegion) -> tuple[Polygon, ...]:
    """The polygons of a region, at least one, each of three points or more.

    Raises:
        ValueError: a coordinate is not a finite number, or there is neither a polygon nor a box.
    """
    given, box = _parts(region)
    drawn = tuple(points for points in given if len(points) >= 3)
    if drawn:
        return drawn
    if box is None and given:
        box = _bounds(given)
    if box is None:
        raise ValueError("a region needs a polygon of three points or a box, and has neither")
    return (box_polygon(box),)


def box(region: AnyRegion) -> tuple[float, float, float, float]:
    """``[x0, y0, x1, y1]`` around a region: its own box where it has one.

    Raises:
        ValueError: as `polygons` does.
    """
    given, own = _parts(region)
    return own if own is not None else _bounds(given or polygons(region))


def area(region: AnyRegion, figure: AnyFigure | None = None) -> float:
    """Square pixels inside a region, what several polygons share counted once; of it inside ``figure`` where given.

    Raises:
        ValueError: as `polygons` and `image_size` do.
    """
    return float((outline(region) if figure is None else clipped(region, figure)).area)


def mask(region: AnyRegion, figure: AnyFigure) -> "NDArray[np.bool_]":
    """A region as a dense mask of the figure's image: bool, height × width.

    A pixel belongs to it when its centre lies inside; a centre on an outline belongs to the pixel's right or lower
    side. So two regions with a common edge share no pixel. A shape in which no centre lies marks the pixels that its
    outline runs through instead. What lies outside of the image is cut off.

    Raises:
        ValueError: as `polygons` and `image_size` do.
    """
    return painted(outline(region), image_size(figure))


def outline(region: AnyRegion) -> Geometry:
    """A region as a valid geometry of shapely with a positive area.

    Raises:
        ValueError: as `polygons` does.
    """
    from shapely import Polygon as Shape
    from shapely import make_valid, union_all

    drawn = polygons(region)
    # The default method of make_valid keeps what an odd number of windings encloses.
    whole = union_all([make_valid(Shape(points)) for points in drawn])
    if whole.area > 0:
        return _areal(whole)
    around = Shape(box_polygon(box(region)))
    if around.area > 0:
        return around
    return whole.buffer(BAND_HALF_WIDTH, cap_style="square")


def clipped(region: AnyRegion, figure: AnyFigure) -> Geometry:
    """The `outline` of a region inside the figure's image; empty when it lies outside.

    Raises:
        ValueError: as `polygons` and `image_size` do.
    """
    from shapely import box as rectangle

    width, height = image_size(figure)
    return outline(region).intersection(rectangle(0, 0, width, height))


def painted(shape: Geometry, size: tuple[int, int]) -> "NDArray[np.bool_]":
    """The mask of a geometry of shapely on an image of ``size`` (width, height), by the rule of `mask`."""
    import numpy as np

    found = np.zeros((size[1], size[0]), dtype=bool)
    for part in parts(shape):
        left, top, right, bottom = _window(part.bounds, size)
        rings = [np.asarray(ring.coords) - (left, top) for ring in (part.exterior, *part.interiors)]
        found[top:bottom, left:right] |= _filled(rings, (right - left, bottom - top))
    if not found.any():
        for part in parts(shape):
            _trace(found, part.exterior)
    return found


def parts(shape: Geometry) -> list[Geometry]:
    """The polygons of a geometry of shapely that enclose something."""
    return [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and part.area > 0]


def _filled(rings: "Sequence[NDArray[np.float64]]", size: tuple[int, int]) -> "NDArray[np.bool_]":
    """Even-odd filling: along a row of centres, each edge that crosses it turns inside to outside or back."""
    import numpy as np

    width, height = size
    turns = np.zeros((height, width + 1), dtype=np.int32)
    for ring in rings:
        for (x0, y0), (x1, y1) in pairwise(ring):
            top, bottom = sorted((_first_centre(y0, height), _first_centre(y1, height)))
            if top < bottom:
                rows = np.arange(top, bottom)
                crossed = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                columns = np.ceil(np.clip(crossed - 0.5, 0, width)).astype(np.int64)
                np.add.at(turns, (rows, columns), 1)
    return np.asarray(np.cumsum(turns[:, :width], axis=1) % 2 == 1)


def _window(bounds: Sequence[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels of an image of ``size`` that ``bounds`` touch: the first and one past the last, across and down."""
    left, right = (min(max(edge, 0.0), float(size[0])) for edge in bounds[::2])
    top, bottom = (min(max(edge, 0.0), float(size[1])) for edge in bounds[1::2])
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _first_centre(coordinate: float, length: int) -> int:
    """The first row, 0 to ``length``, whose centre does not lie before ``coordinate``."""
    return math.ceil(min(max(coordinate - 0.5, 0.0), float(length)))


def _trace(found: "NDArray[np.bool_]", ring: Geometry) -> None:
    import numpy as np

    height, width = found.shape
    steps = np.linspace(0.0, ring.length, num=max(2, math.ceil(2 * min(ring.length, 4.0 * (width + height))) + 1))
    points = np.array([ring.interpolate(step).coords[0] for step in steps])
    columns, rows = np.floor(points).astype(np.int64).T
    seen = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found[rows[seen], columns[seen]] = True


def _areal(shape: Geometry) -> Geometry:
    """``shape`` without the lines and points that making it valid has left."""
    from shapely import union_all

    return shape if shape.geom_type in {"Polygon", "MultiPolygon"} else union_all(parts(shape))


def _parts(region: AnyRegion) -> tuple[tuple[Polygon, ...], tuple[float, float, float, float] | None]:
    """The polygons that a region has, of any number of points above none, and its box."""
    given: Any
    own: Any
    if isinstance(region, RegionEvidence):
        given, own = region.polygons, region.box
    elif isinstance(region, Mapping):
        given, own = region.get("polygons"), region.get("box")
        if given is None:
            given = [points for points in [region.get("polygon")] if points is not None]
    else:
        given, own = (), region
    shapes = tuple(tuple(_point(point) for point in points) for points in given if len(points))
    return shapes, _checked_box(own) if own is not None and len(own) else None


def _point(point: Sequence[float]) -> tuple[float, float]:
    if len(point) != 2 or not all(_is_finite(value) for value in point):
        raise ValueError(f"a point of a polygon is two finite numbers, got {list(point)!r}")
    return float(point[0]), float(point[1])


def _checked_box(values: Sequence[float]) -> tuple[float, float, float, float]:
    if len(values) != 4 or not all(_is_finite(value) for value in values):
        raise ValueError(f"a box is four finite numbers [x0, y0, x1, y1], got {list(values)!r}")
    x0, y0, x1, y1 = (float(value) for value in values)
    if x0 > x1 or y0 > y1:
        raise ValueError(f"a box is [x0, y0, x1, y1] with x0 <= x1 and y0 <= y1, got {list(values)!r}")
    return x0, y0, x1, y1


def _is_finite(value: object) -> bool:
    try:
        return isinstance(value, Real) and abs(float(value)) <= _FARTHEST
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _bounds(given: Sequence[Polygon]) -> tuple[float, float, float, float]:
    return union((x, y, x, y) for points in given for x, y in points)
