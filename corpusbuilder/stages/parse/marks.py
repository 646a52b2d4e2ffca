"""What of a page's paths is drawing, and what is typography: rules, frames, panels behind text, underlines, bullets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from corpusbuilder.records.geometry import area, contains_point, intersection_area
from corpusbuilder.records.page import Line, RawPage, Rect, VectorPath
from corpusbuilder.stages.parse.boxes import is_box, runs_along_axis
from corpusbuilder.stages.parse.textgroups import Role, TextGroup

THIN: Final = 2.5
"""Points: a filled box no thicker than this is a line."""

_MeasuredLine: TypeAlias = tuple[Rect, float]
"""Box and font size of a line of text."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A path that may be part of a figure."""

    path: VectorPath
    box: Rect
    is_canvas: bool = False
    """Whether it is white on white: it holds a figure together but does not show."""


def drawing_marks(page: RawPage, groups: Sequence[TextGroup], grounds: Sequence[VectorPath] = ()) -> list[Mark]:
    """The paths of ``page`` that are neither page furniture nor the dress of text, nor one of ``grounds``."""
    not_drawn = {path.order for path in grounds}
    prose = [group for group in groups if group.role in (Role.PROSE, Role.CAPTION)]
    lines = [(line.box, line.size) for line in page.lines]
    return [
        Mark(path, path.box, is_canvas=_is_white(path))
        for path in page.paths
        if path.order not in not_drawn and _shows(path) and not _is_typography(path, page, lines, prose)
    ]


def _shows(path: VectorPath) -> bool:
    if path.opacity < 0.04 or (path.stroke is None and path.fill is None):
        return False
    return not (_is_white(path) and area(path.box) < 400)


def _is_white(path: VectorPath) -> bool:
    """White on the white page; a white shape with an outline shows."""
    colors = [color for color in (path.stroke, path.fill) if color]
    return all(min(int(color[i : i + 2], 16) for i in (1, 3, 5)) >= 252 for color in colors)


def _is_typography(path: VectorPath, page: RawPage, lines: Sequence[_MeasuredLine], prose: Sequence[TextGroup]) -> bool:
    x0, y0, x1, y1 = path.box
    if x1 - x0 >= 0.85 * page.width and y1 - y0 >= 0.8 * page.height:
        return True
    if y1 - y0 <= THIN:
        return _underlines(path.box, lines) or _parts_fraction(path.box, lines)
    return x1 - x0 > THIN and is_box(path) and (_holds_prose(path.box, prose) or _lies_under(path.box, prose))


def _underlines(box: Rect, lines: Sequence[_MeasuredLine]) -> bool:
    middle = (box[1] + box[3]) / 2
    return any(
        text[3] - 0.45 * size <= middle <= text[3] + 0.15 * size and box[0] >= text[0] - 2 and box[2] <= text[2] + 2
        for text, size in lines
    )


def _parts_fraction(box: Rect, lines: Sequence[_MeasuredLine]) -> bool:
    """Whether short text stands directly above and below a rule that is no wider than that text needs."""
    middle, width = (box[1] + box[3]) / 2, box[2] - box[0]
    has_above = has_below = False
    widest = 0.0
    for text, size in lines:
        if text[0] < box[0] - size or text[2] > box[2] + size:
            continue
        is_above = -0.3 * size <= middle - text[3] <= 0.5 * size
        is_below = -0.3 * size <= text[1] - middle <= 0.5 * size
        has_above, has_below = has_above or is_above, has_below or is_below
        if is_above or is_below:
            widest = max(widest, text[2] - text[0] + size)
    return has_above and has_below and width <= widest


def _lies_under(box: Rect, prose: Sequence[TextGroup]) -> bool:
    """Whether a box no higher than a line lies under words of running text: the square of a number, a highlight."""
    return any(
        box[3] - box[1] <= 2.2 * group.size and intersection_area(group.box, box) > 0.6 * area(box) for group in prose
    )


def _holds_prose(box: Rect, prose: Sequence[TextGroup]) -> bool:
    return any(intersection_area(group.box, box) > 0.6 * area(group.box) for group in prose)


def is_straight(path: VectorPath) -> bool:
    """Whether a path is made of lines along the axes only: what rules, frames and tables are made of."""
    return bool(path.segments) and all(
        segment.kind == "l" and runs_along_axis(segment.points) for segment in path.segments
    )


def is_panel(marks: Sequence[Mark], box: Rect) -> bool:
    """Whether boxes and lines all run along the whole of ``box``: the fill, border and side bar of a text box."""
    width, height = 0.8 * (box[2] - box[0]), 0.8 * (box[3] - box[1])
    return all(
        (is_box(mark.path) or is_straight(mark.path))
        and (mark.box[2] - mark.box[0] >= width or mark.box[3] - mark.box[1] >= height)
        for mark in marks
    )


def rules(marks: Sequence[Mark]) -> Iterator[Rect]:
    """The horizontal edges of straight paths."""
    for mark in marks:
        if is_straight(mark.path):
            for segment in mark.path.segments:
                (ax, ay), (bx, by) = segment.points[0], segment.points[-1]
                if abs(ay - by) <= 0.3 < abs(ax - bx):
                    yield min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def is_bullet(mark: Mark, lines: Sequence[Line], *, em: float) -> bool:
    """Whether a small mark stands directly before a line of text."""
    x0, y0, x1, y1 = mark.box
    if max(x1 - x0, y1 - y0) > 1.2 * em:
        return False
    middle = (y0 + y1) / 2
    return any(
        line.box[1] <= middle <= line.box[3] and 0 <= line.box[0] - x1 <= 1.5 * em for line in lines
    ) and not any(contains_point(line.box, ((x0 + x1) / 2, middle)) for line in lines)
