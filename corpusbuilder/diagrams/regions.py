"""Closed shapes that are parts of the picture, and what names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.plane import inside, off_ring, within
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import centre, iou
from corpusbuilder.records.page import XY

LEAST_EM: Final = 0.7
"""Smaller shapes are ornaments."""
Link = Literal["leader", "number", "inside", "legend"]


@dataclass(frozen=True, slots=True)
class Part:
    """A region with its place among the others."""

    track: int
    parent: int | None
    """The track of the smallest region around it."""


def find_parts(tracks: Sequence[Track], rings: Sequence[int], *, em: float) -> list[Part]:
    """The closed shapes that are left when outlines, heads, swatches and frames are gone, each drawn shape once."""
    kept: list[int] = []
    for k in sorted(rings, key=lambda k: (-tracks[k].area, k)):
        track = tracks[k]
        if track.thickness < LEAST_EM * em or track.area < (LEAST_EM * em) ** 2:
            continue
        if not any(iou(track.box, tracks[j].box) >= 0.92 for j in kept):
            kept.append(k)
    parts = []
    for k in kept:
        around = [j for j in kept if j != k and tracks[j].area > tracks[k].area and _holds(tracks[j], tracks[k])]
        parts.append(Part(k, min(around, key=lambda j: (tracks[j].area, j), default=None)))
    return parts


def _holds(outer: Track, inner: Track) -> bool:
    if not within(inner.box, outer.box, slack=0.02 * outer.extent):
        return False
    some = inner.points[:: max(1, len(inner.points) // 8)]
    return sum(inside(p, outer.points) for p in some) >= 0.75 * len(some)


def part_at(p: XY, parts: Sequence[Part], tracks: Sequence[Track], *, em: float) -> int | None:
    """The innermost region at a point, or the one on whose edge it lies; None when that is open."""
    around = [part.track for part in parts if inside(p, tracks[part.track].points)]
    if around:
        return min(around, key=lambda k: (tracks[k].area, k))
    near = sorted((off_ring(p, tracks[part.track].points), part.track) for part in parts)
    if not near or near[0][0] > 0.5 * em or (len(near) > 1 and near[1][0] < near[0][0] + 0.2 * em):
        return None
    return near[0][1]


def name_inside(
    parts: Sequence[Part], texts: Sequence[Text], free: Sequence[int], tracks: Sequence[Track]
) -> dict[int, int]:
    """Track of a region -> the text that lies in it and names it.

    Args:
        parts: regions.
        texts: all labels.
        free: those that name nothing else.
        tracks: all tracks.
    """
    held: dict[int, list[int]] = {}
    for t in free:
        box = texts[t].box
        around = [part.track for part in parts if inside(centre(box), tracks[part.track].points)]
        if around:
            held.setdefault(min(around, key=lambda k: (tracks[k].area, k)), []).append(t)
    named: dict[int, int] = {}
    for k, members in sorted(held.items()):
        if (t := _title(members, texts)) is not None:
            named[k] = t
    return named


def _title(members: Sequence[int], texts: Sequence[Text]) -> int | None:
    """The one text, or the one that stands out by size or capitals."""
    if len(members) == 1:
        return members[0]
    largest = max(texts[t].size for t in members)
    big = [t for t in members if texts[t].size >= 0.97 * largest]
    if len(big) == 1 and all(texts[t].size <= 0.9 * largest for t in members if t != big[0]):
        return big[0]
    capitals = [t for t in members if texts[t].content.isupper()]
    return capitals[0] if len(capitals) == 1 else None


def name_by_colour(
    parts: Sequence[Part], named: Mapping[int, object], swatches: Mapping[int, int], tracks: Sequence[Track]
) -> dict[int, int]:
    """Region without a name -> the entry of the key with its colour."""
    meaning = {tracks[k].fill: t for k, t in swatches.items()}
    return {part.track: meaning[fill] for part in parts if part.track not in named and (fill := tracks[part.track].fill) in meaning}
