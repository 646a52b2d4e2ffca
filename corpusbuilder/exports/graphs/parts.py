"""The graph of a figure as nodes and edges, whatever writes them.

Labels and regions are nodes. A connector is an edge from its tail to its head, with three exceptions, so that nothing
that was read is lost and every way along arrows stays a way:

- a connector on which another one ends (a catalysis) is a node of its own, between two edges that have its id;
- an end of which nothing is known is a node of kind ``end`` at the place where the line ends;
- an arrow with two heads is two edges, one each way, that have its id.

A label that names a region without a line is an edge of kind ``name``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from corpusbuilder.exports.graphs.relations import drawn, relations
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.geometry import Polygon, box_polygon, union

Attributes: TypeAlias = dict[str, Any]
"""Numbers, texts, truth values and tuples of them; what is not known is left out."""


@dataclass(frozen=True, slots=True)
class Node:
    """A label, a region, a connector on which another one ends, or a loose end."""

    id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Edge:
    """A connector or a part of one, or that a label names a region."""

    tail: str
    head: str
    key: str
    """Unlike that of all other edges."""
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class GraphParts:
    """Nodes and edges in the order of the elements; the ends of every edge are among the nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_parts(diagram: Diagram) -> GraphParts:
    """The nodes and edges of a diagram."""
    names = {label.id: label.text for label in diagram.labels}
    nodes = [Node(label.id, _label(label)) for label in diagram.labels]
    nodes += [Node(region.id, _region(region, names)) for region in diagram.regions]
    connectors = drawn(diagram)
    met = {end for c in connectors for end in (c.tail_id, c.head_id)} & {c.id for c in connectors}
    nodes += [Node(c.id, _connector(c, names)) for c in connectors if c.id in met]
    known = {node.id for node in nodes}
    nodes += [node for connector in connectors for node in _loose_ends(connector, known)]
    edges = [edge for c in connectors for edge in _edges(c, names, known, is_node=c.id in met)]
    return GraphParts(tuple(nodes), (*edges, *_namings(diagram)))


def _edges(connector: Connector, names: dict[str, str], known: set[str], *, is_node: bool) -> Iterator[Edge]:
    tail, head = _end(connector.tail_id, connector, 0, known), _end(connector.head_id, connector, -1, known)
    about = _connector(connector, names)
    ways = [(tail, head, "", about)]
    if connector.double:
        ways.append((head, tail, ":back", about | _turned_round(connector)))
    for start, stop, way, seen in ways:
        if is_node:
            yield Edge(start, connector.id, f"{connector.id}{way}:in", seen | {"part": "before"})
            yield Edge(connector.id, stop, f"{connector.id}{way}:out", seen | {"part": "after"})
        else:
            yield Edge(start, stop, f"{connector.id}{way}", seen)


def _turned_round(connector: Connector) -> Attributes:
    """What is another thing of a connector when it is seen from its head."""
    styles = {"head_style": connector.tail_style or "arrow", "tail_style": connector.head_style or "arrow"}
    return {**styles, "points": connector.points[::-1]}


def _end(element_id: str | None, connector: Connector, place: int, known: set[str]) -> str:
    return element_id if element_id is not None and element_id in known else _loose_id(connector, place)


def _loose_id(connector: Connector, place: int) -> str:
    return f"{connector.id}:{'tail' if place == 0 else 'head'} end"


def _loose_ends(connector: Connector, known: set[str]) -> Iterator[Node]:
    for element_id, place in ((connector.tail_id, 0), (connector.head_id, -1)):
        if element_id is None or element_id not in known:
            x, y = connector.points[place]
            shared = {"method": connector.method, "score": connector.score}
            place_of = {"box": (x, y, x, y), "polygon": ((x, y),)}
            yield Node(_loose_id(connector, place), {"kind": "end", "text": ""} | place_of | shared)


def _namings(diagram: Diagram) -> Iterator[Edge]:
    regions = {region.id for region in diagram.regions}
    for relation in relations(diagram):
        if relation.connector is None and relation.destination in regions:
            about = {"kind": "name", "category": relation.category, "directed": False}
            yield Edge(relation.origin, relation.destination, f"{relation.origin}>{relation.destination}", about)


def _label(label: DiagramLabel) -> Attributes:
    about = {"kind": "label", "text": label.text, "role": label.role, "outline": label.outline}
    return _known_of(about | _shape(label.polygon, label.box) | _found(label))


def _region(region: Region, names: dict[str, str]) -> Attributes:
    about = {
        "kind": "region",
        "text": names.get(region.label_id or "", ""),
        "role": region.role,
        "label_id": region.label_id,
        "linked_by": region.linked_by,
        "parent_id": region.parent_id,
        "fill": region.fill,
    }
    return _known_of(about | _shape(region.polygon, region.box) | _found(region))


def _connector(connector: Connector, names: dict[str, str]) -> Attributes:
    about = {
        "id": connector.id,
        "kind": connector.kind,
        "text": names.get(connector.label_id or "", ""),
        "label_id": connector.label_id,
        "directed": connector.directed,
        "double": connector.double,
        "head_style": connector.head_style,
        "tail_style": connector.tail_style,
        "points": connector.points,
    }
    box = union((x, y, x, y) for x, y in connector.points)
    return _known_of(about | _shape(connector.polygon, box) | _found(connector))


def _shape(polygon: Polygon, box: tuple[float, float, float, float]) -> Attributes:
    return {"box": box, "polygon": polygon if len(polygon) >= 3 else box_polygon(box)}


def _found(element: DiagramLabel | Connector | Region) -> Attributes:
    return {"method": element.method, "score": element.score}


def _known_of(about: Attributes) -> Attributes:
    return {key: value for key, value in about.items() if value is not None}
