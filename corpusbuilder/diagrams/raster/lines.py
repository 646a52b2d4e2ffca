"""Lines and arrow heads in the ink that no closed shape explains."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpusbuilder.diagrams.plane import cross, dot, end_direction, length_of, minus, moved, resampled
from corpusbuilder.diagrams.raster.picture import Picture
from corpusbuilder.diagrams.raster.shapes import Shapes
from corpusbuilder.diagrams.raster.skeleton import Branch, find_ways
from corpusbuilder.diagrams.raster.tips import Tip, dot_corners, head_corners, read_tip
from corpusbuilder.records.page import XY, Segment, VectorPath

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

_SPUR_EM: Final = 0.75
"""Loose branches shorter than this at a node are barbs or corners of heads."""
_ONE_COLOUR: Final = 45
"""Levels by which lines of one pen differ, at most: thin ones are paler."""
_TURN: Final = 0.3
"""Radians by which a line turns over half an em, from which on it counts."""
_MOST_CHANGES, _MOST_TURNING = 4, 9.0
"""A staircase changes its sense of turning four times; a loop turns by somewhat more than once around."""
_DASH_EM: Final = 1.1
"""Short straight lines up to this length may be dashes, which have two points."""
_SHORTEST_EM: Final = 0.3
"""Lines shorter than this are specks."""


def find_lines(picture: Picture, shapes: Shapes) -> list[VectorPath]:
    """Open strokes as polylines and heads as small closed polygons, in page points."""
    import cv2
    import numpy as np

    ink = _without_specks(_filled(shapes.ink, picture.em), picture.em)
    whole = ink | shapes.outlines
    inner = cv2.distanceTransform(whole.astype(np.uint8), cv2.DIST_L2, 5)
    ways = find_ways(whole, inner, shapes.outlines, spur=_SPUR_EM * picture.em, link=0.35 * picture.em)
    ways = [way for way in ways if way.length >= _SHORTEST_EM * picture.em and not _wanders(way, em=picture.em)]
    pens = _pens(ways, picture, inner)
    lines: list[_Line] = []
    for k in sorted(range(len(ways)), key=lambda k: (-ways[k].length, ways[k].points)):
        if not any(line.wears(ways[k]) for line in lines):
            lines.append(_read(ways[k], pens[k], ink, em=picture.em))
    return [path for line in lines for path in _drawn(line, picture)]


def _wanders(way: Branch, *, em: float) -> bool:
    """Whether a line turns to and fro, as coasts, rivers and sketched edges do and lines that join things do not."""
    points = resampled(way.points, max(int(length_of(way.points) / (0.6 * em)), 2) + 1)
    turns = []
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        one, other = minus(b, a), minus(c, b)
        turn = math.atan2(cross(one, other), dot(one, other))
        if abs(turn) > _TURN:
            turns.append(turn)
    changes = sum((a > 0) != (b > 0) for a, b in pairwise(turns))
    return changes > _MOST_CHANGES or sum(abs(turn) for turn in turns) > _MOST_TURNING


@dataclass(frozen=True, slots=True)
class _Pen:
    colour: "Pixels"
    half: float
    """Half of its width, in pixels."""


def _pens(ways: Sequence[Branch], picture: Picture, inner: "Pixels") -> list[_Pen]:
    """What each line is drawn with: alike colours and widths are one pen, so that dashes find one another."""
    import numpy as np

    seen = []
    for way in ways:
        places = np.array(way.points).astype(int)
        deep = inner[places[:, 1], places[:, 0]]
        real = picture.ink[places[:, 1], places[:, 0]]
        core = (deep >= np.median(deep)) & (real if real.any() else True)
        core = core if core.any() else np.ones_like(core)
        colour = np.median(picture.rgb[places[core, 1], places[core, 0]].astype(float), axis=0)
        seen.append(_Pen(colour, float(np.median(deep))))
    pens: list[_Pen] = []
    found: dict[int, _Pen] = {}
    for k in sorted(range(len(ways)), key=lambda k: (-ways[k].length, ways[k].points)):
        like = next((pen for pen in pens if _is_like(pen, seen[k])), None)
        if like is None:
            like = seen[k]
            pens.append(like)
        found[k] = like
    return [found[k] for k in range(len(ways))]


def _is_like(pen: _Pen, other: _Pen) -> bool:
    same = float(abs(pen.colour - other.colour).max()) <= _ONE_COLOUR
    return same and max(pen.half, other.half) <= 1.5 * min(pen.half, other.half) + 0.6


def _filled(ink: "Pixels", em: float) -> "Pixels":
    """Ink with its small holes filled: hollow heads and rings as solid ones."""
    import cv2
    import numpy as np

    count, holes, stats, _ = cv2.connectedComponentsWithStats((~ink).astype(np.uint8), connectivity=4)
    small = (stats[:, cv2.CC_STAT_AREA] <= (0.8 * em) ** 2) & (
        np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= 1.3 * em
    )
    small[0] = False
    return np.asarray(ink | (small[holes] if count > 1 else False))


def _without_specks(ink: "Pixels", em: float) -> "Pixels":
    import cv2
    import numpy as np

    _, blots, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= max(0.25 * em, 3)
    large[0] = False
    return np.asarray(large[blots])


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in pixels, drawn out to its tips."""

    points: list[XY]
    tips: tuple[Tip | None, Tip | None]
    pen: _Pen

    def wears(self, way: Branch) -> bool:
        """Whether a way is but a barb or an edge of one of the line's heads."""
        for tip in self.tips:
            if tip is None or way.length > 1.6 * tip.length + 2 * tip.half:
                continue
            room = self.pen.half + 2.0
            if all(
                -tip.length - room <= dot(minus(p, tip.point), tip.axis) <= room + 2.0
                and abs(cross(minus(p, tip.point), tip.axis)) <= tip.half + room
                for p in way.points
            ):
                return True
        return False


