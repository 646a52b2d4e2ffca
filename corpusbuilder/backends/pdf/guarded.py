"""PyMuPDF behind a killable helper process: no page can hang or crash the run."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpusbuilder.backends.pdf.base import OpenPdf
from corpusbuilder.backends.pdf.helper import Helper, HelperDiedError, HelperTimeoutError
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import PageStatus
from corpusbuilder.records.page import RawDocument, RawPage, Rect


class GuardedPdf:
    """Opens PDFs in a helper process, which is shared by the documents of one backend."""

    def __init__(self, page_timeout_s: float) -> None:
        self._timeout_s = page_timeout_s
        self._helper = Helper()
        self._handles = count()

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self._timeout_s,))  # each process has its own helper

    def open(self, path: Path, *, password: str | None = None) -> OpenPdf:
        """Open a file; see `PdfBackend.open` for the errors."""
        return _GuardedDocument(self._helper, next(self._handles), path, password, self._timeout_s)


class _GuardedDocument:
    """One open PDF; see `OpenPdf`. It is opened again when the helper had to be replaced."""

    def __init__(self, helper: Helper, handle: int, path: Path, password: str | None, timeout_s: float) -> None:
        self._helper = helper
        self._handle = handle
        self._path = path
        self._password = password
        self._timeout_s = timeout_s
        self._generation = -1
        try:
            self._info = self._open()
        except (HelperTimeoutError, HelperDiedError) as error:
            raise RecordError("damaged", f"{path}: opening it {self._what_happened(error)}") from None

    def _open(self) -> RawDocument:
        info: RawDocument = self._helper.ask(
            "open", self._handle, str(self._path), self._password, timeout_s=max(self._timeout_s, 60.0)
        )
        self._generation = self._helper.generation
        return info

    def _ask(self, method: str, *args: object, timeout_s: float | None = None) -> Any:  # noqa: ANN401 - by method
        if not self._helper.is_running(self._generation):
            self._open()
        return self._helper.ask(method, self._handle, *args, timeout_s=timeout_s or self._timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._helper.is_running(self._generation):
            try:
                self._helper.ask("close", self._handle, timeout_s=self._timeout_s)
            except (HelperTimeoutError, HelperDiedError, RecordError):
                self._helper.stop()

    @property
    def info(self) -> RawDocument:
        """Page count, title, language and outline."""
        return self._info

    def read_page(self, page_no: int) -> RawPage:
        """All words, paths and images of a page; see `OpenPdf.read_page`."""
        try:
            page: RawPage = self._ask("read_page", page_no)
        except HelperTimeoutError as error:
            return self._lost(page_no, "timeout", self._what_happened(error))
        except HelperDiedError as error:
            return self._lost(page_no, "failed", self._what_happened(error))
        except RecordError as error:
            if error.reason_code != "failed":  # the document could not be opened again
                raise
            return self._lost(page_no, "failed", error.message)
        return page

    def _lost(self, page_no: int, status: PageStatus, reason: str) -> RawPage:
        width = height = 0.0
        try:
            width, height = self._ask("page_size", page_no, timeout_s=max(self._timeout_s, 10.0))
        except (HelperTimeoutError, HelperDiedError, RecordError):
            reason = f"{reason}; its size cannot be told either"
        return RawPage(page_no, width, height, 0, status, message=f"reading page {page_no} {reason}")

    def _what_happened(self, error: Exception) -> str:
        if isinstance(error, HelperTimeoutError):
            return f"took longer than {self._timeout_s:g} s and was given up"
        return "crashed the PDF library"

    def render(self, page_no: int, box: Rect | None = None, *, dpi: float, without: Sequence[Rect] = ()) -> bytes:
        """PNG of the page or of ``box``; see `OpenPdf.render`."""
        try:
            png: bytes = self._ask("render", page_no, box, dpi, tuple(without))
        except (HelperTimeoutError, HelperDiedError) as error:
            reason = self._what_happened(error)
            raise RecordError("not_rendered", f"{self._path}: rendering page {page_no} {reason}") from None
        return png
