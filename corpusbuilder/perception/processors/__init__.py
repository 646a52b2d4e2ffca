"""Which cells a Hugging Face processor cuts an image into, by its own settings and never by its name."""

from collections.abc import Callable
from typing import Final, TypeAlias

from corpusbuilder.perception.processors.anyres import fitted
from corpusbuilder.perception.processors.merged import kept_in_proportion
from corpusbuilder.perception.processors.panels import Sight, Size
from corpusbuilder.perception.processors.plain import fixed, flexible
from corpusbuilder.perception.processors.settings import Settings
from corpusbuilder.perception.processors.tiles import crop_to_patches, split

Rule: TypeAlias = Callable[..., Sight]

_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("image_grid_pinpoints", fitted),
    ("do_image_splitting", split),
    ("crop_to_patches", crop_to_patches),
    ("max_num_patches", flexible),
    ("merge_size", kept_in_proportion),
)
"""The setting that only processors of one rule have. What has none of them makes one picture of a fixed size."""
_OTHERS: Final = ("max_image_tiles", "do_pan_and_scan", "num_crops", "max_slice_nums", "use_image_id", "tile_size")
"""Settings of processors that cut an image by rules that are not known here."""


def sight_of(settings: Settings, size: Size, *, joined: bool) -> Sight:
    """The panels, cells and tokens that an image of ``size`` (width, height) becomes.

    Args:
        settings: of the processor.
        size: of the image, in pixels.
        joined: tokens of the language model; otherwise patches of the vision tower.

    Raises:
        ValueError: the processor cuts images by a rule that is not known here, or lacks a setting of its rule.
    """
    other = next((name for name in _OTHERS if settings.get(name)), None)
    if other is not None:
        raise ValueError(f"{settings.kind}: how images are cut with {other} is not known here")
    rule = next((rule for name, rule in _RULES if settings.has(name)), fixed)
    sight = rule(settings, size, joined=joined)
    for move in {move for panel in sight.panels for move in panel.moves}:
        if min(move.width, move.height) < 1:
            raise ValueError(f"{settings.kind} leaves nothing of an image of {size[0]} × {size[1]}: it is too long")
    return sight
