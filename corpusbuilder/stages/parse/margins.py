"""Where lines begin and end in relation to the margins of the column they stand in.

Margins are those of the lines nearby, because text runs round figures; what an indent is, the whole book tells.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.stages.parse.typography import EDGE, Row, Typography

_NEAR: Final = 12
"""So many lines up and down are asked where the left margin is."""
_BESIDE: Final = 5
"""So many lines up and down are asked where the right margin is."""


def is_inset(rows: Sequence[Row], index: int, customs: Typography) -> bool | None:
    """Whether a line begins to the right of its margin by a first-line indent; None when nothing tells.

    Args:
        rows: of a column, top to bottom.
        index: of the line in question.
        customs: of the book.
    """
    if customs.indent is None:
        return _stands_in(rows, index, customs.em)
    row = rows[index]
    slack = max(0.3 * customs.em, customs.tolerance)
    same = 0
    for other in _around(rows, index, _NEAR):
        step = row.left - other.left
        if abs(step) <= slack:
            same += 1
        elif customs.is_indent(step):
            return True
        elif customs.is_indent(-step):
            return False
    return False if same >= 2 and same == min(len(rows) - 1, 2 * _NEAR) else None


def _stands_in(rows: Sequence[Row], index: int, em: float) -> bool | None:
    """By its neighbours alone: further right than the lines above and below, by what an indent can be."""
    if len(rows) == 1:
        return None
    row = rows[index]
    below = rows[index + 1] if index + 1 < len(rows) else None
    if index == 0:
        return None if below is None else 0.6 * em <= row.left - below.left <= 6 * em
    step = row.left - rows[index - 1].left
    if 0.6 * em <= step <= 6 * em:
        return below is None or row.left - below.left >= 0.5 * em
    # The line above may be an indented first line itself: two paragraphs of which one has a single line.
    return abs(step) < 0.2 * em and below is not None and 0.6 * em <= row.left - below.left <= 6 * em


def _around(rows: Sequence[Row], index: int, reach: int) -> Iterator[Row]:
    """The neighbours of a line, nearest first, the one above before the one below."""
    for distance in range(1, reach + 1):
        if index - distance >= 0:
            yield rows[index - distance]
        if index + distance < len(rows):
            yield rows[index + distance]


def is_full(rows: Sequence[Row], index: int, customs: Typography, *, strictly: bool = False) -> bool | None:
    """Whether a line ends where the margin is, so that it says nothing of a paragraph's end; None when nothing tells.

    Args:
        rows: of a column, top to bottom.
        index: of the line in question.
        customs: of the book.
        strictly: tell a justified line that ends right at the margin (True) from one that nearly does (None).
    """
    row = rows[index]
    near = [other.right for other in _around(rows, index, _BESIDE) if _share_margin(row, other, customs)]
    if not near:
        return None
    em, slack = customs.em, max(EDGE * customs.em, customs.tolerance)
    if customs.justified and abs(row.size - em) <= max(0.06, 0.4 * customs.jitter) * em:
        if any(abs(right - row.right) <= slack for right in near[:4]):
            return True
        missing = _edge(near, row.right, slack) - row.right
        if missing > 0.8 * em:
            return False
        return None if strictly and missing > slack else True
    return max(row.right, *near) - row.right < _room(rows, index, em)


def _room(rows: Sequence[Row], index: int, em: float) -> float:
    """What is left free at the end of a ragged line when the next line's first word does not fit."""
    if index + 1 == len(rows):
        return 2.5 * em
    box = rows[index + 1].line.words[0].box
    return max(0.3 * em + box[2] - box[0], em)


def _share_margin(row: Row, other: Row, customs: Typography) -> bool:
    """Whether two lines begin at one margin, either of them perhaps indented."""
    step = abs(row.left - other.left)
    return step <= max(0.3 * customs.em, customs.tolerance) or customs.is_indent(step)


def _edge(near: Sequence[float], right: float, slack: float) -> float:
    """The nearest right edge that two lines share; where none do, the furthest."""
    for place, candidate in enumerate(near):
        if candidate > right and any(abs(candidate - other) <= slack for other in near[place + 1 :]):
            return candidate
    return max(near)
