"""Puts the parts of a figure together: what no text keeps apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.geometry import area, intersection_area, union
from corpusbuilder.records.page import PlacedImage, Rect
from corpusbuilder.stages.parse.labelling import distance, holds
from corpusbuilder.stages.parse.marks import Mark, is_straight
from corpusbuilder.stages.parse.textgroups import Role, TextGroup

MAX_CLUSTERS: Final = 150
"""More clusters than this on one page are scattered ornament or noise: only the largest are put together."""

Kind: TypeAlias = Literal["drawing", "part", "bullet", "table", "dress"]
"""drawing: a figure or the core of one; part: is none alone, two of them may be; bullet: a bullet or the swatch of a
legend, joins a drawing; dress: rules and panels of text."""


@dataclass(frozen=True, slots=True)
class Cluster:
    kind: Kind
    box: Rect
    marks: tuple[Mark, ...] = ()
    images: tuple[PlacedImage, ...] = ()
    canvas: Rect | None = None


def put_together(clusters: Sequence[Cluster], groups: Sequence[TextGroup], *, em: float) -> list[Cluster]:
    """Puts together what no text keeps apart, nearest first, until nothing more fits."""
    barriers = [group for group in groups if group.role is not Role.LABEL]
    largest = sorted(clusters, key=lambda c: (-area(c.box), c.box))[:MAX_CLUSTERS]
    alive = dict(enumerate(sorted(largest, key=lambda c: c.box)))
    pairs = {
        (distance(a.box, b.box), i, j)
        for i, a in alive.items()
        for j, b in alive.items()
        if i < j and _belong_together(a, b, barriers, em=em)
    }
    while pairs:
        _, i, j = min(pairs)
        alive[i] = merged = _joined(alive[i], alive.pop(j))
        pairs = {pair for pair in pairs if not {i, j} & {pair[1], pair[2]}}
        pairs |= {
            (distance(merged.box, other.box), min(i, k), max(i, k))
            for k, other in alive.items()
            if k != i and _belong_together(merged, other, barriers, em=em)
        }
    return [cluster for cluster in alive.values() if cluster.kind == "drawing" and _draws(cluster)]


def _draws(cluster: Cluster) -> bool:
    """Whether there is more than parallel rules: an image, a shape, or lines in two directions."""
    if cluster.images or any(not is_straight(mark.path) for mark in cluster.marks):
        return True
    return len({mark.box[2] - mark.box[0] >= mark.box[3] - mark.box[1] for mark in cluster.marks}) == 2


def _joined(a: Cluster, b: Cluster) -> Cluster:
    both_parts = a.kind == b.kind == "part" and a.marks and b.marks
    kind: Kind = "drawing" if both_parts or "drawing" in (a.kind, b.kind) else min(a.kind, b.kind)
    canvases = [canvas for canvas in (a.canvas, b.canvas) if canvas]
    return Cluster(
        kind, union([a.box, b.box]), a.marks + b.marks, a.images + b.images, union(canvases) if canvases else None
    )


def _belong_together(a: Cluster, b: Cluster, barriers: Sequence[TextGroup], *, em: float) -> bool:
    gap = distance(a.box, b.box)
    if gap > 0 and gap > _tolerance(a, b, em=em):
        return False
    whole = union([a.box, b.box])
    for group in barriers:
        inside = intersection_area(group.box, whole) > 0.2 * area(group.box)
        if inside and not any(holds(part.box, group) for part in (a, b)):
            return False
    return gap <= 0 or not _captioned_apart(a, b, barriers, em=em)


def _tolerance(a: Cluster, b: Cluster, *, em: float) -> float:
    """How far apart two clusters of one figure may stand, in points."""
    if a.images and b.images:
        return 1.2 * em
    if any(min(part.box[2] - part.box[0], part.box[3] - part.box[1]) < 8 * em for part in (a, b)):
        return 6.0 * em
    shared = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    is_row = shared >= 0.8 * max(part.box[3] - part.box[1] for part in (a, b))
    return 5.0 * em if is_row else 2.0 * em


def _captioned_apart(a: Cluster, b: Cluster, barriers: Sequence[TextGroup], *, em: float) -> bool:
    """Whether the two have a caption each."""
    mine, yours = (_caption_below(part.box, barriers, em=em) for part in (a, b))
    return mine is not None and yours is not None and mine is not yours


def _caption_below(box: Rect, barriers: Sequence[TextGroup], *, em: float) -> TextGroup | None:
    below = [
        group
        for group in barriers
        if group.role is Role.CAPTION
        and -0.5 * em <= group.box[1] - box[3] <= 4 * em
        and min(group.box[2], box[2]) - max(group.box[0], box[0])
        > 0.5 * min(group.box[2] - group.box[0], box[2] - box[0])
    ]
    return min(below, key=lambda group: (group.box[1], group.box[0]), default=None)
