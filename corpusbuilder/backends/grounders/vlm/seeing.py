"""Which pixels a model sees of a figure: scaled to be sent, and scaled again by its own processor."""

import math
from collections.abc import Callable
from typing import Final

from corpusbuilder.backends.grounders.vlm.options import VlmOptions
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import CoordinateSpace
from corpusbuilder.records.imageview import ImageView

_LONGEST_SHAPE: Final = 200
"""Qwen's processor refuses images whose sides differ by more."""


def view_of(figure: Figure, options: VlmOptions) -> ImageView:
    """The figure's image as the model counts its pixels.

    Raises:
        ValueError: the model's processor refuses an image of this shape.
    """
    size = (figure.image.width, figure.image.height)
    sent = sent_size(size, options.max_image_side)
    if options.space is not CoordinateSpace.RESIZED_PIXELS:
        return ImageView.whole(size, scaled=sent)
    width, height = smart_resize(
        *sent, factor=options.pixel_factor, min_pixels=options.min_pixels, max_pixels=options.max_pixels
    )
    return ImageView.whole(size, scaled=(width, height))


def sent_size(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """Width and height of an image as it is sent: as Pillow's ``thumbnail`` makes it fit into a square."""
    if max(size) <= max_side:
        return size
    width, height = size
    ratio = width / height
    if ratio <= 1:
        return _nearest(max_side * ratio, lambda n: abs(ratio - n / max_side)), max_side
    return max_side, _nearest(max_side / ratio, lambda n: abs(ratio - max_side / n) if n else 0.0)


def _nearest(exact: float, error: Callable[[int], float]) -> int:
    """The whole number beside ``exact`` that distorts the image least, 1 or more."""
    return max(min(math.floor(exact), math.ceil(exact), key=error), 1)


def smart_resize(width: int, height: int, *, factor: int, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """Width and height as the processor of Qwen2-VL and its successors scales an image.

    Both become multiples of ``factor``, their product lies within the bounds, and the shape is kept as far as that
    goes (Qwen2-VL, arXiv:2409.12191; ``smart_resize`` in its image processor).

    Raises:
        ValueError: one side is more than 200 times the other.
    """
    if max(width, height) / min(width, height) > _LONGEST_SHAPE:
        raise ValueError(f"an image of {width} x {height} pixels is too long for this model")
    rounded = tuple(max(factor, round(side / factor) * factor) for side in (width, height))
    if rounded[0] * rounded[1] > max_pixels:
        beta = math.sqrt(width * height / max_pixels)
        rounded = tuple(max(factor, math.floor(side / beta / factor) * factor) for side in (width, height))
    elif rounded[0] * rounded[1] < min_pixels:
        beta = math.sqrt(min_pixels / (width * height))
        rounded = tuple(math.ceil(side * beta / factor) * factor for side in (width, height))
    return rounded[0], rounded[1]
