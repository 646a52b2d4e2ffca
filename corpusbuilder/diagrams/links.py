"""Lines followed to both their ends: arrows, lines between labels, leaders."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from corpusbuilder.diagrams.connect import FARTHEST_EM, End, Hit, Target, attach
from corpusbuilder.diagrams.hosts import Hosts
from corpusbuilder.diagrams.knobs import FRAME_GAP_EM
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import (
    bounds,
    end_direction,
    inside,
    length_of,
    moved,
    off_polyline,
    off_ring,
    ray_miss,
    resampled,
)
from corpusbuilder.diagrams.regions import Parts
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.diagrams.strokes import Mark, Stroke, find_strokes
from corpusbuilder.diagrams.twins import BESIDE_EM, runs_along
from corpusbuilder.records.geometry import centre
from corpusbuilder.records.page import XY

LEAST_SCORE: Final = 0.5
"""Below this a link is left out."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line with what it joins, tail first."""

    kind: Literal["arrow", "line", "leader"]
    points: tuple[XY, ...]
    tail: End
    head: End
    score: float
    shafts: tuple[int, ...]
    directed: bool = False
    double: bool = False
    heads: tuple[Mark | None, Mark | None] = None, None
    """What is drawn at the tail and at the head."""

    @property
    def reversed(self) -> "Link":
        """The same line from its head to its tail."""
        marks = self.heads[1], self.heads[0]
        return replace(self, points=self.points[::-1], tail=self.head, head=self.tail, heads=marks)


@dataclass(frozen=True, slots=True)
class _Aim:
    """What one end of a line is at."""

    end: End
    score: float
    gap: float
    """Distance from it."""


def find_links(scene: Scene, parts: Parts) -> list[Link]:
    """All lines of which both ends are known."""
    shafts, strokes = find_strokes(scene)
    follower = _Follower(scene, parts, Hosts(shafts))
    links = [link for stroke in strokes if (link := follower.follow(stroke)) is not None]
    return _without_dead_ends(_strongest(links, em=scene.em))


