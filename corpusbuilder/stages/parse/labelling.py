"""Takes into figures the labels that stand in, beside and around their drawings.

A label touches its drawing, or is set in a type that running text does not use: the type of the labels inside, or one
that several short lines around the drawing share (layers, axis titles, tick numbers). What stands between a drawing
and its caption belongs to the drawing whatever its type.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from corpusbuilder.records.geometry import area, centre, intersection_area, union
from corpusbuilder.records.page import Rect
from corpusbuilder.stages.parse.spacing import distance, shared
from corpusbuilder.stages.parse.textgroups import Role, TextGroup

_PASSES: Final = 6
"""So many rounds of growing reach every label that hangs on another."""
_MARGIN: Final = 0.07
"""The outer part of a page's height, at either end, where running heads and folios stand."""


class Type(NamedTuple):
    """How a label is set."""

    font: str
    half_points: int
    bold: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The text of a page as its figures see it."""

    free: tuple[TextGroup, ...]
    """Short text that may belong to a figure."""
    barriers: tuple[TextGroup, ...]
    """Prose, captions and headings: no figure takes them in."""
    foreign_fonts: frozenset[str]
    foreign_types: frozenset[Type]
    """What the barriers are set in."""
    fixed: frozenset[int]
    """Identities of free groups that belong to the text: titles of what follows, running heads and folios."""

    @classmethod
    def of(cls, groups: Sequence[TextGroup], *, height: float) -> "Labels":
        """The labels among ``groups`` on a page so many points high."""
        free = tuple(group for group in groups if group.role is Role.LABEL)
        barriers = tuple(group for group in groups if group.role is not Role.LABEL)
        fixed = {id(g) for g in free if _is_title(g, barriers) or _is_marginal(g, height)}
        fonts = {group.lines[0].words[0].font for group in barriers}
        return cls(free, barriers, frozenset(fonts), frozenset(type_of(g) for g in barriers), frozenset(fixed))

    def is_alien(self, label: TextGroup) -> bool:
        """Whether a short label is set unlike all running text of the page, and is no title or running head."""
        is_short = len(label.lines) <= 3 and sum(len(line.text) for line in label.lines) <= 60
        return is_short and id(label) not in self.fixed and type_of(label) not in self.foreign_types

    def parts(self, whole: Rect, boxes: Sequence[Rect]) -> bool:
        """Whether some prose, caption or heading lies in ``whole`` and in none of ``boxes``."""
        for group in self.barriers:
            inside = intersection_area(group.box, whole) > 0.2 * area(group.box)
            if inside and not any(holds(box, group) for box in boxes):
                return True
        return False


def type_of(group: TextGroup) -> Type:
    """How the first word of a group is set."""
    word = group.lines[0].words[0]
    return Type(word.font, round(2 * word.size), word.bold)


def reach_of(box: Rect, label: TextGroup, *, em: float) -> float:
    """How far from the drawing a label in its own type may stand, in points. Level with it, margins are wide."""
    return (6.0 if box[1] <= centre(label.box)[1] <= box[3] else 3.0) * min(label.size, em)


def holds(box: Rect, group: TextGroup) -> bool:
    """Whether most of a group lies in ``box``."""
    return intersection_area(box, group.box) > 0.6 * area(group.box)


def with_labels(boxes: Sequence[Rect], labels: Labels, *, em: float) -> list[Rect]:
    """The boxes of the drawings of a page, each grown by its labels.

    Args:
        boxes: of the drawings; what is no drawing (a photograph, a table) has no labels beside it.
        labels: all text of the page; a label goes to the nearest drawing, or to none.
        em: size of the body text in points.
    """
    shares: list[list[TextGroup]] = [[] for _ in boxes]
    for label in labels.free if boxes else ():
        nearest = min(range(len(boxes)), key=lambda i: (distance(boxes[i], label.box), i))
        shares[nearest].append(label)
    return [_grown(box, share, labels, em=em) for box, share in zip(boxes, shares, strict=True)]


def _grown(box: Rect, share: Sequence[TextGroup], labels: Labels, *, em: float) -> Rect:
    near = [label for label in share if distance(box, label.box) <= 8 * em]
    own_fonts, own_types = _own(box, near, labels, em=em)
    caption = caption_below(box, labels.barriers, em=em)
    for _ in range(_PASSES):
        grown = box
        for label in sorted(near, key=lambda group: (distance(grown, group.box), group.box)):
            is_own = label.lines[0].words[0].font in own_fonts or (
                type_of(label) in own_types and labels.is_alien(label)
            )
            if _belongs(label, grown, caption, is_own=is_own, em=em, labels=labels) and not _swallows(
                union([grown, label.box]), grown, labels.barriers
            ):
                grown = union([grown, label.box])
        if grown == box:
            break
        box = grown
    return box


def _own(box: Rect, near: Sequence[TextGroup], labels: Labels, *, em: float) -> tuple[frozenset[str], frozenset[Type]]:
    """Fonts of the labels in or at the drawing that no running text has, and types that several labels around share."""
    touching = [label for label in near if holds(box, label) or distance(box, label.box) <= 0.6 * label.size]
    fonts = {label.lines[0].words[0].font for label in touching} - labels.foreign_fonts
    types = Counter(
        type_of(label)
        for label in near
        if labels.is_alien(label) and distance(box, label.box) <= reach_of(box, label, em=em)
    )
    own = {kind for kind, count in types.items() if count >= 2} | {type_of(label) for label in touching}
    return frozenset(fonts), frozenset(own - labels.foreign_types)


def _belongs(
    label: TextGroup, box: Rect, caption: TextGroup | None, *, is_own: bool, em: float, labels: Labels
) -> bool:
    """Whether a label stands near enough to a drawing."""
    gap = distance(box, label.box)
    if gap <= 0.5 * min(label.size, em):
        return True
    if id(label) in labels.fixed:
        return False
    if caption is not None and box[3] <= centre(label.box)[1] <= caption.box[1]:
        return shared(label.box, box, axis=0) >= 0.5
    is_turned = label.lines[0].direction[0] < 0.9 and box[1] <= centre(label.box)[1] <= box[3]
    return (is_own or is_turned) and gap <= reach_of(box, label, em=em)


def caption_below(box: Rect, groups: Sequence[TextGroup], *, em: float) -> TextGroup | None:
    """The nearest caption a few lines below a box, and in its width."""
    below = [
        group
        for group in groups
        if group.role is Role.CAPTION
        and -0.5 * em <= group.box[1] - box[3] <= 5 * em
        and shared(group.box, box, axis=0) > 0.5
    ]
    return min(below, key=lambda group: (group.box[1], group.box[0]), default=None)


def _is_title(label: TextGroup, barriers: Sequence[TextGroup]) -> bool:
    """Whether prose begins directly below, at the same edge."""
    return any(
        group.role is Role.PROSE
        and -0.3 * label.size <= group.box[1] - label.box[3] <= 1.2 * label.size
        and abs(group.box[0] - label.box[0]) <= 1.5 * label.size
        for group in barriers
    )


def _is_marginal(label: TextGroup, height: float) -> bool:
    return not _MARGIN * height <= centre(label.box)[1] <= (1 - _MARGIN) * height


def _swallows(whole: Rect, part: Rect, barriers: Sequence[TextGroup]) -> bool:
    """Whether growing ``part`` to ``whole`` takes in prose, a caption or a heading."""
    return any(
        intersection_area(group.box, whole) > intersection_area(group.box, part) + 0.1 * area(group.box)
        for group in barriers
    )
