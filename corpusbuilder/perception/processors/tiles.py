"""Processors that cut an image into tiles of one size and show it as a whole besides: Idefics 3, SmolVLM, InternVL."""

import math
from typing import Final

from corpusbuilder.perception.processors.panels import Framed, Move, Panel, Resized, Sight, Size, numbered
from corpusbuilder.perception.processors.settings import Settings

_LARGEST: Final = 4096
"""Longest side that the processors of Idefics 3 and SmolVLM resize to, whatever ``size`` says."""


def split(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How a processor with ``max_image_size`` shows an image (Laurençon et al. 2024, section 2; SmolVLM).

    Only tokens that stand for pixels are counted: what is written between the tiles (``<row_1_col_1>``) is text. The
    whole image comes last.
    """
    side = settings.square("max_image_size")
    moves: list[Move] = []
    now = size
    if settings.get("do_resize"):
        now = _by_longer_side(settings, now)
        moves.append(Resized(*now))
    if not settings.get("do_image_splitting"):
        return _sight(settings, moves, (side, side), (0, 0), joined=joined)
    now = _to_multiples(now, side)
    moves.append(Resized(*now))
    tiles = (now[1] // side, now[0] // side) if max(now) > side else (0, 0)
    return _sight(settings, moves, (side, side), tiles, joined=joined)


def crop_to_patches(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How a processor with ``crop_to_patches`` shows an image (Chen et al. 2024, section 3.2: dynamic resolution).

    The tiles in rows, then the whole image where there is more than one tile.
    """
    sides = settings.sides("size")
    if sides.keys() != {"height", "width"}:
        raise ValueError(f"{settings.kind}: size needs height and width, and has {sides}")
    tile = (sides["width"], sides["height"])
    least, most = settings.get("min_patches"), settings.get("max_patches")
    if not settings.get("crop_to_patches") or most <= 1:
        return _sight(settings, [], tile if settings.get("do_resize") else size, (0, 0), joined=joined)
    columns, rows = _closest_canvas(size, tile, least, most)
    if rows * columns == 1:
        return _sight(settings, [], tile, (0, 0), joined=joined)
    canvas = Resized(tile[0] * columns, tile[1] * rows)
    return _sight(settings, [], tile, (rows, columns), joined=joined, canvas=canvas)


def _sight(
    settings: Settings,
    moves: list[Move],
    tile: Size,
    tiles: tuple[int, int],
    *,
    joined: bool,
    canvas: Resized | None = None,
) -> Sight:
    """``tiles`` of a picture made by ``moves``, then the whole of it; of ``canvas`` where only the tiles are."""
    rows, columns, cell = settings.grid(*tile, joined=joined)
    each = rows * columns
    panels: list[Panel] = []
    for row in range(tiles[0]):
        for column in range(tiles[1]):
            frame = Framed(column * tile[0], row * tile[1], *tile)
            before = [*moves, *([canvas] if canvas else [])]
            tokens = numbered(rows, columns, each * len(panels))
            panels.append(Panel("tile", (*before, frame), cell, tokens, (row, column)))
    name = "base" if panels else "image"
    panels.append(Panel(name, (*moves, Resized(*tile)), cell, numbered(rows, columns, each * len(panels))))
    return Sight(tuple(panels), each * len(panels))


def _by_longer_side(settings: Settings, size: Size) -> Size:
    sides = settings.sides("size")
    if sides.keys() == {"height", "width"}:
        return sides["width"], sides["height"]
    if sides.keys() != {"longest_edge"}:
        raise ValueError(f"{settings.kind}: size needs longest_edge, and has {sides}")
    longest = sides["longest_edge"]
    width, height = _shrunk(size, longest)
    # Made even, but only the side that follows from the other.
    if size[0] >= size[1]:
        height += height % 2
    else:
        width += width % 2
    now = (max(width, 1), max(height, 1))
    if max(now) > _LARGEST:
        width, height = _shrunk(now, _LARGEST)
        return max(width, 1), max(height, 1)
    return now


def _shrunk(size: Size, longest: int) -> Size:
    proportion = size[0] / size[1]
    if size[0] >= size[1]:
        return longest, int(longest / proportion)
    return int(longest * proportion), longest


def _to_multiples(size: Size, side: int) -> Size:
    """The longer side up to a multiple, the other first in proportion, then up to a multiple as well."""
    proportion = size[0] / size[1]
    if size[0] >= size[1]:
        width = math.ceil(size[0] / side) * side
        return width, math.ceil(int(width / proportion) / side) * side
    height = math.ceil(size[1] / side) * side
    return math.ceil(int(height * proportion) / side) * side, height


def _closest_canvas(size: Size, tile: Size, least: int, most: int) -> tuple[int, int]:
    """Columns and rows of tiles whose proportions are closest to the image's.

    Of two equally close, the one with more tiles, as long as their area is less than twice that of the image.
    """
    grids = [(c, r) for c in range(1, most + 1) for r in range(1, most + 1) if least <= c * r <= most]
    proportion, best, closest = size[0] / size[1], (1, 1), math.inf
    for columns, rows in sorted(grids, key=lambda grid: grid[0] * grid[1]):
        distance = abs(proportion - columns / rows)
        roomy = size[0] * size[1] > 0.5 * tile[0] * tile[1] * columns * rows
        if distance < closest or (distance == closest and roomy):
            best, closest = (columns, rows), distance
    return best
