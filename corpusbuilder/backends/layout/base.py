"""What a layout model does: label the blocks of pages. It confirms or vetoes what the geometry says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import RawPage, Rect


@dataclass(frozen=True, slots=True)
class LayoutBlock:
    """One labelled box on a page."""

    label: BlockLabel
    box: Rect
    """PDF points."""
    score: float
    """0 to 1."""


class LayoutModel(Protocol):
    """Labels blocks."""

    def blocks(self, pages: Sequence[RawPage], images: Sequence[bytes]) -> Iterator[tuple[LayoutBlock, ...]]:
        """The blocks of each page, given its content and a PNG of it, in order."""
        ...
