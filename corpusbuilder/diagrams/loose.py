"""Strokes that stand alone: ornaments that are no closed shapes."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Final

from corpusbuilder.diagrams.links import Link
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import middle, minus, moved, off_polyline, off_ring, unit
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.page import XY

LONGEST_EM: Final = 3.0
"""A longer stroke may be a line of which we did not find the ends."""
ALONE_EM: Final = 0.5
"""Nothing else is nearer to a stroke that stands alone."""
MOST_LOOSE: Final = 6
"""More of them are a hatch, or the scale of a chart."""
_MOST_NEAR: Final = 40


def find_loose(scene: Scene, links: Sequence[Link]) -> list[int]:
    """The tracks of the short straight strokes that nothing touches, none of them a line; none where there are many."""
    em, tracks = scene.em, scene.tracks
    used = {point for link in links for point in link.points}
    short = [
        k
        for k, track in enumerate(tracks)
        if not track.closed
        and len(track.corners) == 2
        and 0.2 * em < math.dist(*track.corners) <= LONGEST_EM * em
        and used.isdisjoint(track.corners)
    ]
    index = BoxIndex([track.box for track in tracks])
    texts = BoxIndex([text.box for text in scene.texts])
    loose = []
    for k in short:
        near = index.near(tracks[k].box, ALONE_EM * em, most=_MOST_NEAR)
        alone = near and all(_is_off(tracks[k], tracks[j], ALONE_EM * em) for j in near if j != k)
        if alone and not texts.near(tracks[k].box, ALONE_EM * em):
            loose.append(k)
    return loose if len(loose) <= MOST_LOOSE else []


def _is_off(stroke: Track, other: Track, reach: float) -> bool:
    """Whether a stroke keeps clear of another one, or of the edge of a shape."""
    a, b = stroke.corners
    off = off_ring if other.closed else off_polyline
    steps = (a, middle(a, middle(a, b)), middle(a, b), middle(middle(a, b), b), b)
    return all(off(p, other.points) > reach for p in steps) and all(
        off_polyline(p, stroke.points) > reach for p in chain((other.points[0],), other.points[-1:])
    )


def outline_of(stroke: Track) -> tuple[XY, ...]:
    """The four corners of a straight stroke as wide as its pen."""
    a, b = stroke.corners
    along = unit(minus(b, a))
    across, half = (-along[1], along[0]), max(stroke.width, 1e-3 * math.dist(a, b)) / 2
    return moved(a, across, half), moved(b, across, half), moved(b, across, -half), moved(a, across, -half)
