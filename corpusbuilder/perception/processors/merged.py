"""Processors that keep proportions and join patches: Qwen2-VL, Qwen2.5-VL, Qwen3-VL."""

import math
from typing import Final

from corpusbuilder.perception.processors.panels import Resized, Sight, Size, numbered, one_panel
from corpusbuilder.perception.processors.settings import Settings

_MOST_ELONGATED: Final = 200


def kept_in_proportion(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How a processor with ``merge_size`` shows an image (Bai et al. 2025, section 2; its ``smart_resize``).

    Tokens of the language model are numbered row by row. Patches are numbered as the processor lists them in
    ``pixel_values``: the ``merge_size`` × ``merge_size`` patches of the first token, then those of the second.

    Raises:
        ValueError: the processor refuses the image, or does otherwise than is known here.
    """
    patch, merge = settings.patch, settings.merge_size or settings.get("merge_size")
    if patch is None or not isinstance(merge, int):
        raise ValueError(f"{settings.kind} needs patch_size and merge_size")
    now = _resized(settings, size, patch * merge) if settings.get("do_resize") else size
    rows, columns = now[1] // patch, now[0] // patch
    _agrees(settings, size, rows * columns)
    rows, columns = rows // merge, columns // merge
    side = float(patch * merge)
    moves = [Resized(*now)]
    if joined:
        return one_panel(moves, numbered(rows, columns), (side, side), rows * columns)
    blocks = numbered(1, rows * columns * merge**2).reshape(rows, columns, merge, merge)
    tokens = blocks.transpose(0, 2, 1, 3).reshape(rows * merge, columns * merge)
    return one_panel(moves, tokens, (float(patch), float(patch)), tokens.size)


def _resized(settings: Settings, size: Size, side: int) -> Size:
    limits = settings.sides("size")
    if not {"shortest_edge", "longest_edge"} <= limits.keys():
        raise ValueError(f"{settings.kind}: size needs shortest_edge and longest_edge, in pixels of area, has {limits}")
    least = settings.called_with.get("min_pixels", limits["shortest_edge"])
    most = settings.called_with.get("max_pixels", limits["longest_edge"])
    if max(size) > _MOST_ELONGATED * min(size):
        raise ValueError(f"{settings.kind} refuses an image of {size[0]} × {size[1]}: it is too long for its width")
    across, down = (round(length / side) * side for length in size)
    if across * down > most:
        shrink = math.sqrt(size[0] * size[1] / most)
        across, down = (max(side, math.floor(length / shrink / side) * side) for length in size)
    elif across * down < least:
        grow = math.sqrt(least / (size[0] * size[1]))
        across, down = (math.ceil(length * grow / side) * side for length in size)
    return across, down


def _agrees(settings: Settings, size: Size, patches: int) -> None:
    """Other processors carry the same settings and resize otherwise: those that count for themselves are asked."""
    count = getattr(settings.image_processor, "get_number_of_image_patches", None)
    if count is None or not settings.get("do_resize") or "size" in settings.called_with:
        return
    its_own = count(size[1], size[0], dict(settings.called_with))
    if its_own != patches:
        raise ValueError(f"{settings.kind} cuts the image into {its_own} patches, and {patches} were expected here")
