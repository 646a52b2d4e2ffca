"""The records of a figure's graph, in pixels of its image."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from corpusbuilder.diagrams.labels import Role
from corpusbuilder.diagrams.links import End, Link, find_links, written_along
from corpusbuilder.diagrams.naming import Name, NamedBy, name_parts
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.regions import Parts
from corpusbuilder.diagrams.scene import Scene, box_of, read_scene
from corpusbuilder.diagrams.upright import laid_level
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.geometry import DECIMALS, Affine, Point, Polygon, apply_affine, box_polygon, make_box
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.page import XY, Line, Rect, VectorPath

_Element = TypeVar("_Element", DiagramLabel, Connector, Region)
Method: TypeAlias = Literal["text_layer", "ocr"]
Drawn: TypeAlias = Literal["vector", "cv"]
MOST_POINTS: Final = 64
"""A stored outline or line has at most so many points."""


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Where the figure's image is."""

    to_pixels: Affine
    size: tuple[int, int]
    figure_id: str

    def point(self, p: XY) -> Point:
        """A point in pixels, inside the image."""
        (x, y), (width, height) = apply_affine(self.to_pixels, p), self.size
        x = 0.0 if x < 0.0 else min(x, width)
        y = 0.0 if y < 0.0 else min(y, height)
        return round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0

    def line(self, points: Sequence[XY]) -> tuple[Point, ...]:
        """Points in pixels, thinned out, each once."""
        step = max(1, math.ceil(len(points) / MOST_POINTS))
        kept = [*points[:-1:step], points[-1]]
        return tuple(dict.fromkeys(self.point(p) for p in kept))

    def box(self, box: Rect) -> tuple[float, float, float, float]:
        """A box in pixels."""
        corners = [self.point(p) for p in box_polygon(box)]
        xs, ys = [p[0] for p in corners], [p[1] for p in corners]
        return make_box(min(xs), min(ys), max(xs), max(ys))


def read_diagram(
    lines: Sequence[Line],
    paths: Sequence[VectorPath],
    *,
    to_pixels: Affine,
    size: tuple[int, int],
    figure_id: str,
    method: Method,
    drawn: Drawn = "vector",
) -> Diagram:
    """The graph of one figure.

    Args:
        lines: text in the figure: page points, or pixels of the image when it comes from OCR.
        paths: painted paths in the figure, in the same coordinates; none for a raster.
        to_pixels: from those coordinates to pixels of the figure image.
        size: width and height of that image in pixels.
        figure_id: enters the ids of all elements.
        method: where the text comes from.
        drawn: where the paths come from: the file, or the tracing of its pixels.

    Returns:
        Labels, the connectors both ends of which are known, and the regions. What is doubtful is left out; a drawing
        of more than 3,000 paths yields labels only.
    """
    finite = [line for line in lines if _is_finite(line.box)], [path for path in paths if _is_finite(path.box)]
    level_lines, level_paths, to_pixels = laid_level(*finite, to_pixels)
    scene = read_scene(level_lines, level_paths)
    canvas = _Canvas(to_pixels, size, figure_id)
    busy = set(scene.outlines.values()) | set(scene.markers.values()) | set(scene.swatches)
    worn = {k for head in scene.heads for k in head.shape}
    free = [k for k in scene.rings if k not in busy and not is_dot(scene.tracks[k], em=scene.em)]
    parts = Parts(
        scene.tracks, [k for k in free if k not in worn or scene.tracks[k].extent > 2 * scene.em], em=scene.em
    )
    links = find_links(scene, parts)
    used = {end[1] for link in links for end in (link.tail, link.head) if end[0] == "text"}
    fixed = used | set(scene.outlines) | set(scene.markers) | scene.keys
    along = written_along(scene, links, parts, fixed)
    named = name_parts(scene, parts, links, fixed | set(along.values()))
    labels = _labels(scene, canvas, method, along)
    joined = {end[1] for link in links for end in (link.tail, link.head) if end[0] == "part"}
    ids = _Registry(labels)
    regions = _regions(scene, canvas, parts, named=named, joined=joined, ids=ids, drawn=drawn)
    connectors = _connectors(canvas, links, along, ids, drawn=drawn)
    return Diagram(labels=_once(labels), connectors=_once(connectors), regions=_once(regions))


def _is_finite(box: Rect) -> bool:
    return all(math.isfinite(value) for value in box)


