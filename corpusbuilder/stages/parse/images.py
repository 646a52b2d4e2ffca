"""Pictures of figures: PNG bytes, their hash, and where their pixels lie on the page."""

import hashlib
import math
import struct
from dataclasses import dataclass, field

from corpusbuilder.backends.pdf.base import OpenPdf
from corpusbuilder.errors import RecordError
from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import RawPage, Rect

MAX_PIXELS = 50_000_000
"""Larger images are rendered at a lower resolution: a poster at 600 dpi would fill the memory."""
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class FigureImage:
    """A rendered part of a page."""

    png: bytes = field(repr=False)
    sample: bytes = field(repr=False)
    """RGB of some of its pixels, on an even grid."""
    sha256: str
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    dpi: float
    """The resolution used: the one asked for unless the image would be too large."""
    box: Rect
    """What the image shows, in PDF points: the box asked for, grown to whole pixels."""
    to_page: Affine
    """From pixels of the image to PDF points."""


def render_figure(pdf: OpenPdf, page: RawPage, box: Rect, *, dpi: float) -> FigureImage:
    """Render ``box`` (PDF points) of a page at ``dpi``.

    Raises:
        RecordError: with code ``not_rendered`` when the box is empty or lies off the page, or rendering fails.
    """
    x0, y0 = max(box[0], 0.0), max(box[1], 0.0)
    x1, y1 = min(box[2], page.width), min(box[3], page.height)
    if not (x1 > x0 and y1 > y0):
        raise RecordError("not_rendered", f"page {page.page_no}: the figure at {box} lies off the page")
    pixels = (x1 - x0) * (y1 - y0) * (dpi / 72) ** 2
    dpi = dpi * math.sqrt(MAX_PIXELS / pixels) if pixels > MAX_PIXELS else dpi
    scale = dpi / 72
    # Whole pixels, so that the transform is exact whatever the renderer would round to.
    left, top, right, bottom = _outward(x0 * scale), _outward(y0 * scale), math.ceil(x1 * scale), math.ceil(y1 * scale)
    whole = (left / scale, top / scale, right / scale, bottom / scale)
    picture = pdf.picture(page.page_no, whole, dpi=dpi)
    png = picture.png
    width, height = png_size(png)
    return FigureImage(
        png=png,
        sample=picture.sample,
        sha256=hashlib.sha256(png).hexdigest(),
        width=width,
        height=height,
        dpi=dpi,
        box=(whole[0], whole[1], (left + width) / scale, (top + height) / scale),
        to_page=(1 / scale, 0.0, 0.0, 1 / scale, left / scale, top / scale),
    )


def _outward(value: float) -> int:
    return math.floor(value + 1e-6)


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height that a PNG declares, in pixels.

    Raises:
        RecordError: with code ``not_rendered`` when it is no PNG.
    """
    if len(png) < 24 or not png.startswith(_PNG_SIGNATURE):
        raise RecordError("not_rendered", "the renderer gave no PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height
