"""Closed shapes in a picture: plain fields with their outlines, and small solid marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpusbuilder.diagrams.heads import find_block_arrows
from corpusbuilder.diagrams.raster.dashes import bridged
from corpusbuilder.diagrams.raster.picture import Picture
from corpusbuilder.diagrams.tracks import make_tracks
from corpusbuilder.records.page import XY, Segment, VectorPath

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

_SAME: Final = 14
"""Levels by which two fields that look alike differ, at most."""
_SMOOTH: Final = 0.9
"""Share of its convex hull that an outlined field of the colour around it fills, at least."""
_RIM: Final = 1.2
"""Pixels beyond the width of an outline that are still its own: blur."""
_PEN_EM: Final = 0.22
"""Widest outline of a shape that is as white as the paper: what is bounded by thicker ink lies between thick arrows."""
_PAPER: Final = 235
"""A background whose levels are all above this is the paper."""


@dataclass(frozen=True)
class Shapes:
    """What closed shapes explain of a picture."""

    paths: list[VectorPath]
    """Closed, in page points, with the fill and stroke colours that one sees."""
    ink: "Pixels"
    """Height x width, bool: pixels of lines and heads, which no shape explains."""
    outlines: "Pixels"
    """Height x width, bool: ink around the shapes. Lines may cross it."""


@dataclass(frozen=True)
class _Field:
    mask: "Pixels"
    left: int
    top: int
    colour: str
    is_apart: bool
    """Whether it looks different from what lies around it."""


def find_shapes(picture: Picture) -> Shapes:
    """The closed shapes of a picture, and the ink that is left for lines and heads."""
    import cv2
    import numpy as np

    ink = picture.ink.copy()
    paths = []
    for field in _fields(picture):
        width = _outline_width(field, picture)
        whole = _whole(field.mask, em=picture.em)
        away = cv2.distanceTransform(1 - whole.astype(np.uint8), cv2.DIST_L2, 5)
        grown = away <= width + _RIM
        height, wide = field.mask.shape
        part = slice(field.top, field.top + height), slice(field.left, field.left + wide)
        band = grown & ~whole & picture.ink[part]
        outline = _contour(field, round(width / 2), picture)
        if outline is None:
            continue
        arrow = _as_block_arrow(outline, picture)
        is_box = _is_even(outline) and bool((picture.text[part] & field.mask).any())
        is_thin = width <= _PEN_EM * picture.em
        is_drawn = (arrow is not None or (is_thin and _is_one_shape(outline))) and _is_one_pen(band, picture, part)
        if not (field.is_apart or is_box or is_drawn):
            continue
        outline = outline if arrow is None else arrow
        stroke = _hex(np.median(picture.rgb[part][band], axis=0)) if width > 0 and band.any() else None
        ink[part] &= ~band
        paths.append(_closed(outline, picture, fill=field.colour, stroke=stroke, width=width))
    outlines = picture.ink & ~ink
    solid, ink = _solids(picture, bridged(ink, picture.ink, em=picture.em))
    return Shapes(paths + solid, ink, outlines)


def _fields(picture: Picture) -> Iterator[_Field]:
    """The fields of a picture but for its background, each with a margin of a few pixels."""
    import numpy as np

    plain = np.where(picture.ink, 0, picture.fields)
    border = np.concatenate([plain[0], plain[-1], plain[:, 0], plain[:, -1]])
    counts = np.bincount(border[border > 0], minlength=len(picture.colours))
    background = int(counts.argmax())
    for k, (rows, columns) in enumerate(_slices(plain), 1):
        if rows is None or (k == background and int(picture.colours[k].min()) > _PAPER):
            continue
        margin = round(0.5 * picture.em) + 4
        top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
        part = plain[top : rows[1] + margin, left : columns[1] + margin]
        mask = _solid(part == k, picture.plain[top : rows[1] + margin, left : columns[1] + margin])
        if mask.sum() < (0.5 * picture.em) ** 2 or min(rows[1] - rows[0], columns[1] - columns[0]) < 4:
            continue
        around = _around(picture, mask, part, k)
        apart = int(np.abs(picture.colours[k] - picture.colours[around]).max()) > _SAME if around else True
        yield _Field(mask, left, top, _hex(picture.colours[k]), apart)


def _solid(mask: "Pixels", plain: "Pixels") -> "Pixels":
    """A field without the pockets beyond its outline, which are nearer to it than to their own."""
    import cv2
    import numpy as np

    count, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    kept = np.bincount(pieces[mask & plain], minlength=count) > 0
    kept[0] = False
    return np.asarray(kept[pieces])


def _slices(labels: "Pixels") -> "list[tuple[tuple[int, int] | None, tuple[int, int]]]":
    """Rows and columns of each label from 1, ends exclusive; None for labels that are not there."""
    import numpy as np

    count = int(labels.max()) + 1
    ys, xs = np.nonzero(labels)
    owner = labels[ys, xs]
    low, high = np.full((count, 2), 1 << 30), np.full((count, 2), -1)
    for axis, values in enumerate((ys, xs)):
        np.minimum.at(low[:, axis], owner, values)
        np.maximum.at(high[:, axis], owner, values)
    return [
        ((int(low[k, 0]), int(high[k, 0]) + 1) if high[k, 0] >= 0 else None, (int(low[k, 1]), int(high[k, 1]) + 1))
        for k in range(1, count)
    ]


def _around(picture: Picture, mask: "Pixels", part: "Pixels", own: int) -> int:
    """The field that a field mostly borders on; 0 when there is none."""
    import cv2
    import numpy as np

    ring = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=round(0.25 * picture.em) + 3) > 0
    near = part[ring & (part != own) & (part > 0)]
    return int(np.bincount(near).argmax()) if near.size else 0


def _outline_width(field: _Field, picture: Picture) -> float:
    """Pixels of ink across the edge of a field: 0 when its colour alone ends there."""
    import cv2
    import numpy as np

    height, width = field.mask.shape
    ink = picture.ink[field.top : field.top + height, field.left : field.left + width]
    # How many steps out of the field the ink goes on, along most of the edge.
    away = cv2.distanceTransform(1 - _whole(field.mask, em=picture.em).astype(np.uint8), cv2.DIST_L2, 5)
    for step in range(1, round(0.5 * picture.em) + 2):
        ring = (away > step - 0.5) & (away <= step + 0.5)
        if not ring.any() or ink[ring].mean() < 0.6:
            return float(step - 1)
    return 0.0


def _whole(mask: "Pixels", *, em: float) -> "Pixels":
    """A field with what is drawn in it and with the notches that lines cut into its edge."""
    import cv2
    import numpy as np

    closed = cv2.morphologyEx(
        mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8), iterations=max(2, round(0.2 * em))
    )
    found, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(closed), found, -1, 1, cv2.FILLED) > 0)


def _contour(field: _Field, grow: int, picture: Picture) -> "Pixels | None":
    """The outer edge of a field in pixels of the picture: n x 2."""
    import cv2
    import numpy as np

    mask = cv2.dilate(
        _whole(field.mask, em=picture.em).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(grow, 1)
    )
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(found, key=cv2.contourArea, default=None)
    if longest is None or len(longest) < 4:
        return None
    smooth = cv2.approxPolyDP(longest, max(1.2, 0.06 * picture.em), closed=True)[:, 0, :].astype(float)
    return smooth + np.array((field.left + 0.5, field.top + 0.5)) if len(smooth) >= 3 else None


def _as_block_arrow(outline: "Pixels", picture: Picture) -> "Pixels | None":
    """The outline with its true corners, when with these it is an arrow drawn as one shape; else None."""
    import cv2

    for tolerance in (0.06, 0.1, 0.16, 0.24):
        corners = cv2.approxPolyDP(outline.astype("float32"), tolerance * picture.em, closed=True)[:, 0, :]
        path = _closed(corners, picture, fill="#000000", stroke=None, width=0.0)
        if 7 <= len(corners) <= 16 and find_block_arrows(make_tracks([path]), em=picture.em * picture.to_page[0]):
            return corners.astype(float)
    return None


def _is_even(outline: "Pixels") -> bool:
    """Whether an outline is mirrored at its centre, as boxes, ellipses and lozenges around words are."""
    import cv2
    import numpy as np

    points = outline.astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    slack = 0.06 * float((high - low).max()) + 1.5
    mirrored = low + high - points
    return all(abs(cv2.pointPolygonTest(points, (float(x), float(y)), measureDist=True)) <= slack for x, y in mirrored)


def _is_one_shape(outline: "Pixels") -> bool:
    """Whether an outline is that of one shape, not of what several leave free between them: it bulges everywhere."""
    import cv2
    import numpy as np

    points = outline.astype(np.float32)
    hull = cv2.contourArea(cv2.convexHull(points))
    return hull > 0 and cv2.contourArea(points) >= _SMOOTH * hull


def _is_one_pen(band: "Pixels", picture: Picture, part: tuple[slice, slice]) -> bool:
    """Whether the ink around a field has one colour and one width, as what one stroke of a pen draws."""
    import cv2
    import numpy as np

    if not band.any():
        return False
    colours = picture.rgb[part][band].astype(int)
    inner: Pixels = cv2.distanceTransform(picture.ink[part].astype(np.uint8), cv2.DIST_L2, 5)[band]
    core = inner >= np.median(inner)
    off = np.abs(colours[core] - np.median(colours[core], axis=0)).max(axis=1)
    return bool((off > 60).mean() < 0.15 and (inner > 2.2 * np.median(inner) + 1).mean() < 0.06)


def _solids(picture: Picture, ink: "Pixels") -> "tuple[list[VectorPath], Pixels]":
    """The marks that stand alone and are about as wide as long: dots, patches of keys, ornaments."""
    import cv2
    import numpy as np

    count, blots, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    paths = []
    taken = np.zeros(count, bool)
    for k in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[k])
        if area < 9 or max(width, height) > 4 * picture.em:
            continue
        mask = (blots[y : y + height, x : x + width] == k).astype(np.uint8)
        found, _ = cv2.findContours(np.pad(mask, 1), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        contour = max(found, key=len)
        _, (wide, long), _ = cv2.minAreaRect(contour)
        short, long = sorted((wide + 1, long + 1))
        inside = cv2.contourArea(contour) + len(contour) / 2
        bulges = cv2.contourArea(contour) >= 0.8 * cv2.contourArea(cv2.convexHull(contour))
        if not bulges or long > 3.2 * short or inside < 0.42 * short * long or short < 3 or area < 0.6 * inside:
            continue
        corners = cv2.approxPolyDP(contour, max(0.8, 0.1 * short), closed=True)[:, 0, :] + (x - 0.5, y - 0.5)
        deep = cv2.erode(np.pad(mask, 1), np.ones((3, 3), np.uint8), iterations=max(1, int(short / 4)))[1:-1, 1:-1] > 0
        deep = deep if deep.any() else mask > 0
        colour = _hex(np.median(picture.rgb[y : y + height, x : x + width][deep], axis=0))
        if len(corners) >= 3:
            taken[k] = True
            paths.append(_closed(corners, picture, fill=colour, stroke=None, width=0.0))
    return paths, np.asarray(ink & ~taken[blots])


def _closed(outline: "Pixels", picture: Picture, *, fill: str | None, stroke: str | None, width: float) -> VectorPath:
    points: list[XY] = [picture.point(float(x), float(y)) for x, y in outline]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return VectorPath(
        segments=tuple(Segment("l", pair) for pair in zip(points, [*points[1:], points[0]], strict=True)),
        box=(min(xs), min(ys), max(xs), max(ys)),
        closed=True,
        stroke=stroke,
        fill=fill,
        width=width * picture.to_page[0],
    )


def _hex(colour: "Pixels") -> str:
    return "#" + "".join(f"{round(float(level)):02x}" for level in colour)
