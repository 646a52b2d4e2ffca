"""The lines of a figure with the heads they wear, before one knows what they join."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from corpusbuilder.diagrams.barbs import find_barbs, unbarbed
from corpusbuilder.diagrams.chains import Chain, cut_at_forks, find_chains
from corpusbuilder.diagrams.connect import alike, crown
from corpusbuilder.diagrams.hatches import find_hatches
from corpusbuilder.diagrams.heads import BlockArrow, Head
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.plane import dot, inside, length_of, off_polyline, off_ring, ray_miss
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.shafts import Shaft, find_shafts
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.diagrams.twins import bare_twins
from corpusbuilder.records.diagram import HeadStyle
from corpusbuilder.records.page import XY

LONGEST_RIDDLE_EM: Final = 1.6
"""A mark of unknown meaning is at most so long; what is longer is a line or a shape."""
DOUBTFUL: Final = 0.4
"""The quality of a line with such a mark at its end: what it says is not to be relied upon."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn at the end of a line."""

    style: HeadStyle
    outline: tuple[XY, ...] = ()
    """Empty where it cannot be told from the line."""
    is_pin: bool = False
    """A dot that says only where a line ends."""

    @property
    def is_round(self) -> bool:
        """Whether it is a ring or a dot that acts on what it touches."""
        return self.style in ("circle", "dot") and not self.is_pin


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line from one loose end to another."""

    points: tuple[XY, ...]
    """Up to the tips of its heads."""
    marks: tuple[Mark | None, Mark | None]
    """What is drawn at the first and at the last point."""
    quality: float
    """0 to 1: of the worse head."""
    shafts: tuple[int, ...]
    """Indices of its parts; none for an arrow that is a character."""

    @property
    def headed(self) -> tuple[bool, bool]:
        """Whether there is a head at the first and at the last point."""
        first, last = (mark is not None and not mark.is_pin for mark in self.marks)
        return first, last


def find_strokes(scene: Scene) -> tuple[list[Shaft], list[Stroke]]:
    """All shafts, and the lines that they make up."""
    em = scene.em
    dots = [k for k in scene.rings if is_dot(scene.tracks[k], em=em)]
    busy = set(scene.outlines.values()) | set(scene.swatches) | {block.track for block in scene.blocks} | set(dots)
    headed = {k for head in scene.heads for k in head.shape}
    busy |= find_hatches(scene.tracks, em=em, is_free=lambda k: k not in headed)
    shafts = find_shafts(scene.tracks, scene.dashes, em=em, is_free=lambda k: k not in busy)
    crowned = crown(shafts, scene.heads, em=em)
    worn = {k for h in crowned.values() for k in scene.heads[h].shape}
    twins = bare_twins(shafts, {k for k, _ in crowned}, em=em)
    kept = [k for k, shaft in enumerate(shafts) if k not in twins and not worn & set(shaft.tracks)]
    shafts, crowned = _only(shafts, crowned, kept)
    barbs = find_barbs(shafts, crowned, em=em)
    loose = {j for found in barbs.values() for j in found}
    tips = {shafts[k].end(which) for k, which in barbs}
    read = worn | {k for j in loose for k in shafts[j].tracks}
    shafts, crowned = _only(shafts, crowned, [k for k in range(len(shafts)) if k not in loose])
    shafts, crowned = cut_at_forks(shafts, crowned, em=em)
    blunt = _Dots(scene, [k for k in dots if k not in scene.markers.values()])
    chains = find_chains(shafts, crowned, em=em, is_stop=_Stops(scene).is_stop)
    strokes = [_crowned(chain, crowned, scene.heads, blunt, tips, em=em) for chain in chains]
    riddles = _Riddles(scene, read | set(dots))
    strokes = [riddles.doubted(stroke, shafts) for stroke in strokes]
    plain = Mark("arrow")
    for block in scene.blocks:
        if block.track not in worn:
            strokes.append(Stroke(block.points, (plain if block.double else None, plain), 0.97, (len(shafts),)))
            shafts.append(_solid(block, scene.tracks[block.track]))
    strokes += [Stroke((tail, tip), (None, plain), 0.9, ()) for tail, tip, _ in scene.glyphs]
    return shafts, strokes


def _solid(block: BlockArrow, track: Track) -> Shaft:
    """A block arrow as a line on which others can end."""
    half = track.area / max(length_of(block.points), 1e-9) / 2
    return Shaft(block.points, block.ink, half, (block.track,), dashed=False, box=track.box)


def _only(
    shafts: Sequence[Shaft], crowned: Mapping[tuple[int, int], int], kept: Sequence[int]
) -> tuple[list[Shaft], dict[tuple[int, int], int]]:
    at = {old: new for new, old in enumerate(kept)}
    return [shafts[k] for k in kept], {(at[k], w): h for (k, w), h in crowned.items() if k in at}


class _Dots:
    """The dots that end lines; those that mark places with names do not."""

    def __init__(self, scene: Scene, dots: Sequence[int]) -> None:
        self._tracks, self._dots, self._em = scene.tracks, dots, scene.em
        self._index = BoxIndex([scene.tracks[k].box for k in dots])

    def at(self, end: XY) -> Mark | None:
        """The dot on an end; None where there is none or several."""
        found = [self._dots[k] for k in self._index.at(end, 0.1 * self._em, most=8)]
        rings = [self._tracks[k].points for k in found]
        on = [ring for ring in rings if inside(end, ring) or off_ring(end, ring) <= 0.1 * self._em]
        return Mark("dot", on[0], is_pin=True) if len(on) == 1 else None


class _Riddles:
    """Small marks that have no meaning yet: one at a bare end of a line may be a head of an unknown form."""

    def __init__(self, scene: Scene, known: Collection[int]) -> None:
        em, self._tracks, self._em = scene.em, scene.tracks, scene.em
        known = {*known, *scene.outlines.values(), *scene.skin, *scene.markers.values(), *scene.swatches}
        known.update(k for row in scene.dashes for k in row.tracks)
        small = (k for k, track in enumerate(scene.tracks) if track.extent <= LONGEST_RIDDLE_EM * em and track.ink)
        self._marks = [k for k in small if k not in known and k not in scene.pictures]
        self._index = BoxIndex([scene.tracks[k].box for k in self._marks])

    def doubted(self, stroke: Stroke, shafts: Sequence[Shaft]) -> Stroke:
        """The stroke, of little quality when something unread touches an end without head."""
        own = {k for j in stroke.shafts for k in shafts[j].tracks}
        ink = shafts[stroke.shafts[0]].ink
        for which, mark in enumerate(stroke.marks):
            end = stroke.points[-which]
            near = [self._marks[k] for k in self._index.at(end, 0.15 * self._em, most=8)] if mark is None else []
            if any(k not in own and self._touches(k, end, ink) for k in near):
                return replace(stroke, quality=min(stroke.quality, DOUBTFUL))
        return stroke

    def _touches(self, k: int, end: XY, ink: str) -> bool:
        track = self._tracks[k]
        off = off_ring(end, track.points) if track.closed else off_polyline(end, track.points)
        return off <= 0.15 * self._em and any(alike(ink, other) for other in (track.stroke, track.fill) if other)


class _Stops:
    """Places from which several lines can start: nodes, and frames around several."""

    def __init__(self, scene: Scene) -> None:
        tracks, em = scene.tracks, scene.em
        solid = sorted(set(scene.outlines.values()))
        self._rings = [(tracks[k].points, tracks[k].box, 0.3 * em) for k in solid]
        self._rings += [(tracks[k].points, tracks[k].box, em) for k in sorted(scene.holders)]
        bare = [text for t, text in enumerate(scene.texts) if t not in scene.outlines]
        self._rings += [(text.ring, text.box, 0.8 * em) for text in bare]
        self._index = BoxIndex([box for _, box, _ in self._rings])
        self._places = BoxIndex([tracks[k].box for k in sorted(set(scene.markers.values()))])
        self._em, self._solid = em, len(solid)

    def is_stop(self, p: XY, ways: Sequence[XY]) -> bool:
        """Whether lines that meet at a point, with these directions, all end at one thing there."""
        if self._places.at(p, 0.6 * self._em) and any(dot(*pair) > 0.0 for pair in combinations(ways, 2)):
            return True  # a line that goes on does not turn back
        for k in self._index.at(p, self._em):
            ring, _, reach = self._rings[k]
            if k < self._solid and inside(p, ring):
                return True  # drawn from middle to middle, beneath the nodes
            if off_ring(p, ring) <= reach and all(ray_miss(p, way, 1.5 * reach, ring) == 0.0 for way in ways):
                return not inside(p, ring) or off_ring(p, ring) <= 0.15 * self._em
        return False


def _crowned(
    chain: Chain,
    crowned: Mapping[tuple[int, int], int],
    heads: Sequence[Head],
    dots: _Dots,
    tips: Collection[XY],
    *,
    em: float,
) -> Stroke:
    """A chain drawn out to the tips of its heads; ``tips``: where half heads are."""
    first, last = (crowned.get(end) for end in chain.ends)
    points = list(chain.points)
    barbed = [False, False]
    for which, h in ((1, last), (0, first)):
        ordered = points if which else points[::-1]
        if h is None and ordered[-1] in tips:
            barbed[which] = True
        elif h is None and (short := unbarbed(ordered, em=em)) is not None:
            points, barbed[which] = short if which else short[::-1], True
    if first is not None:
        points[0] = heads[first].tip
    if last is not None:
        points[-1] = heads[last].tip
    marks = [
        Mark("arrow")
        if barbed[which]
        else (dots.at(points[-which]) if h is None else Mark(heads[h].style, heads[h].outline))
        for which, h in ((0, first), (1, last))
    ]
    quality = min([heads[h].quality for h in (first, last) if h is not None], default=1.0)
    return Stroke(tuple(points), (marks[0], marks[1]), quality, chain.shafts)
