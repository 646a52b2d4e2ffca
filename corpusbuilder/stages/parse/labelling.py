"""Takes into a figure the labels that stand in, beside and around its drawing."""

from collections.abc import Sequence

from corpusbuilder.records.geometry import area, centre, intersection_area, union
from corpusbuilder.records.page import Rect
from corpusbuilder.stages.parse.textgroups import Role, TextGroup


def share_labels(boxes: Sequence[Rect], groups: Sequence[TextGroup]) -> list[list[TextGroup]]:
    """The groups of text for each drawing: labels go to the nearest one, all else is in everybody's way."""
    shares: list[list[TextGroup]] = [[] for _ in boxes]
    for group in groups:
        if group.role is Role.LABEL and boxes:
            nearest = min(range(len(boxes)), key=lambda i: (distance(boxes[i], group.box), i))
            shares[nearest].append(group)
        else:
            for share in shares:
                share.append(group)
    return shares


def with_labels(box: Rect, groups: Sequence[TextGroup], *, em: float) -> Rect:
    """``box`` grown by the labels that touch it or stand beside it; farther ones must be in the figure's own font."""
    left = [group for group in groups if group.role is Role.LABEL]
    foreign = {_font(group) for group in groups if group.role is not Role.LABEL}
    own = {
        _font(label) for label in left if holds(box, label) or distance(box, label.box) <= 0.6 * label.size
    } - foreign
    while True:
        near = (g for g in left if distance(box, g.box) <= _label_reach(box, g, is_own=_font(g) in own, em=em))
        label = next((g for g in near if not _swallows(union([box, g.box]), box, groups)), None)
        if label is None:
            return box
        box = union([box, label.box])
        left = [group for group in left if group is not label]


def _label_reach(box: Rect, label: TextGroup, *, is_own: bool, em: float) -> float:
    """How far from the drawing a label may stand, in points. Level with it, figures have wide margins."""
    size = min(label.size, em)
    if not is_own:
        return 0.5 * size
    return (6.0 if box[1] <= centre(label.box)[1] <= box[3] else 3.0) * size


def _font(group: TextGroup) -> str:
    return group.lines[0].words[0].font


def _swallows(whole: Rect, part: Rect, groups: Sequence[TextGroup]) -> bool:
    """Whether growing ``part`` to ``whole`` takes in prose, a caption or a heading."""
    return any(
        intersection_area(group.box, whole) > intersection_area(group.box, part) + 0.1 * area(group.box)
        for group in groups
        if group.role is not Role.LABEL
    )


def holds(box: Rect, group: TextGroup) -> bool:
    return intersection_area(box, group.box) > 0.6 * area(group.box)


def distance(a: Rect, b: Rect) -> float:
    """Distance between two boxes along the axis where they are farther apart; 0 when they touch."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)
