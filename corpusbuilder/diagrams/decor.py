"""Closed shapes that are no parts of the picture: frames, patches of keys, ornaments."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from corpusbuilder.diagrams.heads import LONGEST_EM
from corpusbuilder.diagrams.hosts import MOST_NEAR
from corpusbuilder.diagrams.links import Link
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import off_polyline
from corpusbuilder.diagrams.regions import Parts
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import centre, iou

LEAST_EM: Final = 0.2
"""Shapes that are thinner than this are strokes, and smaller ones are points of a pattern."""
SMALL_EM: Final = 1.5
"""A shape up to this size that a line meets belongs to the line."""
MOST_SMALL: Final = 24
"""More small shapes than this are a texture, or letters drawn as paths."""
MOST_EQUAL: Final = 4
"""More small shapes of one size and colour than this are a row of dots or dashes."""


def find_decor(scene: Scene, parts: Parts, links: Sequence[Link]) -> list[int]:
    """The tracks of the closed shapes that are no outline of a label, and nothing of a line.

    Those among ``parts`` are there too; what they are is known better where they are named or joined. A shape that is
    painted twice is there once; a frame and the ground behind it are two.
    """
    tracks, em = scene.tracks, scene.em
    taken = set(scene.outlines.values()) | set(scene.markers.values()) | scene.skin
    arrows, lines = _of_arrows(scene, links), _Lines(tracks, em=em)
    pointed = {k for head in scene.heads for k in head.shape}
    found = []
    for k, track in enumerate(tracks):
        if not track.closed or k in taken or k in arrows or not _is_shape(track, em=em):
            continue
        most = LONGEST_EM if k in pointed else SMALL_EM
        if k in scene.swatches or track.extent > most * em or not lines.touch(track):
            found.append(k)
    found = _without_texture(tracks, found, scene.swatches, em=em)
    own = {part.track for part in parts.all}
    return [k for k in found if k in own] + _each_once(scene, [k for k in found if k not in own], taken | own)


def _is_shape(track: Track, *, em: float) -> bool:
    """Whether a ring is more than a stroke, in whatever direction it runs, or a point."""
    long = max(track.extent, *(math.dist(track.corners[0], p) for p in track.corners[1:]))
    thick = track.area / long
    return thick > 0.4 * em or (thick > LEAST_EM * em and long < 6 * thick)


def _without_texture(tracks: Sequence[Track], found: Sequence[int], keys: Collection[int], *, em: float) -> list[int]:
    """Without the small shapes that are there by the dozen (letters, relief), and rows of equal ones (dots, dashes)."""
    small = [k for k in found if tracks[k].extent < SMALL_EM * em and k not in keys]
    sizes = Counter(_size(tracks[k], em) for k in small)
    dropped = {k for k in small if len(small) > MOST_SMALL or sizes[_size(tracks[k], em)] > MOST_EQUAL}
    return [k for k in found if k not in dropped]


def _size(track: Track, em: float) -> tuple[str | None, int]:
    """The colour and area of a shape: those do not change when it is turned."""
    return track.fill, round(50 * math.sqrt(track.area) / em)


def _of_arrows(scene: Scene, links: Sequence[Link]) -> set[int]:
    """The shapes that are arrows, or their heads."""
    drawn = {way for link in links for way in (link.points, link.points[::-1])}
    tips = {link.points[k] for link in links for k in (0, -1)}
    heads = {k for head in scene.heads if head.tip in tips for k in head.shape}
    return heads | {block.track for block in scene.blocks if block.points in drawn}


class _Lines:
    """The strokes of a figure."""

    def __init__(self, tracks: Sequence[Track], *, em: float) -> None:
        self._tracks = [track for track in tracks if not track.closed or not _is_shape(track, em=em)]
        self._index = BoxIndex([track.box for track in self._tracks])
        self._slack = 0.15 * em

    def touch(self, shape: Track) -> bool:
        """Whether a stroke meets a small shape: its head, the dot at its end, a knot on it."""
        near = self._index.near(shape.box, self._slack, most=MOST_NEAR)
        reach = shape.extent / 2 + self._slack
        middle = centre(shape.box)
        return any(off_polyline(middle, self._tracks[k].points) <= reach for k in near)


def _each_once(scene: Scene, found: Collection[int], taken: Collection[int]) -> list[int]:
    """Without the shapes that paint another one again: a fill and its stroke, a shadow."""
    tracks, em = scene.tracks, scene.em
    order = sorted(found, key=lambda k: (-tracks[k].area, k))
    others = sorted({*taken, *found})
    corners = BoxIndex([(*tracks[k].box[:2], *tracks[k].box[:2]) for k in others])
    kept: set[int] = set(taken)
    out = []
    for k in order:
        like = 0.92 if k not in scene.frames else 1.0
        near = corners.at(tracks[k].box[:2], max(0.1 * tracks[k].extent, 0.03 * em))
        twins = (others[j] for j in near if others[j] in kept)
        if not any(iou(tracks[j].box, tracks[k].box) >= like or _is_same(tracks[j], tracks[k], em=em) for j in twins):
            kept.add(k)
            out.append(k)
    return out


def _is_same(one: Track, other: Track, *, em: float) -> bool:
    return max(abs(a - b) for a, b in zip(one.box, other.box, strict=True)) <= 0.02 * em
