"""A picture made ready for tracing: decoded, free of noise, cut into plain fields, its ink told from its grounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.diagrams.plane import grown
from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import XY, Line, Rect

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]

MOST_PIXELS: Final = 3_000_000
"""Larger pictures are traced at a lower resolution."""
_MOST_NOISE: Final = 12.0
"""Levels by which the pixels of a plain ground differ in a scan, at most; photographs have coarser grain."""
_CLEAN: Final = 0.7
"""Levels by which the pixels of a plain ground differ in a picture that was drawn by a program, at most."""
_LEAST_SIDE: Final = 8
"""Pixels; a smaller picture shows nothing."""
_STEP: Final = 14
"""Levels by which neighbours differ at an edge, at least; slow shades stay one field."""
_FAINT: Final = 24
"""Levels by which ink differs from its ground, at least."""
_THIN_EM: Final = 0.3
"""A field that is nowhere further than this from its edge is a mark, not a ground."""
_BAND_EM: Final = 0.6
"""Half of the thickest shaft of an arrow."""
_STARK: Final = 90
"""Levels by which a thick arrow differs from the main ground, at least."""
_SHARE: Final = 0.4
"""Ink differs from its ground by at least this share of what the strongest ink near it does."""
_LEAST_FLAT: Final = 0.5
"""Share of the pixels of a drawing, cleaned and without its words, that are like their neighbours, at least.

