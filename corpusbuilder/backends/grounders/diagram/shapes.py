"""The part of a figure's image that elements of its diagram cover."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.geometry import Polygon, box_polygon, make_box, rounded, union

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CONNECTOR_SHARE: Final = 0.006
"""Half the width of a connector's polygon as a share of the image's diagonal: the stroke and its head are inside."""
LEAST_CONNECTOR_PX: Final = 3.0


def region_of(
    figure: Figure, element_ids: Iterable[str], *, method: str, confidence: float = 1.0
) -> RegionEvidence | None:
    """Evidence of elements of a figure's diagram; None when one of them is unknown or lies outside of the image.

    Args:
        figure: whose diagram it is.
        element_ids: in the order in which they are to stand.
        method: how they were found, such as ``diagram.relation``.
        confidence: of that method, 0 to 1; the score is the least of it and of the scores of the elements.
    """
    known = {element.id: element for element in figure.diagram.elements()}
    ids = tuple(dict.fromkeys(element_ids))
    shapes = {i: element_polygon(known[i], figure) for i in ids if i in known}
    polygons = tuple(shape for shape in shapes.values() if shape)
    if not ids or len(polygons) < len(ids):
        return None
    score = min((confidence, *(known[i].score for i in ids)))
    corners = [(x, y, x, y) for polygon in polygons for x, y in polygon]
    return RegionEvidence(
        figure_id=figure.id,
        element_ids=ids,
        polygons=polygons,
        box=make_box(*union(corners)),
        method=method,
        score=min(max(score, 0.0), 1.0) if math.isfinite(score) else 0.0,
    )


def element_polygon(element: DiagramLabel | Connector | Region, figure: Figure) -> Polygon | None:
    """The part of the figure's image that an element covers, in pixels; None when nothing of it is on the image.

    A label covers the shape drawn around it, if any; a connector a thin band along its path, and its heads.
    """
    import shapely

    shape = _shape(element, figure)
    if shape is None:
        return None
    image = shapely.box(0, 0, figure.image.width, figure.image.height)
    visible = shapely.make_valid(shape).intersection(image)
    parts = [part for part in getattr(visible, "geoms", [visible]) if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None
    largest = max(parts, key=lambda part: (part.area, part.bounds))
    corners = list(shapely.orient_polygons(largest).exterior.coords)[:-1]
    return tuple((x, y) for x, y in (rounded(corner) for corner in corners))


def _shape(element: DiagramLabel | Connector | Region, figure: Figure) -> "BaseGeometry | None":
    """The element as a shapely geometry, or None when it has no finite extent."""
    import shapely

    if isinstance(element, Connector):
        points = list(dict.fromkeys(element.points))
        if not points or not _finite(points):
            return None
        diagonal = math.hypot(figure.image.width, figure.image.height)
        path = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
        line = path.buffer(max(LEAST_CONNECTOR_PX, CONNECTOR_SHARE * diagonal), quad_segs=2)
        return shapely.union_all([line, *_heads(element)])
    extent = element.extent if isinstance(element, DiagramLabel) else None
    for polygon in (extent, element.polygon):
        if polygon and len(polygon) >= 3 and _finite(polygon):
            return shapely.Polygon(polygon)
    return shapely.Polygon(box_polygon(element.box))


def _heads(connector: Connector) -> "list[BaseGeometry]":
    import shapely

    outlines = [p for p in (connector.head_polygon, connector.tail_polygon) if p and len(p) >= 3 and _finite(p)]
    return [shapely.make_valid(shapely.Polygon(outline)) for outline in outlines]


def _finite(points: Iterable[Sequence[float]]) -> bool:
    return all(math.isfinite(value) for point in points for value in point)
