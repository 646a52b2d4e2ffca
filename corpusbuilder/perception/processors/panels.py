"""What the vision tower sees of an image: panels, each made of the image by resizing and cutting, and cut into cells.

One panel for most processors; several where an image is cut into tiles and shown as a whole besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""
Bounds: TypeAlias = tuple[float, float, float, float]

NO_TOKEN: Final = -1
"""In `Panel.tokens`: the cell is cut away before the language model."""


@dataclass(frozen=True, slots=True)
class Resized:
    """The picture is resampled to ``width`` × ``height``."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Framed:
    """The picture is seen through a frame: cropped where that is smaller, padded where it is larger."""

    left: int
    """Of the frame in the picture; negative when padded on the left."""
    top: int
    width: int
    height: int
    fill: int | None = None
    """Level of grey, 0 to 255, that is padded with before more resampling; None where it plays no part."""


Move: TypeAlias = Resized | Framed


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture that the vision tower sees, and the tokens of its cells."""

    name: str
    """``image``, or ``base`` and ``tile`` where there are several."""
    moves: tuple[Move, ...]
    """How it is made of the figure's image, in order."""
    cell: tuple[float, float]
    """Width and height of a cell in pixels of the panel; what is left at its right and lower edge is not seen."""
    tokens: "NDArray[np.int64]"
    """Rows × columns: the index of each cell's token, or `NO_TOKEN`."""
    tile: tuple[int, int] | None = None
    """Row and column of a tile among the tiles."""

    def transform(self, size: Size) -> tuple[tuple[float, float], tuple[float, float], Bounds]:
        """Scale and shift from pixels of an image of ``size`` to pixels of the panel, and what of the image it shows.

        Returns:
            ``(sx, sy)`` and ``(tx, ty)`` with x' = sx x + tx, and the part that is shown, in pixels of the image.
        """
        across, down = _Axis(size[0]), _Axis(size[1])
        for move in self.moves:
            if isinstance(move, Resized):
                across.resize(move.width)
                down.resize(move.height)
            else:
                across.frame(move.left, move.width)
                down.frame(move.top, move.height)
        rows, columns = self.tokens.shape
        across.frame(0, columns * self.cell[0])
        down.frame(0, rows * self.cell[1])
        shown = (across.first, down.first, across.last, down.last)
        return (across.scale, down.scale), (across.shift, down.shift), shown


class _Axis:
    """Where one coordinate of an image goes, and which part of it is still there."""

    def __init__(self, length: int) -> None:
        self.scale, self.shift = 1.0, 0.0
        self.first, self.last = 0.0, float(length)
        self._length = float(length)

    def resize(self, length: int) -> None:
        ratio = length / self._length
        self.scale, self.shift, self._length = self.scale * ratio, self.shift * ratio, float(length)

    def frame(self, start: int, length: float) -> None:
        self.shift, self._length = self.shift - start, float(length)
        self.first = max(self.first, -self.shift / self.scale)
        self.last = min(self.last, (length - self.shift) / self.scale)


@dataclass(frozen=True, slots=True)
class Sight:
    """An image as a model gets it."""

    panels: tuple[Panel, ...]
    """In the order in which the processor makes them."""
    length: int
    """Tokens of the image in the language model's input, with those that show no cell."""


def one_panel(moves: Sequence[Move], tokens: "NDArray[np.int64]", cell: tuple[float, float], length: int) -> Sight:
    """A sight of one panel."""
    return Sight((Panel("image", tuple(moves), cell, tokens),), length)


def numbered(rows: int, columns: int, start: int = 0) -> "NDArray[np.int64]":
    """Indices row by row from ``start``."""
    import numpy as np

    return np.arange(start, start + rows * columns, dtype=np.int64).reshape(rows, columns)