Scans of drawings come to two thirds and more, most photographs, paintings and shaded engravings to less than half. What
a photograph has in grain is taken for noise and smoothed: so noise is no excuse here."""
_ALIKE: Final = 6
"""Levels by which pixels that are alike differ, at most."""
_CORE_EM: Final = 0.22
"""What lies deeper than this in the box of a word is a letter, whatever it touches."""
MOST_FIELDS: Final = 4000
"""A picture in more pieces is a photograph, an engraving or a relief."""


@dataclass(frozen=True)
class Picture:
    """Pixels with what is known of them."""

    rgb: "Pixels"
    """Height x width x 3, uint8: free of noise."""
    fields: "Pixels"
    """Height x width, int32: which plain field a pixel belongs to, or is nearest to; from 1."""
    plain: "Pixels"
    """Height x width, bool: what is surely field, away from all edges."""
    colours: "Pixels"
    """Fields + 1 x 3, uint8: what a field looks like."""
    ink: "Pixels"
    """Height x width, bool: what stands out of the fields, without letters."""
    text: "Pixels"
    """Height x width, bool: where words are."""
    em: float
    """Usual font size in pixels."""
    is_clean: bool
    """Whether its plain grounds are plain, as in pictures that no scanner made: there white paper is white."""
    to_page: Affine
    """From pixels to page points: a scale and a shift."""

    def point(self, x: float, y: float) -> XY:
        """The page point of a place, given in pixels from the top left corner of the picture."""
        sx, _, _, sy, left, top = self.to_page
        return x * sx + left, y * sy + top


def open_picture(png: bytes, lines: Sequence[Line], *, to_page: Affine) -> Picture | None:
    """Decode a picture, and tell its ink from its grounds and from its text.

    Args:
        png: the picture.
        lines: its text, in page points.
        to_page: from its pixels to page points.

    Returns:
        None when the picture is too small to show anything, or no drawing: without plain grounds.
    """
    import cv2
    import numpy as np

    rgb, to_page = _decoded(png, to_page)
    if rgb is None:
        return None
    noise = _noise(rgb)
    if noise > _MOST_NOISE:
        return None
    if noise > _CLEAN:
        rgb = cv2.bilateralFilter(cv2.medianBlur(rgb, 3), 5, 8 * noise + 10, 2)
    em = _em(lines, rgb.shape[:2], to_page)
    steps = cv2.morphologyEx(rgb, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    text = _text_mask(lines, steps.shape, to_page)
    if not _is_flat(steps[~text]):
        return None
    edges = steps > max(_STEP, 4 * noise)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((~edges).astype(np.uint8), connectivity=4)
    inner = cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_L2, 5)
    deepest = np.zeros(count)
    np.maximum.at(deepest, pieces.ravel(), inner.ravel())
    grounds = deepest >= max(_THIN_EM * em, 3)
    grounds[0] = False
    # A thick arrow is as plain as a box, but it is long and holds no words.
    long = stats[:, cv2.CC_STAT_AREA] > 2.5 * (2 * deepest) ** 2
    wordless = np.bincount(pieces[text], minlength=count) == 0
    grounds &= ~(long & wordless & (deepest < _BAND_EM * em) & (_contrast(rgb, pieces, grounds) > _STARK))
    if not grounds.any() or grounds.sum() > MOST_FIELDS or stats[grounds, cv2.CC_STAT_AREA].sum() < 0.3 * edges.size:
        return None
    fields, colours = _spread(rgb, np.where(grounds[pieces], pieces, 0), count)
    fields = _rejoined(fields, colours, text, em=em)
    apart = np.abs(rgb.astype(np.int16) - colours[fields]).max(axis=2)
    # Blur and compression leave halos about strong lines: ink is what comes near the strongest around it.
    strongest = cv2.dilate(apart.astype(np.uint8), np.ones((5, 5), np.uint8))
    ink = apart > np.maximum(max(_FAINT, 6 * noise), _SHARE * strongest)
    ink = _without_halos(ink, apart, em=em)
    return Picture(
        rgb, fields, grounds[pieces], colours, _without_letters(ink, text, em=em), text, em, noise <= _CLEAN, to_page
    )


def _is_flat(steps: "Pixels") -> bool:
    """Whether most pixels, given by how much they differ from those around them, are like these."""
    return bool(steps.size) and float((steps <= _ALIKE).mean()) >= _LEAST_FLAT


def _decoded(png: bytes, to_page: Affine) -> "tuple[Pixels | None, Affine]":
    import cv2
    import numpy as np

    data = np.frombuffer(png, np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if decoded is None or min(decoded.shape[:2]) < _LEAST_SIDE:
        return None, to_page
    shrink = min(1.0, math.sqrt(MOST_PIXELS / (decoded.shape[0] * decoded.shape[1])))
    if shrink < 1.0:
        decoded = cv2.resize(decoded, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        a, b, c, d, e, f = to_page
        to_page = a / shrink, b / shrink, c / shrink, d / shrink, e, f
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), to_page


def _noise(rgb: "Pixels") -> float:
    """Robust standard deviation of what is left of a picture's grey levels without their local median."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    rest = np.abs(grey.astype(np.int16) - cv2.medianBlur(grey, 5))
    return 1.48 * float(np.median(rest[rest < 30])) if (rest < 30).any() else 0.0


