"""The graph of one figure: labels, connectors and regions (AI2D: text, arrows, blobs).

All coordinates are pixels of the stored figure image.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.base import Record
from corpusbuilder.records.geometry import Box, Point, Polygon, band, centre, contains_point

_NUMBERED: Final = re.compile(r"(?P<number>\d{1,2}|[A-Ha-h])\s?[.):=–—-]?\s+(?P<name>[^\W\d_].+)")

FindMethod: TypeAlias = Literal["vector", "text_layer", "ocr", "cv", "model"]
HeadStyle: TypeAlias = Literal["arrow", "bar", "circle", "diamond", "dot"]
"""How an end of a line is drawn: ``bar`` is the T of an inhibition, ``circle`` the hollow ring of a catalysis."""


class DiagramLabel(Record):
    """A text inside a figure (AI2D: text)."""

    id: str
    text: str
    """Lines joined with one blank."""
    box: Box
    """Around the words, and around the dot of the place that they name."""
    polygon: Polygon
    """Around the words; turned with them when the text is."""
    outline: Polygon | None = None
    """The box or ellipse drawn around the words (the node of a flow chart), or the dot of the place that they name."""
    role: Literal["text", "number", "legend", "connector_label"] = "text"
    """``number``: a callout such as 3; ``legend``: an entry of the key; ``connector_label``: written along an arrow."""
    method: FindMethod
    score: float
    """0 to 1: how sure the text and place are."""

    @property
    def name(self) -> str:
        """The text, of an entry of the key without its number: ``vacuole`` of "6. vacuole"."""
        match = _NUMBERED.fullmatch(self.text) if self.role == "legend" else None
        return match["name"] if match else self.text

    @property
    def extent(self) -> Polygon:
        """What shows the label: the box or ellipse around its words, else its words; a dot beside them is neither."""
        if self.outline and len(self.outline) >= 3:
            xs, ys = [point[0] for point in self.outline], [point[1] for point in self.outline]
            if contains_point((min(xs), min(ys), max(xs), max(ys)), centre(self.box)):
                return self.outline
        return self.polygon


class Connector(Record):
    """An arrow or a line between two elements (AI2D: arrow, arrowHead)."""

    id: str
    kind: Literal["arrow", "line", "leader"]
    """``leader``: the thin line from a label to the part that it names."""
    points: tuple[Point, ...]
    """The drawn path from tail to head."""
    tail_id: str | None = None
    """Label, region or connector at the first point; null when unsure."""
    head_id: str | None = None
    """Label, region or connector at the last point; null when unsure."""
    directed: bool
    """Whether it has a head, of whatever style, at its last point."""
    double: bool = False
    """Whether it has one at both ends."""
    head_style: HeadStyle | None = None
    """How its last point is drawn; null for a bare end."""
    tail_style: HeadStyle | None = None
    """How its first point is drawn; null for a bare end."""
    head_polygon: Polygon | None = None
    """The outline of the head at its last point (AI2D: arrowHead); null where it cannot be told from the line."""
    tail_polygon: Polygon | None = None
    """The outline of the head at its first point."""
    label_id: str | None = None
    """The text written along it."""
    method: FindMethod
    score: float
    """0 to 1."""

    @property
    def polygon(self) -> Polygon:
        """A thin band around its path; its heads have polygons of their own. A path of one point has none."""
        return band(self.points) if len(self.points) >= 2 else ()


class Region(Record):
    """A closed shape or a part of the picture (AI2D: blob)."""

    id: str
    polygon: Polygon
    box: Box
    role: Literal["part", "area", "key", "ornament"] = "part"
    """``part``: of the picture; ``area``: of a map or a cell of a scheme, that holds others; ``key``: the patch of an
    entry of the key; ``ornament``: a shape that nothing names, joins, holds or is held by, or a stroke that
    stands alone."""
    label_id: str | None = None
    """The label that names it."""
    linked_by: Literal["leader", "number", "inside", "legend"] | None = None
    """How the label was linked."""
    parent_id: str | None = None
    """The smallest region that contains it."""
    fill: str | None = None
    """``#rrggbb``."""
    method: FindMethod
    score: float
    """0 to 1."""


class Diagram(Record):
    """Everything that was read inside one figure."""

    labels: tuple[DiagramLabel, ...] = ()
    connectors: tuple[Connector, ...] = ()
    regions: tuple[Region, ...] = ()

    def elements(self) -> Iterator[DiagramLabel | Connector | Region]:
        """All labels, then connectors, then regions."""
        yield from self.labels
        yield from self.connectors
        yield from self.regions

    def element(self, element_id: str) -> DiagramLabel | Connector | Region | None:
        """The element with this id, or None."""
        return next((e for e in self.elements() if e.id == element_id), None)
