"""Reading order from geometry alone: a recursive XY-cut that looks for columns first.

After Nagy and Seth 1984, with one change: horizontal bands that share a gutter are read together, column by column, so
that a gap that happens to run through all columns does not cut them.
"""

from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.page import Rect

_OVERLAP: Final = 0.12
"""Boxes may reach over a cut by this share of an em (descenders, italics)."""


def reading_order(boxes: Sequence[Rect], *, em: float) -> list[int]:
    """Indices of ``boxes`` (points, one page) in the order in which they are read.

    Args:
        boxes: of blocks, figures and captions.
        em: the size of the body text, the measure of a gutter.
    """
    return _order(list(range(len(boxes))), boxes, em)


def _order(members: list[int], boxes: Sequence[Rect], em: float) -> list[int]:
    if len(members) <= 1:
        return members
    columns = _split(members, boxes, axis=0, gap=0.7 * em, slack=_OVERLAP * em)
    if len(columns) > 1:
        return [i for column in columns for i in _order(column, boxes, em)]
    bands = _split(members, boxes, axis=1, gap=0.0, slack=0.35 * em)
    if len(bands) == 1:
        return sorted(members, key=lambda i: (round(boxes[i][1] / em), boxes[i][0], boxes[i][1], i))
    return [i for zone in _zones(bands, boxes, em) for i in _order(zone, boxes, em)]


def _split(members: Sequence[int], boxes: Sequence[Rect], *, axis: int, gap: float, slack: float) -> list[list[int]]:
    """Parts of ``members`` with at least ``gap`` of empty space between them along ``axis``."""
    parts: list[list[int]] = []
    reach = float("-inf")
    for i in sorted(members, key=lambda i: (boxes[i][axis], boxes[i][axis + 2], i)):
        low, high = boxes[i][axis] + slack, boxes[i][axis + 2] - slack
        if not parts or low - reach >= gap + (2 * slack if gap else 0.0):
            parts.append([])
        parts[-1].append(i)
        reach = max(reach, high)
    return parts


def _zones(bands: Sequence[list[int]], boxes: Sequence[Rect], em: float) -> list[list[int]]:
    """Bands, those in a row that have a gutter in common put together."""
    zones: list[list[int]] = []
    for band in bands:
        joined = [*zones[-1], *band] if zones else band
        if zones and len(_split(joined, boxes, axis=0, gap=0.7 * em, slack=_OVERLAP * em)) > 1:
            zones[-1] = joined
        else:
            zones.append(list(band))
    return zones
