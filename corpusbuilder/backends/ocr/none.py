"""No OCR: images have no text."""

from collections.abc import Iterator, Sequence
from typing import Literal

from corpusbuilder.backends.ocr.base import OcrLine
from corpusbuilder.backends.registry import Backend, Options


class NoOcrOptions(Options):
    """Nothing to set."""

    kind: Literal["none"] = "none"


class NoOcr:
    """Reads nothing."""

    def lines(self, images: Sequence[bytes], *, language: str) -> Iterator[tuple[OcrLine, ...]]:  # noqa: ARG002
        """Nothing, once per image."""
        yield from (() for _ in images)


BACKEND = Backend(options=NoOcrOptions, create=lambda _: NoOcr())
