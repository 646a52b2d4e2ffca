"""Copies of a picture: rescaled, recompressed, in grey, with another margin or a little cropped.

A picture is looked at without its margin, at 96 x 96 grey pixels. Candidates are found by a perceptual hash, the signs
of its lowest cosine frequencies (pHash: Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash
Functions), and verified by the correlation of their pixels once one is laid over the other.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

Grey: TypeAlias = NDArray[np.float32]

SIDE: Final = 96
_READ: Final = 768
"""Longest side at which a margin is looked for."""
_LEAST_SIDE: Final = 24
_LEAST_CONTRAST: Final = 6.0
"""Standard deviation of the grey levels (0 to 255) of a picture that shows something."""
_MARGIN: Final = 28
"""Grey levels by which a pixel differs from the margin around a picture."""
_MARGINS: Final = 4
"""A white margin, a frame, the margin within."""
_COEFFICIENTS: Final = 8
MOST_BITS: Final = 22
"""Of 63: copies differ in up to 16 (n = 3,000 synthesised copies), other pictures in 31 on average."""
_MOST_STRETCH: Final = 1.2
_LEAST_COARSE: Final = 0.4
"""Correlation of two blurred pictures that are worth a closer look."""
_MOST_CUT: Final = 10
"""Pixels of `SIDE` by which one may be cropped at an edge."""
_SMALLER: Final = 0.98
_ROUNDS: Final = 3
_MOST_CANDIDATES: Final = 32
"""A picture is laid over so many others: hundreds of charts can have one outline."""
_ROWS: Final = 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """What is compared of an image."""

    bits: np.uint64
    """The perceptual hash."""
    aspect: float
    """Width by height, without margins."""
    thumbnail: NDArray[np.uint8] = field(repr=False)
    """`SIDE` x `SIDE` grey levels, without margins."""


def look_at(data: bytes) -> tuple[Picture, ...]:
    """Look at an image file, with and without the frame or second margin that it may have.

    Nothing comes of an image that cannot be read, or shows too little to be told from others.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("L", (_READ, _READ))
            image.load()
            flat = _on_white(image) if image.has_transparency_data else image.convert("L")
            flat.thumbnail((_READ, _READ), Image.Resampling.BOX)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return ()
    boxes = _contents(np.asarray(flat, dtype=np.int16))
    return tuple(picture for box in boxes if (picture := _picture(flat, box)) is not None)


def _picture(flat: "Image.Image", box: tuple[int, int, int, int]) -> Picture | None:
    from PIL import Image

    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < _LEAST_SIDE:
        return None
    thumbnail = np.asarray(flat.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box), dtype=np.uint8)
    if thumbnail.std() < _LEAST_CONTRAST:
        return None
    return Picture(_hash(thumbnail), width / height, thumbnail)


def _on_white(image: "Image.Image") -> "Image.Image":
    """As it looks on paper."""
    from PIL import Image

    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L")


def _contents(grey: NDArray[np.int16]) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of what stands within the outermost margin or frame, and within all of them."""
    left, top, (bottom, right) = 0, 0, grey.shape
    found: list[tuple[int, int, int, int]] = []
    for _ in range(_MARGINS):
        inner = grey[top:bottom, left:right]
        edge = np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]])
        differs = np.abs(inner - np.median(edge)) > _MARGIN
        rows, columns = (np.flatnonzero(np.count_nonzero(differs, axis=axis) > 1) for axis in (1, 0))
        if not rows.size or not columns.size:
            break
        box = (left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1)
        found.append(box)
        if box == (left, top, right, bottom):
            break
        left, top, right, bottom = box
    return [*found[:1], *(box for box in found[-1:] if _area(box) < _SMALLER * _area(found[0]))]


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


@lru_cache(maxsize=1)
def _cosines() -> Grey:
    """Rows of the cosine transform (DCT-II) of 32 values, the lowest eight frequencies."""
    place, frequency = np.arange(32), np.arange(_COEFFICIENTS)[:, None]
    return np.asarray(np.cos(np.pi * (2 * place + 1) * frequency / 64), dtype=np.float32)


def _hash(thumbnail: NDArray[np.uint8]) -> np.uint64:
    small = thumbnail.reshape(32, SIDE // 32, 32, SIDE // 32).mean(axis=(1, 3)).astype(np.float32)
    waves = (_cosines() @ small @ _cosines().T).ravel()[1:]
    signs = waves > np.median(waves)
    return np.uint64(sum(1 << int(place) for place in np.flatnonzero(signs)))


def candidates(pictures: Sequence[Picture]) -> Iterator[tuple[int, int]]:
    """Places of pictures whose hashes are close, the lower first, in ascending order; of many the likest ones."""
    bits = np.array([picture.bits for picture in pictures], dtype=np.uint64)
    signs = (bits[:, None] >> np.arange(_COEFFICIENTS**2 - 1, dtype=np.uint64)) & np.uint64(1)
    signed = signs.astype(np.float32) * 2 - 1
    coarse = _coarse(pictures)
    aspects = np.log(np.array([picture.aspect for picture in pictures], dtype=np.float32))
    for start in range(0, len(pictures), _ROWS):
        rows = slice(start, start + _ROWS)
        close = signed[rows] @ signed[start:].T >= signed.shape[1] - 2 * MOST_BITS
        close &= np.abs(aspects[rows, None] - aspects[start:]) < np.log(_MOST_STRETCH)
        likeness = np.where(np.triu(close, 1), coarse[rows] @ coarse[start:].T, 0)
        for a, row in enumerate(likeness):
            found = np.flatnonzero(row >= _LEAST_COARSE)
            likest = found[np.argsort(-row[found], kind="stable")[:_MOST_CANDIDATES]]
            for b in np.sort(likest):
                yield start + a, start + int(b)


def _coarse(pictures: Sequence[Picture]) -> Grey:
    """12 x 12 grey levels of each, so that the product of two rows is their correlation."""
    size = SIDE // 12
    rows = np.array([p.thumbnail.reshape(12, size, 12, size).mean(axis=(1, 3)).ravel() for p in pictures])
    rows = rows.reshape(len(pictures), 12 * 12)
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def resemblance(a: Picture, b: Picture) -> float:
    """How far two pictures are copies of one, 0 to 1: the correlation of what is fine in them, laid over each other."""
    one, two = a.thumbnail.astype(np.float32), b.thumbnail.astype(np.float32)
    # Thin lines that lie side by side have nothing in common until they are blurred.
    coarse, edges = _laid_over(_blurred(one), _blurred(two), np.zeros(4, dtype=np.float32), (4.0, 2.0))
    if coarse < _LEAST_COARSE:
        return 0.0
    _, edges = _laid_over(one, two, edges, (1.0, 0.5))
    return max(0.0, correlation(*(_fine(shown) for shown in _cut(one, two, edges))))


def correlation(a: Grey, b: Grey) -> float:
    """Pearson's correlation of two arrays of one shape; 0 when either is uniform."""
    a, b = a - a.mean(), b - b.mean()
    whole = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / whole if whole else 0.0


