"""What can be named in a figure, and what belongs to each name. Worked out once per figure."""

from collections import OrderedDict, defaultdict
from functools import cached_property
from threading import Lock
from typing import Final

from corpusbuilder.language.names import Name, named
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure

KEPT: Final = 256
"""Figures whose inventories are kept: those of a few units."""


class Inventory:
    """The labels of a figure with what the diagram links to them."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        diagram = figure.diagram
        self.labels: dict[str, DiagramLabel] = {label.id: label for label in diagram.labels}
        self.elements: dict[str, DiagramLabel | Connector | Region] = {e.id: e for e in diagram.elements()}
        self._regions: defaultdict[str, list[Region]] = defaultdict(list)
        self._leaders: defaultdict[str, list[Connector]] = defaultdict(list)
        for region in diagram.regions:
            if region.label_id and region.role != "ornament":
                self._regions[region.label_id].append(region)
        for connector in diagram.connectors:
            if connector.kind == "leader":
                for end in {connector.tail_id, connector.head_id} & self.labels.keys():
                    self._leaders[str(end)].append(connector)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The texts of all labels; an entry of the key goes by its words."""
        return named((label.name, label.id) for label in self.labels.values())

    def regions(self, label_id: str) -> list[Region]:
        """The parts that a label names, ornaments apart."""
        return self._regions.get(label_id, [])

    def leaders(self, label_id: str) -> list[Connector]:
        """The thin lines at a label."""
        return self._leaders.get(label_id, [])

    def marked(self, label_id: str) -> list[Connector]:
        """The connectors along which a label is written."""
        return [c for c in self.figure.diagram.connectors if c.label_id == label_id]

    def entry(self, number: DiagramLabel) -> DiagramLabel | None:
        """The entry of the key that explains a callout; None where there is none, or more than one."""
        mark = number.text.strip(" .()[]:")
        fits = [e for e in self.labels.values() if e.role == "legend" and e.text != e.name and _mark(e) == mark]
        return fits[0] if len(fits) == 1 else None

    def callouts(self, entry: DiagramLabel) -> list[DiagramLabel]:
        """The numbers in the drawing that an entry of the key explains."""
        mark = _mark(entry) if entry.text != entry.name else ""
        return [n for n in self.labels.values() if mark and n.role == "number" and n.text.strip(" .()[]:") == mark]


def _mark(entry: DiagramLabel) -> str:
    """``6`` of the entry "6. vacuole"."""
    return entry.text[: len(entry.text) - len(entry.name)].strip(" .):=–—-")


_kept: "OrderedDict[int, Inventory]" = OrderedDict()
_lock = Lock()


def inventory(figure: Figure) -> Inventory:
    """The inventory of a figure, made when it is first asked about. Safe in threads."""
    key = id(figure)
    with _lock:
        found = _kept.get(key)
        # An inventory holds its figure, so that no other can have the same identity while it is kept.
        if found is None or found.figure is not figure:
            found = _kept[key] = Inventory(figure)
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
        return found
