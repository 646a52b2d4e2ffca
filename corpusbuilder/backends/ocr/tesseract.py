"""Tesseract: the program of that name, called once an image, offline. Reads English and French.

Its words come with boxes and confidences as tab-separated values:
https://github.com/tesseract-ocr/tessdoc/blob/main/Command-Line-Usage.md
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field

from corpusbuilder.backends.ocr.base import OcrEngine, OcrLine
from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.errors import MissingError, RecordError
from corpusbuilder.records.geometry import box_polygon, union
from corpusbuilder.records.page import Rect

PROGRAM: Final = "tesseract"
_PACKAGES: Final = {"eng": "tesseract-ocr", "fra": "tesseract-ocr-fra"}
"""The Debian package that brings each language."""
_INSTALL: Final = f"apt-get install {' '.join(_PACKAGES.values())}"
_COLUMNS_OF_PLACE: Final = slice(1, 5)
"""Page, block, paragraph and line number of a word."""
_IMAGES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How PNG and JPEG begin. Anything else Tesseract may take for a list of files to open."""
_PAGE, _SPARSE = 3, 11
"""Page segmentation: columns of paragraphs, or words anywhere as in a diagram."""
_FEW_WORDS: Final = 40
_ANSWERS_WITHIN_S: Final = 10.0


class TesseractOptions(Options):
    """Reading images with Tesseract."""

    kind: Literal["tesseract"] = "tesseract"
    timeout_s: float = Field(default=120.0, gt=0)
    """Longest time for one image."""
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    """Words that the program is less sure of are left out."""

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on."""
        return {"kind": self.kind, "min_confidence": self.min_confidence}


class _Found(NamedTuple):
    place: tuple[str, ...]
    text: str
    box: Rect
    confidence: float


class Tesseract:
    """Reads text in images."""

    def __init__(self, options: TesseractOptions) -> None:
        self._options = options

    def lines(self, images: Sequence[bytes], *, language: str) -> Iterator[tuple[OcrLine, ...]]:
        """The lines of each image; see `OcrEngine.lines`. An image with few words is read again as a diagram.

        Raises:
            RecordError: with code ``ocr_failed`` when an image takes too long.
        """
        # Both, since the language may be a guess made before anything was read; the first weighs more.
        languages = "fra+eng" if language.startswith("fr") else "eng+fra"
        for image in images:
            if not image.startswith(_IMAGES):
                raise ValueError("not an image that can be read: neither PNG nor JPEG")
            words = self._words(image, languages, _PAGE)
            if len(words) < _FEW_WORDS:
                words = max(words, self._words(image, languages, _SPARSE), key=_weight)
            yield _lines(words)

    def _words(self, image: bytes, languages: str, segmentation: int) -> list[_Found]:
        command = [PROGRAM, "stdin", "stdout", "-l", languages, "--psm", str(segmentation), "--oem", "1"]
        limit = self._options.timeout_s
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments
                [*command, "-c", "tessedit_create_tsv=1"],
                input=image,
                capture_output=True,
                timeout=limit,
                check=False,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # the engine already runs one process per core
            )
        except subprocess.TimeoutExpired:
            raise RecordError("ocr_failed", f"{PROGRAM} took longer than {limit:g} s for one image") from None
        except OSError as error:
            raise MissingError(f"{PROGRAM} cannot be run: {error.strerror}", hint=_INSTALL) from None
        if done.returncode:
            complaint = done.stderr.decode("utf-8", "replace").split("\n")[0]
            raise ValueError(f"not an image that can be read: {complaint[:200]}")
        rows = (row.split("\t") for row in done.stdout.decode("utf-8", "replace").split("\n")[1:])
        words = (_word(row) for row in rows if len(row) == 12 and row[11].strip())
        return [word for word in words if word.confidence >= self._options.min_confidence]


def _word(row: list[str]) -> _Found:
    left, top, width, height = map(float, row[6:10])
    box = (left, top, left + width, top + height)
    return _Found(tuple(row[_COLUMNS_OF_PLACE]), row[11].strip(), box, max(float(row[10]), 0.0) / 100)


def _weight(words: Sequence[_Found]) -> float:
    """How much was read, and how surely."""
    return sum(word.confidence * sum(map(str.isalnum, word.text)) for word in words)


def _lines(words: Sequence[_Found]) -> tuple[OcrLine, ...]:
    by_place: dict[tuple[str, ...], list[_Found]] = {}
    for word in words:
        by_place.setdefault(word.place, []).append(word)
    return tuple(sorted(map(_line, by_place.values()), key=lambda line: (line.box[1], line.box[0], line.text)))


def _line(words: Sequence[_Found]) -> OcrLine:
    box = union([word.box for word in words])
    letters = sum(len(word.text) for word in words)
    return OcrLine(
        text=" ".join(word.text for word in words),
        box=box,
        polygon=box_polygon(box),
        confidence=sum(word.confidence * len(word.text) for word in words) / letters,
        words=tuple((word.text, word.box) for word in words),
    )


def version() -> str | None:
    """Version of the program; None when it is not installed."""
    told = re.match(r"tesseract v?(\S+)", _say("--version"))
    return told[1] if told else None


def languages() -> tuple[str, ...]:
    """The languages that the program can read here, of those that it is asked to."""
    told = set(_say("--list-langs").split())
    return tuple(language for language in _PACKAGES if language in told)


def _say(argument: str) -> str:
    """What the program says to an argument; nothing when it is not there."""
    if shutil.which(PROGRAM) is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - our own argument
            [PROGRAM, argument], capture_output=True, text=True, timeout=_ANSWERS_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout or done.stderr


def _create(options: TesseractOptions) -> OcrEngine:
    if version() is None:
        raise MissingError(
            f"the program {PROGRAM!r}, which reads scans and raster figures (ocr = {options.kind!r}), is not installed",
            hint=_INSTALL,
        )
    found = languages()
    missing = [package for language, package in _PACKAGES.items() if language not in found]
    if missing:
        lacking = [language for language in _PACKAGES if language not in found]
        raise MissingError(
            f"{PROGRAM} lacks the data of {' and '.join(lacking)}", hint=f"apt-get install {' '.join(missing)}"
        )
    return Tesseract(options)


BACKEND: Final = Backend(options=TesseractOptions, create=_create)
