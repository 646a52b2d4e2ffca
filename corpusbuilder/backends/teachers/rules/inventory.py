"""What of a figure can be asked about: labels that are words, arrows whose two ends are known, parts with a name."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from corpusbuilder.backends.teachers.rules.language import words
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure, Unit
from corpusbuilder.records.geometry import area, contains_point

SURE: Final = 0.9
"""Labels and regions that were found with less are not asked about."""
SURE_ARROW: Final = 0.8
_NUMBERED: Final = re.compile(r"(?P<number>\d{1,2}|[A-Ha-h])\s?[.):=–—-]?\s+(?P<name>[^\W\d_].+)")
_UNIT_OF_MEASURE: Final = re.compile(r"(?:km|mm|cm|µm|nm|kg|mg|ml|min|sec|mètres|meters|miles|°[CF])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A directed connector between two labels that can be named."""

    connector: Connector
    tail: DiagramLabel
    head: DiagramLabel


@dataclass(frozen=True, slots=True)
class Action:
    """A line from a named element to an arrow: what acts on a change."""

    connector: Connector
    actor: DiagramLabel
    arrow: Arrow


@dataclass(frozen=True, slots=True)
class Part:
    """A region of the picture together with the label that names it."""

    region: Region
    label: DiagramLabel
    name: str
    """The label's text, without the number of a callout."""


