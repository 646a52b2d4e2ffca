"""What of a figure a teacher is shown: labels, connectors and regions under short ids of ours."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from corpusbuilder.backends.prompting.pagetext import as_line, visible
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.document import ImageAsset
from corpusbuilder.records.geometry import Box

SURE_LABEL: Final = 0.6
SURE_CONNECTOR: Final = 0.75
SURE_REGION: Final = 0.6
"""What was found with less is not shown: the teacher would build on it."""
LONGEST_LABEL: Final = 100
"""Characters of a label that are shown."""
MOST_ELEMENTS: Final = 240
"""Elements of one figure that are shown; half of what an enum may hold, and about 5,000 tokens."""

_Element: TypeAlias = DiagramLabel | Connector | Region


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A label as the prompt shows it. Texts are data: see `as_data`."""

    id: str
    x: int
    """Its middle, in per cent of the image from the left."""
    y: int
    """Its middle, in per cent from the top."""
    text: str
    role: str


@dataclass(frozen=True, slots=True)
class ShownConnector:
    """An arrow or line whose two ends are known."""

    id: str
    sign: str
    """``→`` from tail to head, ``↔`` with a head at both ends, ``—`` without any."""
    tail: str
    """Id of what it starts at."""
    head: str
    """Id of what it ends at."""
    tail_name: str
    head_name: str
    words: str | None
    """Id of the label written along it."""


@dataclass(frozen=True, slots=True)
class ShownRegion:
    """A part or an area that has a name."""

    id: str
    x: int
    y: int
    label: str
    """Id of the label that names it."""
    name: str
    by_colour: bool
    """Whether it is named by its colour in the key, and not at its own place."""
    inside: str | None
    """Id of the smallest shown region around it."""


@dataclass(frozen=True, slots=True)
class ShownElements:
    """All that is shown of one diagram, and the way back to its ids."""

    labels: tuple[ShownLabel, ...] = ()
    connectors: tuple[ShownConnector, ...] = ()
    regions: tuple[ShownRegion, ...] = ()
    real_ids: Mapping[str, str] = field(default_factory=dict)
    """From the ids shown to those of the records."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Plain texts of the labels, by the ids shown."""
    left_out: int = 0
    """Elements that could be cited and found no room."""


def shown_elements(diagram: Diagram, image: ImageAsset, room: int = MOST_ELEMENTS) -> ShownElements:
    """The elements of a diagram that can be cited, no more than ``room``.

    Where there are more, these come first: connectors with both their ends, parts with their labels, numbers and the
    entries of the key, other labels, and last the areas that only the key names; each kind in the diagram's order.
    """
    usable = _usable(diagram)
    taken = _taken(usable, room)
    short = dict(_numbered(element for element in usable.values() if element.id in taken))
    labels = {e.id: e for e in usable.values() if isinstance(e, DiagramLabel)}
    kept = [element for element in usable.values() if element.id in short]
    return ShownElements(
        labels=tuple(_label(e, short, image) for e in kept if isinstance(e, DiagramLabel)),
        connectors=tuple(_connector(e, short, usable) for e in kept if isinstance(e, Connector)),
        regions=tuple(_region(e, short, labels, diagram, image) for e in kept if isinstance(e, Region)),
        real_ids={shown: real for real, shown in short.items()},
        texts={short[e.id]: e.text for e in kept if isinstance(e, DiagramLabel)},
        left_out=len(usable) - len(short),
    )


def _usable(diagram: Diagram) -> dict[str, _Element]:
    """Elements that are surely there and can be named or have two ends, by id: labels, connectors, regions."""
    labels = {e.id: e for e in diagram.labels if e.score >= SURE_LABEL and any(map(str.isalnum, visible(e.text)))}
    shown = [e for e in diagram.regions if e.role in ("part", "area")]
    regions = {e.id: e for e in shown if e.score >= SURE_REGION and e.label_id in labels}
    connectors = {e.id: e for e in diagram.connectors if e.kind != "leader" and e.score >= SURE_CONNECTOR}
    while True:
        # An arrow may end at another arrow: without the one, the other has no end either.
        known = labels.keys() | regions.keys() | connectors.keys()
        lost = [c.id for c in connectors.values() if not {c.tail_id, c.head_id} <= known or c.tail_id == c.head_id]
        if not lost:
            return {**labels, **connectors, **regions}
        connectors = {key: value for key, value in connectors.items() if key not in lost}


