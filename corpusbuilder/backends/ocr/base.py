"""What an OCR engine does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpusbuilder.records.page import Rect


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of recognised text."""

    text: str
    box: Rect
    """Pixels of the image."""
    polygon: tuple[tuple[float, float], ...]
    """Four corners in pixels, clockwise from the start of the text."""
    confidence: float
    """0 to 1."""
    words: tuple[tuple[str, Rect], ...]
    """Words with their boxes in pixels."""


class OcrEngine(Protocol):
    """Reads text in images."""

    def lines(self, images: Sequence[bytes], *, language: str) -> Iterator[tuple[OcrLine, ...]]:
        """The lines of each PNG or JPEG, in order, top to bottom.

        Raises:
            ValueError: an image cannot be decoded.
        """
        ...