def _read(way: Branch, pen: _Pen, ink: "Pixels", *, em: float) -> _Line:
    """A line with what it ends in."""
    points = _simple(way.points, em=em)
    tips = [_tip(points, which, way, ink, half=pen.half, em=em) for which in (0, 1)]
    for which, tip in enumerate(tips):
        points = _ended(points, which, tip, half=pen.half, loose=way.ends[which] is None)
    return _Line(points, (tips[0], tips[1]), pen)


def _drawn(line: _Line, picture: Picture) -> list[VectorPath]:
    """A line and its heads as paths of the page."""
    colour = _hex(line.pen.colour)
    paths = [_stroke(line.points, picture, colour, width=2 * line.pen.half)]
    for tip in line.tips:
        if tip is not None and tip.style == "arrow":
            paths.append(_polygon(head_corners(tip), picture, colour))
        elif tip is not None and tip.style == "dot":
            paths.append(_polygon(dot_corners(tip), picture, colour))
        elif tip is not None:
            side = -tip.axis[1], tip.axis[0]
            middle = moved(tip.point, tip.axis, -tip.length / 2)
            bar = [moved(middle, side, tip.half), moved(middle, side, -tip.half)]
            paths.append(_stroke(bar, picture, colour, width=tip.length))
    return paths


def _tip(points: Sequence[XY], which: int, way: Branch, ink: "Pixels", *, half: float, em: float) -> Tip | None:
    if way.ends[which] is not None:
        return None
    line = points if which else points[::-1]
    back = _cut(line, min(0.45 * em, 0.3 * length_of(line)))
    axis = end_direction(back, min(0.9 * em, 0.6 * length_of(back)))
    return read_tip(ink, line[-1], axis, half=half, em=em)


def _cut(line: Sequence[XY], by: float) -> list[XY]:
    """A line without the last pixels of its length, where its head bends the skeleton."""
    left = list(line)
    while len(left) > 2 and by > 0:
        step = length_of(left[-2:])
        if step > by:
            break
        by -= step
        left.pop()
    (ax, ay), (bx, by_) = left[-2], left[-1]
    step = length_of(left[-2:])
    share = max(step - by, 0.3 * step) / step if step else 1.0
    return [*left[:-1], (ax + share * (bx - ax), ay + share * (by_ - ay))]


def _ended(points: list[XY], which: int, tip: Tip | None, *, half: float, loose: bool) -> list[XY]:
    """A line drawn out to its tip, or to where its ink ends."""
    line = points if which else points[::-1]
    if tip is not None and tip.style == "dot":
        line = [*_cut(line, min(tip.length, 0.45 * length_of(line))), moved(tip.point, tip.axis, -tip.half)]
    elif tip is not None and len(line) == 2:
        line = [line[0], tip.point]  # a dash stays one, for those before it
    elif tip is not None:
        line = [*_cut(line, min(tip.length, 0.45 * length_of(line))), tip.point]
    elif loose:
        line = [*line[:-1], moved(line[-1], end_direction(line, 4 * half + 2), half)]
    return line if which else line[::-1]


def _simple(points: Sequence[XY], *, em: float) -> list[XY]:
    """A polyline with fewer points, within less than a pixel."""
    import cv2
    import numpy as np

    smooth = np.array(points, np.float32)
    if len(smooth) > 6:
        window = np.ones(5) / 5
        inner = np.stack([np.convolve(smooth[:, k], window, mode="valid") for k in (0, 1)], axis=1)
        smooth = np.concatenate([smooth[:1], inner, smooth[-1:]]).astype(np.float32)
    if math.dist(smooth[0], smooth[-1]) <= _DASH_EM * em and _bulge(smooth) <= 0.12 * em:
        return [points[0], points[-1]]
    kept = cv2.approxPolyDP(smooth.reshape(-1, 1, 2), max(0.7, 0.04 * em), closed=False)[:, 0, :]
    out = [(float(x), float(y)) for x, y in kept]
    return out if len(out) > 1 else [points[0], points[-1]]


def _bulge(line: "Pixels") -> float:
    """How far a line goes off the straight way between its ends."""
    import numpy as np

    chord = line[-1] - line[0]
    off = line - line[0]
    return float(np.abs(off[:, 0] * chord[1] - off[:, 1] * chord[0]).max() / max(float(np.hypot(*chord)), 1e-6))


def _stroke(points: Sequence[XY], picture: Picture, colour: str, *, width: float) -> VectorPath:
    placed = [picture.point(*p) for p in points]
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    return VectorPath(
        segments=tuple(Segment("l", pair) for pair in pairwise(placed)),
        box=(min(xs), min(ys), max(xs), max(ys)),
        closed=False,
        stroke=colour,
        width=width * picture.to_page[0],
    )


def _polygon(corners: Sequence[XY], picture: Picture, colour: str) -> VectorPath:
    placed = [picture.point(*p) for p in corners]
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    return VectorPath(
        segments=tuple(Segment("l", pair) for pair in zip(placed, [*placed[1:], placed[0]], strict=True)),
        box=(min(xs), min(ys), max(xs), max(ys)),
        closed=True,
        fill=colour,
    )


def _hex(colour: "Pixels") -> str:
    return "#" + "".join(f"{round(float(level)):02x}" for level in colour)
