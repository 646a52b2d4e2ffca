"""Takes into figures the labels that stand in, beside and around their drawings.

A label touches its drawing, or is set in a type that running text does not use: the type of the labels inside, or one
that several short lines around the drawing share (layers, axis titles, tick numbers). What stands between a drawing
and its caption belongs to the drawing whatever its type.
"""

import re
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
_FAR: Final = 10.0
"""A label stands at most so many em from its drawing."""


_ENTRY: Final = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\s?[.):=–—-]\s*\w")


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
    def of(cls, groups: Sequence[TextGroup], *, width: float, height: float) -> "Labels":
        """The labels among ``groups`` on a page so many points wide and high."""
        keys = _keys(groups)
        free = tuple(group for group in groups if group.role is Role.LABEL or id(group) in keys)
        barriers = tuple(group for group in groups if group.role is not Role.LABEL and id(group) not in keys)
        fixed = {id(g) for g in free if _is_title(g, barriers) or _is_marginal(g, width, height)}
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
    """How far from a drawing a label set unlike the text may stand, in points. Level with it, margins are wide."""
    return (6.0 if box[1] <= centre(label.box)[1] <= box[3] else 3.0) * min(label.size, em)


def holds(box: Rect, group: TextGroup) -> bool:
    """Whether most of a group lies in ``box``."""
    return intersection_area(box, group.box) > 0.6 * area(group.box)


def with_labels(boxes: Sequence[Rect], still: Sequence[Rect], labels: Labels, *, em: float) -> list[Rect]:
    """The boxes of the drawings of a page, each grown by its labels.

    Args:
        boxes: of the drawings.
        still: boxes of photographs and tables: their labels stand inside them.
        labels: all text of the page; a label goes to the nearest drawing, photograph or table, or to none.
        em: size of the body text in points.
    """
    everything = [*boxes, *still]
    shares: list[list[TextGroup]] = [[] for _ in everything]
    for label in labels.free if boxes else ():
        nearest = min(range(len(everything)), key=lambda i: (distance(everything[i], label.box), i))
        shares[nearest].append(label)
    return [
        _grown(box, shares[i], labels, [*everything[:i], *everything[i + 1 :]], em=em) for i, box in enumerate(boxes)
    ]


def _grown(box: Rect, share: Sequence[TextGroup], labels: Labels, others: Sequence[Rect], *, em: float) -> Rect:
    left = [label for label in share if distance(box, label.box) <= 2 * _FAR * em]
    own = _Own.of(box, left, labels, em=em)
    caption = caption_below(box, labels.barriers, em=em)
    closed = [*(group.box for group in labels.barriers), *others]
    for _ in range(_PASSES):
        before = box
        for label in sorted(left, key=lambda group: (distance(before, group.box), group.box)):
            if _belongs(label, box, caption, labels, own, em=em) and not _swallows(
                union([box, label.box]), box, closed
            ):
                box = union([box, label.box])
        if box == before:
            break
        left = [label for label in left if not holds(box, label)]
    return box


class _Own(NamedTuple):
    """What the labels of one drawing are set in."""

    fonts: frozenset[str]
    """Fonts of the labels in or at the drawing that no running text has."""
    types: frozenset[Type]
    """Types that several labels around it share and no running text has."""
    sure: frozenset[Type]
    """Types of several labels in the drawing: more of them belong to it also from afar."""

    @classmethod
    def of(cls, box: Rect, near: Sequence[TextGroup], labels: Labels, *, em: float) -> "_Own":
        touching = [label for label in near if holds(box, label) or distance(box, label.box) <= 0.6 * label.size]
        around = [
            label
            for label in near
            if labels.is_alien(label) and distance(box, label.box) <= reach_of(box, label, em=em)
        ]
        fonts = {label.lines[0].words[0].font for label in touching} - labels.foreign_fonts
        inside = Counter(type_of(label) for label in touching)
        types = {kind for kind, count in Counter(map(type_of, around)).items() if count >= 2} | set(inside)
        sure = {kind for kind, count in inside.items() if count >= 2}
        foreign = labels.foreign_types
        return cls(frozenset(fonts), frozenset(types - foreign), frozenset(sure - foreign))

    def reach(self, box: Rect, label: TextGroup, labels: Labels, *, em: float) -> float:
        """How far from the drawing this label may stand, in points."""
        is_level = box[1] <= centre(label.box)[1] <= box[3]
        kind = type_of(label)
        if kind in self.sure:
            return (_FAR if is_level else 0.5 * _FAR) * em
        is_turned = label.lines[0].direction[0] < 0.9 and is_level
        if kind.font in self.fonts or is_turned or (kind in self.types and labels.is_alien(label)):
            return reach_of(box, label, em=em)
        return 0.0


