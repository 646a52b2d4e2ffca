"""Which elements of a figure somebody meant who drew a shape round them."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from corpusbuilder.backends.grounders.diagram import element_polygon
from corpusbuilder.backends.labelstudio.shapes import Shape
from corpusbuilder.records.diagram import DiagramLabel, Region
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import Polygon, box_polygon, union

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LEAST_INSIDE: Final = 0.7
"""How much of an element must lie in a shape for it to be meant."""
SPREAD: Final = 0.03
"""How far a shape may reach beyond what it is drawn round, as a share of the image's diagonal: a hand is not exact."""
LEAST_SPREAD_PX: Final = 4.0
SMALL_PART: Final = 0.25
"""An element that is less than this of a region in which it lies is a detail of it, not its name."""
MOST_CROSSED: Final = 24
"""Corners of a shape that crosses itself, beyond which nobody knows what it was drawn round: it is a scribble, and
takes time with the cube of their number."""


class Covering:
    """The elements of one figure, to be looked up by shape."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._elements = {element.id: element for element in figure.diagram.elements()}
        self._found: dict[str, tuple[Polygon, BaseGeometry]] | None = None

    def covered(self, shape: Shape) -> tuple[str, ...]:
        """The ids of the elements that a shape was drawn round; empty when it is not clear.

        A shape that is much larger than all that is in it was not drawn round it. What lies inside a region that is
        itself meant is a detail of it.
        """
        if len(shape.polygon) > MOST_CROSSED and not _is_simple(shape.polygon):
            return ()
        drawn = _surface(shape.polygon)
        inside = {
            element_id: polygon
            for element_id, (polygon, geometry) in self._places().items()
            if self._is_inside(element_id, geometry, drawn)
        }
        meant = {key: polygon for key, polygon in inside.items() if not self._is_detail(key, inside)}
        return tuple(meant) if self._is_round(shape, meant) else ()

    def _places(self) -> "Mapping[str, tuple[Polygon, BaseGeometry]]":
        """Of each element what it covers of the image; elements that cover nothing are left out."""
        if self._found is None:
            polygons = ((key, element_polygon(element, self._figure)) for key, element in self._elements.items())
            self._found = {
                key: (polygon, _surface(polygon)) for key, polygon in polygons if polygon and len(polygon) >= 3
            }
        return self._found

    def _is_inside(self, element_id: str, geometry: "BaseGeometry", drawn: "BaseGeometry") -> bool:
        """Whether enough of an element, or of the words of a label that has a frame, lies in what was drawn."""
        element = self._elements[element_id]
        shapes = [geometry]
        if isinstance(element, DiagramLabel) and element.extent is not element.polygon:
            shapes.append(_surface(box_polygon(element.box)))
        return any(s.area > 0 and s.intersection(drawn).area >= LEAST_INSIDE * s.area for s in shapes)

    def _is_detail(self, element_id: str, inside: Mapping[str, Polygon]) -> bool:
        places = self._places()
        mine = places[element_id][1]
        for other_id in inside:
            other = self._elements[other_id]
            whole = places[other_id][1]
            if other_id == element_id or not isinstance(other, Region) or mine.area >= whole.area:
                continue
            if mine.intersection(whole).area >= LEAST_INSIDE * mine.area and (
                other.label_id is not None or mine.area < SMALL_PART * whole.area
            ):
                return True
        return False

    def _is_round(self, shape: Shape, meant: Mapping[str, Polygon]) -> bool:
        """Whether the shape ends where the elements do."""
        if not meant:
            return False
        hull = union((x, y, x, y) for polygon in meant.values() for x, y in polygon)
        image = self._figure.image
        slack = max(LEAST_SPREAD_PX, SPREAD * math.hypot(image.width, image.height))
        return all(abs(a - b) <= slack for a, b in zip(hull, shape.box, strict=True))


def _is_simple(polygon: Polygon) -> bool:
    import shapely

    return bool(shapely.is_valid(shapely.Polygon(polygon)))


def _surface(polygon: Polygon) -> "BaseGeometry":
    """What a polygon covers, even where it crosses itself; lines that cover nothing are left out."""
    import shapely

    parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(polygon)))
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == 2])
