"""Parts of one picture put together, and its labels taken in, where no font tells a label from the text around it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area, union
from corpusbuilder.records.page import Line, Rect
from corpusbuilder.stages.parse.labels import read_label
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.spacing import distance, shared
from corpusbuilder.stages.parse.textgroups import TextGroup, group_lines

_APART: Final = 4.0
"""Parts of one picture stand at most so many em apart."""
_LABEL_REACH: Final = 2.2
"""A label stands at most so many em from the drawing."""


def running_text(lines: Sequence[Line], *, em: float) -> list[Line]:
    """The lines that are running text rather than labels: of some words, and wide."""
    return [line for line in lines if len(line.words) >= 4 and line.box[2] - line.box[0] >= 12 * em]


def put_together(figures: Sequence[FoundFigure], lines: Sequence[Line], *, em: float) -> list[FoundFigure]:
    """The figures of a scanned page, top to bottom: near ones that no text parts are one, with the labels beside them.

    Args:
        figures: as the ink alone gives them; tables stay as they are.
        lines: all of the page.
        em: size of the page's ordinary text in points.
    """
    text = _Text.of(lines, em=em)
    alive = [figure for figure in figures if not figure.is_table]
    tables = [figure for figure in figures if figure.is_table]
    while pair := _nearest_pair(alive, text, em=em):
        a, b = alive[pair[0]], alive[pair[1]]
        alive = [figure for k, figure in enumerate(alive) if k not in pair]
        alive.append(replace(a, box=union([a.box, b.box]), paths=a.paths + b.paths))
    boxes = [figure.box for figure in alive]
    grown = []
    for place, figure in enumerate(alive):
        mine = [line for line in text.short if _nearest(line, boxes) == place]
        others = [f.box for f in (*alive, *tables) if f is not figure]
        grown.append(_with_labels(figure, text._replace(short=mine), others, em=em))
    return sorted(grown + tables, key=lambda figure: (figure.box[1], figure.box[0], figure.box))


class _Text(NamedTuple):
    barriers: list[Line]
    """Running text and captions: no picture holds them."""
    captions: list[Line]
    """First lines of captions that name themselves."""
    short: list[Line]
    """All others: labels, or headings."""
    numbers: set[int]
    """Identities of the lines that are the number of a figure and nothing else."""

    @classmethod
    def of(cls, lines: Sequence[Line], *, em: float) -> "_Text":
        # A number alone, "Fig. 12.", is engraved in the picture; a caption says more.
        alone = {id(line) for line in lines if (label := read_label(line.text)) and label.end >= len(line.text)}
        captioning = {id(line) for group in group_lines(lines, body_size=em) for line in _caption_in(group, alone)}
        prose = running_text(lines, em=em)
        paragraphs = [line for line in prose if id(line) not in captioning]
        running = {id(line) for line in prose} | {id(line) for line in lines if _goes_with(line, paragraphs, em=em)}
        barriers = [line for line in lines if id(line) in running | captioning]
        return cls(
            barriers,
            [line for line in lines if read_label(line.text) and id(line) in captioning],
            [line for line in lines if id(line) not in running | captioning],
            alone,
        )


def _goes_with(line: Line, prose: Sequence[Line], *, em: float) -> bool:
    """Whether a short line is the first or last of a paragraph: right above or below running text, within its width."""
    return any(
        -0.5 * em <= max(line.box[1] - other.box[3], other.box[1] - line.box[3]) <= 0.6 * em
        and line.box[0] >= other.box[0] - 2 * em
        and line.box[2] <= other.box[2] + 2 * em
        and (abs(line.box[0] - other.box[0]) <= 2.5 * em or abs(line.box[2] - other.box[2]) <= em)
        for other in prose
    )


def _caption_in(group: TextGroup, alone: set[int]) -> Sequence[Line]:
    """The lines of a group from the one on with which a caption begins; labels may stand directly above it."""
    for place, line in enumerate(group.lines):
        if read_label(line.text):
            return () if len(group.lines) == 1 and id(line) in alone else group.lines[place:]
    return ()


def _nearest_pair(figures: Sequence[FoundFigure], text: _Text, *, em: float) -> tuple[int, int] | None:
    """The two parts of one picture that stand nearest to one another."""
    pairs = [
        (distance(a.box, b.box), i, j)
        for i, a in enumerate(figures)
        for j, b in enumerate(figures[i + 1 :], start=i + 1)
        if _are_one(a.box, b.box, text, em=em)
    ]
    return min(pairs)[1:] if pairs else None


def _are_one(a: Rect, b: Rect, text: _Text, *, em: float) -> bool:
    """Whether two parts stand side by side or one over the other, no text between, near or under one caption."""
    if max(shared(a, b, axis=0), shared(a, b, axis=1)) < 0.5:
        return False
    whole = union([a, b])
    if any(_is_between(line.box, whole, (a, b)) for line in text.barriers):
        return False
    mine, yours = (_caption_of(box, text.captions, em=em) for box in (a, b))
    if mine is None or yours is None:
        return distance(a, b) <= _APART * em
    return mine is yours


def _is_between(line: Rect, whole: Rect, parts: Sequence[Rect]) -> bool:
    inside = intersection_area(line, whole) > 0.2 * area(line)
    return inside and not any(intersection_area(line, part) > 0.6 * area(line) for part in parts)


def _caption_of(box: Rect, captions: Sequence[Line], *, em: float) -> Line | None:
    """The nearest line below that begins a caption, within a few lines."""
    below = [
        line
        for line in captions
        if -0.5 * em <= line.box[1] - box[3] <= 6 * em and shared(line.box, box, axis=0) >= 0.5
    ]
    return min(below, key=lambda line: (line.box[1], line.box[0]), default=None)


def _nearest(line: Line, boxes: Sequence[Rect]) -> int:
    """The place of the picture that a line stands nearest to."""
    return min(range(len(boxes)), key=lambda place: (distance(boxes[place], line.box), place))


def _with_labels(figure: FoundFigure, text: _Text, others: Sequence[Rect], *, em: float) -> FoundFigure:
    """The figure grown by short lines beside it, and by those between it and its caption."""
    box = figure.box
    caption = _caption_of(box, text.captions, em=em)
    left = list(text.short)
    while True:
        label = next(
            (line for line in left if _is_label(line, box, caption, text, em=em) and _is_free(line, box, text, others)),
            None,
        )
        if label is None:
            break
        box = union([box, label.box])
        left = [line for line in left if line is not label]
    inside = tuple(line for line in text.short if contains_point(box, centre(line.box)))
    return replace(figure, box=box, lines=inside)


def _is_label(line: Line, box: Rect, caption: Line | None, text: _Text, *, em: float) -> bool:
    if contains_point(box, centre(line.box)):
        return line.box != box and intersection_area(line.box, box) < 0.999 * area(line.box)
    is_level = box[1] <= centre(line.box)[1] <= box[3]
    if is_level:
        return distance(box, line.box) <= _LABEL_REACH * em
    if id(line) in text.numbers:
        return distance(box, line.box) <= 1.5 * _LABEL_REACH * em
    is_above_caption = caption is not None and box[3] <= centre(line.box)[1] <= caption.box[1]
    return is_above_caption and shared(line.box, box, axis=0) >= 0.5


def _is_free(line: Line, box: Rect, text: _Text, others: Sequence[Rect]) -> bool:
    """Whether a figure may take a line in without swallowing text or another figure."""
    whole = union([box, line.box])
    taken = [barrier.box for barrier in text.barriers]
    return not any(
        intersection_area(other, whole) > intersection_area(other, box) + 0.25 * area(other)
        for other in [*taken, *others]
    )
