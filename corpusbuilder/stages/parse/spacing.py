"""How boxes stand to one another on a page."""

from typing import Literal

from corpusbuilder.records.page import Rect


def distance(a: Rect, b: Rect) -> float:
    """Distance between two boxes along the axis where they are farther apart; 0 when they touch."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)


def shared(a: Rect, b: Rect, *, axis: Literal[0, 1]) -> float:
    """The part of the shorter extent along an axis (0: across, 1: down) that both share, 0 to 1."""
    shorter = min(a[axis + 2] - a[axis], b[axis + 2] - b[axis])
    common = min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])
    return max(common / shorter, 0.0) if shorter > 0 else 0.0
