"""Which pixels are letters: those of the words that were read, and what is left of them beside their boxes."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.records.page import Rect

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]

_BESIDE_EM: Final = 0.28
"""Accents and descenders reach so far out of the box of a word."""
_MOST_WORDS: Final = 2000


def letters_of(rgb: "Pixels", boxes: Sequence[Rect], *, em: float, noise: float) -> "Pixels":
    """Height x width, bool: the letters of the words in ``boxes`` (pixels), with a rim for their soft edges."""
    import cv2
    import numpy as np

    height, width = rgb.shape[:2]
    found = np.zeros((height, width), bool)
    for box in boxes[:_MOST_WORDS]:
        rim = max(2, round(_BESIDE_EM * min(em, box[3] - box[1], box[2] - box[0])))
        x0, y0 = max(0, math.floor(box[0]) - rim), max(0, math.floor(box[1]) - rim)
        x1, y1 = min(width, math.ceil(box[2]) + rim), min(height, math.ceil(box[3]) + rim)
        tight = (box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0)
        ink = _letter_ink(rgb[y0:y1, x0:x1], tight, noise=noise)
        found[y0:y1, x0:x1] |= _of_the_word(ink, tight)
    return cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def _letter_ink(patch: "Pixels", tight: Rect, *, noise: float) -> "Pixels":
    """The thin dark strokes of a patch, or the thin light ones when the word is lighter than its ground.

    A closing (for light letters an opening) as wide as any stroke of a letter gives the ground at each pixel, also
    where a word stands on two colours.
    """
    import cv2
    import numpy as np

    size = max(5, round(0.45 * min(tight[2] - tight[0], tight[3] - tight[1])) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    dark = cv2.morphologyEx(patch, cv2.MORPH_BLACKHAT, kernel).max(axis=2)
    light = cv2.morphologyEx(patch, cv2.MORPH_TOPHAT, kernel).max(axis=2)
    gray = patch.mean(axis=2)
    ground = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    inner = gray[int(tight[1]) : int(tight[3]) + 1, int(tight[0]) : int(tight[2]) + 1]
    strength = dark if inner.size == 0 or inner.mean() <= ground else light
    least = max(20.0, 5 * noise, 0.18 * float(strength.max(initial=0)))
    return np.asarray(strength >= least)


def _of_the_word(ink: "Pixels", tight: Rect) -> "Pixels":
    """The ink of letters: all that stays in the patch, and of what leaves it the ends that lie in the word's box.

    A line that enters on one side ends at the word; one that enters twice passes behind it and stays.
    """
    import cv2
    import numpy as np

    height, width = ink.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    x, y = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = x + stats[:, cv2.CC_STAT_WIDTH], y + stats[:, cv2.CC_STAT_HEIGHT]
    leaves = (x == 0) | (y == 0) | (right == width) | (bottom == height)
    leaves[0] = True
    beside = (right <= tight[0]) | (bottom <= tight[1]) | (x >= tight[2]) | (y >= tight[3])
    small = np.maximum(right - x, bottom - y) <= 0.35 * (tight[3] - tight[1])
    letters = (~leaves & (~beside | small))[labels]
    if leaves[1:].any():
        letters |= _ends_in_word(leaves[labels] & (labels > 0), tight)
    return np.asarray(letters)


def _ends_in_word(ink: "Pixels", tight: Rect) -> "Pixels":
    import cv2
    import numpy as np

    height, width = ink.shape
    x0, y0 = max(0, round(tight[0])), max(0, round(tight[1]))
    x1, y1 = min(width, round(tight[2])), min(height, round(tight[3]))
    out = np.zeros_like(ink)
    inner = ink[y0:y1, x0:x1]
    if inner.size == 0:
        return out
    count, labels = cv2.connectedComponents(inner.astype(np.uint8), connectivity=8)
    edge = np.zeros_like(inner)
    edge[0] = edge[-1] = True
    edge[:, 0] = edge[:, -1] = True
    _, gates = cv2.connectedComponents((inner & edge).astype(np.uint8), connectivity=8)
    for label in range(1, min(count, 64)):
        piece = labels == label
        ways = np.unique(gates[piece & edge])
        if len(ways) <= 1 and not (piece & edge).sum() > 0.3 * piece.sum():
            out[y0:y1, x0:x1] |= piece
    return out
