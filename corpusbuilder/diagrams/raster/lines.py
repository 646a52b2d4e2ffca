"""Lines and arrow heads in the ink that no closed shape explains."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpusbuilder.diagrams.plane import end_direction, length_of, moved
from corpusbuilder.diagrams.raster.picture import Picture
from corpusbuilder.diagrams.raster.shapes import Shapes
from corpusbuilder.diagrams.raster.skeleton import Branch, find_ways
from corpusbuilder.diagrams.raster.tips import Tip, head_corners, read_tip
from corpusbuilder.records.page import XY, Segment, VectorPath

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

_SPUR_EM: Final = 0.75
"""Loose branches shorter than this at a node are barbs or corners of heads."""
_SHORTEST_EM: Final = 0.3
"""Lines shorter than this are specks."""


def find_lines(picture: Picture, shapes: Shapes) -> list[VectorPath]:
    """Open strokes as polylines and heads as small closed polygons, in page points."""
    import cv2
    import numpy as np

    ink = _without_specks(_filled(shapes.ink, picture.em), picture.em)
    inner = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 5)
    paths: list[VectorPath] = []
    for way in find_ways(ink, inner, spur=_SPUR_EM * picture.em, link=0.35 * picture.em):
        if way.length >= _SHORTEST_EM * picture.em:
            paths += _drawn(way, picture, ink, inner)
    return paths


def _filled(ink: "Pixels", em: float) -> "Pixels":
    """Ink with its small holes filled: hollow heads and rings as solid ones."""
    import cv2
    import numpy as np

    count, holes, stats, _ = cv2.connectedComponentsWithStats((~ink).astype(np.uint8), connectivity=4)
    small = (stats[:, cv2.CC_STAT_AREA] <= (0.55 * em) ** 2) & (
        np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= 0.9 * em
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


def _drawn(way: Branch, picture: Picture, ink: "Pixels", inner: "Pixels") -> list[VectorPath]:
    """A line with its heads."""
    import numpy as np

    places = np.array(way.points).astype(int)
    half = float(np.median(inner[places[:, 1], places[:, 0]]))
    colour = _hex(np.median(picture.rgb[places[:, 1], places[:, 0]], axis=0))
    points = _simple(way.points, em=picture.em)
    tips = [_tip(points, which, way, ink, half=half, em=picture.em) for which in (0, 1)]
    for which, tip in enumerate(tips):
        points = _ended(points, which, tip, half=half, loose=way.ends[which] is None)
    paths = [_stroke(points, picture, colour, width=2 * half)]
    for tip in tips:
        if tip is not None and tip.style == "arrow":
            paths.append(_polygon(head_corners(tip), picture, colour))
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
    if tip is not None:
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
    kept = cv2.approxPolyDP(smooth.reshape(-1, 1, 2), max(0.7, 0.04 * em), closed=False)[:, 0, :]
    out = [(float(x), float(y)) for x, y in kept]
    return out if len(out) > 1 else [points[0], points[-1]]


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
