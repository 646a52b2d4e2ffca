"""Lines followed to both their ends: arrows, lines between labels, leaders."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.connect import Target, attach, crown
from corpusbuilder.diagrams.heads import Head
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.plane import (
    bounds,
    end_direction,
    inside,
    length_of,
    moved,
    off_polyline,
    off_ring,
    resampled,
)
from corpusbuilder.diagrams.regions import Part, part_at
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.shafts import Shaft, cut_at_forks, find_chains, find_shafts, host_of
from corpusbuilder.records.page import XY

End: TypeAlias = tuple[Literal["text", "part", "link"], int]
"""What an end is attached to: index of a text, track of a region, index of a shaft."""
LEAST_SCORE: Final = 0.5
"""Below this a link is left out."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line with what it joins, tail first."""

    kind: Literal["arrow", "line", "leader"]
    points: tuple[XY, ...]
    tail: End | None
    head: End | None
    directed: bool
    double: bool
    score: float
    shafts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A line with its heads, not attached yet."""

    points: tuple[XY, ...]
    headed: tuple[bool, bool]
    quality: float
    shafts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Aim:
    """What one end of a line is at."""

    end: End
    score: float
    gap: float
    """Distance from it."""


def find_links(scene: Scene, parts: Sequence[Part]) -> list[Link]:
    """All lines of which both ends are known."""
    shafts, strokes = _strokes(scene)
    targets = _targets(scene)
    links = [link for stroke in strokes if (link := _followed(stroke, scene, parts, shafts, targets)) is not None]
    return _without_dead_ends(_strongest(links))


def _strokes(scene: Scene) -> tuple[list[Shaft], list[_Stroke]]:
    heads, em = scene.heads, scene.em
    dots = {k for k in scene.rings if is_dot(scene.tracks[k], em=em)}
    busy = set(scene.outlines.values()) | set(scene.swatches) | {block.track for block in scene.blocks} | dots
    shafts = find_shafts(scene.tracks, em=em, is_free=lambda k: k not in busy)
    crowned = crown(shafts, heads, em=em)
    worn = {k for h in crowned.values() for k in heads[h].shape}
    kept = [k for k, shaft in enumerate(shafts) if not worn & set(shaft.tracks)]
    shafts, crowned = cut_at_forks(*_only(shafts, crowned, kept), em=em)
    strokes = [_stroke(chain.points, chain.ends, chain.shafts, crowned, heads) for chain in find_chains(shafts, crowned, em=em)]
    for block in scene.blocks:
        strokes.append(_Stroke(block.points, (block.double, True), 0.97, ()))
    strokes += [_Stroke((tail, tip), (False, True), 0.9, ()) for tail, tip, _ in scene.glyphs]
    return shafts, strokes


def _only(
    shafts: Sequence[Shaft], crowned: Mapping[tuple[int, int], int], kept: Sequence[int]
) -> tuple[list[Shaft], dict[tuple[int, int], int]]:
    at = {old: new for new, old in enumerate(kept)}
    return [shafts[k] for k in kept], {(at[k], w): h for (k, w), h in crowned.items() if k in at}


def _stroke(
    points: tuple[XY, ...],
    ends: tuple[tuple[int, int], tuple[int, int]],
    shafts: tuple[int, ...],
    crowned: Mapping[tuple[int, int], int],
    heads: Sequence[Head],
) -> _Stroke:
    """A chain with its heads at its tips."""
    first, last = (crowned.get(end) for end in ends)
    line = list(points)
    quality = 1.0
    if first is not None:
        line[0] = heads[first].tip
        quality = min(quality, heads[first].quality)
    if last is not None:
        line[-1] = heads[last].tip
        quality = min(quality, heads[last].quality)
    return _Stroke(tuple(line), (first is not None, last is not None), quality, shafts)


def _targets(scene: Scene) -> list[Target]:
    """What lines can end at: outlines, named dots, bare texts; not the entries of a key."""
    out = []
    for t, text in enumerate(scene.texts):
        if t in scene.keys:
            continue
        shape = scene.outlines.get(t, scene.markers.get(t))
        ring = text.ring if shape is None else scene.tracks[shape].points
        if shape is not None and any(target.ring == ring for target in out):
            continue
        out.append(Target(t, tuple(ring), bounds(ring)))
    return out


def _followed(
    stroke: _Stroke, scene: Scene, parts: Sequence[Part], shafts: Sequence[Shaft], targets: Sequence[Target]
) -> Link | None:
    aims = [_aim(stroke, which, scene, parts, shafts, targets) for which in (0, 1)]
    one, other = aims
    if one is None or other is None or _can_be_leader(one, other, scene) or _can_be_leader(other, one, scene):
        return _into_part(stroke, aims, scene, parts)
    if one.end == other.end:
        return None
    score = round(min(one.score, other.score) * (0.6 + 0.4 * stroke.quality), 3)
    if not any(stroke.headed):
        straight = all(aim.end[0] == "text" and aim.gap <= 0.9 * scene.em for aim in (one, other))
        return Link("line", stroke.points, one.end, other.end, False, False, score, stroke.shafts) if straight else None
    link = Link("arrow", stroke.points, one.end, other.end, True, all(stroke.headed), score, stroke.shafts)
    if stroke.headed[1]:
        return link
    return replace(link, points=link.points[::-1], tail=link.head, head=link.tail)


def _can_be_leader(one: _Aim, other: _Aim, scene: Scene) -> bool:
    """Whether a line runs from a label without a box to a region."""
    return one.end[0] == "text" and other.end[0] == "part" and not _is_boxed(one.end[1], scene)


def _is_boxed(text: int, scene: Scene) -> bool:
    """Whether a text stands in a box of its own, other than the ring of a numbered callout."""
    return text in scene.outlines and not scene.texts[text].is_number


def _aim(
    stroke: _Stroke,
    which: int,
    scene: Scene,
    parts: Sequence[Part],
    shafts: Sequence[Shaft],
    targets: Sequence[Target],
) -> _Aim | None:
    """What one end of a line is at: another line that it touches, a label, a region."""
    em, end = scene.em, stroke.points[-which]
    way = end_direction(stroke.points if which else stroke.points[::-1], min(0.6 * em, 0.5 * length_of(stroke.points)))
    hit = attach(end, way, targets, em=em)
    gap = math.inf
    if hit is not None:
        gap = min(0.0 if inside(end, t.ring) else off_ring(end, t.ring) for t in targets if t.key == hit.key)
    host = host_of(end, shafts, frozenset(stroke.shafts), slack=0.15 * em)
    if host is not None:
        touches = off_polyline(end, shafts[host].points) <= 0.05 * em + shafts[host].width
        if (touches and not stroke.headed[which]) or gap > 0.4 * em:
            return _Aim(("link", host), 0.75, 0.0)
    named = hit is not None and hit.key in scene.markers
    if gap > 0.4 * em and not named and (part := _part_met(end, way, scene, parts)) is not None:
        return _Aim(("part", part), 0.85, 0.0)
    return None if hit is None else _Aim(("text", hit.key), hit.score, gap)


def _part_met(end: XY, way: XY, scene: Scene, parts: Sequence[Part]) -> int | None:
    """The region on whose edge a line ends, coming from outside."""
    em = scene.em
    found = []
    for part in parts:
        ring = scene.tracks[part.track].points
        if off_ring(end, ring) <= 0.35 * em and inside(moved(end, way, 0.6 * em), ring):
            found.append(part.track)
    return found[0] if len(found) == 1 else None


def _into_part(
    stroke: _Stroke, aims: Sequence[_Aim | None], scene: Scene, parts: Sequence[Part]
) -> Link | None:
    """A leader from a label to a region, or an arrow from a boxed label to a region."""
    near = 0 if aims[0] is not None and aims[0].end[0] == "text" else 1
    aim, far = aims[near], 1 - near
    if aim is None or aim.end[0] != "text" or stroke.headed[near]:
        return None
    part = part_at(stroke.points[-far], parts, scene.tracks, em=scene.em)
    if part is None or _is_on_edge_of_titled(stroke.points[-far], part, scene):
        return None
    boxed = _is_boxed(aim.end[1], scene)
    if boxed and not stroke.headed[far]:
        return None
    line = stroke.points if near == 0 else stroke.points[::-1]
    score = round(aim.score * (0.7 + 0.3 * stroke.quality), 3)
    kind: Literal["arrow", "leader"] = "arrow" if boxed else "leader"
    return Link(kind, line, aim.end, ("part", part), stroke.headed[far], False, score, stroke.shafts)


def _is_on_edge_of_titled(end: XY, part: int, scene: Scene) -> bool:
    """Whether a line stops at the edge of a shape that holds a text: then it more likely points at something beyond."""
    ring = scene.tracks[part].points
    if off_ring(end, ring) > 0.3 * scene.em:
        return False
    return any(not text.is_number and inside(text.centre, ring) for text in scene.texts)


def _strongest(links: Sequence[Link]) -> list[Link]:
    """Each drawn line once, in an order that follows from geometry."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for link in sorted(links, key=lambda link: (-link.score, link.points)):
        mark = tuple((round(x, 1), round(y, 1)) for x, y in resampled(link.points, 5))
        if link.score >= LEAST_SCORE and mark not in seen and mark[::-1] not in seen:
            seen.add(mark)
            out.append(link)
    return sorted(out, key=lambda link: link.points)


