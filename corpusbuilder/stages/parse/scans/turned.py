"""Scanned pages that lie on their side or upside down: how far they are turned, and where their text stands."""

import io
from collections.abc import Callable, Sequence
from typing import Final

from corpusbuilder.backends.ocr.base import OcrLine
from corpusbuilder.records.page import XY, Rect

_TURNS: Final = (90, 180, 270)
_SURE: Final = 0.8
"""Confidence of text that is read the right way round: of letters on their side a recogniser is less sure."""
_LEAST_LETTERS: Final = 12
_BETTER: Final = 1.5
"""Times as many sure letters that a turned page needs to be believed."""


def turn_of(picture: bytes, found: Sequence[OcrLine], read: Callable[[bytes], Sequence[OcrLine]]) -> int:
    """Degrees counterclockwise by which to turn a page for its text to be upright: 0, 90, 180 or 270.

    Args:
        picture: the page as PNG.
        found: all that was read in it, sure or not.
        read: reads a picture. It is only called when most of what was found is unsure or stands on its side.
    """
    letters, sure = sum(len(line.text) for line in found), _sure_letters(found)
    if letters < _LEAST_LETTERS or sure >= 0.5 * letters:
        return 0
    by_turn = {turn: _sure_letters(read(turned(picture, turn, scale=0.5))) for turn in _TURNS}
    best = max(_TURNS, key=lambda turn: by_turn[turn])
    return best if by_turn[best] >= max(_LEAST_LETTERS, _BETTER * sure) else 0


def _sure_letters(lines: Sequence[OcrLine]) -> int:
    """Letters of lines that are surely read and wider than high."""
    return sum(
        len(line.text)
        for line in lines
        if line.confidence >= _SURE and line.box[2] - line.box[0] > line.box[3] - line.box[1]
    )


def turned(picture: bytes, turn: int, *, scale: float = 1.0) -> bytes:
    """A PNG turned counterclockwise by so many degrees, and made smaller."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        small = image if scale == 1 else image.resize([max(1, round(side * scale)) for side in image.size])
        data = io.BytesIO()
        small.rotate(turn, expand=True).save(data, "PNG")
    return data.getvalue()


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, which stand at its beginning."""
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def turned_back(box: Rect, turn: int, size: tuple[int, int]) -> Rect:
    """Where a box on the turned picture lies on the picture of that size before it was turned."""
    x0, y0, x1, y1 = box
    width, height = size
    if turn == 90:
        return width - y1, x0, width - y0, x1
    if turn == 180:
        return width - x1, height - y1, width - x0, height - y0
    return (y0, height - x1, y1, height - x0) if turn == 270 else box


def direction_back(direction: XY, turn: int) -> XY:
    """The writing direction before the picture was turned."""
    x, y = direction
    back_x, back_y = {0: (x, y), 90: (-y, x), 180: (-x, -y), 270: (y, -x)}[turn]
    return back_x + 0.0, back_y + 0.0  # no negative zero