class _Follower:
    """Finds what lines join in one figure."""

    def __init__(self, scene: Scene, parts: Parts, hosts: Hosts) -> None:
        self._scene, self._parts, self._hosts = scene, parts, hosts
        self._targets = _targets(scene)
        self._index = BoxIndex([target.box for target in self._targets])

    def follow(self, stroke: Stroke) -> Link | None:
        """The line with what its ends are at; None when one of them is open."""
        one, other = self._aim(stroke, 0), self._aim(stroke, 1)
        if one is None or other is None:
            return self._into_part(stroke, one, other)
        if self._can_be_leader(stroke, one, other, 1) or self._can_be_leader(stroke, other, one, 0):
            return self._into_part(stroke, one, other)
        if one.end == other.end and not self._is_loop(stroke, one, other):
            return None
        score = round(min(one.score, other.score) * (0.6 + 0.4 * stroke.quality), 3)
        link = Link("arrow", stroke.points, one.end, other.end, score, stroke.shafts, heads=stroke.marks)
        headed = self._headed(stroke, one, other)
        if not any(headed):
            at_band = any(self._stops_at_band(stroke.points[k], aim) for k, aim in ((0, one), (-1, other)))
            return replace(link, kind="line") if self._is_line(one, other) and not at_band else None
        link = replace(link, directed=True, double=all(headed))
        return link if headed[1] else link.reversed

    def _is_loop(self, stroke: Stroke, one: _Aim, other: _Aim) -> bool:
        """Whether an arrow leaves a node in a box, goes well clear of it, and comes back."""
        if one.end[0] != "text" or not self._is_boxed(one.end[1]) or stroke.headed[0] == stroke.headed[1]:
            return False
        em, ring = self._scene.em, self._scene.tracks[self._scene.outlines[one.end[1]]].points
        far = resampled(stroke.points, 5)[2]
        near = max(one.gap, other.gap) <= 0.5 * em
        return near and not inside(far, ring) and off_ring(far, ring) > max(0.8 * em, 3 * one.gap, 3 * other.gap)

    def _headed(self, stroke: Stroke, one: _Aim, other: _Aim) -> tuple[bool, bool]:
        """Which ends have a head; a dot is one at a node, and none on another line or a leader."""
        if any(stroke.headed) or not self._is_line(one, other) or "link" in (one.end[0], other.end[0]):
            return stroke.headed
        own, slack = frozenset(stroke.shafts), 0.15 * self._scene.em
        first, last = (
            mark is not None and not self._hosts.near(stroke.points[-which], own, slack=slack)
            for which, mark in enumerate(stroke.marks)
        )
        return first, last

    def _is_line(self, one: _Aim, other: _Aim) -> bool:
        """Whether a line without heads means that two things belong together, rather than that one names the other."""
        if all(aim.end[0] == "text" for aim in (one, other)):
            return all(aim.gap <= 0.9 * self._scene.em for aim in (one, other))
        if not all(self._is_solid(aim.end) or aim.end[0] == "link" for aim in (one, other)):
            return False
        return all(aim.gap <= 0.3 * self._scene.em for aim in (one, other) if aim.end[0] == "part")

    def _is_solid(self, end: End) -> bool:
        """Whether something is a node in a box, or a frame around several."""
        return self._is_boxed(end[1]) if end[0] == "text" else end[0] == "part" and end[1] in self._scene.holders

    def _aim(self, stroke: Stroke, which: int) -> _Aim | None:
        """What one end is at: another line that it touches, a label, a region that it meets."""
        em, end = self._scene.em, stroke.points[-which]
        line = stroke.points if which else stroke.points[::-1]
        way = end_direction(line, min(0.6 * em, 0.5 * length_of(line)))
        near = self._before(end, way, headed=stroke.headed[which])
        hit = attach(end, way, near, em=em)
        gap, is_frame = math.inf, hit is not None and hit.key[0] == "part"
        if hit is not None:
            gap = min(0.0 if inside(end, t.ring) else off_ring(end, t.ring) for t in near if t.key == hit.key)
        mark = stroke.marks[which]
        if mark is not None and mark.is_round and gap > FRAME_GAP_EM * em:
            hit, gap = None, math.inf
        if (met := self._line_met(stroke, which, way, hit, gap)) is not None:
            return met
        if is_frame and self._hosts.near(end, frozenset(stroke.shafts), slack=0.15 * em):
            return None
        is_place = hit is not None and hit.key[0] == "text" and hit.key[1] in self._scene.markers
        if gap > 0.4 * em and not (is_place or is_frame) and (part := self._part_met(end, way)) is not None:
            return _Aim(("part", part), 0.85, 0.0)
        return None if hit is None else _Aim(hit.key, hit.score, gap)

    def _line_met(self, stroke: Stroke, which: int, way: XY, hit: Hit | None, gap: float) -> _Aim | None:
        """Another line that an end touches: before frames, before bare words behind it, and before what is far."""
        em, end, own = self._scene.em, stroke.points[-which], frozenset(stroke.shafts)
        place, radius = _place_of(stroke.marks[which], end)
        host = self._hosts.at(end, own, slack=0.15 * em)
        if host is None and stroke.headed[which] and gap > 0.8 * em:
            host = self._hosts.at(moved(end, way, 0.3 * em), own, slack=0.15 * em)
        if host is None and radius:
            host = self._hosts.at(place, own, slack=0.15 * em, radius=radius)
        if host is None:
            return None
        off = max(self._hosts.gap(place, host) - radius, 0.0)
        touches, headed = off <= 0.05 * em, stroke.headed[which]
        bare = hit is not None and hit.key[0] == "text" and hit.key[1] not in self._scene.outlines
        behind = bare and headed and off < gap
        if (touches and not headed) or gap > 0.4 * em or behind or (hit is not None and hit.key[0] == "part"):
            return _Aim(("link", host), 0.95 if touches else 0.75, 0.0)
        return None

    def _before(self, end: XY, way: XY, *, headed: bool) -> list[Target]:
        """What an end can be at: frames around others stand before what they hold; heads point at lone shapes too."""
        em, tracks = self._scene.em, self._scene.tracks
        near = [self._targets[k] for k in self._index.at(end, FARTHEST_EM * em)]
        reach = FRAME_GAP_EM * em
        if any(inside(end, t.ring) or off_ring(end, t.ring) <= 0.15 * em for t in near):
            return near
        for k in self._parts.near(end, reach):
            ring = tracks[k].points
            frames = k in self._scene.holders or (headed and tracks[k].thickness >= 2 * em)
            if not frames or inside(end, ring) or ray_miss(end, way, 2 * reach, ring) > 0.0:
                continue
            gap = off_ring(end, ring)
            near = [t for t in near if not inside(centre(t.box), ring) or off_ring(end, t.ring) <= gap + 0.3 * em]
            if gap <= reach:
                near.append(Target(("part", k), ring, tracks[k].box))
        return near

    def _part_met(self, end: XY, way: XY) -> int | None:
        """The region on whose edge a line ends, coming from outside."""
        em, tracks = self._scene.em, self._scene.tracks
        beyond = moved(end, way, 0.6 * em)
        edges = [k for k in self._parts.near(end, 0.35 * em) if off_ring(end, tracks[k].points) <= 0.35 * em]
        edges = [k for k in edges if not inside(end, tracks[k].points) or off_ring(end, tracks[k].points) <= 0.12 * em]
        found = [k for k in edges if inside(beyond, tracks[k].points)]
        return found[0] if len(found) == 1 else None

    def _can_be_leader(self, stroke: Stroke, one: _Aim, other: _Aim, far: int) -> bool:
        """Whether a line runs from a label without a box to a region; arrows at labels and before frames are none."""
        if one.end[0] != "text" or other.end[0] != "part" or self._is_boxed(one.end[1]):
            return False
        return not stroke.headed[1 - far] and not (stroke.headed[far] and other.gap > 0.2 * self._scene.em)

    def _is_boxed(self, text: int) -> bool:
        """Whether a text stands in a box of its own, other than the ring of a numbered callout."""
        return text in self._scene.outlines and not self._is_callout(text)

    def _into_part(self, stroke: Stroke, one: _Aim | None, other: _Aim | None) -> Link | None:
        """A leader from a label to a region, or an arrow from a boxed label to a region."""
        near = 0 if one is not None and one.end[0] == "text" else 1
        aim, far = (other if near else one), 1 - near
        if aim is None or aim.end[0] != "text" or stroke.headed[near]:
            return None
        mark, end = stroke.marks[far], stroke.points[-far]
        if (mark is not None and not mark.is_pin and mark.style != "arrow") or self._is_among_lines(stroke, end):
            return None
        part = self._parts.at(end)
        if part is None or self._stops_at_titled(end, part):
            return None
        boxed = self._is_boxed(aim.end[1])
        if boxed and not (stroke.headed[far] and self._leads_into(aim.end[1], part)):
            return None
        kind: Literal["arrow", "leader"] = "arrow" if boxed else "leader"
        score = round(aim.score * (0.7 + 0.3 * stroke.quality), 3)
        ends: tuple[End, End] = (aim.end, ("part", part)) if near == 0 else (("part", part), aim.end)
        link = Link(kind, stroke.points, *ends, score, stroke.shafts, stroke.headed[far], heads=stroke.marks)
        return link.reversed if near else link

    def _is_among_lines(self, stroke: Stroke, end: XY) -> bool:
        """Whether the head of a line touches others: it ends at one of them, and not at what lies beneath."""
        return any(stroke.headed) and bool(self._hosts.near(end, frozenset(stroke.shafts), slack=0.05 * self._scene.em))

    def _leads_into(self, text: int, part: int) -> bool:
        """Whether a label lies outside of a region: one that lies inside points at something else in it."""
        return not inside(self._scene.texts[text].centre, self._scene.tracks[part].points)

    def _is_callout(self, text: int) -> bool:
        return text in self._scene.callouts or self._scene.texts[text].is_number

    def _stops_at_band(self, end: XY, aim: _Aim) -> bool:
        """Whether a line that seems to end at a bare text stops at the edge of the shape in which that text lies."""
        part = self._parts.innermost(self._scene.texts[aim.end[1]].centre) if aim.end[0] == "text" else None
        if part is None or aim.end[1] in self._scene.outlines or aim.end[1] in self._scene.markers:
            return False
        return off_ring(end, self._scene.tracks[part].points) <= 0.3 * self._scene.em

    def _stops_at_titled(self, end: XY, part: int) -> bool:
        """Whether a line stops at the edge of a shape with a text in it: it more likely points at something beyond."""
        ring = self._scene.tracks[part].points
        if off_ring(end, ring) > 0.3 * self._scene.em:
            return False
        return any(not self._is_callout(t) and inside(text.centre, ring) for t, text in enumerate(self._scene.texts))


