"""What the elements of a figure are to one another, in the words of AI2D (Kembhavi et al. 2016, section 3.1).

=======================  =============================================================================
interObjectLinkage       an arrow between two things, or a line that joins two shapes
intraObjectLinkage       a line from a text to the part that it names
intraObjectTextLinkage   a line from a text to a text
intraObjectLabel         a text that names a thing without a line: it stands in or on it, or the key says so
intraObjectRegionLabel   the same, of a part of a thing
sectionTitle             the same, of an area in which other named things stand
arrowDescriptor          a text written along an arrow
arrowHeadTail            an arrow and its head
imageCaption             a text inside the image that says what the caption says
imageTitle               a text inside the image that says how the caption ends
misc                     an ornament
=======================  =============================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.text import fold

Category: TypeAlias = Literal[
    "arrowDescriptor",
    "arrowHeadTail",
    "imageCaption",
    "imageTitle",
    "interObjectLinkage",
    "intraObjectLabel",
    "intraObjectLinkage",
    "intraObjectRegionLabel",
    "intraObjectTextLinkage",
    "misc",
    "sectionTitle",
]
IMAGE: Final = "image"
"""Stands for the whole image as the destination of a relation."""
_SHORTEST_TITLE: Final = 8
"""Letters and digits; the end of a caption that is shorter may stand in a figure for another reason."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation between elements, by their ids."""

    category: Category
    origin: str
    destination: str
    """An element, the `head_id` of a head, or `IMAGE`."""
    connector: str | None = None
    """The connector that relates them."""
    directed: bool = False


def head_id(connector: Connector, end: Literal["head", "tail"] = "head") -> str:
    """The id of the head drawn at an end of a connector."""
    return f"{connector.id}:{end}"


def drawn_heads(connector: Connector) -> tuple[Literal["head", "tail"], ...]:
    """The ends of a connector that have a head of whatever style."""
    if not connector.directed:
        return ()
    return ("head", "tail") if connector.double else ("head",)


def drawn(diagram: Diagram) -> tuple[Connector, ...]:
    """The connectors that have a path."""
    return tuple(connector for connector in diagram.connectors if len(connector.points) >= 2)


def relations(diagram: Diagram, caption: str | None = None) -> Iterator[Relation]:
    """All relations that are known, each once: a line that joins a name to its region says that it names it."""
    connectors = drawn(diagram)
    texts = {label.id for label in diagram.labels}
    known = texts | {region.id for region in diagram.regions} | {connector.id for connector in connectors}
    joined: set[frozenset[str]] = set()
    for connector in connectors:
        for end in drawn_heads(connector):
            yield Relation("arrowHeadTail", connector.id, head_id(connector, end))
        if connector.label_id in known and connector.label_id:
            yield Relation("arrowDescriptor", connector.label_id, connector.id)
        if connector.tail_id in known and connector.head_id in known and connector.tail_id and connector.head_id:
            ends = frozenset((connector.tail_id, connector.head_id))
            joined.add(ends)
            yield Relation(
                _linkage(connector, len(ends & texts)),
                connector.tail_id,
                connector.head_id,
                connector.id,
                directed=connector.directed,
            )
    yield from _names(diagram, known, joined)
    yield from _about_the_image(diagram, caption)


def _linkage(connector: Connector, texts: int) -> Category:
    """An arrow between two things, or a line from a text to the thing or text it belongs to."""
    if texts == 0 or (connector.directed and connector.kind != "leader"):
        return "interObjectLinkage"
    return "intraObjectLinkage" if texts == 1 else "intraObjectTextLinkage"


def _names(diagram: Diagram, known: set[str], joined: set[frozenset[str]]) -> Iterator[Relation]:
    """Which label names which region, where no line says so."""
    by_id = {region.id: region for region in diagram.regions}
    holding = {region.parent_id for region in diagram.regions if region.label_id}
    for region in diagram.regions:
        if region.label_id in known and region.label_id and frozenset((region.label_id, region.id)) not in joined:
            yield Relation(_naming(region, by_id, holds=region.id in holding), region.label_id, region.id)


def _naming(region: Region, by_id: dict[str, Region], *, holds: bool) -> Category:
    if region.role == "area" and region.linked_by == "inside" and holds:
        return "sectionTitle"
    parent = by_id.get(region.parent_id or "")
    return "intraObjectRegionLabel" if parent is not None and parent.role == "part" else "intraObjectLabel"


def _about_the_image(diagram: Diagram, caption: str | None) -> Iterator[Relation]:
    """Texts that say what the caption says, and ornaments."""
    said = _letters(caption or "")
    for label in diagram.labels:
        if category := _of_caption(label, said):
            yield Relation(category, label.id, IMAGE)
    for region in diagram.regions:
        if region.role == "ornament":
            yield Relation("misc", region.id, IMAGE)


def _of_caption(label: DiagramLabel, caption: str) -> Category | None:
    text = _letters(label.text)
    if len(text) < _SHORTEST_TITLE or not caption.endswith(text):
        return None
    return "imageCaption" if text == caption else "imageTitle"


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
