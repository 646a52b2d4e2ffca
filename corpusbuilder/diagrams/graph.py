"""The records of a figure's graph, in pixels of its image."""

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from corpusbuilder.diagrams.canvas import Canvas, Registry
from corpusbuilder.diagrams.connector_records import record_connectors
from corpusbuilder.diagrams.decor import find_decor
from corpusbuilder.diagrams.doubts import believed
from corpusbuilder.diagrams.label_records import Method, record_labels
from corpusbuilder.diagrams.links import find_links, written_along
from corpusbuilder.diagrams.loose import find_loose
from corpusbuilder.diagrams.naming import name_parts
from corpusbuilder.diagrams.outlines import is_dot
from corpusbuilder.diagrams.region_records import Drawn, record_regions
from corpusbuilder.diagrams.regions import Parts
from corpusbuilder.diagrams.roles import Shape, sort_shapes
from corpusbuilder.diagrams.scene import read_scene
from corpusbuilder.diagrams.upright import laid_level
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import Line, Rect, VectorPath

_Element = TypeVar("_Element", DiagramLabel, Connector, Region)


def read_diagram(
    lines: Sequence[Line],
    paths: Sequence[VectorPath],
    *,
    to_pixels: Affine,
    size: tuple[int, int],
    figure_id: str,
    method: Method,
    pictures: Sequence[Rect] = (),
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
        pictures: boxes of the raster pictures placed in a drawing; each is a part of it.
        drawn: where the paths come from: the file, or the tracing of its pixels.

    Returns:
        Labels, the connectors both ends of which are known, and the regions. What is doubtful is left out; a drawing
        of more than 3,000 paths yields labels only.
    """
    finite = [line for line in lines if _is_finite(line.box)], [path for path in paths if _is_finite(path.box)]
    level_lines, level_paths, boxes, to_pixels = laid_level(*finite, list(filter(_is_finite, pictures)), to_pixels)
    scene = read_scene(level_lines, level_paths, boxes)
    canvas = Canvas(to_pixels, size, figure_id)
    busy = set(scene.outlines.values()) | set(scene.markers.values()) | set(scene.swatches)
    worn = {k for head in scene.heads for k in head.shape}
    free = [k for k in scene.rings if k not in busy and not is_dot(scene.tracks[k], em=scene.em)]
    parts = Parts(
        scene.tracks, [k for k in free if k not in worn or scene.tracks[k].extent > 2 * scene.em], em=scene.em
    )
    links = find_links(scene, parts)
    if drawn == "cv":
        links = believed(links)
    used = {end[1] for link in links for end in (link.tail, link.head) if end[0] == "text"}
    fixed = used | set(scene.outlines) | set(scene.markers) | scene.keys
    along = written_along(scene, links, parts, fixed)
    named = name_parts(scene, parts, links, fixed | set(along.values()))
    labels = record_labels(scene, canvas, method, along)
    joined = {end[1] for link in links for end in (link.tail, link.head) if end[0] == "part"}
    ids = Registry(labels)
    shapes = sort_shapes(scene, parts, find_decor(scene, parts, links), named=named, joined=joined)
    shapes += [Shape(k, "ornament", None, None) for k in find_loose(scene, links)]
    regions = record_regions(scene, canvas, shapes, ids, drawn=drawn)
    connectors = record_connectors(canvas, links, along, ids, drawn=drawn)
    return Diagram(labels=_once(labels), connectors=_once(connectors), regions=_once(regions))


def _is_finite(box: Rect) -> bool:
    return all(math.isfinite(value) for value in box)


def _once(elements: Iterable[_Element]) -> tuple[_Element, ...]:
    return tuple({element.id: element for element in elements}.values())
