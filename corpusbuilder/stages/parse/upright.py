"""Text that runs up, down or upside down, seen upright: what is known of level lines then holds for it."""

from collections.abc import Sequence
from dataclasses import replace

from corpusbuilder.records.page import XY, Line, Rect


def upright_box(box: Rect, direction: XY) -> Rect:
    """A box in axes along and across a writing direction, which is one of the four along the page's edges."""
    x0, y0, x1, y1 = box
    if direction == (0.0, 1.0):
        return y0, -x1, y1, -x0
    if direction == (0.0, -1.0):
        return -y1, x0, -y0, x1
    return (-x1, -y1, -x0, -y0) if direction == (-1.0, 0.0) else box


def upright_line(line: Line) -> Line:
    """A line as it is seen with its text level; one that runs aslant stays as it is."""
    if line.direction not in ((0.0, 1.0), (0.0, -1.0), (-1.0, 0.0)):
        return line
    words = tuple(replace(word, box=upright_box(word.box, line.direction)) for word in line.words)
    return Line(words, upright_box(line.box, line.direction), block=line.block)


def main_direction(lines: Sequence[Line]) -> XY:
    """The direction in which most of the characters run; level when there are none."""
    weights: dict[XY, int] = {(1.0, 0.0): 0}
    for line in lines:
        weights[line.direction] = weights.get(line.direction, 0) + len(line.text)
    return max(weights, key=lambda direction: (weights[direction], direction))
