"""The diagram of a figure as a graph of names: what joins the things that are called so."""

from collections.abc import Iterator
from typing import Final

from corpusbuilder.backends.grounders.diagram.kept import PerFigure
from corpusbuilder.language.names import Name
from corpusbuilder.language.relations import Relation
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel
from corpusbuilder.records.text import stems

_LONGEST_WAY: Final = 12


class Graph:
    """Names, and the connectors between what bears them."""

    def __init__(self, diagram: Diagram) -> None:
        self._labels = {label.id: label for label in diagram.labels}
        self._regions = {region.id: region.label_id for region in diagram.regions}
        self._connectors = [c for c in diagram.connectors if c.kind != "leader"]
        self._leaders = [c for c in diagram.connectors if c.kind == "leader"]
        self._ends = {c.id: (self._end(c.tail_id), self._end(c.head_id)) for c in diagram.connectors}
        self._out: dict[str, list[Connector]] = {}
        self._in: dict[str, list[Connector]] = {}
        for connector, (tail, head) in ((c, self._ends[c.id]) for c in self._connectors if c.directed or c.double):
            for one, other in ((tail, head), (head, tail))[: 2 if connector.double else 1]:
                self._out.setdefault(one, []).append(connector)
                self._in.setdefault(other, []).append(connector)
        self.names = tuple(self._names())
        """What things are called; the keys are ids of labels."""
        self.along = frozenset(stems(label.text) for label in self._along())
        """The stems of what is written along connectors."""

    def is_end(self, label_id: str) -> bool:
        """Whether a line other than a leader begins or ends at what a label names."""
        return any(label_id in self._ends[c.id] for c in self._connectors)

    def ends_of(self, connector: Connector) -> tuple[str, str]:
        """The labels of both ends of a connector, or what is there without one."""
        return self._ends[connector.id]

    def _end(self, element_id: str | None) -> str:
        """The label of an end, the id of an element without one, or nothing."""
        return (self._regions.get(element_id) or element_id) if element_id else ""

    def _along(self) -> Iterator[DiagramLabel]:
        ids = {c.label_id for c in self._connectors}
        yield from (label for label in self._labels.values() if label.id in ids or label.role == "connector_label")

    def _names(self) -> Iterator[Name]:
        ends = {end for pair in self._ends.values() for end in pair}
        found: dict[str, list[str]] = {}
        for label in self._labels.values():
            if label.role != "connector_label" or label.id in ends:
                for element_id in self._called(label):
                    found.setdefault(label.name, []).append(element_id)
        yield from (Name(name, tuple(dict.fromkeys(ids))) for name, ids in found.items() if name.strip())

    def _called(self, label: DiagramLabel) -> Iterator[str]:
        """The label, and of an entry of the key the number that stands in the picture, or the other way round."""
        yield label.id
        for other in self._labels.values():
            if (label.role == "legend" and other.role == "number" and _number(label) == other.text.strip()) or (
                label.role == "number" and other.role == "legend" and _number(other) == label.text.strip()
            ):
                yield other.id

    def between(self, source: Name | None, target: Name | None) -> list[Connector]:
        """The connectors with a head that run from one to the other; from or to anything where one is None."""
        if source is None:
            return [c for key in (target.keys if target else ()) for c in self._in.get(key, ())]
        leaving = [c for key in source.keys for c in self._out.get(key, ())]
        if target is None:
            return leaving
        heads = set(target.keys)
        return [c for c in leaving if self._other_end(c, source) in heads]

    def _other_end(self, connector: Connector, name: Name) -> str:
        tail, head = self._ends[connector.id]
        return head if tail in name.keys else tail

    def lines(self, one: Name | None, other: Name | None) -> list[Connector]:
        """The connectors without a head between them."""
        plain = [c for c in self._connectors if not c.directed and not c.double]
        keys = [set(name.keys) for name in (one, other) if name]
        return [
            c
            for c in plain
            if all(wanted & set(self._ends[c.id]) for wanted in keys)
            and (len(keys) < 2 or self._ends[c.id][0] != self._ends[c.id][1])
        ]

    def acting_on(self, connector: Connector, name: Name) -> list[Connector]:
        """The connectors that run from what is called so to another connector."""
        return [c for c in self._connectors if c.head_id == connector.id and self._ends[c.id][0] in name.keys]

    def says(self, connector: Connector, words: str) -> bool:
        """Whether these words, and perhaps more, stand along it."""
        label = self._labels.get(connector.label_id or "")
        return label is not None and stems(words) == stems(label.text)[: len(stems(words))] and bool(stems(words))

    def bears(self, connector: Connector, words: str) -> bool:
        """Whether nothing else than these words stands along it. Where nothing was read there, they may stand."""
        label = self._labels.get(connector.label_id or "")
        return label is None or stems(words) == stems(label.text)

    def ways(self, source: Name, target: Name) -> list[tuple[Connector, ...]]:
        """The shortest ways along the arrows from one to the other."""
        ways: list[tuple[str, tuple[Connector, ...]]] = [(key, ()) for key in source.keys]
        seen = set(source.keys)
        for _ in range(_LONGEST_WAY):
            ways = [
                (end, (*way, c))
                for at, way in ways
                for c in self._out.get(at, ())
                for end in self._ends[c.id]
                if end != at
            ]
            arrived = [way for end, way in ways if end in target.keys]
            if arrived:
                return arrived
            onward: dict[str, list[tuple[Connector, ...]]] = {}
            for end, way in ways:
                if end and end not in seen:
                    onward.setdefault(end, []).append(way)
            seen |= set(onward)
            ways = [(end, way) for end, found in onward.items() for way in found[:2]]  # more tell nothing more
        return []

    def is_led(self, relation: Relation) -> bool:
        """Whether it speaks of the leader line of a label: one end is its name, the other has none."""
        ends = [party for party in (relation.source, relation.target) if party and party.names]
        if len(ends) != 1 or not self._leaders:
            return False
        keys = {key for name in ends[0].names for key in name.keys}
        led = any(keys & set(self._ends[c.id]) for c in self._leaders)
        return led and not any(keys & set(self._ends[c.id]) for c in self._connectors)


def _number(label: DiagramLabel) -> str:
    return label.text.split()[0].strip(".):=–—-") if label.text != label.name and label.text.split() else ""


graph_of: Final = PerFigure(lambda figure: Graph(figure.diagram))
"""The graph of a figure."""