def _place_of(mark: Mark | None, end: XY) -> tuple[XY, float]:
    """Where an end is, and how far it reaches: a ring acts on all that it touches."""
    if mark is None or not mark.is_round:
        return end, 0.0
    box = bounds(mark.outline)
    return centre(box), (box[2] - box[0]) / 2


def _targets(scene: Scene) -> list[Target]:
    """What lines can end at: outlines, named dots, bare texts; not the entries of a key."""
    out: dict[tuple[XY, ...], Target] = {}
    for t, text in enumerate(scene.texts):
        if t not in scene.keys:
            shape = scene.outlines.get(t, scene.markers.get(t))
            ring = text.ring if shape is None else scene.tracks[shape].points
            out.setdefault(ring, Target(("text", t), ring, bounds(ring), solid=shape is not None))
    return list(out.values())


def _strongest(links: Sequence[Link], *, em: float) -> list[Link]:
    """Each drawn line once, in an order that follows from geometry: a line and its shadow are one."""
    kept: dict[frozenset[End], list[tuple[Link, list[XY]]]] = {}
    for link in sorted(links, key=lambda link: (not link.directed, -link.score, link.points)):
        if link.score < LEAST_SCORE:
            continue
        steps = resampled(link.points, 7)
        peers = kept.setdefault(frozenset((link.tail, link.head)), [])
        same = (peer for peer, _ in peers if peer.tail == link.tail or not link.directed or peer.double)
        if not any(runs_along(steps, peer.points, BESIDE_EM * em) for peer in same):
            peers.append((link, steps))
    return sorted((link for peers in kept.values() for link, _ in peers), key=lambda link: link.points)


