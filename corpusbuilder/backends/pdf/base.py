"""What a PDF backend does: a lossless reading of pages, and pictures of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, TypeVar

from corpusbuilder.records.page import RawDocument, RawPage, Rect

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece of work that came to nothing: it took too long, broke, or ended the process that did it."""

    status: Literal["timeout", "failed"]
    message: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered part of a page."""

    png: bytes = field(repr=False)
    sample: bytes = field(repr=False)
    """RGB of pixels on an even grid, to tell what kind of picture it is without decoding it."""


class OpenPdf(Protocol):
    """One open PDF. Pages are numbered from 1, coordinates are those of `RawPage`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def info(self) -> RawDocument:
        """Page count, title, language and outline."""
        ...

    def read_page(self, page_no: int) -> RawPage:
        """All words, paths and images of a page. Never raises for a bad page: its status says what is wrong."""
        ...

    def page_size(self, page_no: int) -> tuple[float, float]:
        """Width and height of a page in points, without reading it.

        Raises:
            RecordError: with code ``failed`` when even that cannot be told.
        """
        ...

    def each(self, work: "Callable[[OpenPdf, Item], Result]", items: Sequence[Item]) -> Iterator[Result | Lost]:
        """``work(pdf, item)`` for each item, in their order, perhaps in several other processes at once.

        Work, items and results must pickle; a `RecordError` of the work is a `Lost`. The work may have begun before the
        first result is asked for. No result may depend on which other items the same process has worked on.

        Raises:
            CorpusbuilderError: as raised by ``work``: nothing can go on.
        """
        ...

    def render(self, page_no: int, box: Rect | None = None, *, dpi: float, without: Sequence[Rect] = ()) -> bytes:
        """PNG of the page or of ``box`` (PDF points), turned as the coordinates are, with ``without`` painted white."""
        ...

    def picture(self, page_no: int, box: Rect, *, dpi: float) -> Picture:
        """``box`` (PDF points) as `render` has it, with a sample of its colours."""
        ...


class PdfBackend(Protocol):
    """Opens PDFs."""

    def open(self, path: Path, *, password: str | None = None) -> OpenPdf:
        """Open a file.

        Raises:
            RecordError: with code ``empty_file``, ``not_a_pdf``, ``damaged``, ``encrypted``, ``wrong_password``,
                ``no_pages`` or ``unreadable``.
        """
        ...
