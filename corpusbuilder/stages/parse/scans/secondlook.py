"""A second look at what a recogniser of pages overlooks or makes up in figures: single characters.

Numbers in small circles are not found by a detector of lines, and a head whose shaft is dashed looks like a letter.
Cut out, on even ground and at the size that the recogniser was trained for, the former are read well, and of the
latter it is no longer sure.
"""

import io
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from corpusbuilder.backends.ocr.base import OcrLine
from corpusbuilder.records.geometry import centre, contains_point
from corpusbuilder.records.page import Line, Rect, Word
from corpusbuilder.stages.parse.scans.ink import Picture
from corpusbuilder.stages.parse.scans.lettering import doubtful_characters

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]

Read: TypeAlias = Callable[[Sequence[bytes]], Sequence[Sequence[OcrLine]]]
"""Reads pictures, each for itself."""

_ROUND: Final = (0.8, 1.25)
"""Width over height of a circle around a number."""
_FULL: Final = (0.7, 0.86)
"""Share of its box that a circle fills: a quarter of pi, give or take what pixels do."""
_ACROSS: Final = (1.0, 3.2)
"""Diameter of a circle around a number, in ems."""
_HIGH: Final = (0.3, 0.85)
"""Height of the number over that diameter."""
_CALLOUT: Final = re.compile(r"^(?:\d{1,2}|[A-Za-z])$")
_LONGEST: Final = 2
"""Characters of a number in a circle."""
_SURE: Final = 0.7
"""Confidence in a character that is believed."""
_BEYOND_DOUBT: Final = 0.95
"""Confidence in a character from which on it is not looked at again."""
_MOST: Final = 40
"""Characters that are looked at in one figure, at most."""
_FAINT: Final = 40
"""Levels by which a character differs from its ground, at least."""
_LETTER: Final = 44
"""Height in pixels to which characters are brought."""


class _Spot(NamedTuple):
    """A number in a circle: where it is, in pixels, and its picture."""

    box: tuple[int, int, int, int]
    picture: bytes
    """PNG of it alone."""


def look_again(lines: Sequence[Line], picture: Picture, *, read: Read) -> list[Line]:
    """The lines without the single characters that are none, and with the numbers in circles.

    Args:
        lines: recognised in the figure, in points of the page.
        picture: of the figure.
        read: the recogniser.
    """
    if not lines:
        return []
    em = median(line.size for line in lines)
    spots = [
        spot
        for spot in _find_circled(picture, em=em / picture.to_page[0])
        if not any(len(line.text) > _LONGEST and _is_at(line, spot, picture) for line in lines)
    ]
    doubtful = doubtful_characters(lines)
    circled = [any(_is_at(line, spot, picture) for spot in spots) for line in lines]
    single = [
        (k, crop)
        for k, line in enumerate(lines)
        if _is_doubtful(line, doubtful) and not circled[k] and (crop := _cut_out(line.box, picture))
    ][:_MOST]
    answers = read([*(spot.picture for spot in spots), *(crop for _, crop in single)])
    found = [
        (spot, line) for spot, answer in zip(spots, answers, strict=False) if (line := _number(spot, answer, picture))
    ]
    refuted = {k for (k, _), answer in zip(single, answers[len(spots) :], strict=True) if not _is_confirmed(answer)}
    kept = [
        line
        for k, line in enumerate(lines)
        if k not in refuted and not any(_is_at(line, spot, picture) for spot, _ in found)
    ]
    return kept + [line for _, line in found]


def _is_at(line: Line, spot: _Spot, picture: Picture) -> bool:
    return contains_point(line.box, centre(picture.points(spot.box)))


def _is_doubtful(line: Line, doubtful: AbstractSet[str]) -> bool:
    return line.text in doubtful and line.words[0].confidence < _BEYOND_DOUBT


def _is_confirmed(answer: Sequence[OcrLine]) -> bool:
    """Whether a character was read again; which one of two that look alike does not matter."""
    return len(answer) == 1 and len(answer[0].text) == 1 and answer[0].confidence >= _SURE


def _number(spot: _Spot, answer: Sequence[OcrLine], picture: Picture) -> Line | None:
    if len(answer) != 1 or answer[0].confidence < _SURE or not _CALLOUT.match(answer[0].text):
        return None
    box = picture.points(spot.box)
    size = round((box[3] - box[1]) / 0.72, 2)
    return Line((Word(answer[0].text, box, size=size, confidence=answer[0].confidence),), box)


def _cut_out(box: Rect, picture: Picture) -> bytes | None:
    """The picture of what is in a box of the page; None where there is nothing."""
    ink = picture.ink(box)
    if ink is None:
        return None
    x0, y0, x1, y1 = ink.inner
    return _enlarged(ink.rgb[y0:y1, x0:x1], ink.ground)


