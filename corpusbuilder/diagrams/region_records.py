"""The records of regions, in pixels of the figure's image."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.canvas import Canvas, Registry
from corpusbuilder.diagrams.loose import outline_of
from corpusbuilder.diagrams.naming import NamedBy
from corpusbuilder.diagrams.roles import Shape
from corpusbuilder.diagrams.scene import Scene
from corpusbuilder.records.diagram import Region
from corpusbuilder.records.geometry import Polygon
from corpusbuilder.records.ids import content_id

Drawn: TypeAlias = Literal["vector", "cv"]

_SURE: Final[Mapping[NamedBy, float]] = {"leader": 0.95, "number": 0.95, "inside": 0.85, "legend": 0.8}
_NAMELESS: Final = 0.7


def record_regions(
    scene: Scene, canvas: Canvas, shapes: Sequence[Shape], ids: Registry, *, drawn: Drawn
) -> list[Region]:
    """One region per shape that is left with an outline in the image; the registry learns their ids."""
    drawings = {shape.track: scene.tracks[shape.track] for shape in shapes}
    polygons: dict[int, Polygon] = {
        k: canvas.line(track.points if track.closed else outline_of(track)) for k, track in drawings.items()
    }
    for track, polygon in polygons.items():
        if len(polygon) > 2:
            ids.parts[track] = content_id("reg", canvas.figure_id, [list(p) for p in polygon])
    regions = []
    for shape in sorted(shapes, key=lambda shape: polygons[shape.track]):
        if shape.track not in ids.parts:
            continue
        drawn_shape, name = scene.tracks[shape.track], shape.name
        regions.append(
            Region(
                id=ids.parts[shape.track],
                polygon=polygons[shape.track],
                box=canvas.box(drawn_shape.box),
                role=shape.role,
                label_id=ids.labels[name.text].id if name else None,
                linked_by=name.by if name else None,
                parent_id=None if shape.parent is None else ids.parts.get(shape.parent),
                fill=drawn_shape.fill if drawn_shape.closed else drawn_shape.stroke,
                method=drawn,
                score=_SURE[name.by] if name else _NAMELESS,
            )
        )
    return regions
