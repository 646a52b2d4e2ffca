"""The lines of a figure with the heads they wear, before one knows what they join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpusbuilder.diagrams.connect import crown
from corpusbuilder.diagrams.heads import Head
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.shafts import Chain, Shaft, cut_at_forks, find_chains, find_shafts
from corpusbuilder.records.page import XY


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line from one loose end to another."""

    points: tuple[XY, ...]
    """Up to the tips of its heads."""
    headed: tuple[bool, bool]
    """Whether there is a head at the first and at the last point."""
    quality: float
    """0 to 1: of the worse head."""
    shafts: tuple[int, ...]
    """Indices of its parts; none for an arrow that is one filled shape or a character."""


def find_strokes(scene: Scene) -> tuple[list[Shaft], list[Stroke]]:
    """All shafts, and the lines that they make up."""
    em = scene.em
    dots = {k for k in scene.rings if is_dot(scene.tracks[k], em=em)}
    busy = set(scene.outlines.values()) | set(scene.swatches) | {block.track for block in scene.blocks} | dots
    shafts = find_shafts(scene.tracks, em=em, is_free=lambda k: k not in busy)
    crowned = crown(shafts, scene.heads, em=em)
    worn = {k for h in crowned.values() for k in scene.heads[h].shape}
    kept = [k for k, shaft in enumerate(shafts) if not worn & set(shaft.tracks)]
    shafts, crowned = cut_at_forks(*_only(shafts, crowned, kept), em=em)
    strokes = [_crowned(chain, crowned, scene.heads) for chain in find_chains(shafts, crowned, em=em)]
    strokes += [Stroke(block.points, (block.double, True), 0.97, ()) for block in scene.blocks]
    strokes += [Stroke((tail, tip), (False, True), 0.9, ()) for tail, tip, _ in scene.glyphs]
    return shafts, strokes


def _only(
    shafts: Sequence[Shaft], crowned: Mapping[tuple[int, int], int], kept: Sequence[int]
) -> tuple[list[Shaft], dict[tuple[int, int], int]]:
    at = {old: new for new, old in enumerate(kept)}
    return [shafts[k] for k in kept], {(at[k], w): h for (k, w), h in crowned.items() if k in at}


def _crowned(chain: Chain, crowned: Mapping[tuple[int, int], int], heads: Sequence[Head]) -> Stroke:
    """A chain drawn out to the tips of its heads."""
    first, last = (crowned.get(end) for end in chain.ends)
    points = list(chain.points)
    if first is not None:
        points[0] = heads[first].tip
    if last is not None:
        points[-1] = heads[last].tip
    quality = min([heads[h].quality for h in (first, last) if h is not None], default=1.0)
    return Stroke(tuple(points), (first is not None, last is not None), quality, chain.shafts)
