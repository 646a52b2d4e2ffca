"""From MuPDF's list of drawing operations to vector paths. Knows its dictionaries, imports nothing of it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from corpusbuilder.records.geometry import Affine, apply_affine, transform_box
from corpusbuilder.records.page import XY, Rect, Segment, VectorPath

Drawing: TypeAlias = Mapping[str, Any]
"""One dictionary of ``Page.get_cdrawings(extended=True)``."""

_NUMBER: Final = re.compile(r"\d*\.?\d+")


def make_paths(drawings: Iterable[Drawing], matrix: Affine | None, page: Rect) -> tuple[VectorPath, ...]:
    """The visible paths in painting order.

    Args:
        drawings: ``get_cdrawings(extended=True)``, in which a clip applies to what follows on deeper levels.
        matrix: from MuPDF's unrotated page to the displayed page; None when the page is not rotated.
        page: the displayed page; what lies outside it or outside its clip is left out.
    """
    paths: list[VectorPath] = []
    clips: list[tuple[int, Rect]] = []
    for drawing in drawings:
        level = drawing["level"]
        while clips and clips[-1][0] >= level:
            clips.pop()
        if drawing["type"] == "clip":
            scissor = tuple(drawing["scissor"])
            clips.append((level, transform_box(matrix, scissor) if matrix else scissor))
        elif drawing["type"] != "group" and (path := _path(drawing, matrix, len(paths))):
            clip = _intersect(page, clips[-1][1]) if clips else page
            if visible := _clipped(path, clip):
                paths.append(visible)
    return tuple(paths)


def outline_paths(boxes: Iterable[Rect], page: Rect) -> tuple[VectorPath, ...]:
    """Paths known by their bounds only, for pages with more paths than anyone could look at."""
    paths: list[VectorPath] = []
    for box in boxes:
        path = VectorPath(segments=(), box=box, closed=False, stroke="#000000", order=len(paths))
        if visible := _clipped(path, page):
            paths.append(visible)
    return tuple(paths)


def _path(drawing: Drawing, matrix: Affine | None, order: int) -> VectorPath | None:
    kind = drawing["type"]
    segments, shut = _segments(drawing["items"], matrix)
    if not segments:
        return None
    xs = [x for segment in segments for x, _ in segment.points]
    ys = [y for segment in segments for _, y in segment.points]
    if not all(-1e6 < value < 1e6 for value in (min(xs), max(xs), min(ys), max(ys))):
        return None
    stroked, filled = "s" in kind, "f" in kind
    opacities = [drawing.get(f"{name}_opacity") for name, used in (("fill", filled), ("stroke", stroked)) if used]
    return VectorPath(
        segments=segments,
        box=(min(xs), min(ys), max(xs), max(ys)),
        closed=filled or shut or bool(drawing.get("closePath")) or segments[0].points[0] == segments[-1].points[-1],
        stroke=_hex(drawing.get("color")) if stroked else None,
        fill=_hex(drawing.get("fill")) if filled else None,
        width=float(drawing.get("width") or 0.0) if stroked else 0.0,
        dashes=_dashes(drawing.get("dashes")) if stroked else (),
        opacity=max((1.0 if value is None else float(value) for value in opacities), default=1.0),
        order=order,
    )


def _segments(items: Iterable[tuple[Any, ...]], matrix: Affine | None) -> tuple[tuple[Segment, ...], bool]:
    """Segments, and whether all of them are rectangles or quads."""
    segments: list[Segment] = []
    shut = True
    for item in items:
        kind = item[0]
        if kind == "re":
            x0, y0, x1, y1 = item[1]
            segments += _ring([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], matrix)
        elif kind == "qu":
            upper_left, upper_right, lower_left, lower_right = item[1]
            segments += _ring([upper_left, upper_right, lower_right, lower_left], matrix)
        else:
            shut = False
            points = tuple(item[1:]) if matrix is None else tuple(apply_affine(matrix, p) for p in item[1:])
            segments.append(Segment("c" if kind == "c" else "l", points))
    return tuple(segments), shut


def _ring(corners: list[XY], matrix: Affine | None) -> list[Segment]:
    if matrix is not None:
        corners = [apply_affine(matrix, corner) for corner in corners]
    return [Segment("l", (a, b)) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]


def _clipped(path: VectorPath, clip: Rect) -> VectorPath | None:
    """The path with its box cut to what shows; its segments stay whole. None when nothing shows."""
    x0, y0, x1, y1 = path.box
    if x0 >= clip[0] and y0 >= clip[1] and x1 <= clip[2] and y1 <= clip[3]:
        return path
    box = _intersect(path.box, clip)
    if box[0] > box[2] or box[1] > box[3]:
        return None
    return VectorPath(
        path.segments,
        box,
        path.closed,
        path.stroke,
        path.fill,
        path.width,
        path.dashes,
        path.opacity,
        path.order,
    )


def _intersect(a: Rect, b: Rect) -> Rect:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def _hex(color: tuple[float, ...] | None) -> str:
    if color is None:
        return "#000000"
    rgb = color if len(color) == 3 else (color[0],) * 3
    return "#" + "".join(f"{min(max(round(value * 255), 0), 255):02x}" for value in rgb)


def _dashes(text: str | None) -> tuple[float, ...]:
    """The numbers of ``[ 3 2 ] 0``; all zeros mean solid."""
    if not text or "]" not in text:
        return ()
    values = tuple(float(value) for value in _NUMBER.findall(text[: text.index("]")]))
    return values if any(values) else ()
