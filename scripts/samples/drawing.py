"""Vector figures as a schoolbook draws them: nodes, arrows, leader lines, legends.

A `Sketch` collects shapes in a reportlab `Drawing`, which platypus sets like any
other block. Coordinates are points, with the origin at the lower left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.graphics.shapes import (
    Circle,
    Drawing,
    Ellipse,
    Line,
    Path,
    Polygon,
    PolyLine,
    Rect,
    String,
)
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

Point = tuple[float, float]
Outline = Literal["box", "round", "ellipse", "text"]
Head = Literal["filled", "open"]

FONT = "Helvetica"
FONT_BOLD = "Helvetica-Bold"
FONT_ITALIC = "Helvetica-Oblique"
INK = "#23303b"
HEAD_LENGTH = 7.0
HEAD_HALF_WIDTH = 2.9
# Arrow ends stay this far from an outline: near enough to belong to it, never touching.
GAP = 2.5


@dataclass(frozen=True)
class Lettering:
    """How a label is written."""

    font: str = FONT
    size: float = 8.5
    color: str = INK


LABEL = Lettering()
STRONG = Lettering(FONT_BOLD)
WATERS = Lettering(FONT_ITALIC)
PLACE_NAME = Lettering(size=8)
EDGE_NOTE = Lettering(FONT_ITALIC, 7.5, "#4a5560")


@dataclass(frozen=True)
class Pen:
    """How a line is drawn."""

    color: str = INK
    width: float = 1.1


ARROW = Pen()
ROUTE = Pen("#1d4e9e", 1.6)


@dataclass(frozen=True)
class Node:
    """A labelled shape that arrows start from and end at."""

    x: float
    y: float
    w: float
    h: float
    outline: Outline

    def toward(self, target: Point) -> Point:
        """Return the point just outside the outline, on the way to `target`."""
        dx, dy = target[0] - self.x, target[1] - self.y
        length = math.hypot(dx, dy)
        half_w, half_h = self.w / 2, self.h / 2
        if self.outline == "ellipse":
            scale = 1 / math.hypot(dx / half_w, dy / half_h)
        else:
            scale = min(
                half_w / abs(dx) if dx else math.inf,
                half_h / abs(dy) if dy else math.inf,
            )
        reach = scale + GAP / length
        return self.x + dx * reach, self.y + dy * reach


@dataclass(frozen=True)
class LegendEntry:
    """One line of a legend: a coloured patch, or a small sign, and its meaning."""

    meaning: str
    color: str
    sign: Literal["patch", "dot", "volcano", "route"] = "patch"


class Sketch:
    """A figure under construction."""

    def __init__(self, width: float, height: float) -> None:
        """Start an empty figure of this size in points."""
        self.drawing = Drawing(width, height, hAlign="CENTER")

    def text(
        self,
        at: Point,
        label: str,
        lettering: Lettering = LABEL,
        anchor: Literal["start", "middle", "end"] = "middle",
    ) -> None:
        """Write `label`, its lines centred on the height of `at`."""
        lines = label.split("\n")
        leading = lettering.size * 1.18
        baseline = at[1] + leading * (len(lines) - 1) / 2 - lettering.size * 0.34
        for index, line in enumerate(lines):
            self.drawing.add(
                String(
                    at[0],
                    baseline - index * leading,
                    line,
                    fontName=lettering.font,
                    fontSize=lettering.size,
                    textAnchor=anchor,
                    fillColor=HexColor(lettering.color),
                )
            )

    def note(self, at: Point, label: str, anchor: Literal["start", "middle", "end"] = "middle") -> None:
        """Write the small italic name of what an arrow stands for."""
        self.text(at, label, EDGE_NOTE, anchor)

    def node(self, label: str, at: Point, size: Point, outline: Outline = "box", fill: str = "#ffffff") -> Node:
        """Draw a labelled box, round box or ellipse centred on `at`."""
        (x, y), (w, h) = at, size
        paint = {
            "fillColor": HexColor(fill),
            "strokeColor": HexColor(INK),
            "strokeWidth": 0.9,
        }
        if outline == "ellipse":
            self.drawing.add(Ellipse(x, y, w / 2, h / 2, **paint))
        else:
            radius = 6 if outline == "round" else 0
            self.drawing.add(Rect(x - w / 2, y - h / 2, w, h, rx=radius, ry=radius, **paint))
        self.text(at, label)
        return Node(x, y, w, h, outline)

    def bare(self, label: str, at: Point) -> Node:
        """Write a label without an outline that arrows may still join."""
        lines = label.split("\n")
        width = max(stringWidth(line, STRONG.font, STRONG.size) for line in lines)
        self.text(at, label, STRONG)
        return Node(*at, width + 4, STRONG.size * 1.25 * len(lines), "text")

    def arrow(
        self,
        source: Node | Point,
        target: Node | Point,
        *,
        head: Head = "filled",
        via: Sequence[Point] = (),
        pen: Pen = ARROW,
    ) -> None:
        """Draw an arrow, straight or with corners at `via`."""
        start = _end(source, via[0] if via else _centre(target))
        tip = _end(target, via[-1] if via else _centre(source))
        before = via[-1] if via else start
        self.line([start, *via, _neck(before, tip, head)], pen)
        self._head(before, tip, head, pen)

    def curve(
        self,
        source: Node | Point,
        target: Node | Point,
        bend: float,
        *,
        head: Head = "filled",
        pen: Pen = ARROW,
    ) -> None:
        """Draw a curved arrow whose control point lies `bend` to the left of the way."""
        control = _beside(_centre(source), _centre(target), bend)
        start, tip = _end(source, control), _end(target, control)
        neck = _neck(control, tip, head)
        path = Path(fillColor=None, strokeColor=HexColor(pen.color), strokeWidth=pen.width)
        path.moveTo(*start)
        path.curveTo(*_toward(start, control, 2 / 3), *_toward(neck, control, 2 / 3), *neck)
        self.drawing.add(path)
        self._head(control, tip, head, pen)

    def leader(
        self,
        label: str,
        at: Point,
        to: Point,
        anchor: Literal["start", "end"] = "start",
    ) -> None:
        """Write `label` at `at` and draw a thin line from it that ends in a region."""
        self.text(at, label, anchor=anchor)
        side = -3 if anchor == "start" else 3
        self.drawing.add(Line(at[0] + side, at[1], *to, strokeColor=HexColor(INK), strokeWidth=0.6))
        self.drawing.add(Circle(*to, 1.3, fillColor=HexColor(INK), strokeColor=None))

    def polygon(self, points: Sequence[Point], fill: str, stroke: str | None = INK) -> None:
        """Fill a straight-edged region."""
        flat = [coordinate for point in points for coordinate in point]
        edge = HexColor(stroke) if stroke else None
        self.drawing.add(Polygon(flat, fillColor=HexColor(fill), strokeColor=edge, strokeWidth=0.8))

    def blob(self, points: Sequence[Point], fill: str, stroke: str | None = INK) -> None:
        """Fill a region whose smooth outline passes through every point."""
        path = Path(
            fillColor=HexColor(fill),
            strokeColor=HexColor(stroke) if stroke else None,
            strokeWidth=0.8,
        )
        path.moveTo(*points[0])
        count = len(points)
        for index in range(count):
            before, here = points[index - 1], points[index]
            there, after = points[(index + 1) % count], points[(index + 2) % count]
            # Catmull-Rom tangents, a sixth of the chord between the neighbours.
            path.curveTo(
                here[0] + (there[0] - before[0]) / 6,
                here[1] + (there[1] - before[1]) / 6,
                there[0] - (after[0] - here[0]) / 6,
                there[1] - (after[1] - here[1]) / 6,
                *there,
            )
        path.closePath()
        self.drawing.add(path)

    def ellipse(self, at: Point, size: Point, fill: str, stroke: str | None = INK) -> None:
        """Fill an ellipse centred on `at`."""
        self.drawing.add(
            Ellipse(
                *at,
                size[0] / 2,
                size[1] / 2,
                fillColor=HexColor(fill),
                strokeColor=HexColor(stroke) if stroke else None,
                strokeWidth=0.8,
            )
        )

    def frame(self, at: Point, size: Point, fill: str) -> None:
        """Fill a framed rectangle whose lower left corner is `at`."""
        self.drawing.add(Rect(*at, *size, fillColor=HexColor(fill), strokeColor=HexColor(INK), strokeWidth=0.8))

    def line(self, points: Sequence[Point], pen: Pen) -> None:
        """Draw a plain line through the points."""
        flat = [coordinate for point in points for coordinate in point]
        color = HexColor(pen.color)
        self.drawing.add(PolyLine(flat, strokeColor=color, strokeWidth=pen.width, strokeLineJoin=0))

    def place(
        self,
        label: str,
        at: Point,
        shift: Point = (5, 0),
        anchor: Literal["start", "middle", "end"] = "start",
    ) -> None:
        """Mark a town with a dot and write its name beside it."""
        self.drawing.add(Circle(*at, 2.3, fillColor=HexColor("#b3261e"), strokeColor=None))
        self.text((at[0] + shift[0], at[1] + shift[1]), label, PLACE_NAME, anchor)

    def volcano(self, label: str, at: Point, shift: Point = (6, 0)) -> None:
        """Mark a volcano with a triangle and write its name beside it."""
        self._triangle(at)
        self.text((at[0] + shift[0], at[1] + shift[1]), label, PLACE_NAME, "start")

    def legend(self, at: Point, title: str, entries: Sequence[LegendEntry]) -> None:
        """Write a legend downward from its upper left corner `at`."""
        x, y = at
        self.text((x, y), title, STRONG, "start")
        for index, entry in enumerate(entries, start=1):
            self._legend_entry((x, y - index * 19), entry)

    def _legend_entry(self, at: Point, entry: LegendEntry) -> None:
        x, y = at
        if entry.sign == "patch":
            self.frame((x, y - 5), (18, 10), entry.color)
        elif entry.sign == "dot":
            self.drawing.add(Circle(x + 9, y, 2.3, fillColor=HexColor(entry.color), strokeColor=None))
        elif entry.sign == "volcano":
            self._triangle((x + 9, y))
        else:
            self.arrow((x, y), (x + 18, y), pen=ROUTE)
        self.text((x + 24, y), entry.meaning, PLACE_NAME, "start")

    def _triangle(self, at: Point) -> None:
        x, y = at
        self.polygon([(x - 4, y - 3), (x + 4, y - 3), (x, y + 4)], "#5a2a1a", None)

    def _head(self, before: Point, tip: Point, head: Head, pen: Pen) -> None:
        back = _toward_by(tip, before, HEAD_LENGTH)
        ux, uy = (tip[0] - back[0]) / HEAD_LENGTH, (tip[1] - back[1]) / HEAD_LENGTH
        left = (back[0] - uy * HEAD_HALF_WIDTH, back[1] + ux * HEAD_HALF_WIDTH)
        right = (back[0] + uy * HEAD_HALF_WIDTH, back[1] - ux * HEAD_HALF_WIDTH)
        if head == "open":
            self.line([left, tip, right], pen)
        else:
            self.polygon([left, tip, right], pen.color, None)


def _centre(end: Node | Point) -> Point:
    return (end.x, end.y) if isinstance(end, Node) else end


def _end(end: Node | Point, facing: Point) -> Point:
    return end.toward(facing) if isinstance(end, Node) else end


def _neck(before: Point, tip: Point, head: Head) -> Point:
    # A shaft that ran on to the tip of a filled head would blunt its point.
    return tip if head == "open" else _toward_by(tip, before, HEAD_LENGTH * 0.8)


def _toward(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _toward_by(start: Point, end: Point, distance: float) -> Point:
    return _toward(start, end, distance / math.dist(start, end))


def _beside(start: Point, end: Point, offset: float) -> Point:
    middle = _toward(start, end, 0.5)
    length = math.dist(start, end)
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    return middle[0] - dy * offset, middle[1] + dx * offset