def _laid_over(one: Grey, two: Grey, edges: Grey, steps: tuple[float, ...]) -> tuple[float, Grey]:
    """The best correlation, and the pixels to cut off for it at left, top, right and bottom.

    They are cut off ``one`` where they are positive, off ``two`` where they are negative.
    """
    best = correlation(*_cut(one, two, edges))
    for step in steps:
        for _ in range(_ROUNDS):
            before = best
            for move in _moves(step):
                tried = np.clip(edges + move, -_MOST_CUT, _MOST_CUT)
                if (found := correlation(*_cut(one, two, tried))) > best + 1e-4:
                    best, edges = found, tried
            if best == before:
                break
    return best, edges


def _cut(one: Grey, two: Grey, edges: Grey) -> tuple[Grey, Grey]:
    return _window(one, np.maximum(edges, 0)), _window(two, np.maximum(-edges, 0))


@lru_cache(maxsize=8)
def _moves(step: float) -> tuple[NDArray[np.float32], ...]:
    """Each edge by itself, and opposite edges together: a shift, a stretch."""
    single = np.eye(4, dtype=np.float32)
    pairs = [single[0] - single[2], single[0] + single[2], single[1] - single[3], single[1] + single[3]]
    return tuple(sign * step * move for move in (*single, *pairs) for sign in (1, -1))


def _window(grey: Grey, cut: NDArray[np.float32]) -> Grey:
    """``grey`` without the pixels that are cut off, stretched to its size again."""
    left, top, right, bottom = (float(pixels) for pixels in cut)
    if not cut.any():
        return grey
    return np.asarray(_stretch(top, bottom) @ grey @ _stretch(left, right).T, dtype=np.float32)


@lru_cache(maxsize=4096)
def _stretch(before: float, after: float) -> Grey:
    """The matrix that interpolates `SIDE` values between ``before`` and ``SIDE - after``."""
    places = np.clip(before + (np.arange(SIDE) + 0.5) * (SIDE - before - after) / SIDE - 0.5, 0, SIDE - 1)
    low = np.minimum(places.astype(np.int64), SIDE - 2)
    matrix = np.zeros((SIDE, SIDE), dtype=np.float32)
    matrix[np.arange(SIDE), low] = 1 - (places - low)
    matrix[np.arange(SIDE), low + 1] = places - low
    return matrix


def _fine(grey: Grey) -> Grey:
    """What is finer than about eight pixels, but for what is finest of all, in which scaled copies differ."""
    fine = grey - _blurred(grey)
    return np.asarray((fine[:-1, :-1] + fine[1:, :-1] + fine[:-1, 1:] + fine[1:, 1:]) / 4, dtype=np.float32)


def _blurred(grey: Grey) -> Grey:
    """The mean of the 9 x 9 pixels around each."""
    size = 9
    sums = np.pad(
        np.pad(grey, size // 2, mode="edge").cumsum(axis=0, dtype=np.float64).cumsum(axis=1), ((1, 0), (1, 0))
    )
    boxes = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return np.asarray(boxes / size**2, dtype=np.float32)