def _without_dead_ends(links: list[Link]) -> list[Link]:
    """Without the links that end on a line which is itself no link."""
    while True:
        drawn = {k for link in links for k in link.shafts}
        kept = [link for link in links if all(_stands(end, drawn) for end in (link.tail, link.head))]
        if len(kept) == len(links):
            return kept
        links = kept


def _stands(end: End | None, drawn: set[int]) -> bool:
    return end is None or end[0] != "link" or end[1] in drawn


def _leaves(link: Link, part: int | None, scene: Scene) -> bool:
    """Whether a link goes out of a region."""
    return part is not None and not all(inside(link.points[k], scene.tracks[part].points) for k in (0, -1))


def written_along(scene: Scene, links: Sequence[Link], parts: Sequence[Part], used: set[int]) -> dict[int, int]:
    """Link -> the text written along its middle, among those that nothing else uses; one to one, nearest first."""
    around = {t: part_at(text.centre, parts, scene.tracks, em=0.0) for t, text in enumerate(scene.texts) if t not in used}
    found = []
    for index, link in enumerate(links):
        if link.kind == "leader":
            continue
        line = resampled(link.points, 21)[4:17]
        for t, text in enumerate(scene.texts):
            if t in used or text.is_number or _leaves(link, around[t], scene):
                continue
            gap = min(min(off_ring(p, text.ring) for p in line), off_polyline(text.centre, line))
            if gap <= 0.8 * scene.em and length_of(link.points) > 1.5 * scene.em:
                found.append((round(gap, 4), index, t))
    along: dict[int, int] = {}
    for _, index, t in sorted(found):
        if index not in along and t not in along.values():
            along[index] = t
    return along


