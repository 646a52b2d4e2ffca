"""Which pixels a model sees of a figure: scaled to be sent, then scaled, padded or cropped by its own processor."""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.backends.models.images import bounded_size
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import CoordinateSpace
from corpusbuilder.records.imageview import ImageView

Framing: TypeAlias = Literal["whole", "padded", "cropped"]
_LONGEST_SHAPE: Final = 200
"""Qwen's processor refuses images whose sides differ by more."""


class UnseeableError(ValueError):
    """A model cannot be shown a figure. The message says why."""


@dataclass(frozen=True, slots=True)
class Resize:
    """How Qwen's processors scale an image before the model sees it."""

    factor: int
    """Both sides become multiples of it."""
    min_pixels: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class Convention:
    """How one model sees an image, and writes boxes on it."""

    space: CoordinateSpace
    max_side: int
    """Pixels: larger images are scaled down before they are sent."""
    y_first: bool = False
    """Whether y comes first, apart from the space."""
    framing: Framing = "whole"
    resize: Resize | None = None
    """In resized pixels: what the model's processor does."""

    @property
    def counts_y_first(self) -> bool:
        """Whether y comes first, be it by the space."""
        return self.y_first or self.space is CoordinateSpace.PALIGEMMA


def view_of(figure: Figure, convention: Convention) -> ImageView:
    """The figure's image as the model counts its pixels, or shares of it.

    Raises:
        UnseeableError: the image is empty, or of a shape that the model's processor refuses.
    """
    size = (figure.image.width, figure.image.height)
    if min(size) < 1:
        raise UnseeableError(f"an image of {size[0]} x {size[1]} pixels shows nothing")
    sent = bounded_size(size, convention.max_side)
    if convention.resize is not None:
        return ImageView.whole(size, scaled=smart_resize(*sent, convention.resize))
    if convention.framing == "padded":
        return _padded(size, sent)
    return _cropped(size, sent) if convention.framing == "cropped" else ImageView.whole(size, scaled=sent)


def smart_resize(width: int, height: int, resize: Resize) -> tuple[int, int]:
    """Width and height as the processor of Qwen2-VL and its successors scales an image.

    Both become multiples of the factor, their product lies within the bounds, and the shape is kept as far as that
    goes (Qwen2-VL, arXiv:2409.12191; ``smart_resize`` in its image processor of the library transformers).

    Raises:
        UnseeableError: one side is more than 200 times the other.
    """
    if max(width, height) / min(width, height) > _LONGEST_SHAPE:
        raise UnseeableError(f"an image of {width} x {height} pixels is too long and thin for this model")
    factor = resize.factor
    across, down = round(width / factor) * factor, round(height / factor) * factor
    if across * down > resize.max_pixels:
        beta = math.sqrt(width * height / resize.max_pixels)
        across, down = (max(factor, math.floor(side / beta / factor) * factor) for side in (width, height))
    elif across * down < resize.min_pixels:
        beta = math.sqrt(resize.min_pixels / (width * height))
        across, down = (math.ceil(side * beta / factor) * factor for side in (width, height))
    return across, down


def _padded(size: tuple[int, int], sent: tuple[int, int]) -> ImageView:
    """In the middle of a square as wide as its longer side."""
    side = max(sent)
    offset = ((side - sent[0]) // 2, (side - sent[1]) // 2)
    return ImageView(size, (0.0, 0.0, float(size[0]), float(size[1])), sent, offset, (side, side))


def _cropped(size: tuple[int, int], sent: tuple[int, int]) -> ImageView:
    """The square in its middle."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    seen = (min(sent), min(sent))
    return ImageView(size, (left, top, left + side, top + side), seen, (0.0, 0.0), seen)
