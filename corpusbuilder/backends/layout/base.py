"""What a layout model does: label the blocks of pages. It confirms or vetoes what the geometry says."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from corpusbuilder.backends.registry import Options
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import RawPage, Rect


@dataclass(frozen=True, slots=True)
class LayoutBlock:
    """One labelled box on a page."""

    label: BlockLabel
    box: Rect
    """PDF points of the page as a reader sees it, as in `RawPage`; each backend converts at its edge."""
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class LayoutSource:
    """The PDF whose pages are labelled."""

    path: Path
    file_name: str
    """As the user knows it: files made elsewhere are found by its stem."""
    password: str | None = field(default=None, repr=False)


class LayoutModel(Protocol):
    """Labels blocks."""

    @property
    def dpi(self) -> float | None:
        """Resolution of the pictures of pages that it looks at; None when it needs no pictures."""
        ...

    def blocks(self, source: LayoutSource, page: RawPage, image: bytes | None) -> tuple[LayoutBlock, ...]:
        """The blocks of one page, in any order.

        Args:
            source: the file, for a model that reads it by itself or has its answers in files.
            page: its content, in points.
            image: PNG of the whole page at ``dpi``; None when ``dpi`` is.

        Raises:
            LayoutFailedError: there is no advice on this page; the others are not concerned.
            RecordError: there is no advice on this document that could be trusted: with code ``no_layout_file``,
                ``bad_layout_file`` or ``empty_layout``.
            MissingExtraError, BackendError: the model cannot be used at all.
        """
        ...


class LayoutFailedError(RecordError):
    """A model could say nothing of one page, which is read without its advice."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__("layout_failed", message, hint=hint)


class LayoutOptions(Options):
    """Options of a layout model."""

    def located(self, root: Path) -> Self:  # noqa: ARG002 - overridden where there are paths
        """The same options with relative paths taken from ``root``."""
        return self

    def files(self) -> tuple[Path, ...]:
        """Files that hold answers, on which the result depends; paths as `located` gives them."""
        return ()


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of ``files``, whatever their order."""
    whole = hashlib.sha256()
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.name}\0{content}\n".encode())
    return whole.hexdigest()


def stamp(path: Path) -> int:
    """When a file was last written, in nanoseconds; 0 when it is not there. Part of the key of what is read once."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def has_text(page: RawPage) -> bool:
    """Whether a page holds a letter or a digit outside of pictures."""
    return any(char.isalnum() for line in page.lines for word in line.words for char in word.text)
