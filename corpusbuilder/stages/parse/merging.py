"""Puts the parts of a figure together: what stands near, under one caption, or round the same words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.geometry import area, union
from corpusbuilder.records.page import PlacedImage, Rect
from corpusbuilder.stages.parse.labelling import Labels, caption_below
from corpusbuilder.stages.parse.marks import Mark, is_straight
from corpusbuilder.stages.parse.spacing import distance, shared
from corpusbuilder.stages.parse.textgroups import TextGroup

MAX_CLUSTERS: Final = 150
"""More clusters than this on one page are scattered ornament or noise: only the largest are put together."""

_NEAR_WORDS: Final = 6.0
"""An arrow stands at most so many sizes of a word's type from the word that it comes from or points to."""

Kind: TypeAlias = Literal["drawing", "part", "bullet", "table", "dress"]
"""drawing: a figure or the core of one; part: is none alone, two of them may be; bullet: a bullet or the swatch of a
legend, joins a drawing; dress: rules and panels of text."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Marks and images that touch, or belong together."""

    kind: Kind
    box: Rect
    marks: tuple[Mark, ...] = ()
    images: tuple[PlacedImage, ...] = ()
    canvas: Rect | None = None
    pieces: tuple[Rect, ...] = ()
    """Boxes of the drawings it was put together from; empty for one."""
    home: int | None = None
    """The ground on which it stands; None on the bare page."""


def put_together(clusters: Sequence[Cluster], labels: Labels, *, em: float) -> list[Cluster]:
    """The drawings that the clusters of a page make."""
    largest = sorted(clusters, key=lambda c: (-area(c.box), c.box))[:MAX_CLUSTERS]
    alive = _merged(sorted(largest, key=lambda c: c.box), labels, em=em)
    alive = _bridged(alive, labels, em=em)
    return [cluster for cluster in alive if cluster.kind == "drawing" and _draws(cluster)]


def _merged(clusters: Sequence[Cluster], labels: Labels, *, em: float) -> list[Cluster]:
    """Nearest first, until nothing more fits."""
    alive = dict(enumerate(clusters))
    pairs = {
        (distance(a.box, b.box), i, j)
        for i, a in alive.items()
        for j, b in alive.items()
        if i < j and _belong_together(a, b, labels, em=em)
    }
    while pairs:
        _, i, j = min(pairs)
        alive[i] = merged = _joined(alive[i], alive.pop(j))
        pairs = {pair for pair in pairs if not {i, j} & {pair[1], pair[2]}}
        pairs |= {
            (distance(merged.box, other.box), min(i, k), max(i, k))
            for k, other in alive.items()
            if k != i and _belong_together(merged, other, labels, em=em)
        }
    return list(alive.values())


def _bridged(clusters: Sequence[Cluster], labels: Labels, *, em: float) -> list[Cluster]:
    """Arrows that stand about the same words are one drawing: the words are what they join."""
    loose = [cluster for cluster in clusters if _is_loose(cluster, em=em)]
    others = [cluster for cluster in clusters if not _is_loose(cluster, em=em)]
    for label in labels.free if len(loose) >= 2 else ():
        if not labels.is_alien(label):
            continue
        about = [cluster for cluster in loose if _is_about(cluster, label, labels)]
        for other in about[1:]:
            if _are_one_about(about[0], other, label, labels, em=em):
                loose = [cluster for cluster in loose if cluster is not about[0] and cluster is not other]
                about[0] = _joined(about[0], other)
                loose.append(about[0])
    return sorted([*loose, *others], key=lambda cluster: cluster.box)


def _are_one_about(a: Cluster, b: Cluster, label: TextGroup, labels: Labels, *, em: float) -> bool:
    if a.home != b.home:
        return False
    whole = union([a.box, b.box, label.box])
    return not labels.parts(whole, (a.box, b.box)) and not _captioned_apart(a, b, labels, em=em)


def _is_loose(cluster: Cluster, *, em: float) -> bool:
    """Whether a cluster is made of small strokes only, as arrows are: nothing frames or fills a picture."""
    return not cluster.images and all(
        max(mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]) <= 12 * em for mark in cluster.marks
    )


def _is_about(cluster: Cluster, label: TextGroup, labels: Labels) -> bool:
    near = distance(cluster.box, label.box) <= _NEAR_WORDS * label.size
    return near and not labels.parts(union([cluster.box, label.box]), (cluster.box,))


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
        kind,
        union([a.box, b.box]),
        a.marks + b.marks,
        a.images + b.images,
        union(canvases) if canvases else None,
        tuple(piece for part in (a, b) if part.kind == "drawing" for piece in part.pieces or (part.box,)),
        a.home,
    )


def _belong_together(a: Cluster, b: Cluster, labels: Labels, *, em: float) -> bool:
    if a.home != b.home:
        return False
    gap = distance(a.box, b.box)
    is_near = gap <= 0 or gap <= _tolerance(a, b, em=em)
    if not is_near and not _captioned_as_one(a, b, labels, em=em):
        return False
    if labels.parts(union([a.box, b.box]), (a.box, b.box)):
        return False
    return gap <= 0 or not _captioned_apart(a, b, labels, em=em)


def _tolerance(a: Cluster, b: Cluster, *, em: float) -> float:
    """How far apart two clusters of one figure may stand, in points."""
    if a.images and b.images:
        return 1.2 * em
    if any(min(part.box[2] - part.box[0], part.box[3] - part.box[1]) < 8 * em for part in (a, b)):
        return 6.0 * em
    common = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    is_row = common >= 0.8 * max(part.box[3] - part.box[1] for part in (a, b))
    return 5.0 * em if is_row else 2.0 * em


def _captioned_as_one(a: Cluster, b: Cluster, labels: Labels, *, em: float) -> bool:
    """Whether one caption runs below both, which stand side by side."""
    if a.kind != "drawing" or b.kind != "drawing" or shared(a.box, b.box, axis=1) < 0.5:
        return False
    mine, yours = (caption_below(part.box, labels.barriers, em=em) for part in (a, b))
    return mine is not None and mine is yours


def _captioned_apart(a: Cluster, b: Cluster, labels: Labels, *, em: float) -> bool:
    """Whether the two have a caption each."""
    mine, yours = (caption_below(part.box, labels.barriers, em=em) for part in (a, b))
    return mine is not None and yours is not None and mine is not yours
