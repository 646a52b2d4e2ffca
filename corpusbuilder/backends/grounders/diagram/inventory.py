"""What can be named in a figure, and what belongs to each name. Worked out once per figure."""

import re
from collections import defaultdict
from functools import cached_property
from typing import Final

from corpusbuilder.backends.grounders.diagram.kept import PerFigure
from corpusbuilder.language.names import Name, named
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
LEAST_LED: Final = 2
"""Labels with a leader or a region at its end, in a figure whose labels stand for parts."""
SAME_COLOUR: Final = 8
"""Most that a channel of 0 to 255 differs between the key and what it explains."""


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

    @cached_property
    def related(self) -> frozenset[str]:
        """The elements at the ends of connectors, leaders apart."""
        connectors = (c for c in self.figure.diagram.connectors if c.kind != "leader")
        return frozenset(str(end) for c in connectors for end in (c.tail_id, c.head_id) if end)

    def regions(self, label_id: str) -> list[Region]:
        """The parts that a label names, ornaments apart."""
        return self._regions.get(label_id, [])

    def leaders(self, label_id: str) -> list[Connector]:
        """The thin lines from a label to the parts that it names; one that ends elsewhere may be read wrongly."""
        every, regions = self._leaders.get(label_id, []), self.regions(label_id)
        ends = {region.id for region in regions}
        joined = [leader for leader in every if {leader.tail_id, leader.head_id} & ends]
        alone = len(every) == 1 and any(region.linked_by in ("leader", "number") for region in regions)
        return joined or (every if alone else [])

    def coloured(self, entry: DiagramLabel) -> list[Region]:
        """The parts and areas of the colour that an entry of the key explains."""
        return self._coloured.get(entry.id, [])

    @cached_property
    def _coloured(self) -> dict[str, list[Region]]:
        patches = {r.label_id: _rgb(r.fill) for r in self.figure.diagram.regions if r.role == "key" and r.label_id}
        found: dict[str, list[Region]] = {}
        for region in self.figure.diagram.regions:
            fill = _rgb(region.fill) if region.role in ("part", "area") else None
            near = [entry for entry, patch in patches.items() if fill and patch and _is_same(fill, patch)]
            if len(near) == 1:
                found.setdefault(near[0], []).append(region)
        return found

    @cached_property
    def names_parts(self) -> bool:
        """Whether its labels stand for parts at the end of lines: a text that no line joins to any is not read."""
        linked = {r.label_id for r in self.figure.diagram.regions if r.linked_by in ("leader", "number")}
        return len(linked | self._leaders.keys()) >= LEAST_LED

    def lacks_its_part(self, label: DiagramLabel) -> bool:
        """Whether a label seems to name a part that was not made out."""
        if self.regions(label.id) or label.role not in ("text", "number"):
            return False
        if self._leaders.get(label.id):
            return True
        boxed = label.outline is not None and label.role == "text"
        return self.names_parts and not boxed and label.id not in self._joined

    def lacks_its_area(self, label: DiagramLabel) -> bool:
        """Whether a label has no area around it where others have."""
        has_areas = any(r.linked_by == "inside" for r in self.figure.diagram.regions)
        return has_areas and label.role in ("text", "connector_label") and not self.regions(label.id)

    @cached_property
    def _joined(self) -> set[str | None]:
        """What arrows and lines other than leaders start and end at, and what is written in or around areas."""
        return {end for c in self.figure.diagram.connectors if c.kind != "leader" for end in (c.tail_id, c.head_id)}

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


def _rgb(fill: str | None) -> tuple[int, ...] | None:
    """The channels of ``#rrggbb``."""
    if not fill or not _COLOUR.fullmatch(fill):
        return None
    return tuple(bytes.fromhex(fill[1:]))


def _is_same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= SAME_COLOUR for a, b in zip(one, other, strict=True))


def _mark(entry: DiagramLabel) -> str:
    """``6`` of the entry "6. vacuole"."""
    return entry.text[: len(entry.text) - len(entry.name)].strip(" .):=–—-")


inventory: Final = PerFigure(Inventory)
"""The inventory of a figure."""
