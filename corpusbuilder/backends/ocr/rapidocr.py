"""RapidOCR: PP-OCR models in its own wheel, on onnxruntime, offline. Reads English and French alike."""

import io
import logging
import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, Literal

from pydantic import Field

from corpusbuilder.backends.ocr.base import OcrEngine, OcrLine
from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.errors import MissingExtraError
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Rect

_LONGEST_SIDE: Final = 1280
"""Pixels: larger images are scaled down to find lines, which are then read in full size."""


class RapidOcrOptions(Options):
    """Reading images with RapidOCR."""

    kind: Literal["rapidocr"] = "rapidocr"
    threads: int = Field(default=1, ge=1)
    """Threads per process; the engine already runs one process per core. The result does not depend on it."""
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    """Lines that the model is less sure of are left out."""

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on."""
        return {"kind": self.kind, "min_confidence": self.min_confidence}


class RapidOcr:
    """Reads text in images; the models are loaded with the first image, once per process."""

    def __init__(self, options: RapidOcrOptions) -> None:
        self._options = options

    def lines(self, images: Sequence[bytes], *, language: str) -> Iterator[tuple[OcrLine, ...]]:  # noqa: ARG002 - one model reads both
        """The lines of each image; see `OcrEngine.lines`."""
        for image in images:
            yield self._read(image)

    def _read(self, data: bytes) -> tuple[OcrLine, ...]:
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(io.BytesIO(data)) as image:
                picture = image.convert("RGB")
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
            raise ValueError(f"not an image that can be read: {error}") from None
        engine = _engine(self._options.threads, self._options.min_confidence)
        # Without the classifier of upside-down lines: it is wrong more often than schoolbooks are upside down.
        found = engine(picture, use_cls=False, return_word_box=True)
        if not found.txts:
            return ()
        rows = zip(found.txts, found.scores, found.boxes.tolist(), found.word_results, strict=True)
        lines = [_line(*row) for row in rows if row[0].strip()]
        return tuple(sorted(lines, key=lambda line: (line.box[1], line.box[0], line.text)))


def _line(text: str, score: float, polygon: list[list[float]], words: Sequence[Any]) -> OcrLine:
    corners = tuple((float(x), float(y)) for x, y in polygon)
    return OcrLine(
        text=text.strip(),
        box=_bounds(corners),
        polygon=corners,
        confidence=float(score),
        words=tuple((word, _bounds(box)) for word, _, box in words if word.strip()),
    )


def _bounds(corners: Sequence[Sequence[float]]) -> Rect:
    return union([(float(x), float(y), float(x), float(y)) for x, y in corners])


@cache
def _engine(threads: int, min_confidence: float) -> Any:  # noqa: ANN401 - RapidOCR publishes no types
    # Read when onnxruntime is imported, which otherwise keeps an id of the machine and events in the user's home.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": min_confidence,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            # A scanned page in full size and lines in batches took 1.3 GB; so it stays under 0.7 GB and is faster.
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST_SIDE,
            "Rec.rec_batch_num": 1,
        }
    )


def _create(options: RapidOcrOptions) -> OcrEngine:
    from importlib.util import find_spec

    for package in ("rapidocr", "onnxruntime"):
        if find_spec(package) is None:
            raise MissingExtraError(package, "all", purpose='reading scans and raster figures (ocr = "rapidocr")')
    return RapidOcr(options)


BACKEND: Final = Backend(options=RapidOcrOptions, create=_create, packages=("rapidocr", "onnxruntime"))
