"""Recognised lines that run over from one column into the next, cut at the gutter."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line

_NEIGHBOURS: Final = 9.0
"""Lines up to so many line heights away tell where the columns end; farther off, on a page askew, they do not."""
_SLACK: Final = 1.2
"""How far an edge may be from the gap, in line heights: ragged, or askew."""


def cut_at_gutters(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a page, those that cross a gutter cut in two (or more).

    An OCR engine takes two lines on one height for one when the gutter is narrow. A gap between words is a gutter when
    lines above or below end at it and others begin there.
    """
    level = [line for line in lines if line.direction[0] > 0.9]
    return tuple(part for line in lines for part in (_cut(line, level) if line.direction[0] > 0.9 else (line,)))


def _cut(line: Line, lines: Sequence[Line]) -> Iterator[Line]:
    height = line.box[3] - line.box[1]
    middle = (line.box[1] + line.box[3]) / 2
    near = [
        other
        for other in lines
        if other is not line and abs((other.box[1] + other.box[3]) / 2 - middle) <= _NEIGHBOURS * height
    ]
    start = 0
    for place, (left, right) in enumerate(pairwise(line.words), start=1):
        if _is_gutter(left.box[2], right.box[0], line.words[start].box[0], near, height):
            yield _part(line, start, place)
            start = place
    yield line if start == 0 else _part(line, start, len(line.words))


def _is_gutter(end: float, begin: float, start: float, near: Sequence[Line], height: float) -> bool:
    """Whether lines nearby end where a gap begins, others begin where it ends, and hardly one runs across.

    Args:
        end: where the word before the gap ends.
        begin: where the word after it begins.
        start: where the line begins: with the lines of its column, or it is a title over both.
        near: the lines around.
        height: of a line.
    """
    slack = _SLACK * height
    ending = [o.box[2] for o in near if abs(o.box[2] - end) <= slack and abs(o.box[0] - start) <= 2 * slack]
    beginning = [o.box[0] for o in near if abs(o.box[0] - begin) <= slack]
    if len(ending) < 2 or len(beginning) < 2 or len(ending) + len(beginning) < 5:
        return False
    left, right = median(ending), median(beginning)
    across = sum(other.box[0] < left - slack and other.box[2] > right + slack for other in near)
    is_as_wide = begin - end >= 0.6 * (right - left) and end <= left + 0.4 * height and begin >= right - 0.4 * height
    return is_as_wide and across <= 0.5 * min(len(ending), len(beginning))


def _part(line: Line, start: int, end: int) -> Line:
    words = line.words[start:end]
    box = union([word.box for word in words])
    return replace(line, words=words, box=(box[0], line.box[1], box[2], line.box[3]))
