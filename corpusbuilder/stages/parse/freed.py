"""Captions that a figure holds, because a coloured pill or the ground of a card ties them to the drawing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.records.geometry import area, contains_point, intersection_area, union
from corpusbuilder.records.page import Line, Rect
from corpusbuilder.stages.parse.labels import number_on_ground, read_label
from corpusbuilder.stages.parse.model import FoundFigure

_LABEL_GAP: Final = 2.0
"""In sizes: the words of a caption begin no further from its label."""


def without_captions(figure: FoundFigure) -> FoundFigure:
    """The figure without a caption above or below all that it draws; its box shrinks to the rest.

    Tables and scans stay as they are, for nothing tells their rules from their ink.
    """
    if figure.is_table or figure.source == "scan":
        return figure
    for first in _beginnings(figure.lines):
        freed = _without(figure, _caption(first, figure.lines))
        if freed is not None:
            return freed
    return figure


def _beginnings(lines: Sequence[Line]) -> list[Line]:
    """The lines that may begin a caption: the two highest and the two lowest, as no other can have all else beyond it.

    Several numbers on coloured grounds are the key of a picture; one alone calls it.
    """
    upright = [line for line in lines if line.direction[0] > 0.9]
    called = [line for line in upright if read_label(line.text)]
    numbered = [line for line in upright if number_on_ground(line)]
    found = sorted(called + numbered[: len(numbered) == 1], key=lambda line: (line.box[1], line.box[0], line.text))
    return found if len(found) <= 4 else found[:2] + found[-2:]


def _caption(first: Line, lines: Sequence[Line]) -> list[Line]:
    """The lines of a caption that begins with ``first``: those on its baseline, and those below in the same type."""
    found = [first]
    rest = sorted((line for line in lines if line is not first), key=lambda line: (line.box[1], line.box[0], line.text))
    beside: list[Line] = []
    below: list[Line] = []
    for line in rest:
        level = abs(line.box[3] - first.box[3]) <= 0.25 * first.size
        (beside if level else below).append(line)
    for line in sorted(beside, key=lambda line: (line.box[0], line.text)):
        if 0 <= line.box[0] - found[-1].box[2] <= _LABEL_GAP * first.size:
            found.append(line)
    fonts = {word.font for line in found for word in line.words}
    edges = [line.box[0] for line in found]
    whole = union([line.box for line in found])
    for line in below:
        if _goes_on(found[-1], whole, line, edges) and line.words[0].font in fonts:
            found.append(line)
            whole = union([whole, line.box])
    return found


def _goes_on(last: Line, whole: Rect, line: Line, edges: Sequence[float]) -> bool:
    size = last.size
    if abs(line.size - size) > 0.03 * size or not -0.5 * size <= line.box[1] - whole[3] <= 0.6 * size:
        return False
    centred = abs(line.box[0] + line.box[2] - whole[0] - whole[2]) <= size
    return centred or any(abs(line.box[0] - edge) <= 0.5 * size for edge in edges)


def _without(figure: FoundFigure, caption: Sequence[Line]) -> FoundFigure | None:
    """The figure without these lines; None when it draws on both sides of them, beside them or nothing else."""
    box, gone = union([line.box for line in caption]), {id(line) for line in caption}
    lines = tuple(line for line in figure.lines if id(line) not in gone)
    paths = tuple(path for path in figure.paths if not _is_ground_of(path.box, box))
    rest = [*(image.box for image in figure.images), *(path.box for path in paths), *(line.box for line in lines)]
    slack = 0.35 * caption[0].size
    if not figure.images and not paths:
        return None
    over = all(other[3] <= box[1] + slack for other in rest)
    if not over and not all(other[1] >= box[3] - slack for other in rest):
        return None
    return replace(figure, lines=lines, paths=paths, box=_clip(union(rest), figure.box))


def _is_ground_of(path: Rect, caption: Rect) -> bool:
    """Whether something drawn is behind a caption: a pill within it, or a card about it."""
    if area(path) > 0 and intersection_area(path, caption) > 0.6 * area(path):
        return True
    return contains_point(path, caption[:2], slack=2) and contains_point(path, caption[2:], slack=2)


def _clip(box: Rect, outer: Rect) -> Rect:
    return max(box[0], outer[0]), max(box[1], outer[1]), min(box[2], outer[2]), min(box[3], outer[3])
