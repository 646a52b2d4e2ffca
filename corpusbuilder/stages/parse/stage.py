"""The `parse` stage: a PDF -> units with passages and figures."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from pydantic import JsonValue

from corpusbuilder.backends.layout.base import LayoutModel, LayoutSource
from corpusbuilder.backends.ocr.base import OcrEngine
from corpusbuilder.backends.pdf.base import Lost, OpenPdf, PdfBackend
from corpusbuilder.backends.pdf.collection import no_collection
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import RecordError
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Block, BlockLabel, Document, Figure, Page, Unit
from corpusbuilder.records.geometry import make_box
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.page import RawPage, Rect
from corpusbuilder.stages.contract import Asset, Done, Rejected, Source
from corpusbuilder.stages.parse.conservation import balances, totals, warnings
from corpusbuilder.stages.parse.drawing import FigureMaker
from corpusbuilder.stages.parse.engraved import with_engraved_numbers
from corpusbuilder.stages.parse.figures import repeated_images
from corpusbuilder.stages.parse.headings import BodyStyle, body_style, heading_text, mark_headings
from corpusbuilder.stages.parse.language import language_of
from corpusbuilder.stages.parse.layout import CaptionedFigure, PageLayout, lay_out
from corpusbuilder.stages.parse.mentions import find_mentions
from corpusbuilder.stages.parse.model import FoundFigure, TextBlock
from corpusbuilder.stages.parse.pages import Adviser, PageReader, lines_of, lost_page
from corpusbuilder.stages.parse.passages import make_passages, words_of
from corpusbuilder.stages.parse.units import make_units

_SAMPLED_PAGES: Final = 16
"""So many pages tell the size of the body text before the first figure is looked for."""
_NO_TITLE: Final = re.compile(r"untitled|sans titre|microsoft word|\.(?:docx?|indd|tex|pdf|qxd)\b|^\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """All pages of a book as read, with the figures found on each. Paths outside figures are dropped."""

    pages: list[RawPage]
    figures: list[list[FoundFigure]]
    panels: list[tuple[Rect, ...]]
    body: BodyStyle
    without_advice: tuple[str, ...]
    """Pages of which the layout model could say nothing, and why."""


class ParseStage:
    """Reads PDFs.

    Args:
        pdf: opens the files.
        ocr: reads pages without a text layer and figures that are images.
        config: the ``[parse]`` table.
        backends: names and versions of all, for the fingerprint.
        layout: confirms or vetoes the figures; None leaves them to the geometry.
    """

    name: ClassVar[str] = "parse"
    version: ClassVar[int] = 3
    needs_all: ClassVar[bool] = False
    reads: ClassVar[type] = Source
    writes: ClassVar[type[Record]] = Unit

    def __init__(
        self,
        *,
        pdf: PdfBackend,
        ocr: OcrEngine,
        config: ParseSection,
        backends: Mapping[str, JsonValue],
        layout: LayoutModel | None = None,
    ) -> None:
        self._pdf, self._ocr, self._config, self._backends, self._layout = pdf, ocr, config, backends, layout

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:  # noqa: ARG002 - parsing finds the language out
        """See `corpusbuilder.stages.contract.Stage.fingerprint`."""
        config = self._config.model_dump(mode="json", exclude={"workers", "page_timeout_s", "layout"})
        options = self._config.layout.fingerprint()
        layout = {"layout" if key == "kind" else f"layout.{key}": value for key, value in options.items()}
        return {**{f"config.{key}": value for key, value in {**layout, **config}.items()}, **self._backends}

    def process(self, records: Sequence[Source]) -> Iterable[Done[Unit] | Rejected]:
        """One result per PDF."""
        for source in records:
            try:
                with no_collection():
                    result = self._parse(source)
                yield result
            except RecordError as error:
                message = error.message.removeprefix(f"{source.path}: ")
                advice = f" ({error.hint})" if error.hint else ""
                yield Rejected(source.document_id, error.reason_code, f"{source.file_name}: {message}{advice}")

    def _parse(self, source: Source) -> Done[Unit]:
        with self._pdf.open(source.path, password=source.password) as pdf:
            reading = self._read(pdf, source)
            layouts = lay_out(reading.pages, reading.figures, reading.panels, reading.body)
            text = _text(layouts)
            language = source.language or language_of(block.text for block in text)
            drawing = self._draw(pdf, reading.pages, layouts, document_id=source.document_id, language=language)
            # The helpers draw from here on; meanwhile this process writes the text.
            text = mark_headings(text, reading.body, pdf.info.outline)
            document = _document(source, pdf, reading.pages, text, language)
            passages = make_passages(text, document_id=document.id, vocabulary=words_of(text))
            blocks = _blocks(layouts, text, document.id)
            drawn, lost = _drawn(drawing, layouts, file_name=source.file_name)
            copying_allowed = pdf.info.copying_allowed
        figures = with_engraved_numbers([figure for figure, _ in drawn])
        if not passages and not figures:
            raise RecordError(
                "no_content", "no text and no figure was found on any page", hint=_why_empty(reading.pages)
            )
        mentions = find_mentions(passages, figures, reading.pages)
        figures = [f.model_copy(update={"mentions": mentions.by_figure.get(f.id, ())}) for f in figures]
        units = make_units(
            document,
            passages,
            figures,
            blocks,
            unresolved=mentions.unresolved,
            tokens=self._config.unit_tokens,
            by=self._config.units,
        )
        kept = balances(reading.pages, units)
        notes = (
            *_notes(source, reading.pages, copying_allowed=copying_allowed),
            *reading.without_advice,
            *lost,
            *warnings(kept, source.file_name),
        )
        return Done(source.document_id, tuple(units), _assets(drawn), notes, totals(kept))

    def _read(self, pdf: OpenPdf, source: Source) -> _Reading:
        """All pages, with what stands on each."""
        adviser = Adviser(self._layout, LayoutSource(source.path, source.file_name, source.password))
        reader = PageReader(self._ocr, self._config, self._body(pdf).size, source.language or "en", adviser)
        numbers = range(1, pdf.info.page_count + 1)
        found = [
            lost_page(pdf, page_no, reading) if isinstance(reading, Lost) else reading
            for page_no, reading in zip(numbers, pdf.each(reader, numbers), strict=True)
        ]
        for reading in found:
            if reading.refusal:
                raise reading.refusal
        pages = [reading.page for reading in found]
        repeated = repeated_images(pages)
        figures = [[f for f in reading.figures if not _is_repeated(f, repeated)] for reading in found]
        body = body_style(line for page in pages for line in page.lines)
        unadvised = tuple(f"{source.file_name}, page {r.page.page_no}: {r.unadvised}" for r in found if r.unadvised)
        return _Reading(pages, figures, [reading.panels for reading in found], body, unadvised)

    def _body(self, pdf: OpenPdf) -> BodyStyle:
        """The body style as a sample of the pages tells it."""
        count = pdf.info.page_count
        sampled = range(1, count + 1, max(1, count // _SAMPLED_PAGES))
        return body_style(
            line for lines in pdf.each(lines_of, sampled) if not isinstance(lines, Lost) for line in lines
        )

    def _draw(
        self,
        pdf: OpenPdf,
        pages: Sequence[RawPage],
        layouts: Sequence[PageLayout],
        *,
        document_id: str,
        language: str,
    ) -> Iterator[tuple[Figure, Asset] | Lost]:
        """The figures of all pages with their pictures, as they are made."""
        maker = FigureMaker(self._ocr, self._config, document_id, language)
        sheets = [replace(page, lines=(), images=()) for page in pages]
        items = [(sheet, item) for sheet, layout in zip(sheets, layouts, strict=True) for item in layout.figures]
        return pdf.each(maker, items)


def _drawn(
    drawing: Iterable[tuple[Figure, Asset] | Lost], layouts: Sequence[PageLayout], *, file_name: str
) -> tuple[list[tuple[Figure, Asset]], list[str]]:
    """Figures with their pictures, and a note for each that could not be drawn: it costs itself, not the book."""
    drawn: list[tuple[Figure, Asset]] = []
    lost: list[str] = []
    figures = (item.figure for layout in layouts for item in layout.figures)
    for figure, result in zip(figures, drawing, strict=True):
        if isinstance(result, Lost):
            lost.append(f"{file_name}, page {figure.page_no}: a figure was left out: {result.message}")
        else:
            drawn.append(result)
    return drawn, lost


def _is_repeated(figure: FoundFigure, repeated: frozenset[str]) -> bool:
    """Whether a figure is only a logo or ornament that stands on many pages."""
    return bool(figure.images) and not figure.paths and all(image.digest in repeated for image in figure.images)


def _text(layouts: Iterable[PageLayout]) -> list[TextBlock]:
    """All text of a document in reading order, without furniture."""
    return [item for layout in layouts for item in layout.items if isinstance(item, TextBlock)]


def _document(
    source: Source, pdf: OpenPdf, pages: Sequence[RawPage], text: Sequence[TextBlock], language: str
) -> Document:
    return Document(
        id=source.document_id,
        source_sha256=source.sha256,
        file_name=source.file_name,
        title=source.title or _title(pdf.info.title, text) or Path(source.file_name).stem,
        language=language,
        subject=source.subject,
        grade=source.grade,
        licence=source.licence,
        attribution=source.attribution,
        pages=tuple(
            Page(
                page_no=page.page_no,
                width=round(page.width, 2),
                height=round(page.height, 2),
                rotation=page.rotation,
                status=page.status,
                label=page.label,
            )
            for page in pages
        ),
    )


def _title(stated: str | None, text: Sequence[TextBlock]) -> str | None:
    """What the PDF says, unless it is the name of some file; else the highest heading of the first pages."""
    if stated and not _NO_TITLE.search(stated):
        return stated.strip()
    headings = [block for block in text if block.label is BlockLabel.SECTION_HEADER and block.page_no <= 3]
    return heading_text(min(headings, key=lambda block: (block.level or 1, block.page_no))) if headings else None


def _why_empty(pages: Sequence[RawPage]) -> str:
    numbers = Counter("without anything to keep" if page.status == "ok" else page.status for page in pages)
    return f"its pages: {', '.join(f'{n} {status}' for status, n in sorted(numbers.items()))}".replace("_", " ")


def _blocks(layouts: Sequence[PageLayout], text: Sequence[TextBlock], document_id: str) -> list[Block]:
    """Every block of a document in reading order, furniture first on each page. ``text`` has the headings marked."""
    marked = iter(text)
    blocks: list[Block] = []

    def add(label: BlockLabel, content: str, page_no: int, box: Rect) -> None:
        bbox = make_box(*box)
        identity = content_id("blk", document_id, label.value, content, page_no, list(bbox))
        blocks.append(Block(id=identity, label=label, text=content, page_no=page_no, bbox=bbox, index=len(blocks)))

    for layout in layouts:
        for item in (*layout.furniture, *layout.items):
            if isinstance(item, CaptionedFigure):
                label = BlockLabel.TABLE if item.figure.is_table else BlockLabel.PICTURE
                inside = "\n".join(line.text for line in item.figure.lines)
                add(label, inside, item.figure.page_no, item.figure.box)
            else:
                block = item if item in layout.furniture else next(marked)
                add(block.label, block.text, block.page_no, block.box)
    return blocks


def _assets(drawn: Sequence[tuple[object, Asset]]) -> tuple[Asset, ...]:
    return tuple({asset.sha256: asset for _, asset in drawn}.values())


def _notes(source: Source, pages: Sequence[RawPage], *, copying_allowed: bool) -> Iterator[str]:
    """What a person should know of a file and of pages that could not be read as they are."""
    if not copying_allowed:
        yield f"{source.file_name}: its owner does not permit copying: mind that before you publish anything of it"
    for page in pages:
        if page.status in ("timeout", "failed", "bad_encoding"):
            yield f"{source.file_name}, page {page.page_no}: {page.status}: {page.message or 'it was left out'}"
    scanned = sum(page.status == "scanned" for page in pages)
    unread = sum(page.status == "scanned" and not page.lines for page in pages)
    if scanned:
        left = f", {unread} of them without a word found (parse.ocr reads them)" if unread else ""
        yield f"{source.file_name}: scanned pages: {scanned} of {len(pages)}{left}"
