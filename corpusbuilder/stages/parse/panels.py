"""Panels: filled or framed boxes that set text apart from the body."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area
from corpusbuilder.records.page import RawPage, Rect
from corpusbuilder.stages.parse.boxes import is_box
from corpusbuilder.stages.parse.model import FoundFigure, TextBlock


def find_panels(page: RawPage, figures: Iterable[FoundFigure], *, em: float) -> tuple[Rect, ...]:
    """Boxes with at least two lines of text in them, largest first, that are neither the page nor part of a figure.

    Args:
        page: with its paths; coordinates in points.
        figures: of the page; what lies in them, tables included, is no panel.
        em: size of the body text in points.
    """
    taken = [figure.box for figure in figures]
    whole = page.width * page.height
    boxes = {
        path.box
        for path in page.paths
        if (path.fill or path.stroke)
        and path.box[2] - path.box[0] >= 8 * em
        and path.box[3] - path.box[1] >= 2 * em
        and area(path.box) <= 0.8 * whole
        and is_box(path)
        and not any(intersection_area(path.box, other) > 0.5 * area(path.box) for other in taken)
    }
    return tuple(
        box
        for box in sorted(boxes, key=lambda box: (-area(box), box))
        if sum(contains_point(box, centre(line.box)) for line in page.lines) >= 2
    )


def in_panels(blocks: Sequence[TextBlock], panels: Sequence[Rect]) -> list[TextBlock]:
    """The same blocks, each with the largest panel that holds it."""
    return [
        replace(block, panel=next((box for box in panels if contains_point(box, centre(block.box))), None))
        for block in blocks
    ]
