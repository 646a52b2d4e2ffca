"""Arrow heads: small symmetric shapes that come to a point, however they are drawn."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from corpusbuilder.diagrams.plane import cross, dot, length_of, middle, minus, resampled, simplified, unit
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.diagram import HeadStyle
from corpusbuilder.records.page import XY

LONGEST_EM: Final = 3.0
"""Longest arrow head, in em; longer triangles are shapes."""


@dataclass(frozen=True, slots=True)
class Head:
    """One reading of a shape as an arrow head. An equilateral triangle has three."""

    tip: XY
    direction: XY
    """Unit vector towards the tip."""
    length: float
    width: float
    ink: str
    shape: tuple[int, ...]
    """Indices of the tracks that draw it."""
    outline: tuple[XY, ...]
    """What is drawn; two or three points when it is strokes."""
    is_open: bool
    """Two strokes, rather than an outline."""
    quality: float
    """0 to 1: how symmetric."""
    style: HeadStyle = "arrow"
    on_line: bool = False
    """A ring on another line: lines end there, and the arrows that start there do not wear it."""


@dataclass(frozen=True, slots=True)
class BlockArrow:
    """A whole arrow drawn as one filled outline."""

    points: tuple[XY, ...]
    """Centre line, tail to tip."""
    double: bool
    ink: str
    track: int


def find_heads(tracks: Sequence[Track], *, em: float) -> list[Head]:
    """All readings of small tracks as arrow heads."""
    heads: list[Head] = []
    strokes: list[int] = []
    for index, track in enumerate(tracks):
        if track.extent > LONGEST_EM * em or track.extent <= 0:
            continue
        if track.closed:
            heads += _filled_heads(track, index)
            if (arrow := _block_arrow(track, index)) is not None and not arrow.double:
                heads.append(_stemmed_head(track, arrow))
        elif track.stroke and not track.fill:
            if (head := _open_head(track, index)) is not None:
                heads.append(head)
            elif len(track.corners) == 2 and track.extent <= 1.5 * em:
                strokes.append(index)
    return heads + _two_stroke_heads(tracks, strokes, em=em)


def _filled_heads(track: Track, index: int) -> Iterator[Head]:
    corners: Sequence[XY] = track.corners
    if len(corners) > 6 or (track.curved and len(corners) > 3 and _is_convex(corners)):
        corners = simplified(track.points, 0.09 * track.extent)
    count = len(corners)
    if not 3 <= count <= 6 or (track.curved and track.roundness > 0.9 and len(track.corners) > 3):
        return
    if count > 3 and _is_convex(corners) and not (count == 4 and _is_kite(corners)):
        return
    ink = track.stroke if track.fill in (None, "#ffffff") else track.fill
    if ink is None:
        return
    for k in range(count):
        ring = [*corners[k:], *corners[:k]]
        measured = _symmetric(ring)
        is_back = count == 4 and math.dist(ring[0], ring[1]) < math.dist(ring[1], ring[2]) and _is_convex(ring)
        if measured is not None and not is_back:
            direction, length, width, quality = measured
            yield Head(ring[0], direction, length, width, ink, (index,), track.points, is_open=False, quality=quality)


def _stemmed_head(track: Track, arrow: BlockArrow) -> Head:
    """A small block arrow as the head of a line that goes on from its tail."""
    tip, tail = arrow.points[-1], arrow.points[0]
    long, ring = math.dist(tip, tail), track.points
    way = unit(minus(tip, tail))
    wide = max(cross(minus(p, tip), way) for p in ring) - min(cross(minus(p, tip), way) for p in ring)
    return Head(tip, way, long, wide, arrow.ink, (arrow.track,), ring, is_open=False, quality=1.0)


def _symmetric(ring: Sequence[XY]) -> tuple[XY, float, float, float] | None:
    """Direction, length, width and quality of a ring that comes to a point in its first corner, or None."""
    tip, count = ring[0], len(ring)
    direction = unit(minus(tip, middle(ring[1], ring[-1])))
    wings = unit(minus(ring[1], tip)), unit(minus(ring[-1], tip))
    if direction == (0.0, 0.0) or dot(wings[0], wings[1]) < -0.35:
        return None
    length = max(dot(minus(tip, p), direction) for p in ring)
    width, skew = 0.0, 0.0
    for k in range(1, (count + 1) // 2):
        left, right = ring[k], ring[-k]
        apart = minus(left, right)
        width = max(width, math.hypot(*apart))
        skew = max(skew, abs(dot(apart, direction)), abs(cross(minus(middle(left, right), tip), direction)))
    if count % 2 == 0:
        skew = max(skew, abs(cross(minus(ring[count // 2], tip), direction)))
    barbs = min(dot(minus(tip, ring[1]), direction), dot(minus(tip, ring[-1]), direction))
    if barbs <= 0 or not 0.2 * length <= width <= 3 * length or skew > 0.2 * max(length, width):
        return None
    return direction, length, width, 1 - 2 * skew / max(length, width)


def _is_kite(ring: Sequence[XY]) -> bool:
    """Whether a ring of four corners has one that is clearly sharper than the one across, so that it points there."""
    sides = [math.dist(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    pairs = [(sides[k - 1] + sides[k], abs(sides[k - 1] - sides[k])) for k in range(4)]
    return any(off <= 0.1 * long and long >= 1.3 * (sum(sides) - long) for long, off in pairs)


def _is_convex(ring: Sequence[XY]) -> bool:
    turns = [
        cross(minus(b, a), minus(c, b))
        for a, b, c in zip(ring, [*ring[1:], ring[0]], [*ring[2:], *ring[:2]], strict=True)
    ]
    return all(t >= 0 for t in turns) or all(t <= 0 for t in turns)


def _open_head(track: Track, index: int) -> Head | None:
    """Two strokes or two curves that meet in a point half way."""
    points = track.points
    if len(track.corners) != 3 or len(points) < 3 or track.stroke is None:
        return None
    start, tip, end = track.corners
    return _vee(start, tip, end, track.stroke, (index,))


def _vee(start: XY, tip: XY, end: XY, ink: str, shape: tuple[int, ...]) -> Head | None:
    left, right = math.dist(start, tip), math.dist(end, tip)
    if min(left, right) < 0.75 * max(left, right):
        return None
    opening = dot(unit(minus(start, tip)), unit(minus(end, tip)))
    if not -0.35 <= opening <= 0.97:
        return None
    back = middle(start, end)
    length = math.dist(tip, back)
    quality = min(left, right) / max(left, right)
    way = unit(minus(tip, back))
    wide, outline = math.dist(start, end), (start, tip, end)
    return Head(tip, way, length, wide, ink, shape, outline, is_open=True, quality=quality)


def _two_stroke_heads(tracks: Sequence[Track], strokes: Sequence[int], *, em: float) -> list[Head]:
    """Pairs of short strokes that start in one point."""
    step = 0.1 * em
    cells: dict[tuple[int, int], list[tuple[int, XY, XY]]] = {}
    for index in strokes:
        a, b = tracks[index].corners
        for here, other in ((a, b), (b, a)):
            cells.setdefault((round(here[0] / step), round(here[1] / step)), []).append((index, here, other))
    heads = []
    for cell in sorted(cells):
        group = cells[cell]
        if len(group) > 6:
            continue
        for (i, tip, start), (j, _, end) in combinations(group, 2):
            same = tracks[i].stroke == tracks[j].stroke
            ink = tracks[i].stroke
            if same and i != j and ink and (head := _vee(start, tip, end, ink, (i, j))):
                heads.append(head)
    return heads


def find_block_arrows(tracks: Sequence[Track], *, em: float) -> list[BlockArrow]:
    """Filled outlines with a point, two barbs and two necks, then the two sides of a shaft."""
    found = []
    for index, track in enumerate(tracks):
        arrow = _block_arrow(track, index) if track.extent >= 0.8 * em else None
        # Large ones are longer than wide: an area of a map may have a corner between two barbs too.
        if arrow and (track.extent <= 4 * em or track.area <= 0.4 * length_of(arrow.points) ** 2):
            found.append(arrow)
    return found


def _block_arrow(track: Track, index: int) -> BlockArrow | None:
    corners = track.corners
    if not (track.closed and track.fill and 7 <= len(corners) <= 16):
        return None
    tips = [k for k in range(len(corners)) if _is_barbed_tip([*corners[k:], *corners[:k]])]
    if not 1 <= len(tips) <= 2:
        return None
    ring = list(track.points)
    tip = corners[tips[-1]]
    start = ring.index(tip)
    ring = [*ring[start:], *ring[:start]]
    if len(tips) == 2:
        far = ring.index(corners[tips[0]])
        left, right = ring[: far + 1], [ring[0], *ring[: far - 1 : -1]]
    else:
        left, right = _sides(ring, corners)
    if length_of(left) < 0.5 * length_of(right) or length_of(right) < 0.5 * length_of(left):
        return None
    spine = [middle(a, b) for a, b in zip(resampled(left, 9), resampled(right, 9), strict=True)]
    spine.reverse()
    return BlockArrow(
        (*spine[:-1], tip),
        len(tips) == 2,
        track.stroke if track.fill == "#ffffff" and track.stroke else track.fill or "",
        index,
    )


def _sides(ring: Sequence[XY], corners: Sequence[XY]) -> tuple[list[XY], list[XY]]:
    """The two ways around from the tip (first) to the middle of the tail end."""
    walked = [0.0]
    for a, b in pairwise(ring):
        walked.append(walked[-1] + math.dist(a, b))
    half = (walked[-1] + math.dist(ring[-1], ring[0])) / 2
    known = set(corners)
    turns = [k for k, p in enumerate(ring) if p in known]
    left, right = min(pairwise(turns), key=lambda pair: abs(walked[pair[0]] + walked[pair[1]] - 2 * half))
    return list(ring[: left + 1]), [ring[0], *reversed(ring[right:])]


def _is_barbed_tip(ring: Sequence[XY]) -> bool:
    """Whether the first corner is a point between two barbs, with a narrower neck behind."""
    tip, left, right, neck_left, neck_right = ring[0], ring[1], ring[-1], ring[2], ring[-2]
    direction = unit(minus(tip, middle(left, right)))
    barbs, necks = math.dist(left, right), math.dist(neck_left, neck_right)
    if barbs == 0 or necks > 0.85 * barbs or dot(unit(minus(left, tip)), unit(minus(right, tip))) < -0.5:
        return False
    skew = max(abs(dot(minus(left, right), direction)), abs(dot(minus(neck_left, neck_right), direction)))
    centred = abs(cross(minus(middle(neck_left, neck_right), tip), direction))
    deep = dot(minus(tip, left), direction) > 0 and dot(minus(tip, neck_left), direction) > 0
    turn = cross(minus(left, tip), minus(neck_left, left)) * cross(minus(neck_left, left), minus(ring[3], neck_left))
    return deep and skew <= 0.2 * barbs and centred <= 0.2 * barbs and turn < 0