def _taken(usable: Mapping[str, _Element], room: int) -> set[str]:
    """Ids of the elements for which there is room, each together with what it cannot be understood without."""
    taken: set[str] = set()
    for element in sorted(usable.values(), key=_priority):
        bundle = set(_bundle(element, usable, set()))
        if len(taken | bundle) <= room:
            taken |= bundle
    return taken


def _priority(element: _Element) -> int:
    if isinstance(element, Connector):
        return 0
    if isinstance(element, Region):
        return 4 if element.linked_by == "legend" else 1
    return 2 if element.role in ("number", "legend") else 3


def _bundle(element: _Element, usable: Mapping[str, _Element], seen: set[str]) -> Iterator[str]:
    """The element's id and those of the elements that it leans on."""
    seen.add(element.id)
    yield element.id
    needs: tuple[str | None, ...] = ()
    if isinstance(element, Connector):
        needs = (element.tail_id, element.head_id, element.label_id)
    elif isinstance(element, Region):
        needs = (element.label_id,)
    for need in needs:
        if need is not None and need in usable and need not in seen:
            yield from _bundle(usable[need], usable, seen)


def _numbered(elements: Iterable[_Element]) -> Iterator[tuple[str, str]]:
    """Real and short ids: ``L1``, ``L2`` … for labels, ``A1`` … for connectors, ``R1`` … for regions."""
    counts = {"L": 0, "A": 0, "R": 0}
    for element in elements:
        letter = "A" if isinstance(element, Connector) else "R" if isinstance(element, Region) else "L"
        counts[letter] += 1
        yield element.id, f"{letter}{counts[letter]}"


def _label(label: DiagramLabel, short: Mapping[str, str], image: ImageAsset) -> ShownLabel:
    x, y = _middle(label.box, image)
    return ShownLabel(short[label.id], x, y, as_line(label.text, LONGEST_LABEL), label.role)


def _connector(connector: Connector, short: Mapping[str, str], usable: Mapping[str, _Element]) -> ShownConnector:
    tail, head = connector.tail_id or "", connector.head_id or ""
    sign = "↔" if connector.double else "→" if connector.directed else "—"
    words = short.get(connector.label_id or "")
    tail_name, head_name = _name(usable[tail], usable), _name(usable[head], usable)
    return ShownConnector(short[connector.id], sign, short[tail], short[head], tail_name, head_name, words)


def _name(element: _Element, usable: Mapping[str, _Element]) -> str:
    """What a label says, or the label of a region; nothing for a connector."""
    if isinstance(element, Region):
        element = usable[element.label_id or ""]
    return as_line(element.text, LONGEST_LABEL) if isinstance(element, DiagramLabel) else ""


def _region(
    region: Region,
    short: Mapping[str, str],
    labels: Mapping[str, DiagramLabel],
    diagram: Diagram,
    image: ImageAsset,
) -> ShownRegion:
    label = labels[region.label_id or ""]
    return ShownRegion(
        short[region.id],
        *_middle(region.box, image),
        label=short[label.id],
        name=as_line(label.name, LONGEST_LABEL),
        by_colour=region.linked_by == "legend",
        inside=_around(region, short, diagram),
    )


def _around(region: Region, short: Mapping[str, str], diagram: Diagram) -> str | None:
    parents = {other.id: other.parent_id for other in diagram.regions}
    seen, above = {region.id}, region.parent_id
    while above and above not in seen:
        if above in short:
            return short[above]
        seen.add(above)
        above = parents.get(above)
    return None


def _middle(box: Box, image: ImageAsset) -> tuple[int, int]:
    x0, y0, x1, y1 = box
    return _percent((x0 + x1) / 2, image.width), _percent((y0 + y1) / 2, image.height)


def _percent(value: float, whole: int) -> int:
    return round(min(max(100 * value / max(whole, 1), 0.0), 100.0)) if math.isfinite(value) else 0
