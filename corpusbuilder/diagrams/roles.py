"""What each closed shape of a figure is for: a part of the picture, an area, a patch of the key, an ornament."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from corpusbuilder.diagrams.naming import Name
from corpusbuilder.diagrams.outlines import Rings
from corpusbuilder.diagrams.plane import inside
from corpusbuilder.diagrams.regions import Parts, holds
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.records.geometry import centre
from corpusbuilder.records.page import XY

RegionRole: TypeAlias = Literal["part", "area", "key", "ornament"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A closed shape that is a region."""

    track: int
    role: RegionRole
    name: Name | None
    parent: int | None
    """The track of the smallest shape around it, other than ornaments and patches of the key."""


def sort_shapes(
    scene: Scene, parts: Parts, decor: Sequence[int], *, named: Mapping[int, Name], joined: Collection[int]
) -> list[Shape]:
    """All regions of a figure with their roles.

    Args:
        scene: the figure.
        parts: its closed shapes that lines can end at.
        decor: its closed shapes that may be frames, patches or ornaments.
        named: track of a part -> its name.
        joined: the tracks of the parts at which lines end.
    """
    keys = [k for k in decor if k in scene.swatches]
    shown = set(decor)
    family = {part.parent for part in parts.all} | {part.track for part in parts.all if part.parent is not None}
    own = [part.track for part in parts.all]
    others = [k for k in decor if k not in {*scene.swatches, *own}]
    nest = _Nest(scene, [*own, *others], {name.text for name in named.values()})
    roles: dict[int, RegionRole] = {}
    for k in (*own, *others):
        by = named[k].by if k in named else None
        if k in scene.pictures:
            roles[k] = "part"
        elif by not in ("leader", "number") and nest.held[k] >= 2 and not _is_border(scene, k):
            roles[k] = "area"
        else:
            is_part = by is not None or k in joined or (k in family and k not in others)
            roles[k] = "part" if is_part else "ornament"
    drawn = [k for k in (*own, *others) if roles[k] != "ornament" or k in shown]
    shapes = [Shape(k, roles[k], named.get(k), nest.around(k, roles)) for k in drawn]
    return shapes + [Shape(k, "key", Name(scene.swatches[k], "legend"), None) for k in keys]


def _is_border(scene: Scene, k: int) -> bool:
    """Whether a shape is a line or a white ground around everything."""
    return k in scene.frames and scene.tracks[k].fill in (None, "#ffffff")


class _Nest:
    """Which shapes lie in which, and how many labels, nodes and places they hold."""

    def __init__(self, scene: Scene, members: Sequence[int], titles: Collection[int]) -> None:
        tracks = scene.tracks
        self._parents: dict[int, int | None] = {}
        rings = Rings(tracks, sorted(members))

        def larger(p: XY, than: int | None = None) -> list[int]:
            least = -1.0 if than is None else tracks[than].area
            return sorted(
                (j for j in rings.near((*p, *p)) if tracks[j].area > least), key=lambda j: (tracks[j].area, j)
            )

        for k in members:
            self._parents[k] = next((j for j in larger(centre(tracks[k].box), k) if holds(tracks[j], tracks[k])), None)
        self.held = dict.fromkeys(members, 0)
        for t, text in enumerate(scene.texts):
            if t in titles or t in scene.keys or t in scene.callouts or text.is_number:
                continue
            middle = centre(text.box)
            around = next((j for j in larger(middle) if inside(middle, tracks[j].points)), None)
            if around is not None:
                self.held[around] += 1
        for k in sorted(members, key=lambda k: (tracks[k].area, k)):
            if (parent := self._parents[k]) is not None:
                self.held[parent] += self.held[k]

    def around(self, k: int, roles: Mapping[int, RegionRole]) -> int | None:
        """The smallest shape around one that is no ornament."""
        parent = self._parents[k]
        while parent is not None and roles[parent] == "ornament":
            parent = self._parents[parent]
        return parent
