"""What a PDF backend does: a lossless reading of pages, and pictures of them."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from corpusbuilder.records.page import RawDocument, RawPage, Rect


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

    def render(self, page_no: int, box: Rect | None = None, *, dpi: float, without: Sequence[Rect] = ()) -> bytes:
        """PNG of the page or of ``box`` (PDF points), turned as the coordinates are, with ``without`` painted white."""
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
