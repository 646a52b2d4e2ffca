"""What is done page by page, perhaps in a helper process: reading, recognising scans, finding figures and panels.

Nothing here may depend on another page but through what is told of the whole book (`PageReader`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from corpusbuilder.backends.layout.base import LayoutFailedError, LayoutModel, LayoutSource
from corpusbuilder.backends.ocr.base import OcrEngine
from corpusbuilder.backends.pdf.base import Lost, OpenPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.parse.advice import advised
from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.stages.parse.headings import body_style
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.panels import find_panels
from corpusbuilder.stages.parse.rejoined import rejoined
from corpusbuilder.stages.parse.scans import find_scanned_figures, levelled, read_scan


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as read, with what was found on it. Paths outside figures are dropped."""

    page: RawPage
    figures: tuple[FoundFigure, ...] = ()
    panels: tuple[Rect, ...] = ()
    unadvised: str = ""
    """Why the layout model could say nothing of it, if so."""
    refusal: RecordError | None = None
    """Why the layout model is not to be trusted with the whole book, if so."""


@dataclass(frozen=True, slots=True)
class Adviser:
    """A layout model, or none, for one file."""

    model: LayoutModel | None
    source: LayoutSource

    def advise(self, pdf: OpenPdf, page: RawPage, figures: list[FoundFigure], *, em: float) -> list[FoundFigure]:
        """The figures of a page as the model sees them.

        Raises:
            RecordError: it can say nothing of the page (`LayoutFailedError`, `UnexpectedError`), or of the book.
        """
        if self.model is None or page.status not in ("ok", "bad_encoding", "scanned"):
            return figures
        with record_boundary():
            image = pdf.render(page.page_no, dpi=self.model.dpi) if self.model.dpi else None
            return advised(page, figures, self.model.blocks(self.source, page, image), em=em)


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages, given what is known of the book."""

    ocr: OcrEngine
    config: ParseSection
    body_size: float
    """In points."""
    language: str
    adviser: Adviser | None = None

    def __call__(self, pdf: OpenPdf, page_no: int) -> PageReading:
        """A page with its text, figures and panels; one that breaks our code is left out and says so."""
        page = RawPage(page_no, 0.0, 0.0, 0, "failed")
        try:
            with record_boundary():
                page = pdf.read_page(page_no)
                if page.status in ("scanned", "bad_encoding") and self.config.ocr != "none":
                    page = self._recognised(pdf, page)
                page = levelled(page)
                figures = self._figures(pdf, page)
                figures, unadvised, refusal = self._advised(pdf, page, figures)
                page = rejoined(page, apart=[line for figure in figures for line in figure.lines])
                panels = find_panels(page, figures, em=self.body_size)
                return PageReading(replace(page, paths=()), tuple(figures), panels, unadvised, refusal)
        except UnexpectedError as error:
            message = f"it was left out: {error.message}"
            return PageReading(replace(page, status="failed", lines=(), paths=(), images=(), message=message))

    def _figures(self, pdf: OpenPdf, page: RawPage) -> list[FoundFigure]:
        """The figures of a page: of a scan in the ink that is no text, else in what the PDF draws."""
        if not page.is_scan:
            return find_figures(page, body_size=self.body_size)
        if not page.lines and self.config.ocr == "none":
            return []
        return find_scanned_figures(pdf, page, body_size=body_style(page.lines).size)

    def _advised(
        self, pdf: OpenPdf, page: RawPage, figures: list[FoundFigure]
    ) -> tuple[list[FoundFigure], str, RecordError | None]:
        """The figures with the advice of the layout model, or why there is none: for the page, or for the book."""
        if self.adviser is None:
            return figures, "", None
        try:
            return self.adviser.advise(pdf, page, figures, em=self.body_size), "", None
        except (LayoutFailedError, UnexpectedError) as error:
            return figures, f"read without the advice of the layout model: {error.message}", None
        except RecordError as error:
            return figures, "", error

    def _recognised(self, pdf: OpenPdf, page: RawPage) -> RawPage:
        """A scanned page with its text; one that cannot be rendered or read is left out and says why."""
        try:
            return read_scan(pdf, page, self.ocr, dpi=self.config.ocr_dpi, language=self.language)
        except RecordError as error:
            return replace(page, status="failed", message=error.message)


class UnexpectedError(RecordError):
    """Our code or a library broke on a record."""


@contextmanager
def record_boundary() -> Iterator[None]:
    """What breaks inside costs one page or figure, not the book. Errors raised on purpose pass."""
    try:
        yield
    except CorpusbuilderError:
        raise
    except MemoryError:
        raise UnexpectedError("unexpected", "it takes more memory than one page may") from None
    except Exception as error:  # hostile PDFs break geometry and libraries in ways that nobody foresees
        raise UnexpectedError("unexpected", f"unexpected {type(error).__name__}") from error


def lines_of(pdf: OpenPdf, page_no: int) -> tuple[Line, ...]:
    """The lines of a page, to tell the style of the text; reading it in earnest says why there are none."""
    try:
        with record_boundary():
            return levelled(pdf.read_page(page_no)).lines
    except UnexpectedError:
        return ()


def lost_page(pdf: OpenPdf, page_no: int, lost: Lost) -> PageReading:
    """What is left of a page that could not be read: its place, its size and the reason."""
    width = height = 0.0
    with suppress(RecordError):  # of some pages not even the size can be told
        width, height = pdf.page_size(page_no)
    return PageReading(
        RawPage(page_no, width, height, 0, lost.status, message=f"reading page {page_no}: {lost.message}")
    )
