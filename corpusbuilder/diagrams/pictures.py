"""Raster pictures that are placed among the paths and labels of a figure."""

from collections.abc import Sequence
from typing import Final

from corpusbuilder.diagrams.plane import box_gap
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import area, union
from corpusbuilder.records.page import Rect

MOST: Final = 60
"""A figure of more pictures than this is a mosaic."""
LARGEST: Final = 0.8
"""A picture that covers more of the figure than this is the figure, and no part of it."""


def find_pictures(boxes: Sequence[Rect], whole: Rect) -> list[Track]:
    """The pictures of a figure as rectangles, in an order that follows from geometry; slices of one are put together.

    Args:
        boxes: where pictures are placed.
        whole: the box of the figure.
    """
    known = sorted({box for box in boxes if area(box) > 0})
    if len(known) > MOST:
        return []
    return [_rectangle(box) for box in _put_together(known) if area(box) <= LARGEST * area(whole)]


def _put_together(boxes: Sequence[Rect]) -> list[Rect]:
    """Boxes, those that share a whole side as one: programs cut pictures into strips."""
    done: list[Rect] = []
    for box in boxes:
        here = box
        while True:
            mate = next((other for other in done if _are_slices(here, other)), None)
            if mate is None:
                break
            done.remove(mate)
            here = union([here, mate])
        done.append(here)
    return sorted(done)


def _are_slices(one: Rect, other: Rect) -> bool:
    slack = 0.01 * max(one[2] - one[0], one[3] - one[1], other[2] - other[0], other[3] - other[1])
    flush = any(max(abs(one[k] - other[k]), abs(one[k + 2] - other[k + 2])) <= slack for k in (0, 1))
    return flush and box_gap(one, other) <= slack and area(union([one, other])) <= 1.05 * (area(one) + area(other))


def _rectangle(box: Rect) -> Track:
    x0, y0, x1, y1 = box
    ring = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Track(ring, ring, True, False, box, None, None, 0.0, False)  # noqa: FBT003 - a rectangle without ink