@dataclass(frozen=True)
class FigureView:
    """A figure as a reader can talk about it."""

    figure: Figure
    where: str
    """How to name it in a sentence: "in Figure 3.2", "sur la carte 4"."""
    vocabulary: frozenset[str]
    """Folded words of the unit's text and of the caption."""

    @cached_property
    def names(self) -> dict[str, DiagramLabel]:
        """Labels by id that are words, are surely read, and stand in the figure only once."""
        labels = [label for label in self.figure.diagram.labels if label.role == "text" and self._is_name(label)]
        counts = Counter("".join(words(label.text)) for label in self.figure.diagram.labels)
        return {label.id: label for label in labels if counts["".join(words(label.text))] == 1}

    @cached_property
    def legend(self) -> dict[str, DiagramLabel]:
        """Entries of the key by id."""
        labels = [label for label in self.figure.diagram.labels if label.role == "legend" and label.score >= SURE]
        return {label.id: label for label in labels if sum(map(str.isalpha, label.text)) >= 3 and len(label.text) <= 60}

    def _is_name(self, label: DiagramLabel) -> bool:
        text = label.text.strip()
        letters = sum(character.isalpha() for character in text)
        return (
            label.score >= SURE
            and letters >= 3
            and letters > 0.6 * len(text.replace(" ", ""))
            and len(text) <= 40
            and len(text.split()) <= 6
            and not _UNIT_OF_MEASURE.fullmatch(text)
            and text[-1] not in "-,;:(?"
            and text.count("(") == text.count(")")
            and (label.method != "ocr" or self._is_known(text))
        )

    def _is_known(self, text: str) -> bool:
        """Whether the book's own text has the words of a label that was read by OCR."""
        return all(word in self.vocabulary for word in words(text) if len(word) > 3)

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        """Arrows with one head and two named ends, in the order of the diagram."""
        found = []
        for connector in self.figure.diagram.connectors:
            tail, head = self._named(connector.tail_id), self._named(connector.head_id)
            if tail and head and tail.id != head.id and _is_plain_arrow(connector):
                found.append(Arrow(connector, tail, head))
        return tuple(found)

    def _named(self, element_id: str | None) -> DiagramLabel | None:
        """The name of a label or of a region that has one."""
        if element_id is None:
            return None
        if element_id in self.names:
            return self.names[element_id]
        region = next((region for region in self.figure.diagram.regions if region.id == element_id), None)
        return self.names.get(region.label_id) if region and region.label_id else None

    @cached_property
    def bars(self) -> tuple[Arrow, ...]:
        """Lines between two named ends that end in a bar: inhibitions."""
        return self._joining(lambda c: c.directed and not c.double and c.head_style == "bar")

    @cached_property
    def doubles(self) -> tuple[Arrow, ...]:
        """Arrows between two named ends with an arrow head at each."""
        return self._joining(lambda c: c.double and {c.head_style, c.tail_style} <= {None, "arrow"})

    def _joining(self, wanted: Callable[[Connector], bool]) -> tuple[Arrow, ...]:
        found = []
        for connector in self.figure.diagram.connectors:
            if connector.score >= SURE_ARROW and connector.kind == "arrow" and wanted(connector):
                tail, head = self._named(connector.tail_id), self._named(connector.head_id)
                if tail and head and tail.id != head.id:
                    found.append(Arrow(connector, tail, head))
        return tuple(found)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Lines from a named element to an arrow of ``arrows``, where no other line ends at that arrow."""
        by_id = {arrow.connector.id: arrow for arrow in self.arrows}
        ends = Counter(end for c in self.figure.diagram.connectors for end in (c.tail_id, c.head_id))
        found = []
        for connector in self.figure.diagram.connectors:
            actor, arrow = self._named(connector.tail_id), by_id.get(connector.head_id or "")
            sure = connector.score >= SURE_ARROW and connector.directed and not connector.double
            if actor and arrow and sure and ends[connector.head_id] == 1 and actor not in (arrow.tail, arrow.head):
                found.append(Action(connector, actor, arrow))
        return tuple(found)

    @cached_property
    def all_arrows_are_known(self) -> bool:
        """Whether every line that may be an arrow is one of ``arrows``."""
        drawn = [connector for connector in self.figure.diagram.connectors if connector.kind != "leader"]
        return len(drawn) == len(self.arrows)

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Ids of labels at which a line ends of which we do not know enough: nothing exact is said of them."""
        return frozenset(label.id for label in self.names.values() if self.loose_at(label))

    def loose_at(self, label: DiagramLabel) -> list[Connector]:
        """The lines that may end at a label, apart from its arrows and bars."""
        return [connector for connector in self._loose if _touches(connector, label)]

    @cached_property
    def _loose(self) -> list[Connector]:
        known = {arrow.connector.id for arrow in (*self.arrows, *self.bars)}
        drawn = self.figure.diagram.connectors
        return [c for c in drawn if c.id not in known and c.kind != "leader" and c.points]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Regions with a name of their own, in the order of the diagram."""
        found = []
        for region in self.figure.diagram.regions:
            label = self.names.get(region.label_id or "") or self.legend.get(region.label_id or "")
            is_part = region.role in ("part", "area") and region.linked_by in ("leader", "number", "inside")
            if label and is_part and region.score >= SURE_ARROW:
                found.append(Part(region, label, label.name))
        counts = Counter(part.name.casefold() for part in found)
        return tuple(part for part in found if counts[part.name.casefold()] == 1)

    def ancestors(self, part: Part) -> set[str]:
        """Ids of the regions around a part."""
        by_id = {region.id: region for region in self.figure.diagram.regions}
        around: set[str] = set()
        region: Region | None = part.region
        while region and region.parent_id and region.parent_id not in around:
            around.add(region.parent_id)
            region = by_id.get(region.parent_id)
        return around

    def parent(self, part: Part) -> Part | None:
        """The named part that directly contains a part, when the drawing leaves no doubt."""
        outer = next((other for other in self.parts if other.region.id == part.region.parent_id), None)
        if outer is None or area(part.region.box) > 0.8 * area(outer.region.box):
            return None
        x0, y0, x1, y1 = part.region.box
        inside = all(contains_point(outer.region.box, corner, slack=1.0) for corner in ((x0, y0), (x1, y1)))
        return outer if inside else None


def callouts(view: FigureView) -> list[tuple[DiagramLabel, DiagramLabel]]:
    """Numbers in the picture with the entry of the key that each one stands for; both must be unique."""
    numbers = [label for label in view.figure.diagram.labels if label.role == "number" and label.score >= SURE]
    counts = Counter(label.text.strip() for label in numbers)
    entries: dict[str, list[DiagramLabel]] = {}
    for label in view.legend.values():
        if match := _NUMBERED.fullmatch(label.text):
            entries.setdefault(match["number"], []).append(label)
    return [
        (number, entries[number.text.strip()][0])
        for number in numbers
        if counts[number.text.strip()] == 1 and len(entries.get(number.text.strip(), ())) == 1
    ]


def unit_vocabulary(unit: Unit) -> frozenset[str]:
    """The folded words of a unit's passages and captions."""
    texts = [passage.text for passage in unit.passages] + [figure.caption or "" for figure in unit.figures]
    return frozenset(word for text in texts for word in words(text))


def _is_plain_arrow(connector: Connector) -> bool:
    """Whether a connector surely is an arrow with one head."""
    sure = connector.score >= SURE_ARROW
    plain = connector.head_style in (None, "arrow") and not connector.double
    return sure and plain and connector.kind == "arrow" and connector.directed


def _touches(connector: Connector, label: DiagramLabel) -> bool:
    if label.id in (connector.tail_id, connector.head_id):
        return True
    outline = label.outline or label.polygon
    xs, ys = [p[0] for p in outline], [p[1] for p in outline]
    reach = 1.5 * (label.box[3] - label.box[1])
    box = (min(xs), min(ys), max(xs), max(ys))
    return any(contains_point(box, end, slack=reach) for end in (connector.points[0], connector.points[-1]))
