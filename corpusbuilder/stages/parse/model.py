"""What passes between the steps of parsing. Coordinates are PDF points of the page."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import Line, PlacedImage, Rect, VectorPath


class FoundPart(NamedTuple):
    """A panel of a figure that has several."""

    box: Rect
    label: str | None = None
    """The letter that calls it."""


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure on a page, before it has an id, an image and a caption."""

    page_no: int
    box: Rect
    source: Literal["raster", "vector", "mixed", "scan"]
    """What it is made of."""
    images: tuple[PlacedImage, ...] = ()
    paths: tuple[VectorPath, ...] = ()
    lines: tuple[Line, ...] = ()
    """The text inside it: labels, not body."""
    is_table: bool = False
    """Whether it is the grid of a table rather than a picture."""
    score: float = 1.0
    """How sure it is that this is a figure with these bounds, 0 to 1; less where a layout model disagrees."""
    parts: tuple[FoundPart, ...] = ()
    """Its panels, where it has several."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of one page that belong together: a paragraph or the part of it on this page, a heading, a list item."""

    page_no: int
    box: Rect
    lines: tuple[Line, ...]
    label: BlockLabel = BlockLabel.TEXT
    level: int | None = None
    """Heading level from 1, for titles and section headers."""
    panel: Rect | None = None
    """The filled or framed box that sets this text apart from the body, in points."""
    continues: bool = False
    """Whether it goes on from the block before it in reading order, across a column or page break."""
    inset: bool | None = None
    """Whether its first line is indented as the first of a paragraph; None when its neighbours do not tell."""
    full: bool | None = None
    """Whether its last line reaches the margin, as one in the middle of a paragraph does; None when nothing tells."""

    @property
    def text(self) -> str:
        """The lines, joined with blanks (hyphens at line ends are kept here)."""
        return " ".join(line.text for line in self.lines)

    def labelled(self, label: BlockLabel) -> "TextBlock":
        """The same block under another label."""
        return replace(self, label=label)


@dataclass(frozen=True, slots=True)
class BoundCaption:
    """A caption, the figures that it belongs to, and what it says of itself."""

    block: TextBlock
    text: str
    """De-hyphenated, with its label."""
    number: str | None
    """``3.2`` of "Figure 3.2"."""
    figures: tuple[FoundFigure, ...]
