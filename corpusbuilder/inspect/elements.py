"""The elements of a figure as one reads them in a list: short ids as in AI2D's JSON, texts, and how they are joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, HeadStyle, Region
from corpusbuilder.records.text import shortened

SURE: Final = 0.8
"""What has a lower score is doubtful."""
_LONGEST: Final = 34
_SIGNS: Final[Mapping[HeadStyle | None, str]] = {
    "arrow": "->", "bar": "-|", "circle": "-o", "diamond": "-<>", "dot": "-*", None: "->"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    tag: str
    """``T0``, ``A0`` or ``B0``: labels, connectors and regions in their order."""
    what: str
    found: str
    """Method and score."""
    doubtful: bool


def tags(diagram: Diagram) -> dict[str, str]:
    """The short ids of all elements, as `corpusbuilder.exports.graphs.ai2d` has them."""
    found = {label.id: f"T{place}" for place, label in enumerate(diagram.labels)}
    found |= {connector.id: f"A{place}" for place, connector in enumerate(diagram.connectors)}
    return found | {region.id: f"B{place}" for place, region in enumerate(diagram.regions)}


def listed(diagram: Diagram) -> list[Listed]:
    """All elements: labels, then connectors, then regions."""
    short = tags(diagram)
    names = {label.id: label.text for label in diagram.labels}
    names |= {r.id: names[r.label_id] for r in diagram.regions if r.label_id in names and r.label_id}

    def name(element_id: str | None) -> str:
        if element_id is None or element_id not in short:
            return "?"
        text = names.get(element_id)
        return shortened(text, _LONGEST) if text else short[element_id]

    found = []
    for element in diagram.elements():
        if isinstance(element, DiagramLabel):
            what = shortened(element.text, 2 * _LONGEST) + ("" if element.role == "text" else f" ({element.role})")
        elif isinstance(element, Connector):
            words = f" [{name(element.label_id)}]" if element.label_id else ""
            what = f"{name(element.tail_id)} {sign(element)} {name(element.head_id)}{words}"
        else:
            what = _region(element, name(element.label_id))
        score = f"{element.method} {element.score:.2f}"
        found.append(Listed(short[element.id], what, score, doubtful=element.score < SURE))
    return found


def sign(connector: Connector) -> str:
    """A connector in characters: ``->``, ``<->``, ``-|``, ``--``, ``...`` of a leader."""
    if not connector.directed:
        return "..." if connector.kind == "leader" else "--"
    drawn = _SIGNS[connector.head_style]
    return f"<{drawn}" if connector.double else drawn


def _region(region: Region, name: str) -> str:
    link = f" by {region.linked_by}" if region.linked_by else ""
    fill = f" {region.fill}" if region.fill else ""
    return f"{name}{link}, {region.role}{fill}" if region.label_id else f"{region.role}{fill}"