def _once(elements: Iterable[_Element]) -> tuple[_Element, ...]:
    return tuple({element.id: element for element in elements}.values())


def _labels(scene: Scene, canvas: _Canvas, method: Method, along: Mapping[int, int]) -> list[DiagramLabel]:
    """One label per text, in the same order."""
    out = []
    for t, text in enumerate(scene.texts):
        polygon = canvas.line(text.ring)
        box = canvas.box(box_of(scene, t))
        shape = scene.outlines.get(t, scene.markers.get(t))
        outline = None if shape is None else canvas.line(scene.tracks[shape].points)
        words = [word.confidence for line in text.lines for word in line]
        sure = sum(words) / len(words)
        out.append(
            DiagramLabel(
                id=content_id("lab", canvas.figure_id, list(box), text.content),
                text=text.content,
                box=box,
                polygon=polygon,
                outline=outline,
                role=_role(scene, t, along),
                method=method,
                score=round(min(max(sure, 0.0), 1.0) * (0.99 if len(text.lines) == 1 else 0.97), 3),
            )
        )
    return out


def _role(scene: Scene, text: int, along: Mapping[int, int]) -> Role:
    if text in scene.keys:
        return "legend"
    if scene.texts[text].is_number and scene.texts[text].number in scene.entries:
        return "number"
    return "connector_label" if text in along.values() else "text"


_SURE: Final[Mapping[NamedBy, float]] = {"leader": 0.95, "number": 0.95, "inside": 0.85, "legend": 0.8}


class _Registry:
    """The ids of the elements that have been made."""

    def __init__(self, labels: Sequence[DiagramLabel]) -> None:
        self.labels = labels
        self.parts: dict[int, str] = {}
        """By track."""
        self.links: dict[int, str] = {}
        """By shaft."""

    def of(self, end: End) -> str | None:
        """The id of what a line ends at; None when that is outside the image."""
        kind, index = end
        if kind == "text":
            return self.labels[index].id
        return self.parts.get(index) if kind == "part" else self.links.get(index)


def _regions(
    scene: Scene,
    canvas: _Canvas,
    parts: Parts,
    *,
    named: Mapping[int, Name],
    joined: set[int],
    ids: _Registry,
    drawn: Drawn,
) -> list[Region]:
    """The regions that are named, joined, hold others or lie in one; a lone shape is an ornament."""
    family = {part.parent for part in parts.all} | {part.track for part in parts.all if part.parent is not None}
    kept = [part for part in parts.all if part.track in named or part.track in family or part.track in joined]
    polygons: dict[int, Polygon] = {part.track: canvas.line(scene.tracks[part.track].points) for part in kept}
    for track, polygon in polygons.items():
        if len(polygon) > 2:
            ids.parts[track] = content_id("reg", canvas.figure_id, [list(p) for p in polygon])
    regions = []
    for part in sorted(kept, key=lambda part: polygons[part.track]):
        name = named.get(part.track)
        if part.track not in ids.parts:
            continue
        regions.append(
            Region(
                id=ids.parts[part.track],
                polygon=polygons[part.track],
                box=canvas.box(scene.tracks[part.track].box),
                label_id=ids.labels[name.text].id if name else None,
                linked_by=name.by if name else None,
                parent_id=ids.parts.get(part.parent) if part.parent is not None else None,
                fill=scene.tracks[part.track].fill,
                method=drawn,
                score=_SURE[name.by] if name else 0.7,
            )
        )
    return regions


def _connectors(
    canvas: _Canvas, links: Sequence[Link], along: Mapping[int, int], ids: _Registry, *, drawn: Drawn
) -> list[Connector]:
    lines = [canvas.line(link.points) for link in links]
    kept = [index for index, line in enumerate(lines) if len(line) > 1]
    names = {
        index: content_id("con", canvas.figure_id, links[index].kind, [list(p) for p in lines[index]]) for index in kept
    }
    for index in kept:
        ids.links.update(dict.fromkeys(links[index].shafts, names[index]))
    return [
        Connector(
            id=names[index],
            kind=links[index].kind,
            points=lines[index],
            tail_id=ids.of(links[index].tail),
            head_id=ids.of(links[index].head),
            directed=links[index].directed,
            double=links[index].double,
            label_id=ids.labels[along[index]].id if index in along else None,
            method=drawn,
            score=links[index].score,
        )
        for index in kept
    ]
