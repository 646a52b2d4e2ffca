"""Documents, their blocks, passages, figures and units."""

from enum import StrEnum
from itertools import pairwise
from typing import Literal, NamedTuple, Self, TypeAlias

from pydantic import model_validator

from corpusbuilder.records.base import Record
from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.geometry import Affine, Box

PageStatus: TypeAlias = Literal["ok", "scanned", "blank", "timeout", "bad_encoding", "failed"]


class BlockLabel(StrEnum):
    """What a block is, in the terms of DocLayNet (Pfitzmann et al. 2022)."""

    TEXT = "text"
    TITLE = "title"
    SECTION_HEADER = "section_header"
    LIST_ITEM = "list_item"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    PAGE_HEADER = "page_header"
    PAGE_FOOTER = "page_footer"
    TABLE = "table"
    PICTURE = "picture"
    FORMULA = "formula"


class Page(Record):
    """One page of a document."""

    page_no: int
    """From 1."""
    width: float
    """PDF points."""
    height: float
    """PDF points."""
    rotation: int
    """The page's /Rotate in degrees; coordinates already take it into account."""
    status: PageStatus
    """How reading it went."""
    label: str | None = None
    """The page number as printed, when the PDF says so."""


class Document(Record):
    """A schoolbook or a chapter of one."""

    id: str
    """Derived from ``source_sha256``."""
    source_sha256: str
    """SHA-256 of the PDF file."""
    file_name: str
    """Name of the PDF file, without folders."""
    title: str
    """From the sources file, the PDF, or the file name."""
    language: str
    """BCP 47, such as ``en`` or ``fr``."""
    subject: str | None = None
    """School subject, such as ``biology``."""
    grade: str | None = None
    """School year or level, as the user writes it."""
    licence: str | None = None
    """SPDX expression or free text; null when nobody stated one."""
    attribution: str | None = None
    """Whom the licence asks to name."""
    pages: tuple[Page, ...]
    """All pages in order."""


class Block(Record):
    """A piece of a page that layout analysis found."""

    id: str
    label: BlockLabel
    text: str
    page_no: int
    """From 1."""
    bbox: Box
    """PDF points."""
    index: int
    """Place in the reading order of the document, from 0."""


class WordBox(NamedTuple):
    """Where a word of a passage stands on paper. Stored as a plain array."""

    start: int
    """First code point in ``Passage.text``."""
    end: int
    """One past the last code point."""
    page_no: int
    """From 1."""
    x0: float
    y0: float
    x1: float
    y1: float


class Emphasis(NamedTuple):
    """A run of a passage set in another style. Stored as a plain array."""

    start: int
    end: int
    style: Literal["bold", "italic"]


class Passage(Record):
    """One paragraph or list in reading order, joined across column and page breaks and de-hyphenated."""

    id: str
    document_id: str
    kind: Literal["paragraph", "list"]
    heading: tuple[str, ...]
    """Headings above it, outermost first."""
    text: str
    words: tuple[WordBox, ...]
    """Boxes of the words in PDF points, in order of ``start``."""
    emphasis: tuple[Emphasis, ...] = ()
    """Bold and italic runs."""

    @model_validator(mode="after")
    def _offsets_lie_in_the_text(self) -> Self:
        runs = [(run.start, run.end) for run in self.words] + [(run.start, run.end) for run in self.emphasis]
        if any(not 0 <= start < end <= len(self.text) for start, end in runs):
            raise ValueError(f"passage {self.id}: a word or emphasis lies outside the text")
        if any(a.start > b.start for a, b in pairwise(self.words)):
            raise ValueError(f"passage {self.id}: words are not in order")
        return self

    @property
    def page_no(self) -> int:
        """The page on which the passage begins (1 when it has no word boxes)."""
        return self.words[0].page_no if self.words else 1


class Mention(Record):
    """A place in the text that refers to a figure, such as "see Figure 3.2".

    A figure holds those that lead to it; a unit holds those that lead to no figure of the document.
    """

    passage_id: str
    start: int
    """First code point in the passage's text."""
    end: int
    """One past the last."""
    text: str
    """The characters ``start`` to ``end``."""
    method: Literal["number", "link", "position"]
    """How it was resolved: by the printed number, a PDF link, or by words such as "opposite"."""
    score: float
    """0 to 1; 0 when it leads to no figure."""


class ImageAsset(Record):
    """An image in the workspace's asset store."""

    sha256: str
    media_type: Literal["image/png", "image/jpeg"]
    width: int
    """Pixels."""
    height: int
    """Pixels."""


class FigurePart(Record):
    """One of several panels under one caption."""

    label: str | None = None
    """The letter printed in or under it, such as ``a``."""
    box: Box
    """In pixels of the figure's image."""


class Figure(Record):
    """A picture, diagram, map, chart or table image of a document."""

    id: str
    document_id: str
    image: ImageAsset
    page_no: int
    """From 1."""
    bbox: Box
    """PDF points on the page."""
    dpi: float
    """Resolution at which ``image`` was made."""
    to_page: Affine
    """From pixels of ``image`` to PDF points of the page."""
    number: str | None = None
    """The printed number, such as ``3.2``."""
    caption: str | None = None
    """The whole caption, with its label."""
    kind: Literal["diagram", "map", "chart", "photo", "table", "other"]
    diagram: Diagram
    """Labels, connectors and regions inside the figure, in pixels of ``image``."""
    parts: tuple[FigurePart, ...] = ()
    """The panels of a figure that has several, in reading order; empty for one picture."""
    score: float = 1.0
    """How sure it is that this is a figure with these bounds, 0 to 1: lower where a layout model disagrees."""
    mentions: tuple[Mention, ...] = ()
    """Where passages refer to it."""


class Unit(Record):
    """What a question is asked about: a run of passages with their figures (TQA calls it a lesson).

    It carries its document by value, so that a line of a shard can be read alone.
    """

    id: str
    document: Document
    heading: tuple[str, ...]
    """Headings common to its passages, outermost first."""
    passages: tuple[Passage, ...]
    """In reading order; about 4,000 tokens in all, never cut inside a paragraph."""
    figures: tuple[Figure, ...]
    """In reading order; every figure of the document belongs to exactly one unit."""
    unresolved: tuple[Mention, ...] = ()
    """Places in its passages that refer to a figure which the document does not hold."""
    blocks: tuple[Block, ...] = ()
    """The layout blocks on the pages where this unit begins or runs, each block in exactly one unit."""

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, or None."""
        return next((p for p in self.passages if p.id == passage_id), None)

    def figure(self, figure_id: str) -> Figure | None:
        """The figure with this id, or None."""
        return next((f for f in self.figures if f.id == figure_id), None)
