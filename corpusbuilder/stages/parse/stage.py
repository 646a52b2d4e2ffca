"""The `parse` stage: a PDF -> units with passages and figures."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from pydantic import JsonValue

from corpusbuilder.backends.layout.base import LayoutFailedError, LayoutModel, LayoutSource
from corpusbuilder.backends.ocr.base import OcrEngine
from corpusbuilder.backends.pdf.base import OpenPdf, PdfBackend
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Block, BlockLabel, Document, Figure, Page, Unit
from corpusbuilder.records.geometry import make_box
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.contract import Asset, Done, Rejected, Source
from corpusbuilder.stages.parse.advice import advised
from corpusbuilder.stages.parse.drawing import FigureMaker
from corpusbuilder.stages.parse.engraved import with_engraved_numbers
from corpusbuilder.stages.parse.figures import find_figures, repeated_images
from corpusbuilder.stages.parse.headings import BodyStyle, body_style, heading_text, mark_headings
from corpusbuilder.stages.parse.language import language_of
from corpusbuilder.stages.parse.layout import CaptionedFigure, PageLayout, lay_out
from corpusbuilder.stages.parse.mentions import find_mentions
from corpusbuilder.stages.parse.model import FoundFigure, TextBlock
from corpusbuilder.stages.parse.panels import find_panels
from corpusbuilder.stages.parse.passages import make_passages, words_of
from corpusbuilder.stages.parse.scans import levelled, read_scan
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
    version: ClassVar[int] = 1
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
                yield self._parse(source)
            except RecordError as error:
                message = error.message.removeprefix(f"{source.path}: ")
                advice = f" ({error.hint})" if error.hint else ""
                yield Rejected(source.document_id, error.reason_code, f"{source.file_name}: {message}{advice}")

    def _parse(self, source: Source) -> Done[Unit]:
        with self._pdf.open(source.path, password=source.password) as pdf:
            copying_allowed = pdf.info.copying_allowed
            reading = self._read(pdf, source)
            layouts = lay_out(reading.pages, reading.figures, reading.panels, reading.body)
            text = mark_headings(_text(layouts), reading.body, pdf.info.outline)
            language = source.language or language_of(block.text for block in text)
            document = _document(source, pdf, reading.pages, text, language)
            passages = make_passages(text, document_id=document.id, vocabulary=words_of(text))
            maker = FigureMaker(pdf, self._ocr, self._config, document)
            drawn, lost = _draw(maker, reading.pages, layouts, file_name=source.file_name)
        figures = with_engraved_numbers([figure for figure, _ in drawn])
        if not passages and not figures:
            raise RecordError(
                "no_content", "no text and no figure was found on any page", hint=_why_empty(reading.pages)
            )
        mentions = find_mentions(passages, figures)
        figures = [figure.model_copy(update={"mentions": mentions.get(figure.id, ())}) for figure in figures]
        blocks = _blocks(layouts, text, document.id)
        units = make_units(document, passages, figures, blocks, tokens=self._config.unit_tokens, by=self._config.units)
        notes = (*_notes(source, reading.pages, copying_allowed=copying_allowed), *reading.without_advice, *lost)
        return Done(source.document_id, tuple(units), _assets(drawn), notes)

    def _read(self, pdf: OpenPdf, source: Source) -> _Reading:
        body = self._body(pdf)
        without_advice: list[str] = []
        pages: list[RawPage] = []
        found: list[list[FoundFigure]] = []
        panels: list[tuple[Rect, ...]] = []
        for page_no in range(1, pdf.info.page_count + 1):
            page, figures, boxes, problem = self._read_page(pdf, page_no, body.size, source)
            without_advice += [f"{source.file_name}, page {page_no}: {problem}"] if problem else []
            pages.append(page)
            found.append(figures)
            panels.append(boxes)
        repeated = repeated_images(pages)
        found = [[f for f in figures if not _is_repeated(f, repeated)] for figures in found]
        body = body_style(line for page in pages for line in page.lines)
        return _Reading(pages, found, panels, body, tuple(without_advice))

    def _read_page(
        self, pdf: OpenPdf, page_no: int, body_size: float, source: Source
    ) -> tuple[RawPage, list[FoundFigure], tuple[Rect, ...], str]:
        """A page with its text, figures and panels; one that breaks our code is left out and says so.

        The last is why the layout model could say nothing of it, if so.
        """
        page = RawPage(page_no, 0.0, 0.0, 0, "failed")
        try:
            with _record_boundary():
                page = pdf.read_page(page_no)
                figures, problem = self._advised(pdf, source, page, find_figures(page, body_size=body_size), body_size)
                panels = find_panels(page, figures, em=body_size)
                if page.status == "scanned" and self._config.ocr != "none":
                    page = self._recognise(pdf, page, source.language or "en")
                return levelled(replace(page, paths=())), figures, panels, problem
        except _UnexpectedError as error:
            message = f"it was left out: {error.message}"
            return replace(page, status="failed", lines=(), paths=(), images=(), message=message), [], (), ""

    def _advised(
        self, pdf: OpenPdf, source: Source, page: RawPage, figures: list[FoundFigure], em: float
    ) -> tuple[list[FoundFigure], str]:
        """The figures as the layout model sees them, and why it could not say, if so: it costs its advice alone."""
        if self._layout is None or page.status not in ("ok", "bad_encoding", "scanned"):
            return figures, ""
        asked = LayoutSource(source.path, source.file_name, source.password)
        try:
            with _record_boundary():
                image = pdf.render(page.page_no, dpi=self._layout.dpi) if self._layout.dpi else None
                blocks = self._layout.blocks(asked, page, image)
                return advised(page, figures, blocks, em=em), ""
        except (LayoutFailedError, _UnexpectedError) as error:
            return figures, f"read without the advice of the layout model: {error.message}"

    def _recognise(self, pdf: OpenPdf, page: RawPage, language: str) -> RawPage:
        """A scanned page with its text; one that cannot be rendered or read is left out and says why."""
        try:
            return read_scan(pdf, page, self._ocr, dpi=self._config.ocr_dpi, language=language)
        except RecordError as error:
            return replace(page, status="failed", message=error.message)

    def _body(self, pdf: OpenPdf) -> BodyStyle:
        """The body style as a sample of the pages tells it."""
        count = pdf.info.page_count
        step = max(1, count // _SAMPLED_PAGES)
        return body_style(line for page_no in range(1, count + 1, step) for line in _lines(pdf, page_no))


class _UnexpectedError(RecordError):
    """Our code or a library broke on a record."""


@contextmanager
def _record_boundary() -> Iterator[None]:
    """What breaks inside costs one page or figure, not the book. Errors raised on purpose pass."""
    try:
        yield
    except CorpusbuilderError:
        raise
    except Exception as error:  # hostile PDFs break geometry and libraries in ways that nobody foresees
        raise _UnexpectedError("unexpected", f"unexpected {type(error).__name__}") from error


def _lines(pdf: OpenPdf, page_no: int) -> tuple[Line, ...]:
    """The lines of a page, to tell the style of the text; reading it in earnest says why there are none."""
    try:
        with _record_boundary():
            return levelled(pdf.read_page(page_no)).lines
    except _UnexpectedError:
        return ()


def _draw(
    maker: FigureMaker, pages: Sequence[RawPage], layouts: Sequence[PageLayout], *, file_name: str
) -> tuple[list[tuple[Figure, Asset]], list[str]]:
    """Figures with their pictures, and a note for each that could not be drawn: it costs itself, not the book."""
    drawn: list[tuple[Figure, Asset]] = []
    lost: list[str] = []
    for page, layout in zip(pages, layouts, strict=True):
        for item in layout.figures:
            try:
                with _record_boundary():
                    drawn.append(maker.make(page, item))
            except RecordError as error:
                lost.append(f"{file_name}, page {page.page_no}: a figure was left out: {error.message}")
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
