"""Masks as run lengths, as COCO writes them.

The pixels of a mask are counted column by column: so many outside, so many inside, so many outside … Its compressed
form writes each count, from the fourth on as the difference to the count before the last, in groups of five bits from
the lowest, as characters from ``0``; the sixth bit says that another group follows (the format of
https://github.com/cocodataset/cocoapi, which `pycocotools.mask` reads and writes).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypedDict

from corpusbuilder.perception.shapes import AnyFigure, AnyRegion, mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FIRST: Final = 48
_GROUP: Final = 0x1F
_MORE: Final = 0x20
_SIGN: Final = 0x10


class CocoRle(TypedDict):
    """What `pycocotools.mask.decode` takes."""

    size: list[int]
    """Height and width in pixels."""
    counts: str
    """Compressed run lengths."""


def coco_rle(region: AnyRegion, figure: AnyFigure) -> CocoRle:
    """The mask of a region of a figure as compressed run lengths; see `corpusbuilder.perception.shapes.mask`.

    Raises:
        ValueError: as `corpusbuilder.perception.shapes.mask` does.
    """
    return encode(mask(region, figure))


def encode(pixels: "NDArray[np.bool_]") -> CocoRle:
    """A mask, bool of height × width, as compressed run lengths.

    Raises:
        ValueError: it has not two dimensions.
    """
    if pixels.ndim != 2:
        raise ValueError(f"a mask is height × width, got {pixels.ndim} dimensions")
    return {"size": [int(side) for side in pixels.shape], "counts": compressed(run_lengths(pixels))}


def decode(rle: Mapping[str, object]) -> "NDArray[np.bool_]":
    """The mask, bool of height × width, of compressed run lengths, or of a list of them.

    Raises:
        ValueError: the runs do not fill the size, or hold what no run length is written with.
    """
    import numpy as np

    size, counts = rle.get("size"), rle.get("counts")
    if not isinstance(size, Sequence) or len(size) != 2 or not all(isinstance(n, int) and n >= 0 for n in size):
        raise ValueError(f"the size of run lengths is [height, width], got {size!r}")
    if isinstance(counts, bytes):
        counts = counts.decode("ascii", errors="replace")
    lengths = expanded(counts) if isinstance(counts, str) else counts
    if not isinstance(lengths, Sequence) or not all(isinstance(n, int) and n >= 0 for n in lengths):
        raise ValueError("run lengths are a string or a list of whole numbers from 0")
    height, width = size
    if sum(lengths) != height * width:
        raise ValueError(f"runs of {sum(lengths)} pixels do not fill {height} × {width}")
    inside = np.arange(len(lengths)) % 2 == 1
    return np.repeat(inside, lengths).reshape((height, width), order="F")


def run_lengths(pixels: "NDArray[np.bool_]") -> list[int]:
    """Lengths of the runs outside, inside, outside … of a mask, column by column; the first may be 0."""
    import numpy as np

    flat = np.asarray(pixels, dtype=bool).ravel(order="F")
    if not flat.size:
        return []
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(np.concatenate(([0], edges, [flat.size])))
    return [0] * bool(flat[0]) + [int(length) for length in lengths]


def compressed(lengths: Sequence[int]) -> str:
    """Run lengths as the characters of COCO."""
    return "".join(
        _characters(length - (lengths[place - 2] if place > 2 else 0)) for place, length in enumerate(lengths)
    )


def _characters(value: int) -> str:
    """One number: five bits at a time, until what is left is the sign alone."""
    written = ""
    while True:
        group, value = value & _GROUP, value >> 5
        done = value == (-1 if group & _SIGN else 0)
        written += chr((group if done else group | _MORE) + _FIRST)
        if done:
            return written


def expanded(counts: str) -> list[int]:
    """The run lengths that the characters of COCO stand for.

    Raises:
        ValueError: a character or the end of the text is not one that they are written with.
    """
    lengths: list[int] = []
    for place, value in enumerate(_values(counts)):
        lengths.append(value + (lengths[place - 2] if place > 2 else 0))
    return lengths


def _values(counts: str) -> Iterator[int]:
    value = shift = 0
    for character in counts:
        code = ord(character) - _FIRST
        if not 0 <= code < 2 * _MORE:
            raise ValueError(f"{character!r} is not part of compressed run lengths")
        value |= (code & _GROUP) << shift
        shift += 5
        if not code & _MORE:
            yield value - (1 << shift) if code & _SIGN else value
            value = shift = 0
    if shift:
        raise ValueError("compressed run lengths end in the middle of a number")