def _belongs(label: TextGroup, box: Rect, caption: TextGroup | None, labels: Labels, own: _Own, *, em: float) -> bool:
    """Whether a label stands near enough to a drawing, or between it and its caption."""
    gap = distance(box, label.box)
    if gap <= 0.5 * min(label.size, em):
        return True
    if id(label) in labels.fixed:
        return False
    if caption is not None and box[3] <= centre(label.box)[1] <= caption.box[1]:
        return shared(label.box, union([box, caption.box]), axis=0) >= 0.9
    return gap <= own.reach(box, label, labels, em=em)


def caption_below(box: Rect, barriers: Sequence[TextGroup], *, em: float) -> TextGroup | None:
    """The caption some lines below a box and in its width, if at most labels stand between."""
    below = [
        group
        for group in barriers
        if -0.5 * em <= group.box[1] - box[3] <= 8 * em and shared(group.box, box, axis=0) > 0.5
    ]
    nearest = min(below, key=lambda group: (group.box[1], group.box[0]), default=None)
    return nearest if nearest is not None and nearest.role is Role.CAPTION else None


def _keys(groups: Sequence[TextGroup]) -> set[int]:
    """Identities of what reads like prose and is the key to a figure: numbered lines in the type of its labels."""
    numbered = {id(g) for g in groups if g.role is Role.PROSE and _is_numbered(g)}
    text = {type_of(g) for g in groups if g.role is not Role.LABEL and id(g) not in numbered}
    labels = Counter(type_of(g) for g in groups if g.role is Role.LABEL)
    return {id(g) for g in groups if id(g) in numbered and labels[type_of(g)] >= 2 and type_of(g) not in text}


def _is_numbered(group: TextGroup) -> bool:
    """Whether most lines are short entries that begin with a number or letter: "3. Magma chamber"."""
    entries = [line for line in group.lines if _ENTRY.match(line.text) and len(line.words) <= 8]
    return len(entries) >= 0.6 * len(group.lines)


def _is_title(label: TextGroup, barriers: Sequence[TextGroup]) -> bool:
    """Whether prose begins directly below, at the same edge."""
    return any(
        group.role is Role.PROSE
        and -0.3 * label.size <= group.box[1] - label.box[3] <= 1.2 * label.size
        and abs(group.box[0] - label.box[0]) <= 1.5 * label.size
        for group in barriers
    )


def _is_marginal(label: TextGroup, width: float, height: float) -> bool:
    """Whether a label stands where running heads and folios do, or, turned, the tab of a chapter."""
    x = centre(label.box)[0]
    is_turned = label.lines[0].direction[0] < 0.9
    return in_margin(label.box, height) or (is_turned and not _MARGIN * width <= x <= (1 - _MARGIN) * width)


def in_margin(box: Rect, height: float) -> bool:
    """Whether a box stands at the top or foot of a page, where running heads, folios and logos do."""
    return not _MARGIN * height <= centre(box)[1] <= (1 - _MARGIN) * height


def _swallows(whole: Rect, part: Rect, closed: Sequence[Rect]) -> bool:
    """Whether growing ``part`` to ``whole`` takes in prose, a caption, a heading or another figure."""
    return any(intersection_area(other, whole) > intersection_area(other, part) + 0.1 * area(other) for other in closed)
