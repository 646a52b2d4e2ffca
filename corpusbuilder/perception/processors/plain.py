"""Processors that make one picture of a fixed size: CLIP, SigLIP, LLaVA, ViT, and SigLIP 2 of a number of patches.

The picture is resized, to a fixed size or by its shorter side, and its middle is cut out (Radford et al. 2021; Liu et
al. 2024 for the square that LLaVA 1.5 pads to).
"""

import math
from typing import Final

from corpusbuilder.perception.processors.panels import Framed, Move, Resized, Sight, Size, numbered, one_panel
from corpusbuilder.perception.processors.settings import Settings

_STEPS: Final = ("_preprocess", "resize", "center_crop", "rescale", "process_image")
_SEARCH: Final = 1e-5
"""At which the processor of SigLIP 2 stops to look for a larger scale."""


def fixed(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How a processor with ``size`` and perhaps ``crop_size`` shows an image of ``size``.

    Raises:
        ValueError: it resizes, crops or pads in a way of its own, or has other settings than those known here.
    """
    pads_first = settings.has("pad_to_square")
    own = [step for step in _STEPS if settings.changes(step)]
    if own not in ([], ["_preprocess"] if pads_first else []):
        raise ValueError(f"{settings.kind} has a way of its own to make a picture, which is not known here")
    moves: list[Move] = []
    now = size
    # Only the processor of LLaVA pads before it resizes; ``do_pad`` of the others fills up a batch.
    if settings.get("do_pad") and pads_first:
        side = max(now)
        moves.append(Framed(-((side - now[0]) // 2), -((side - now[1]) // 2), side, side, _mean_grey(settings)))
        now = (side, side)
    if settings.get("do_resize"):
        now = resized(settings, now)
        moves.append(Resized(*now))
    if settings.get("do_center_crop"):
        frame = middle(settings, now)
        moves.append(frame)
        now = (frame.width, frame.height)
    rows, columns, cell = settings.grid(*now, joined=joined)
    leading = settings.leading
    return one_panel(moves, numbered(rows, columns, leading), cell, leading + rows * columns)


def _mean_grey(settings: Settings) -> int:
    """What LLaVA pads with, as one level: next to it, ringing is not cut off as it is next to black or white."""
    means = settings.get("image_mean")
    return int(255 * sum(means) / len(means)) if means else 0


def resized(settings: Settings, size: Size) -> Size:
    """Width and height to which the setting ``size`` resizes a picture of ``size``.

    Raises:
        ValueError: it has other keys than those known here.
    """
    sides = settings.sides("size")
    if sides.keys() == {"height", "width"}:
        return sides["width"], sides["height"]
    if sides.keys() != {"shortest_edge"}:
        raise ValueError(f"{settings.kind}: it is not known here how size {sides} resizes an image")
    shorter = sides["shortest_edge"]
    longer = int(shorter * max(size) / min(size))
    return (shorter, longer) if size[0] <= size[1] else (longer, shorter)


def middle(settings: Settings, size: Size) -> Framed:
    """The frame that ``crop_size`` cuts out of the middle of a picture of ``size``, or pads it to."""
    sides = settings.sides("crop_size")
    if sides.keys() != {"height", "width"}:
        raise ValueError(f"{settings.kind}: crop_size needs height and width, and has {sides}")
    width, height = sides["width"], sides["height"]
    return Framed((size[0] - width) // 2, (size[1] - height) // 2, width, height)


def flexible(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """How SigLIP 2 shows an image: as large as ``max_num_patches`` allows, in its proportions (Tschannen et al. 2025).

    Its sequence is always ``max_num_patches`` long; the patches come first.
    """
    patch, most = settings.patch, settings.get("max_num_patches")
    if patch is None or not isinstance(most, int):
        raise ValueError(f"{settings.kind} needs patch_size and max_num_patches")
    merge = (settings.merge_size or 1) if joined else 1
    now = _within(size, patch, most) if settings.get("do_resize") else size
    rows, columns = now[1] // patch // merge, now[0] // patch // merge
    cell = (float(patch * merge), float(patch * merge))
    leading = settings.leading
    return one_panel([Resized(*now)], numbered(rows, columns, leading), cell, leading + most // merge**2)


def _within(size: Size, patch: int, most: int) -> Size:
    """Found by halving, as the processor does: a closed form would differ where the search stops early."""

    def scaled(scale: float) -> Size:
        across, down = (max(patch, math.ceil(length * scale / patch) * patch) for length in size)
        return across, down

    low, high = _SEARCH / 10, 100.0
    while high - low >= _SEARCH:
        scale = (low + high) / 2
        width, height = scaled(scale)
        if (height / patch) * (width / patch) <= most:
            low = scale
        else:
            high = scale
    return scaled(low)
