"""Reading order from geometry alone: a recursive XY-cut that looks for columns first.

After Nagy and Seth 1984, with one change: horizontal bands that share a gutter are read together, column by column, so
that a gap that happens to run through all columns does not cut them. A heading that stands alone in its band heads
everything below it, whatever the columns above. What stands in one box is read in one go, and boxes set side by side in
a row are read before what stands under any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Rect

_GUTTER: Final = 0.4
"""Columns are parted by at least this share of an em; on a page that was scanned a little askew not by more."""
_OVERLAP: Final = 0.12
"""Boxes may reach over a cut by this share of an em (descenders, italics)."""


def reading_order(
    boxes: Sequence[Rect], heads: Sequence[bool], *, em: float, panels: Sequence[Rect | None] | None = None
) -> list[int]:
    """Indices of ``boxes`` (points, one page) in the order in which they are read.

    Args:
        boxes: of blocks, figures and captions.
        heads: which of them are set as headings that may stand over several columns.
        em: the size of the body text, the measure of a gutter.
        panels: the filled or framed box that holds each of them, or None.
    """
    holders = list(panels) if panels else [None] * len(boxes)
    groups: list[list[int]] = []
    within: dict[Rect, list[int]] = {}
    for i in range(len(boxes)):
        panel = holders[i]
        group = within.setdefault(panel, []) if panel else []
        if not group:
            groups.append(group)
        group.append(i)
    outer = _Page(
        [
            union([*(boxes[i] for i in group), *filter(None, [panels[group[0]] if panels else None])])
            for group in groups
        ],
        [all(heads[i] for i in group) for group in groups],
        [holders[group[0]] for group in groups],
        em,
    )
    inner = _Page(boxes, heads, [None] * len(boxes), em)
    return [i for place in outer.order(list(range(len(groups)))) for i in inner.order(groups[place])]


@dataclass(frozen=True, slots=True)
class _Page:
    """What is to be ordered."""

    boxes: Sequence[Rect]
    heads: Sequence[bool]
    panels: Sequence[Rect | None]
    em: float

    def order(self, members: list[int]) -> list[int]:
        """``members`` as they are read."""
        if len(members) <= 1:
            return members
        boxes, em = self.boxes, self.em
        bands = _split(members, boxes, axis=1, gap=0.0, slack=0.35 * em)
        zones = self._zones(bands)
        if len(zones) > 1:
            return [i for zone in zones for i in self.order(zone)]
        columns = _split(members, boxes, axis=0, gap=_GUTTER * em, slack=_OVERLAP * em)
        if len(columns) > 1:
            return [i for column in columns for i in self.order(column)]
        return sorted(members, key=lambda i: (round(boxes[i][1] / em), boxes[i][0], boxes[i][1], i))

    def _zones(self, bands: Sequence[list[int]]) -> list[list[int]]:
        """Bands, those in a row that have a gutter in common put together; a heading over columns begins a zone."""
        zones: list[list[int]] = []
        after_row = False
        for place, band in enumerate(bands):
            joined = [*zones[-1], *band] if zones else band
            columns = _split(joined, self.boxes, axis=0, gap=_GUTTER * self.em, slack=_OVERLAP * self.em)
            is_row = self._is_row_of_panels(band)
            apart = is_row or after_row or _heads_columns(band, columns, bands[place + 1 :], self.boxes, self.heads)
            if zones and len(columns) > 1 and not apart:
                zones[-1] = joined
            else:
                zones.append(list(band))
            after_row = is_row
        return zones

    def _is_row_of_panels(self, band: Sequence[int]) -> bool:
        """Whether a band is boxes side by side that begin and end at the same height: a row of a grid."""
        rects = [rect for i in band if (rect := self.panels[i])]
        if len(rects) < max(2, len(band)):
            return False
        tops, bottoms = [rect[1] for rect in rects], [rect[3] for rect in rects]
        return max(tops) - min(tops) <= 0.5 * self.em and max(bottoms) - min(bottoms) <= 0.5 * self.em


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


def _heads_columns(
    band: Sequence[int],
    columns: Sequence[Sequence[int]],
    below: Sequence[Sequence[int]],
    boxes: Sequence[Rect],
    heads: Sequence[bool],
) -> bool:
    """Whether a band of headings stands alone on the left, with text below it on the other side of the gutter, too.

    A heading that ends up alone because the other column is shorter has none.
    """
    if not (all(heads[i] for i in band) and set(band) <= set(columns[0])):
        return False
    top, bottom = min(boxes[i][1] for i in band), max(boxes[i][3] for i in band)
    everyone = [i for group in (*columns, *below) for i in group if i not in band]
    if any(boxes[i][1] < bottom and boxes[i][3] > top for i in everyone):
        return False
    others = [boxes[i] for column in columns if not set(band) & set(column) for i in column]
    return any(
        min(boxes[i][2], other[2]) > max(boxes[i][0], other[0]) for row in below for i in row for other in others
    )
