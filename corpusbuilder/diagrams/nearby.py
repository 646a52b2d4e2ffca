"""Which boxes lie near a place, without looking at all of them."""

import math
from collections.abc import Sequence
from typing import Final

from corpusbuilder.diagrams.plane import box_gap
from corpusbuilder.records.page import XY, Rect

_MOST_CELLS: Final = 400
"""A question that covers more cells than this looks at all boxes of the level."""


class BoxIndex:
    """Boxes in grids of several widths, each box in a grid whose cells are about its own size."""

    def __init__(self, boxes: Sequence[Rect]) -> None:
        self._boxes = boxes
        self._levels: dict[int, dict[tuple[int, int], list[int]]] = {}
        for k, (x0, y0, x1, y1) in enumerate(boxes):
            level = math.frexp(max(x1 - x0, y1 - y0, 1e-3))[1]
            cells = self._levels.setdefault(level, {})
            size = math.ldexp(1.0, level)
            for column in range(math.floor(x0 / size), math.floor(x1 / size) + 1):
                for row in range(math.floor(y0 / size), math.floor(y1 / size) + 1):
                    cells.setdefault((column, row), []).append(k)

    def near(self, box: Rect, reach: float = 0.0, *, most: int | None = None) -> list[int]:
        """Indices of the boxes that are at most ``reach`` away from ``box``, in order; none when more than ``most``."""
        found: set[int] = set()
        x0, y0, x1, y1 = box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach
        for level, cells in self._levels.items():
            size = math.ldexp(1.0, level)
            columns = range(math.floor(x0 / size), math.floor(x1 / size) + 1)
            rows = range(math.floor(y0 / size), math.floor(y1 / size) + 1)
            if len(columns) * len(rows) > min(_MOST_CELLS, len(cells)):
                for members in cells.values():
                    found.update(members)
            else:
                for column in columns:
                    for row in rows:
                        found.update(cells.get((column, row), ()))
        near: list[int] = []
        boxes = self._boxes
        for k in found:
            left, top, right, bottom = boxes[k]
            if left > x1 or right < x0 or top > y1 or bottom < y0 or box_gap(boxes[k], box) > reach:
                continue
            near.append(k)
            if most is not None and len(near) > most:
                return []
        return sorted(near)

    def at(self, point: XY, reach: float = 0.0, *, most: int | None = None) -> list[int]:
        """Indices of the boxes that are at most ``reach`` away from ``point``; see `near`."""
        return self.near((*point, *point), reach, most=most)
