"""Lines followed to both their ends: arrows, lines between labels, leaders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.connect import Hit, Target, attach, crown
from corpusbuilder.diagrams.heads import Head
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.plane import bounds, end_direction, length_of, off_polyline, off_ring, resampled
from corpusbuilder.diagrams.regions import Part, part_at
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.shafts import Shaft, find_chains, find_shafts, host_of
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
    shafts, crowned = _only(shafts, crowned, kept)
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
    reach = min(0.6 * scene.em, 0.5 * length_of(stroke.points))
    out = end_direction(stroke.points[::-1], reach), end_direction(stroke.points, reach)
    ends = stroke.points[0], stroke.points[-1]
    hits = [attach(end, way, targets, em=scene.em) for end, way in zip(ends, out, strict=True)]
    hosts = [host_of(end, shafts, frozenset(stroke.shafts), slack=0.15 * scene.em) for end in ends]
    for k in (0, 1):
        if hosts[k] is not None and _is_far(ends[k], hits[k], targets, by=0.4 * scene.em):
            hits[k] = None
        else:
            hosts[k] = None
    if hits[0] is not None and hits[1] is not None:
        return _between(stroke, hits[0], hits[1], scene, targets)
    if hosts != [None, None]:
        return _onto_line(stroke, hits, hosts)
    return _into_part(stroke, hits, scene, parts)


def _is_far(end: XY, hit: Hit | None, targets: Sequence[Target], *, by: float) -> bool:
    return hit is None or min(off_ring(end, target.ring) for target in targets if target.key == hit.key) > by


def _between(stroke: _Stroke, one: Hit, other: Hit, scene: Scene, targets: Sequence[Target]) -> Link | None:
    """From label to label."""
    if one.key == other.key:
        return None
    score = round(min(one.score, other.score) * (0.6 + 0.4 * stroke.quality), 3)
    if any(stroke.headed):
        return _turned(Link("arrow", stroke.points, ("text", one.key), ("text", other.key), True, all(stroke.headed), score, stroke.shafts), stroke)
    ends = (stroke.points[0], one), (stroke.points[-1], other)
    if any(_is_far(end, hit, targets, by=0.9 * scene.em) for end, hit in ends):
        return None
    return Link("line", stroke.points, ("text", one.key), ("text", other.key), False, False, score, stroke.shafts)


def _turned(link: Link, stroke: _Stroke) -> Link:
    """Tail first."""
    if stroke.headed[1] or not stroke.headed[0]:
        return link
    return replace(link, points=link.points[::-1], tail=link.head, head=link.tail)


def _onto_line(stroke: _Stroke, hits: Sequence[Hit | None], hosts: Sequence[int | None]) -> Link | None:
    """From a label to another line, or from line to line."""
    ends: list[End | None] = []
    for hit, host in zip(hits, hosts, strict=True):
        ends.append(("text", hit.key) if hit is not None else ("link", host) if host is not None else None)
    if None in ends or ends[0] == ends[1] or not any(stroke.headed):
        return None
    score = round(0.8 * min([hit.score for hit in hits if hit is not None] or [0.8]), 3)
    return _turned(Link("arrow", stroke.points, ends[0], ends[1], True, all(stroke.headed), score, stroke.shafts), stroke)


def _into_part(stroke: _Stroke, hits: Sequence[Hit | None], scene: Scene, parts: Sequence[Part]) -> Link | None:
    """A leader from a label to a region, or an arrow with a region at one end or both."""
    known = [k for k in (0, 1) if hits[k] is not None]
    if not known:
        return None
    near, far = known[0], 1 - known[0]
    hit = hits[near]
    part = part_at(stroke.points[-far], parts, scene.tracks, em=scene.em)
    if hit is None or part is None:
        return None
    boxed = hit.key in scene.outlines and not scene.texts[hit.key].is_number
    score = round(hit.score * (0.7 + 0.3 * stroke.quality), 3)
    line = stroke.points if near == 0 else stroke.points[::-1]
    if stroke.headed[near]:
        return None
    kind: Literal["arrow", "leader"] = "arrow" if boxed and stroke.headed[far] else "leader"
    if boxed and not stroke.headed[far]:
        return None
    return Link(kind, line, ("text", hit.key), ("part", part), stroke.headed[far], False, score, stroke.shafts)


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


def written_along(scene: Scene, links: Sequence[Link], used: set[int]) -> dict[int, int]:
    """Link -> the text written along its middle, among those that nothing else uses; one to one, nearest first."""
    found = []
    for index, link in enumerate(links):
        if link.kind == "leader":
            continue
        line = resampled(link.points, 21)[4:17]
        for t, text in enumerate(scene.texts):
            if t in used or text.is_number:
                continue
            gap = min(min(off_ring(p, text.ring) for p in line), off_polyline(text.centre, line))
            if gap <= 0.8 * scene.em and length_of(link.points) > 1.5 * scene.em:
                found.append((round(gap, 4), index, t))
    along: dict[int, int] = {}
    for _, index, t in sorted(found):
        if index not in along and t not in along.values():
            along[index] = t
    return along


