"""One figure as an annotation of AI2D (Kembhavi et al., "A Diagram Is Worth A Dozen Images", 2016).

Ids are T0 (text), B0 (blob), A0 (arrow), H0 (arrow head) and I0 (the image): labels, regions and connectors in their
order; H0 is the head of A0, the second heads of double arrows follow after all others. Rectangles are
``[[x0, y0], [x1, y1]]``, polygons lists of points, all in pixels of the image. Beyond the keys of the original every
element has ``sourceId`` (our id), ``method`` and ``score``, and texts and heads have a polygon where it is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from corpusbuilder.exports.graphs.relations import IMAGE, Relation, drawn_heads, head_id, relations
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import Point, Polygon, box_polygon, union

Entry: TypeAlias = dict[str, Any]
Entries: TypeAlias = dict[str, Entry]
"""By AI2D's id."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_THE_IMAGE: Final = "I0"


def to_ai2d(figure: Figure, name: str | None = None) -> Entry:
    """The graph of a figure as AI2D's JSON.

    Args:
        figure: as `parse` wrote it.
        name: the file name of its image; that in the workspace's asset store when None.
    """
    suffix = figure.image.media_type.removeprefix("image/").replace("jpeg", "jpg")
    return diagram_annotation(figure.diagram, name or f"{figure.image.sha256}.{suffix}", figure.caption)


def diagram_annotation(diagram: Diagram, name: str, caption: str | None = None) -> Entry:
    """AI2D's annotation of the image ``name``; ``caption`` tells which texts in it say the same."""
    connectors = {f"A{n}": c for n, c in enumerate(diagram.connectors) if len(c.points) >= 2}
    heads = dict(_heads(connectors, len(diagram.connectors)))
    ids = {label.id: f"T{n}" for n, label in enumerate(diagram.labels)}
    ids |= {region.id: f"B{n}" for n, region in enumerate(diagram.regions)}
    ids |= {connector.id: key for key, connector in connectors.items()}
    ids |= {ours: entry["id"] for ours, entry in heads.items()} | {IMAGE: _THE_IMAGE}
    found = (_relationship(relation, ids) for relation in relations(diagram, caption))
    return {
        "arrowHeads": {entry["id"]: entry for entry in heads.values()},
        "arrows": {key: _element(key, c) | {"polygon": _points(c.polygon)} for key, c in connectors.items()},
        "blobs": {f"B{n}": _blob(f"B{n}", region) for n, region in enumerate(diagram.regions)},
        "containers": {},
        "imageConsts": {_THE_IMAGE: {"id": _THE_IMAGE}},
        "imageName": name,
        "meaningfulSpaces": {},
        "relationships": {entry["id"]: entry for entry in found},
        "text": {f"T{n}": _text(f"T{n}", label, n) for n, label in enumerate(diagram.labels)},
    }


def _element(key: str, element: DiagramLabel | Connector | Region) -> Entry:
    return {"id": key, "sourceId": element.id, "method": element.method, "score": element.score}


def _heads(connectors: Mapping[str, Connector], first_free: int) -> Iterator[tuple[str, Entry]]:
    """Every head by `head_id`."""
    for key, connector in connectors.items():
        for end in drawn_heads(connector):
            number = int(key.removeprefix("A"))
            if end == "tail":
                number, first_free = first_free, first_free + 1
            outline = connector.head_polygon if end == "head" else connector.tail_polygon
            tip = connector.points[-1 if end == "head" else 0]
            entry = _element(f"H{number}", connector) | {"rectangle": _rectangle(outline or (), tip)}
            yield head_id(connector, end), entry | ({"polygon": _points(outline)} if outline else {})


def _rectangle(outline: Polygon, tip: Point) -> list[list[float]]:
    """The box of a head; the tip of the arrow twice where its outline is not known."""
    x0, y0, x1, y1 = union((x, y, x, y) for x, y in outline or (tip,))
    return [[x0, y0], [x1, y1]]


def _blob(key: str, region: Region) -> Entry:
    outline = region.polygon if len(region.polygon) >= 3 else box_polygon(region.box)
    return _element(key, region) | {"polygon": _points(outline)}


def _text(key: str, label: DiagramLabel, place: int) -> Entry:
    x0, y0, x1, y1 = label.box
    rounds, letter = divmod(place, len(_LETTERS))
    return _element(key, label) | {
        "rectangle": [[x0, y0], [x1, y1]],
        "polygon": _points(label.polygon or box_polygon(label.box)),
        "replacementText": _LETTERS[letter] * (rounds + 1),
        "value": label.text,
    }


def _relationship(relation: Relation, ids: Mapping[str, str]) -> Entry:
    origin, destination = ids[relation.origin], ids[relation.destination]
    connector = ids[relation.connector] if relation.connector else None
    between = (origin, connector, destination) if connector else (origin, destination)
    return {
        "category": relation.category,
        **({"connector": connector} if connector else {}),
        "destination": destination,
        "hasDirectionality": relation.directed,
        "id": "+".join(between),
        "origin": origin,
    }


def _points(polygon: Sequence[Point]) -> list[list[float]]:
    return [list(point) for point in polygon]
