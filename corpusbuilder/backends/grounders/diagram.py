"""The exact grounder: cited element ids become polygons, quotes become offsets. No model, no guess."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.quotes import Place, Search, find_quote
from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure, Passage, Unit
from corpusbuilder.records.evidence import (
    Citation,
    ElementCitation,
    Evidence,
    QuoteCitation,
    RegionEvidence,
    SpanEvidence,
)
from corpusbuilder.records.example import StepGrounding
from corpusbuilder.records.geometry import Polygon, box_polygon, make_box, rounded, union

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CONNECTOR_SHARE: Final = 0.006
"""Half the width of a connector's polygon as a share of the image's diagonal: the stroke and its head are inside."""
LEAST_CONNECTOR_PX: Final = 3.0


class DiagramOptions(Options):
    """Grounding by the diagram graph and the words of the passages."""

    kind: Literal["diagram"] = "diagram"
    fuzzy_threshold: float = Field(default=92.0, ge=0, le=100)
    """Least similarity (rapidfuzz ratio) of a quote that is not verbatim; below it grounding abstains."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one citation came to: evidence, or candidates and a problem."""

    evidence: Evidence | None = None
    candidates: tuple[Evidence, ...] = ()
    problem: str | None = None


class DiagramGrounder:
    """Looks up what a step cites. A citation is grounded as a whole or not at all."""

    def __init__(self, options: DiagramOptions) -> None:
        self._options = options

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterator[StepGrounding]:
        """One grounding per query, in order."""
        yield from (self._ground(query) for query in queries)

    def _ground(self, query: GroundingQuery) -> StepGrounding:
        step = next(s for s in query.example.steps if s.index == query.step)
        outcomes = [self._look_up(citation, query) for citation in step.citations]
        return StepGrounding(
            step=step.index,
            evidence=_unique(o.evidence for o in outcomes if o.evidence),
            candidates=_unique(c for o in outcomes for c in o.candidates),
            unresolved=tuple(o.problem for o in outcomes if o.problem),
        )

    def _look_up(self, citation: Citation, query: GroundingQuery) -> _Outcome:
        if isinstance(citation, ElementCitation):
            return _elements(citation, query.unit)
        return _quote(citation, query, self._options.fuzzy_threshold)


def _unique(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(found))


def _quote(citation: QuoteCitation, query: GroundingQuery, threshold: float) -> _Outcome:
    passage = query.unit.passage(citation.passage_id)
    if passage is None:
        return _Outcome(problem=f"passage {citation.passage_id} is not in the unit")
    language = query.example.language
    search: Search = find_quote(passage.text, citation.quote, language=language, threshold=threshold)
    return _Outcome(
        evidence=_span(passage, search.place) if search.place else None,
        candidates=tuple(_span(passage, place) for place in search.candidates),
        problem=f"{search.problem} (passage {passage.id})" if search.problem else None,
    )


def _span(passage: Passage, place: Place) -> SpanEvidence:
    return SpanEvidence(
        passage_id=passage.id,
        start=place.start,
        end=place.end,
        quote=passage.text[place.start : place.end],
        method=place.method,
        score=place.score,
    )


def _elements(citation: ElementCitation, unit: Unit) -> _Outcome:
    figure = unit.figure(citation.figure_id)
    if figure is None:
        return _Outcome(problem=f"figure {citation.figure_id} is not in the unit")
    if not citation.element_ids:
        return _Outcome(problem=f"no element of figure {figure.id} is cited")
    known = {element.id: element for element in figure.diagram.elements()}
    shapes: dict[str, Polygon] = {}
    lost: list[str] = []
    for element_id in dict.fromkeys(citation.element_ids):
        element = known.get(element_id)
        shape = element_polygon(element, figure) if element else None
        if shape is None:
            lost.append(f"{element_id} {'lies outside its image' if element else 'is no element of it'}")
        else:
            shapes[element_id] = shape
    score = min((known[element_id].score for element_id in shapes), default=0.0)
    region = _region(figure, shapes, score) if shapes else None
    if not lost:
        return _Outcome(evidence=region)
    return _Outcome(candidates=(region,) if region else (), problem=f"figure {figure.id}: {', '.join(lost)}")


def _region(figure: Figure, shapes: dict[str, Polygon], score: float) -> RegionEvidence:
    corners = [(x, y, x, y) for polygon in shapes.values() for x, y in polygon]
    return RegionEvidence(
        figure_id=figure.id,
        element_ids=tuple(shapes),
        polygons=tuple(shapes.values()),
        box=make_box(*union(corners)),
        method="diagram.element",
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


BACKEND = Backend(options=DiagramOptions, create=DiagramGrounder)