def _without_dead_ends(links: list[Link]) -> list[Link]:
    """Without the links that end on a line which is itself no link."""
    while True:
        drawn = {k for link in links for k in link.shafts}
        kept = [link for link in links if all(end[0] != "link" or end[1] in drawn for end in (link.tail, link.head))]
        if len(kept) == len(links):
            return kept
        links = kept


def written_along(scene: Scene, links: Sequence[Link], parts: Parts, used: set[int]) -> dict[int, int]:
    """Link -> the text written along its middle, among those that nothing else uses; one to one, nearest first."""
    around = {t: parts.innermost(text.centre) for t, text in enumerate(scene.texts) if t not in used}
    index = BoxIndex([text.box for text in scene.texts])
    found = []
    for number, link in enumerate(links):
        line = resampled(link.points, 21)[4:17]
        if link.kind == "leader" or length_of(link.points) <= 1.5 * scene.em:
            continue
        for t in index.near(bounds(line), 0.8 * scene.em):
            text = scene.texts[t]
            if t in used or t in scene.callouts or text.is_number or _leaves(link, around[t], scene):
                continue
            gap = min(off_polyline(text.centre, line), *(off_ring(p, text.ring) for p in line))
            if gap <= 0.8 * scene.em:
                found.append((round(gap, 4), number, t))
    along: dict[int, int] = {}
    for _, number, t in sorted(found):
        if number not in along and t not in along.values():
            along[number] = t
    return along


def _leaves(link: Link, part: int | None, scene: Scene) -> bool:
    """Whether a link goes out of a region."""
    return part is not None and not all(inside(link.points[k], scene.tracks[part].points) for k in (0, -1))
