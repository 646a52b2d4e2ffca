"""Figures whose writing runs up, down or upside down the page, laid level before they are read."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.records.geometry import Affine, apply_affine
from corpusbuilder.records.page import XY, Line, Rect, Segment, VectorPath, Word

_TURNS: Final[Sequence[tuple[int, int]]] = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""Cosine and sine of 0 to 3 quarter turns: whole numbers, so that nothing is lost in turning."""


def quarter_turns(lines: Sequence[Line]) -> int:
    """By how many quarter turns (clockwise, 0 to 3) most letters of a figure stand away from level."""
    letters = [0, 0, 0, 0]
    for line in lines:
        x, y = line.direction
        if math.isfinite(x) and math.isfinite(y):
            letters[round(math.atan2(y, x) / (math.pi / 2)) % 4] += len(line.text)
    return max(range(4), key=lambda turns: (letters[turns], -turns))


def laid_level(
    lines: Sequence[Line], paths: Sequence[VectorPath], pictures: Sequence[Rect], to_pixels: Affine
) -> tuple[Sequence[Line], Sequence[VectorPath], Sequence[Rect], Affine]:
    """A figure turned so that most of its writing is level, and the matrix from there to pixels of its image."""
    turns = quarter_turns(lines)
    if turns == 0:
        return lines, paths, pictures, to_pixels
    cosine, sine = _TURNS[-turns]
    back = _TURNS[turns]
    # Columns of the product: where the unit vectors and the origin of the level figure end up.
    zero = apply_affine(to_pixels, (0, 0))
    right, down = (apply_affine(to_pixels, axis) for axis in (back, (-back[1], back[0])))
    matrix = (right[0] - zero[0], right[1] - zero[1], down[0] - zero[0], down[1] - zero[1], *zero)
    turned = _Turned(cosine, sine)
    boxes = [turned.box(box) for box in pictures]
    return [turned.line(line) for line in lines], [turned.path(path) for path in paths], boxes, matrix


class _Turned:
    """Whatever it is given, turned around the origin."""

    def __init__(self, cosine: int, sine: int) -> None:
        self._cosine, self._sine = cosine, sine

    def point(self, p: XY) -> XY:
        """A point or a direction."""
        return self._cosine * p[0] - self._sine * p[1], self._sine * p[0] + self._cosine * p[1]

    def box(self, box: Rect) -> Rect:
        """The upright box of the turned box."""
        (ax, ay), (bx, by) = self.point(box[:2]), self.point(box[2:])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def line(self, line: Line) -> Line:
        """A line of text with its words."""
        words = tuple(self._word(word) for word in line.words)
        return replace(line, words=words, box=self.box(line.box), direction=self.point(line.direction))

    def _word(self, word: Word) -> Word:
        return replace(word, box=self.box(word.box))

    def path(self, path: VectorPath) -> VectorPath:
        """A painted path."""
        segments = tuple(Segment(s.kind, tuple(self.point(p) for p in s.points)) for s in path.segments)
        return replace(path, segments=segments, box=self.box(path.box))
