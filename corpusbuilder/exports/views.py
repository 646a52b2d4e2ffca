"""How a model family sees an image: where a pixel of the stored image lands, and which visual token shows it.

A processor scales an image, pads or crops it, and cuts it into square cells; after the vision tower each cell is one
token of the language model. Tokens are numbered from 0, row by row from the top left, as they stand in the prompt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MOST_ELONGATED: Final = 200
"""Longer images are refused by the processors of Qwen."""


@dataclass(frozen=True, slots=True)
class View:
    """The image as a model sees it: pixels of the stored image, scaled and moved, on a grid of cells."""

    scale: tuple[float, float]
    """Pixels of the model's image per pixel of the stored image, across and down."""
    shift: tuple[float, float]
    """Where the stored image's top left corner lies in the model's image, in its pixels; negative when cropped."""
    cell: int
    """Side of a cell in pixels of the model's image."""
    columns: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the model's image in pixels."""
        return self.columns * self.cell, self.rows * self.cell

    def tokens(self, polygon: Sequence[Sequence[float]]) -> list[int]:
        """Indices of the visual tokens that show a part of ``polygon``, ascending; none when all of it is cropped.

        Args:
            polygon: three points or more, in pixels of the stored image.
        """
        from shapely import Polygon, box, intersects, make_valid, prepare, touches

        points = [(x * self.scale[0] + self.shift[0], y * self.scale[1] + self.shift[1]) for x, y in polygon]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        width, height = self.size
        if max(xs) <= 0 or max(ys) <= 0 or min(xs) >= width or min(ys) >= height:
            return []
        rows, columns = np.meshgrid(
            _cells(min(ys), max(ys), self.cell, self.rows),
            _cells(min(xs), max(xs), self.cell, self.columns),
            indexing="ij",
        )
        left, top = columns * self.cell, rows * self.cell
        squares = box(left, top, left + self.cell, top + self.cell)
        shape = make_valid(Polygon(points))
        prepare(shape)
        meets = intersects(shape, squares)
        inside = meets & ~touches(shape, squares)
        # What has no area, such as a straight arrow, may run along an edge: it then shows in the cells beside it.
        shown = inside if inside.any() else meets
        return [int(token) for token in (rows * self.columns + columns)[shown]]


def _cells(first: float, last: float, side: int, number: int) -> NDArray[np.int64]:
    start = min(max(math.floor(first / side), 0), number - 1)
    return np.arange(start, max(start + 1, min(math.ceil(last / side), number)))


def resized_to_multiples(
    size: tuple[int, int], side: int, *, min_pixels: int, max_pixels: int
) -> tuple[int, int] | None:
    """Width and height to which the processors of Qwen2-VL and its successors scale an image.

    Both become multiples of ``side``, as near as may be to the image's proportions, and their product stays between
    ``min_pixels`` and ``max_pixels`` (``smart_resize`` of qwen-vl-utils and transformers; Bai et al. 2025, section 2).

    Returns:
        None for an image that they refuse, more than 200 times as long as it is wide, or treat differently from one
        version to the next: less than half a cell wide or high.
    """
    width, height = size
    across, down = (round(length / side) * side for length in size)
    if max(size) > _MOST_ELONGATED * min(size) or not across or not down:
        return None
    if across * down > max_pixels:
        shrink = math.sqrt(width * height / max_pixels)
        across, down = (max(side, math.floor(length / shrink / side) * side) for length in size)
    elif across * down < min_pixels:
        grow = math.sqrt(min_pixels / (width * height))
        across, down = (math.ceil(length * grow / side) * side for length in size)
    return across, down


def scaled_view(size: tuple[int, int], resized: tuple[int, int], side: int) -> View:
    """The whole image, stretched to ``resized``: width and height, multiples of ``side``."""
    scale = (resized[0] / size[0], resized[1] / size[1])
    return View(scale, (0.0, 0.0), side, resized[0] // side, resized[1] // side)


def padded_view(size: tuple[int, int], side: int, cells: int) -> View:
    """The image in the middle of a square that is padded, then scaled to ``cells`` × ``cells`` cells of ``side``."""
    scale = side * cells / max(size)
    left, top = ((max(size) - length) // 2 for length in size)
    return View((scale, scale), (left * scale, top * scale), side, cells, cells)


def cropped_view(size: tuple[int, int], side: int, cells: int) -> View:
    """The middle square of the image, whose shorter side is scaled to ``cells`` cells of ``side``."""
    wanted = side * cells
    width, height = (int(wanted * length / min(size)) for length in size)
    return View(
        (width / size[0], height / size[1]),
        (float(-((width - wanted) // 2)), float(-((height - wanted) // 2))),
        side,
        cells,
        cells,
    )
