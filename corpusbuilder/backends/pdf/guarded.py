"""PyMuPDF behind killable helper processes: no page can hang or crash the run, and pages are worked on at once."""

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpusbuilder.backends.pdf.base import Item, Lost, OpenPdf, Picture, Result
from corpusbuilder.backends.pdf.crew import Crew
from corpusbuilder.backends.pdf.helper import Helper, HelperDiedError, HelperTimeoutError
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import PageStatus
from corpusbuilder.records.page import RawDocument, RawPage, Rect

_LEAST_TO_OPEN_S = 60.0


class GuardedPdf:
    """Opens PDFs in helper processes, which are shared by the documents of one backend.

    Args:
        page_timeout_s: longest time for one page, or for one item of `OpenPdf.each`.
        processes: number of helpers.
        memory_mb: the most memory that a helper may take, in MiB.
    """

    def __init__(self, page_timeout_s: float, *, processes: int = 1, memory_mb: int | None = None) -> None:
        self._timeout_s = page_timeout_s
        self._processes = processes
        self._memory_mb = memory_mb
        self._crew = Crew(processes, memory_mb=memory_mb)
        self._handles = count()

    def __reduce__(self) -> tuple[object, ...]:
        made = partial(type(self), processes=self._processes, memory_mb=self._memory_mb)
        return (made, (self._timeout_s,))  # each process has its own helpers

    @property
    def helpers(self) -> tuple[Helper, ...]:
        """The helpers that were hired so far."""
        return self._crew.helpers

    def open(self, path: Path, *, password: str | None = None) -> OpenPdf:
        """Open a file; see `PdfBackend.open` for the errors."""
        return _GuardedDocument(self._crew, next(self._handles), path, password, self._timeout_s)


class _GuardedDocument:
    """One open PDF; see `OpenPdf`. A helper opens it with the first request that it gets for it."""

    def __init__(self, crew: Crew, handle: int, path: Path, password: str | None, timeout_s: float) -> None:
        self._crew = crew
        self._handle = handle
        self._path = path
        self._password = password
        self._timeout_s = timeout_s
        self._pending: deque[Future[Any]] = deque()
        self._info: RawDocument = crew.submit(self._open).result()

    def _open(self, helper: Helper) -> RawDocument:
        """Have a helper open the file, unless it has.

        Raises:
            RecordError: it cannot be opened.
        """
        try:
            info: RawDocument = helper.open(
                self._handle, str(self._path), self._password, timeout_s=max(self._timeout_s, _LEAST_TO_OPEN_S)
            )
        except (HelperTimeoutError, HelperDiedError) as error:
            raise RecordError("damaged", f"{self._path}: opening it {self._what_happened(error)}") from None
        return info

    def _ask(self, method: str, *args: object, timeout_s: float | None = None) -> Any:  # noqa: ANN401 - by method
        def ask(helper: Helper) -> object:
            self._open(helper)
            return helper.ask(method, self._handle, *args, timeout_s=timeout_s or self._timeout_s)

        return self._crew.submit(ask).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for future in self._pending:
            future.cancel()
        for helper in self._crew.helpers:
            helper.close(self._handle)

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
            width, height = self.page_size(page_no)
        except RecordError:
            reason = f"{reason}; its size cannot be told either"
        return RawPage(page_no, width, height, 0, status, message=f"reading page {page_no} {reason}")

    def page_size(self, page_no: int) -> tuple[float, float]:
        """Width and height of a page in points; see `OpenPdf.page_size`."""
        try:
            size: tuple[float, float] = self._ask("page_size", page_no, timeout_s=max(self._timeout_s, 10.0))
        except (HelperTimeoutError, HelperDiedError) as error:
            raise RecordError("failed", f"measuring page {page_no} {self._what_happened(error)}") from None
        return size

    def _what_happened(self, error: Exception) -> str:
        if isinstance(error, HelperTimeoutError):
            return f"took longer than {self._timeout_s:g} s and was given up"
        return "crashed the PDF library"

    def render(self, page_no: int, box: Rect | None = None, *, dpi: float, without: Sequence[Rect] = ()) -> bytes:
        """PNG of the page or of ``box``; see `OpenPdf.render`."""
        png: bytes = self._rendered("render", page_no, box, dpi, tuple(without))
        return png

    def picture(self, page_no: int, box: Rect, *, dpi: float) -> Picture:
        """``box`` with a sample of its colours; see `OpenPdf.picture`."""
        picture: Picture = self._rendered("picture", page_no, box, dpi)
        return picture

    def _rendered(self, method: str, page_no: int, *args: object) -> Any:  # noqa: ANN401 - by method
        try:
            return self._ask(method, page_no, *args)
        except (HelperTimeoutError, HelperDiedError) as error:
            reason = self._what_happened(error)
            raise RecordError("not_rendered", f"{self._path}: rendering page {page_no} {reason}") from None

    def each(self, work: Callable[[OpenPdf, Item], Result], items: Sequence[Item]) -> Iterator[Result | Lost]:
        """The items shared among the helpers, which begin at once; see `OpenPdf.each`."""
        packed = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
        futures = deque(self._crew.submit(partial(self._work, packed, item)) for item in items)
        self._pending.extend(futures)
        return self._results(futures)

    def _work(self, packed: bytes, item: object, helper: Helper) -> Any:  # noqa: ANN401 - as the work has it
        self._open(helper)
        try:
            return helper.ask("work", self._handle, packed, item, timeout_s=self._timeout_s)
        except HelperTimeoutError as error:
            return Lost("timeout", f"it {self._what_happened(error)}")
        except HelperDiedError as error:
            return Lost("failed", f"it {self._what_happened(error)}")
        except RecordError as error:
            return Lost("failed", error.message)

    def _results(self, futures: deque[Future[Any]]) -> Iterator[Any]:
        while futures:
            future = futures.popleft()
            result = future.result()
            self._pending.remove(future)
            yield result
