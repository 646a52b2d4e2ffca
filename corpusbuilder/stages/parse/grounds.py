"""Grounds: tinted or framed boxes that set text and pictures apart, and bands behind headings. They draw nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from corpusbuilder.records.geometry import area, contains_point, intersection_area
from corpusbuilder.records.page import PlacedImage, RawPage, Rect, VectorPath
from corpusbuilder.stages.parse.boxes import is_box
from corpusbuilder.stages.parse.textgroups import Role, TextGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST: Final = 40
"""Of more boxes on a page only the largest can be grounds: the others are cells or bars."""
_TITLE: Final = 10
"""Characters of the shortest title or caption of a card."""
_NEAR: Final = 2.0
"""Points: what comes closer to a border touches it."""


def find_grounds(page: RawPage, groups: Sequence[TextGroup], *, em: float) -> list[VectorPath]:
    """The boxes of a page that are grounds rather than drawing, largest first.

    A box is a ground when it holds running text, a caption or a heading, or is a card: one of several boxes in one
    style, each with a picture under or over a line of text. Nothing drawn outside touches a card: the boxes of a
    diagram are tied together.

    Args:
        page: with its paths and images; coordinates in points.
        groups: its text; see `group_lines`.
        em: size of the body text in points.
    """
    boxes = [path for path in page.paths if _is_large_box(path, page, em=em)]
    boxes = sorted(boxes, key=lambda path: (-area(path.box), path.box, path.order))[:_MOST]
    if not boxes:
        return []
    drawn = np.array([path.box for path in page.paths] + [image.box for image in page.images], dtype=np.float64)
    text = [group for group in groups if group.role is not Role.LABEL]
    cards = [path for path in boxes if _is_card(path.box, drawn, groups, em=em)]
    return [path for path in boxes if _holds_text(path.box, text) or (path in cards and _has_sibling(path, cards))]


def home_of(box: Rect, grounds: Sequence[VectorPath]) -> int | None:
    """The place in ``grounds`` of the smallest one that holds ``box``; None on the bare page."""
    holding = [
        (area(ground.box), place)
        for place, ground in enumerate(grounds)
        if intersection_area(box, ground.box) >= 0.9 * area(box)
        and contains_point(ground.box, (box[0], box[1]), slack=3)
    ]
    return min(holding)[1] if holding else None


def is_band(image: PlacedImage, page: RawPage, groups: Sequence[TextGroup]) -> bool:
    """Whether an image is a strip of colour behind a heading or a line of text, from side to side."""
    x0, y0, x1, y1 = image.box
    if x1 - x0 < 0.5 * page.width or y1 - y0 > 0.2 * page.height:
        return False
    return _holds_text(image.box, [group for group in groups if group.role in (Role.HEADING, Role.PROSE)])


def _is_large_box(path: VectorPath, page: RawPage, *, em: float) -> bool:
    x0, y0, x1, y1 = path.box
    if x1 - x0 < 8 * em or y1 - y0 < 5 * em or area(path.box) > 0.9 * page.width * page.height:
        return False
    return path.opacity >= 0.04 and bool(path.fill or path.stroke) and is_box(path)


def _holds_text(box: Rect, text: Sequence[TextGroup]) -> bool:
    return any(intersection_area(group.box, box) > 0.6 * area(group.box) for group in text)


def _is_card(box: Rect, drawn: "NDArray[np.float64]", groups: Sequence[TextGroup], *, em: float) -> bool:
    """Whether a picture and a line of text above or below it stand in a box that nothing outside comes near."""
    x0, y0, x1, y1 = box
    left, top, right, bottom = drawn.T
    inside = (left >= x0 - _NEAR) & (top >= y0 - _NEAR) & (right <= x1 + _NEAR) & (bottom <= y1 + _NEAR)
    around = (left <= x0 + _NEAR) & (top <= y0 + _NEAR) & (right >= x1 - _NEAR) & (bottom >= y1 - _NEAR)
    near = (left <= x1 + _NEAR) & (top <= y1 + _NEAR) & (right >= x0 - _NEAR) & (bottom >= y0 - _NEAR)
    if (near & ~inside & ~around).any():
        return False
    picture = drawn[inside & ~around & (bottom - top >= 2 * em)]
    if not len(picture):
        return False
    highest, lowest = picture[:, 1].min(), picture[:, 3].max()
    return any(
        sum(len(line.text) for line in group.lines) >= _TITLE
        and (group.box[3] <= highest + _NEAR or group.box[1] >= lowest - _NEAR)
        and _holds_text(box, [group])
        for group in groups
    )


def _has_sibling(path: VectorPath, cards: Sequence[VectorPath]) -> bool:
    """Whether another box in the same style stands beside it."""
    return any(
        other is not path
        and (other.fill, other.stroke) == (path.fill, path.stroke)
        and intersection_area(other.box, path.box) <= 0.05 * min(area(other.box), area(path.box))
        for other in cards
    )
