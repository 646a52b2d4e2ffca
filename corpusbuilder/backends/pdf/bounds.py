"""What is read of a page lies on the page: glyphs over its edge count with the part that a reader sees."""

from collections.abc import Sequence
from dataclasses import replace

from corpusbuilder.records.page import Line, Rect


def within(box: Rect, bounds: Rect) -> Rect:
    """The part of ``box`` inside ``bounds``; for one that lies outside a part of the edge, without area."""
    x0, y0, x1, y1 = bounds
    return (
        min(max(box[0], x0), x1),
        min(max(box[1], y0), y1),
        min(max(box[2], x0), x1),
        min(max(box[3], y0), y1),
    )


def lines_within(lines: Sequence[Line], bounds: Rect) -> tuple[Line, ...]:
    """The lines, with what lies over the edge of the page cut off their boxes. No word is left out."""
    return tuple(line if _holds(bounds, line.box) else _cut(line, bounds) for line in lines)


def _cut(line: Line, bounds: Rect) -> Line:
    words = tuple(replace(word, box=within(word.box, bounds)) for word in line.words)
    return replace(line, words=words, box=within(line.box, bounds))


def _holds(outer: Rect, box: Rect) -> bool:
    return outer[0] <= box[0] and outer[1] <= box[1] and box[2] <= outer[2] and box[3] <= outer[3]
