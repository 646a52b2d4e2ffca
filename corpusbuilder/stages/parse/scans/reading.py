"""Text read from pictures: whole pages without a text layer, and figures that are images."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.backends.ocr.base import OcrEngine, OcrLine
from corpusbuilder.backends.pdf.base import OpenPdf
from corpusbuilder.backends.pdf.garbled import is_garbled
from corpusbuilder.errors import RecordError
from corpusbuilder.records.geometry import area, intersection_area
from corpusbuilder.records.page import Line, RawPage, Rect, Word
from corpusbuilder.stages.parse.scans.gutters import cut_at_gutters
from corpusbuilder.stages.parse.scans.ink import Picture
from corpusbuilder.stages.parse.scans.lettering import clear_labels
from corpusbuilder.stages.parse.scans.secondlook import look_again
from corpusbuilder.stages.parse.scans.turned import direction_back, size_of, turn_of, turned, turned_back

_SURE: Final = 0.6
"""Lines that the engine is less sure of are left out."""
_SIZE: Final = 0.75
"""Font size as a share of the height of an OCR box, which spans ascenders and descenders."""


def read_scan(pdf: OpenPdf, page: RawPage, ocr: OcrEngine, *, dpi: float, language: str) -> RawPage:
    """The page with the lines that OCR finds in its picture; its status stays as it was.

    One whose text layer is no language keeps that layer where OCR reads no language either, or nothing: codes, names.
    """
    lines = cut_at_gutters(_read_upright(ocr, pdf.render(page.page_no, dpi=dpi), language, scale=72 / dpi))
    if page.status != "bad_encoding":
        return replace(page, lines=lines)
    if not lines or (is_garbled(lines) and is_garbled(page.lines)):
        return page
    return replace(page, lines=lines, message=f"{page.message}; it was read by OCR")


def _read_upright(ocr: OcrEngine, picture: bytes, language: str, *, scale: float) -> tuple[Line, ...]:
    """The lines in the picture of a page, turned upright to be read where it lies on its side or its head."""
    found = _recognised(ocr, picture, language)
    turn = turn_of(picture, found, lambda other: _recognised(ocr, other, language))
    if turn:
        found = _recognised(ocr, turned(picture, turn), language)
    lines = (_as_line(line, scale=1.0) for line in _sure(found))
    size = size_of(picture)

    def on_page(box: Rect) -> Rect:
        return _moved(turned_back(box, turn, size), scale, (0.0, 0.0))

    return tuple(
        Line(
            tuple(replace(word, box=on_page(word.box), size=round(scale * word.size, 2)) for word in line.words),
            on_page(line.box),
            direction=direction_back(line.direction, turn),
        )
        for line in lines
    )


def read_picture(
    pdf: OpenPdf, page_no: int, box: Rect, ocr: OcrEngine, *, dpi: float, language: str
) -> tuple[Line, ...]:
    """The lines that OCR finds in a part of a page, in PDF points of the page."""
    found = _sure(_recognised(ocr, pdf.render(page_no, box, dpi=dpi), language))
    return tuple(_as_line(line, scale=72 / dpi, origin=(box[0], box[1])) for line in found)


def read_labels(lines: Sequence[Line], picture: Picture, ocr: OcrEngine, *, language: str) -> list[Line]:
    """The labels of a figure from the lines recognised in it: cleared of what is no lettering, then looked at again."""

    def read(crops: Sequence[bytes]) -> Sequence[Sequence[OcrLine]]:
        return [_recognised(ocr, crop, language) for crop in crops]

    return look_again(clear_labels(lines, picture), picture, read=read)


def renewed(known: Sequence[Line], seen: Sequence[Line], box: Rect) -> list[Line]:
    """The lines of a scanned figure, as they are read in its own picture where they were read there.

    The picture of a figure shows small type larger than that of a page does; but its edge may cut a line.
    """
    whole = [
        line
        for line in seen
        if box[0] + 1 < line.box[0]
        and box[1] + 1 < line.box[1]
        and line.box[2] < box[2] - 1
        and line.box[3] < box[3] - 1
    ]
    return [*whole, *(line for line in known if not any(_is_same(line, other) for other in whole))]


def _is_same(line: Line, other: Line) -> bool:
    """Whether two readings are of one place."""
    return intersection_area(line.box, other.box) > 0.3 * min(area(line.box), area(other.box))


def _recognised(ocr: OcrEngine, picture: bytes, language: str) -> Sequence[OcrLine]:
    try:
        (found,) = ocr.lines([picture], language=language)
    except ValueError as error:
        raise RecordError("ocr_failed", f"the OCR engine could not read the picture: {error}") from None
    return found


def _sure(found: Sequence[OcrLine]) -> Sequence[OcrLine]:
    return [line for line in found if line.confidence >= _SURE and line.words]


def _as_line(found: OcrLine, *, scale: float, origin: tuple[float, float] = (0.0, 0.0)) -> Line:
    words = tuple(
        Word(text, box, size=round(_SIZE * (box[3] - box[1]), 2), confidence=found.confidence)
        for text, box in ((text, _moved(box, scale, origin)) for text, box in found.words)
        if text.strip()
    )
    return Line(words, _moved(found.box, scale, origin), direction=_direction(found))


def _moved(box: Rect, scale: float, origin: tuple[float, float]) -> Rect:
    x, y = origin
    return x + scale * box[0], y + scale * box[1], x + scale * box[2], y + scale * box[3]


def _direction(found: OcrLine) -> tuple[float, float]:
    """Along the text; a box that is much higher than wide holds a line that runs up the page."""
    width, height = found.box[2] - found.box[0], found.box[3] - found.box[1]
    return (0.0, -1.0) if height > 2 * width and len(found.text) > 2 else (1.0, 0.0)