def _em(lines: Sequence[Line], shape: tuple[int, ...], to_page: Affine) -> float:
    sizes = sorted(line.size for line in lines if line.size > 0 and math.isfinite(line.size))
    if sizes:
        # A wrong size from the file must not make masks that are larger than the picture.
        return min(max(sizes[len(sizes) // 2] / to_page[0], 6.0), max(0.5 * min(shape[:2]), 6.0))
    return max(0.03 * math.hypot(*shape[:2]), 6.0)


def _spread(rgb: "Pixels", seeds: "Pixels", count: int) -> "tuple[Pixels, Pixels]":
    """Every pixel with the nearest field, and the mean colour of each field."""
    import cv2
    import numpy as np

    _, nearest = cv2.distanceTransformWithLabels(
        (seeds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[seeds > 0]] = seeds[seeds > 0]
    sizes = np.maximum(np.bincount(seeds.ravel(), minlength=count), 1)
    colours = np.stack([np.bincount(seeds.ravel(), rgb[..., k].ravel(), count) / sizes for k in range(3)], axis=1)
    return owner[nearest], np.rint(colours).astype(np.int16)


def _rejoined(fields: "Pixels", colours: "Pixels", text: "Pixels", *, em: float) -> "Pixels":
    """Fields of one colour that a line cuts in two are one; areas of a map with a name in each stay apart.

    Fields of the colour that covers most of the picture stay apart: a box on paper is paper.
    """
    import numpy as np

    count = len(colours)
    named = np.bincount(fields[text], minlength=count) > 0
    main = colours[int(np.bincount(fields.ravel(), minlength=count).argmax())]
    plain = np.abs(colours - main).max(axis=1) <= _STEP
    sides = [(fields[:, :-1], fields[:, 1:]), (fields[:-1], fields[1:])]
    pairs = np.concatenate([np.stack([a[a != b], b[a != b]], axis=1) for a, b in sides])
    pairs, lengths = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    home = np.arange(count)
    for (a, b), length in zip(pairs, lengths, strict=True):
        alike = np.abs(colours[a] - colours[b]).max() <= _STEP
        if alike and length >= 0.5 * em and not (plain[a] and plain[b]) and not (named[a] and named[b]):
            home[home == home[b]] = home[a]
            named[a] = named[b] = named[a] or named[b]
    return np.asarray(home[fields])


def _text_mask(lines: Sequence[Line], shape: tuple[int, ...], to_page: Affine) -> "Pixels":
    """Where words are: height x width, bool."""
    import numpy as np

    text = np.zeros(shape[:2], bool)
    sx, _, _, sy, left, top = to_page
    for word in (word for line in lines for word in line.words):
        if not all(math.isfinite(value) for value in (*word.box, word.size)):
            continue
        x0, y0, x1, y1 = grown(word.box, 0.1 * min(word.size, _longer(word.box)))
        rows = slice(max(math.floor((y0 - top) / sy), 0), max(math.ceil((y1 - top) / sy), 0))
        text[rows, max(math.floor((x0 - left) / sx), 0) : max(math.ceil((x1 - left) / sx), 0)] = True
    return text


def _longer(box: Rect) -> float:
    """The longer side of a box: no letter in it is larger, whatever the file says."""
    return max(box[2] - box[0], box[3] - box[1])


def _contrast(rgb: "Pixels", pieces: "Pixels", grounds: "Pixels") -> "Pixels":
    """By piece, how far its colour is from that of the ground which covers most of the picture."""
    import numpy as np

    sizes = np.maximum(np.bincount(pieces.ravel()), 1)
    colours = np.stack([np.bincount(pieces.ravel(), rgb[..., k].ravel()) / sizes for k in range(3)], axis=1)
    main = int(np.argmax(np.where(grounds, sizes, 0)))
    return np.asarray(np.abs(colours - colours[main]).max(axis=1))


def _without_halos(ink: "Pixels", apart: "Pixels", *, em: float) -> "Pixels":
    """The ink without the faint blots beside strong lines that blur and compression leave."""
    import cv2
    import numpy as np

    count, found = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)
    blots = found.astype(np.int32)
    peak = np.zeros(count)
    np.maximum.at(peak, blots.ravel(), apart.ravel())
    size = 2 * round(0.5 * em) + 1
    strongest = cv2.dilate(apart.astype(np.uint8), np.ones((size, size), np.uint8))
    around = np.zeros(count)
    np.maximum.at(around, blots.ravel(), strongest.ravel())
    kept = peak >= 0.6 * around
    kept[0] = False
    return np.asarray(kept[blots])


def _without_letters(ink: "Pixels", text: "Pixels", *, em: float) -> "Pixels":
    """The ink without the blots that lie in the boxes of words; a line that runs through one stays whole."""
    import cv2
    import numpy as np

    count, blots, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    share = np.bincount(blots[text], minlength=count) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    small = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= 4 * em
    letters = (share > 0.7) | ((share > 0.4) & small)
    letters[0] = True
    # Letters that blur into a line: their core goes, the line beside them stays.
    reach = max(1, round(_CORE_EM * em))
    core = cv2.erode(text.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    return np.asarray(~letters[blots] & ~core)
