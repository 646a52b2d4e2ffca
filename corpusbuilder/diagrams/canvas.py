"""From places in a drawing to pixels of its picture, and the ids of what has been recorded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.diagrams.connect import End
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.geometry import DECIMALS, Affine, Point, apply_affine, box_polygon, make_box
from corpusbuilder.records.page import XY, Rect

MOST_POINTS: Final = 64
"""A stored outline or line has at most so many points."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where the figure's image is."""

    to_pixels: Affine
    size: tuple[int, int]
    figure_id: str

    def point(self, p: XY) -> Point:
        """A point in pixels, inside the image."""
        (x, y), (width, height) = apply_affine(self.to_pixels, p), self.size
        x = 0.0 if x < 0.0 else min(x, width)
        y = 0.0 if y < 0.0 else min(y, height)
        return round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0

    def line(self, points: Sequence[XY]) -> tuple[Point, ...]:
        """Points in pixels, thinned out, each once."""
        step = max(1, math.ceil(len(points) / MOST_POINTS))
        kept = [*points[:-1:step], points[-1]]
        return tuple(dict.fromkeys(self.point(p) for p in kept))

    def box(self, box: Rect) -> tuple[float, float, float, float]:
        """A box in pixels."""
        corners = [self.point(p) for p in box_polygon(box)]
        xs, ys = [p[0] for p in corners], [p[1] for p in corners]
        return make_box(min(xs), min(ys), max(xs), max(ys))


class Registry:
    """The ids of the elements that have been made."""

    def __init__(self, labels: Sequence[DiagramLabel]) -> None:
        self.labels = labels
        self.parts: dict[int, str] = {}
        """By track."""
        self.links: dict[int, str] = {}
        """By shaft."""

    def of(self, end: End) -> str | None:
        """The id of what a line ends at; None when that is outside the image."""
        kind, index = end
        if kind == "text":
            return self.labels[index].id
        return self.parts.get(index) if kind == "part" else self.links.get(index)
