"""Processors that fit an image into the best of a few canvases: LLaVA-NeXT.

The whole image is shown at first, squeezed into one square; then the canvas, cut into squares. Rows and columns of
tokens that show its padding alone are taken out, and a token for the end of the line follows each row (Liu et al. 2024,
"LLaVA-NeXT: Improved reasoning, OCR, and world knowledge").
"""

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from corpusbuilder.perception.processors.panels import NO_TOKEN, Framed, Move, Panel, Resized, Sight, Size, numbered
from corpusbuilder.perception.processors.plain import middle, resized
from corpusbuilder.perception.processors.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def fitted(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How a processor with ``image_grid_pinpoints`` shows an image.

    Raises:
        ValueError: it does otherwise than is known here.
    """
    # LLaVA-OneVision, which asks how many images there are before it cuts one.
    if settings.takes("batch_num_images") or getattr(settings.processor, "vision_aspect_ratio", None) is not None:
        raise ValueError(f"{settings.kind}: tokens that are interpolated after the vision tower are not known here")
    base, side = _base(settings), _side(settings)
    width, height = _best_canvas(size, settings.get("image_grid_pinpoints"))
    shown = _fit(size, (width, height))
    canvas = Framed(-((width - shown[0]) // 2), -((height - shown[1]) // 2), width, height)
    last, (squares, _) = _after(settings, base), _after(settings, (side, side))
    rows, columns, cell = settings.grid(*last[1], joined=joined)
    leading, each = settings.leading, rows * columns
    panels = [Panel("base", (Resized(*base), *last[0]), cell, numbered(rows, columns, leading))]
    down, across = height // side, width // side
    tokens, length = _lines(size, down * rows, across * columns, leading + each)
    for row, column in product(range(down), range(across)):
        cut = Framed(column * side, row * side, side, side)
        own = tokens[row * rows : (row + 1) * rows, column * columns : (column + 1) * columns]
        if not joined:
            own = numbered(rows, columns, leading + each * len(panels))
        panels.append(Panel("tile", (Resized(*shown), canvas, cut, *squares), cell, own, (row, column)))
    return Sight(tuple(panels), length if joined else leading + each * len(panels))


def _base(settings: Settings) -> Size:
    sides = settings.sides("size")
    if sides.keys() == {"height", "width"}:
        return sides["width"], sides["height"]
    side = settings.square("size")
    return side, side


def _side(settings: Settings) -> int:
    """Of the squares that the canvas is cut into."""
    return settings.sides("crop_size").get("height") or _base(settings)[1]


def _after(settings: Settings, size: Size) -> tuple[list[Move], Size]:
    """What is done to each picture at last, and its size then."""
    moves: list[Move] = []
    if settings.get("do_resize"):
        size = resized(settings, size)
        moves.append(Resized(*size))
    if settings.get("do_center_crop"):
        frame = middle(settings, size)
        moves.append(frame)
        size = (frame.width, frame.height)
    return moves, size


def _best_canvas(size: Size, canvases: Sequence[Sequence[int]]) -> Size:
    """Width and height of the canvas, given as height and width, that keeps most pixels and then wastes fewest."""

    def worth(canvas: Size) -> tuple[int, int]:
        scale = min(canvas[0] / size[0], canvas[1] / size[1])
        kept = min(int(size[0] * scale) * int(size[1] * scale), size[0] * size[1])
        return kept, kept - canvas[0] * canvas[1]

    found = [(int(width), int(height)) for height, width in canvases]
    if not found:
        raise ValueError("image_grid_pinpoints are empty")
    return max(found, key=worth)


def _fit(size: Size, canvas: Size) -> Size:
    across, down = canvas[0] / size[0], canvas[1] / size[1]
    if across < down:
        return canvas[0], min(math.ceil(size[1] * across), canvas[1])
    return min(math.ceil(size[0] * down), canvas[0]), canvas[1]


def _lines(size: Size, rows: int, columns: int, start: int) -> "tuple[NDArray[np.int64], int]":
    """Indices of the tokens of the canvas, none for its padding, and how many tokens there are up to its end."""
    import numpy as np

    left = top = 0
    # Rounded to 7 digits before it is cut off, as the model and its processor do.
    if size[0] / size[1] > columns / rows:
        top = (rows - int(round(size[1] * (columns / size[0]), 7))) // 2
    else:
        left = (columns - int(round(size[0] * (rows / size[1]), 7))) // 2
    height, width = rows - 2 * top, columns - 2 * left
    tokens = np.full((rows, columns), NO_TOKEN, dtype=np.int64)
    tokens[top : rows - top, left : columns - left] = numbered(height, width + 1, start)[:, :width]
    return tokens, start + height * (width + 1)
