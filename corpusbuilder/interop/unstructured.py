"""Our result as elements of unstructured."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.interop.sequence import Placed, in_order, plain
from corpusbuilder.records.document import Block, BlockLabel, Document, Figure, Passage, Unit, WordBox
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Rect
from corpusbuilder.store.workspace import Workspace

if TYPE_CHECKING:
    from unstructured.documents.elements import Element

_TAGS: Final = {"bold": "b", "italic": "i"}
_TYPES: Final = {
    BlockLabel.TITLE: "Title",
    BlockLabel.SECTION_HEADER: "Title",
    BlockLabel.CAPTION: "FigureCaption",
    BlockLabel.PAGE_HEADER: "Header",
    BlockLabel.PAGE_FOOTER: "Footer",
    BlockLabel.FOOTNOTE: "Footer",
    BlockLabel.FORMULA: "Formula",
}


def to_unstructured(units: Iterable[Unit], *, workspace: Workspace | None = None) -> "list[Element]":
    """The document as elements of unstructured, in reading order.

    Headings are ``Title`` with their depth, paragraphs ``NarrativeText``, the lines of lists ``ListItem``, figures
    ``Image`` or ``Table`` with the text inside them, captions ``FigureCaption`` (their parent is the figure), running
    heads ``Header`` and ``Footer``. Every element has its page, file name, language, the heading above it as parent,
    and coordinates in a ``PixelSpace`` of the page's size in points from the top left, as unstructured's own reading of
    PDFs gives them. A paragraph that runs over several pages has those of the first. A figure's
    ``detection_class_prob`` is our score.

    Args:
        units: all or some units of one document, as `parse` wrote them.
        workspace: where the images lie; figures then have their ``image_path``.

    Raises:
        MissingExtraError: unstructured is not installed.
    """
    try:
        import unstructured.documents.elements  # noqa: F401 - `_Maker` uses it
    except ImportError:
        raise MissingExtraError("unstructured", "layout", purpose="to_unstructured()") from None
    known = list(units)
    maker = _Maker(known, workspace)
    return [element for placed in in_order(known) for element in maker.make(placed)]


class _Maker:
    """Makes elements one after another, and knows the headings above."""

    def __init__(self, units: Sequence[Unit], workspace: Workspace | None) -> None:
        self._workspace = workspace
        self._sizes = {page.page_no: (page.width, page.height) for unit in units for page in unit.document.pages}
        self._depths = {
            plain(title): depth for unit in units for p in unit.passages for depth, title in enumerate(p.heading)
        }
        self._above: list[tuple[int, str]] = []
        """Depth and id of the headings that are open."""
        self._captions = {
            plain(figure.caption): figure.id for unit in units for figure in unit.figures if figure.caption
        }

    def make(self, placed: Placed) -> "Iterator[Element]":
        """The elements of one item."""
        document = placed.unit.document
        if isinstance(placed.item, Passage):
            yield from self._passage(placed.item, document)
        elif isinstance(placed.item, Figure):
            yield self._figure(placed.item, placed.block, document)
        else:
            yield self._block(placed.item, document)

    def _block(self, block: Block, document: Document) -> "Element":
        facts: dict[str, Any] = {}
        if _TYPES.get(block.label) == "Title":
            depth = (
                0 if block.label is BlockLabel.TITLE else self._depths.get(plain(block.text), 1 if self._above else 0)
            )
            self._above = [(level, identity) for level, identity in self._above if level < depth]
            facts = {"category_depth": depth, "parent_id": self._parent()}
            self._above.append((depth, block.id))
        elif block.label is BlockLabel.CAPTION:
            facts = {"parent_id": self._captions.get(plain(block.text), self._parent())}
        kind = _TYPES.get(block.label, "Text")
        return self._element(kind, block.text, block.id, (document, block.page_no, block.bbox), **facts)

    def _figure(self, figure: Figure, block: Block | None, document: Document) -> "Element":
        text = block.text if block else "\n".join(label.text for label in figure.diagram.labels)
        facts: dict[str, Any] = {"parent_id": self._parent(), "detection_class_prob": figure.score}
        if self._workspace:
            path = self._workspace.asset_path(figure.image.sha256, figure.image.media_type)
            facts |= {"image_path": str(path), "image_mime_type": figure.image.media_type}
        kind = "Table" if figure.kind == "table" else "Image"
        return self._element(kind, text, figure.id, (document, figure.page_no, figure.bbox), **facts)

    def _passage(self, passage: Passage, document: Document) -> "Iterator[Element]":
        parts = [(0, len(passage.text))] if passage.kind == "paragraph" else list(_lines(passage.text))
        kind = "NarrativeText" if passage.kind == "paragraph" else "ListItem"
        for number, (start, end) in enumerate(parts):
            words = [word for word in passage.words if start <= word.start < end]
            runs = [run for run in passage.emphasis if start <= run.start and run.end <= end]
            facts: dict[str, Any] = {"parent_id": self._parent()}
            if runs:
                facts["emphasized_text_contents"] = [passage.text[run.start : run.end] for run in runs]
                facts["emphasized_text_tags"] = [_TAGS[run.style] for run in runs]
            identity = passage.id if len(parts) == 1 else f"{passage.id}-{number}"
            page_no, box = _first_place(words) if words else (passage.page_no, None)
            yield self._element(kind, passage.text[start:end], identity, (document, page_no, box), **facts)

    def _parent(self) -> str | None:
        return self._above[-1][1] if self._above else None

    def _element(
        self,
        kind: str,
        text: str,
        identity: str,
        place: tuple[Document, int, Rect | None],
        **facts: Any,  # noqa: ANN401 - fields of the metadata
    ) -> "Element":
        from unstructured.documents import elements
        from unstructured.documents.coordinates import PixelSpace

        document, page_no, box = place
        metadata = elements.ElementMetadata(
            filename=document.file_name,
            filetype="application/pdf",
            page_number=page_no,
            languages=[document.language],
            **facts,
        )
        made: Element = getattr(elements, kind)(text, element_id=identity, metadata=metadata)
        if box and page_no in self._sizes:
            x0, y0, x1, y1 = box
            width, height = self._sizes[page_no]
            metadata.coordinates = elements.CoordinatesMetadata(
                points=((x0, y0), (x0, y1), (x1, y1), (x1, y0)), system=PixelSpace(width=width, height=height)
            )
        return made


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line of ``text`` that is not empty begins and ends."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _first_place(words: Sequence[WordBox]) -> tuple[int, Rect]:
    """The first page that words stand on, and the box around those of them that do."""
    page_no = words[0].page_no
    return page_no, union([(w.x0, w.y0, w.x1, w.y1) for w in words if w.page_no == page_no])