def _enlarged(pixels: "Pixels", ground: "Pixels") -> bytes:
    """A character at a size that is read well, with ground around it, as PNG."""
    import cv2
    import numpy as np
    from PIL import Image

    scale = _LETTER / pixels.shape[0]
    size = max(1, min(round(pixels.shape[1] * scale), 4 * _LETTER)), _LETTER
    large = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
    rim = _LETTER // 2
    colour = tuple(float(value) for value in ground)
    padded = cv2.copyMakeBorder(large, rim, rim, _LETTER, _LETTER, cv2.BORDER_CONSTANT, value=colour)
    data = io.BytesIO()
    Image.fromarray(np.clip(padded, 0, 255).astype(np.uint8)).save(data, "PNG", compress_level=1)
    return data.getvalue()


def _find_circled(picture: Picture, *, em: float) -> list[_Spot]:
    """Small circles with something in them, dark on light or light on dark, top to bottom.

    Args:
        picture: of the figure.
        em: usual size of type in pixels.
    """
    import cv2

    gray = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
    if min(gray.shape) < 8 or em < 3:
        return []
    found: dict[tuple[int, int, int, int], _Spot] = {}
    block = max(3, round(4 * em) | 1)
    for levels in (gray, 255 - gray):
        dark = cv2.adaptiveThreshold(levels, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 15)
        contours, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
            if len(found) == _MOST:
                break  # beads, stipple: these are no numbers
            if parent >= 0 and _is_circle(contour, em) and (spot := _spot(contour, picture)) is not None:
                found.setdefault(spot.box, spot)
    return [found[box] for box in sorted(found, key=lambda box: (box[1], box[0], box))]


def _is_circle(contour: "Pixels", em: float) -> bool:
    import cv2

    _, _, width, height = cv2.boundingRect(contour)
    return (
        _ACROSS[0] * em <= height <= _ACROSS[1] * em
        and _ROUND[0] <= width / height <= _ROUND[1]
        and _FULL[0] <= cv2.contourArea(contour) / ((width - 1) * (height - 1)) <= _FULL[1]
    )


def _spot(contour: "Pixels", picture: Picture) -> _Spot | None:
    """What is in a circle, if it is as high as a number and stands in the middle."""
    import cv2
    import numpy as np

    x, y, width, height = cv2.boundingRect(contour)
    disc = np.zeros((height, width), np.uint8)
    cv2.drawContours(disc, [contour - (x, y)], -1, 1, cv2.FILLED)
    inside = picture.rgb[y : y + height, x : x + width].astype(np.float32)
    ground = np.median(inside[cv2.erode(disc, np.ones((5, 5), np.uint8)) > 0], axis=0)
    ink = _inner_ink(np.abs(inside - ground).max(axis=-1), disc)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows) or not _HIGH[0] * height <= rows[-1] - rows[0] + 1 <= _HIGH[1] * height:
        return None
    middle = (rows[0] + rows[-1] + 1) / 2 / height, (columns[0] + columns[-1] + 1) / 2 / width
    if max(abs(middle[0] - 0.5), abs(middle[1] - 0.5)) > 0.2:
        return None
    around = (cv2.dilate(ink, np.ones((5, 5), np.uint8)) > 0) & (disc > 0)
    clean = np.where(around[..., None], inside, ground)
    top, bottom = max(int(rows[0]) - 3, 0), int(rows[-1]) + 4
    left, right = max(int(columns[0]) - 3, 0), int(columns[-1]) + 4
    box = (x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1)
    return _Spot(box, _enlarged(clean[top:bottom, left:right], ground))


def _inner_ink(away: "Pixels", disc: "Pixels") -> "Pixels":
    """The pieces of ink in a disc that do not touch its rim.

    Args:
        away: distance of each pixel from the colour of the ground.
        disc: 1 in the disc, 0 outside.
    """
    import cv2
    import numpy as np

    strongest = float(np.percentile(away[disc > 0], 97))
    if strongest < _FAINT:
        return np.zeros_like(disc)
    _, pieces = cv2.connectedComponents(((away > 0.5 * strongest) & (disc > 0)).astype(np.uint8))
    core = cv2.copyMakeBorder(disc, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    core = cv2.erode(core, np.ones((3, 3), np.uint8), iterations=2)[1:-1, 1:-1]
    at_rim = np.unique(pieces[(disc > 0) & (core == 0)])
    inner: Pixels = ((pieces > 0) & ~np.isin(pieces, at_rim)).astype(np.uint8)
    return inner
