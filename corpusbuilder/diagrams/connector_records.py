"""The records of connectors, in pixels of the figure's image."""

from collections.abc import Mapping, Sequence

from corpusbuilder.diagrams.canvas import Canvas, Registry
from corpusbuilder.diagrams.links import Link
from corpusbuilder.diagrams.region_records import Drawn
from corpusbuilder.diagrams.strokes import Mark
from corpusbuilder.records.diagram import Connector, HeadStyle
from corpusbuilder.records.geometry import Polygon
from corpusbuilder.records.ids import content_id


def record_connectors(
    canvas: Canvas, links: Sequence[Link], along: Mapping[int, int], ids: Registry, *, drawn: Drawn
) -> list[Connector]:
    """One connector per line that is left in the image; the registry learns their ids."""
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
            head_style=_style(links[index].heads[1]),
            tail_style=_style(links[index].heads[0]),
            head_polygon=_outline(links[index].heads[1], canvas),
            tail_polygon=_outline(links[index].heads[0], canvas),
            label_id=ids.labels[along[index]].id if index in along else None,
            method=drawn,
            score=links[index].score,
        )
        for index in kept
    ]


def _style(mark: Mark | None) -> HeadStyle | None:
    return mark.style if mark else None


def _outline(mark: Mark | None, canvas: Canvas) -> Polygon | None:
    """The outline of a head in pixels; None when it comes to nothing there."""
    polygon = canvas.line(mark.outline) if mark and mark.outline else ()
    return polygon if len(polygon) > 2 else None
