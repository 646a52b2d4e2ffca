"""What a PDF backend reads from one page, before anything is interpreted.

These are transient: they pass from `corpusbuilder.backends.pdf` to `corpusbuilder.stages.parse` and
`corpusbuilder.diagrams` and are never stored, so they are plain slotted dataclasses (a page may hold 100,000 of them).
All coordinates are PDF points of the page as a reader sees it: rotation and crop box applied, origin top left.

They cross process boundaries by the thousand, and what dataclasses do by themselves for pickle takes thrice the time.
Words and segments are not declared frozen, which makes building one take four times as long; nothing may change them.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from corpusbuilder.records.document import PageStatus

XY: TypeAlias = tuple[float, float]
Rect: TypeAlias = tuple[float, float, float, float]


@dataclass(slots=True, unsafe_hash=True)
class Word:
    """One word with its style. ``text`` has no blanks; ``box`` spans ascender to descender."""

    text: str
    box: Rect
    size: float
    """Font size in points (estimated from the box height for OCR)."""
    font: str = ""
    bold: bool = False
    italic: bool = False
    superscript: bool = False
    color: str = "#000000"
    confidence: float = 1.0
    """1 for a text layer, the engine's confidence for OCR."""

    def __reduce__(self) -> tuple[object, ...]:
        style = self.size, self.font, self.bold, self.italic, self.superscript, self.color, self.confidence
        return Word, (self.text, self.box, *style)


@dataclass(frozen=True)
class Line:
    """Words that share a baseline and follow one another, left to right in reading direction."""

    words: tuple[Word, ...]
    box: Rect
    direction: XY = (1.0, 0.0)
    """Unit vector of the writing direction; (0, -1) runs up the page."""
    block: int = 0
    """Index of the block in which the PDF keeps this line: a hint, not the truth."""

    def __reduce__(self) -> tuple[object, ...]:
        return Line, (self.words, self.box, self.direction, self.block)

    @cached_property
    def text(self) -> str:
        """The words with single blanks between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def size(self) -> float:
        """The font size of most of the line's characters, in points."""
        weights: dict[float, int] = {}
        for word in self.words:
            weights[word.size] = weights.get(word.size, 0) + len(word.text)
        return max(weights, key=lambda size: (weights[size], size)) if weights else 0.0


@dataclass(slots=True, unsafe_hash=True)
class Segment:
    """One piece of a path: ``l`` (2 points), ``c`` (4 points, cubic Bézier)."""

    kind: Literal["l", "c"]
    points: tuple[XY, ...]

    def __reduce__(self) -> tuple[object, ...]:
        return Segment, (self.kind, self.points)


@dataclass(frozen=True, slots=True)
class VectorPath:
    """One painted path. Rectangles and quads arrive as closed runs of line segments."""

    segments: tuple[Segment, ...]
    box: Rect
    """Bounds of the geometry, without the line width."""
    closed: bool
    stroke: str | None = None
    """Stroke colour as ``#rrggbb``, or None when not stroked."""
    fill: str | None = None
    """Fill colour as ``#rrggbb``, or None when not filled."""
    width: float = 0.0
    """Line width in points."""
    dashes: tuple[float, ...] = ()
    opacity: float = 1.0
    order: int = 0
    """Painting order on the page."""

    def __reduce__(self) -> tuple[object, ...]:
        paint = self.closed, self.stroke, self.fill, self.width, self.dashes, self.opacity, self.order
        return VectorPath, (self.segments, self.box, *paint)


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A raster image drawn on the page."""

    box: Rect
    width: int
    """Pixels of the image itself."""
    height: int
    digest: str = ""
    """Hash of the image's content: the same logo on every page has the same digest."""
    order: int = 0


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link from a place on the page to another place of the same file."""

    box: Rect
    """Where one clicks."""
    page_no: int
    """Where it leads, from 1."""
    target: XY | None = None
    """The point of that page, when the link says so."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """Everything read from one page."""

    page_no: int
    """From 1."""
    width: float
    height: float
    rotation: int
    """The page's /Rotate, already applied to all coordinates."""
    status: PageStatus
    lines: tuple[Line, ...] = ()
    paths: tuple[VectorPath, ...] = ()
    images: tuple[PlacedImage, ...] = ()
    links: tuple[PageLink, ...] = ()
    is_scan: bool = False
    """Whether it is a picture of a page, with or without a text layer over it."""
    label: str | None = None
    """The printed page number according to the PDF's page labels."""
    message: str = ""
    """Why the status is not ``ok``."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One line of the PDF's table of contents."""

    level: int
    """From 1."""
    title: str
    page_no: int


@dataclass(frozen=True, slots=True)
class RawDocument:
    """What the file says of itself."""

    page_count: int
    title: str | None = None
    language: str | None = None
    outline: tuple[OutlineEntry, ...] = field(default=())
    copying_allowed: bool = True
    """Whether the file's owner permits copying its content; a file can be read without."""
