"""How model families write boxes, and how they see images: what a grounded trace has to be written in.

Each convention is stated with its source. A family that is not here is one whose convention we are not sure of.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.registry import unknown
from corpusbuilder.exports.views import View, cropped_view, padded_view, resized_to_multiples, scaled_view
from corpusbuilder.records.geometry import CoordinateSpace, from_pixels, to_pixels

Size: TypeAlias = tuple[int, int]
Numbers: TypeAlias = tuple[float, float, float, float]
Named: TypeAlias = tuple[str, Numbers]
"""What a box shows, and its four numbers as the model writes them."""
Frame: TypeAlias = Literal["image", "square", "resized"]
"""What the numbers are counted in: the image, the square it is padded to, or what `resized_to_multiples` gives."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """How a family writes boxes."""

    space: CoordinateSpace
    write: Callable[[Sequence[Named]], str]
    """Boxes with the names of what they show, as text."""
    frame: Frame = "image"
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Pixels:
    """How a processor that keeps proportions scales an image: side of a visual token, least and most pixels."""

    side: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models."""

    about: str
    boxes: Boxes
    pixels: Pixels | None = None
    """None: its processor makes every image the same size."""
    view: Callable[[Size], View] | None = None
    """How it sees an image of this size; None without ``pixels``: we do not know which tokens show what."""


@dataclass(frozen=True, slots=True)
class Target:
    """A family, with the limits under which its processor scales images."""

    name: str
    family: Family
    least: int = 0
    """Pixels; 0 where the family knows no such limits."""
    most: int = 0

    def holds(self, size: Size) -> bool:
        """Whether the model reads an image of ``size`` (width, height) at all."""
        return self.family.pixels is None or self._resized(size) is not None

    def box(self, box: Sequence[float], size: Size) -> Numbers:
        """A box in pixels of a stored image of ``size`` as the four numbers that the model writes.

        The image must be one that the target `holds`.
        """
        convention = self.family.boxes
        left, top = self._padding(size)
        x0, y0, x1, y1 = to_pixels(box, CoordinateSpace.ORIGINAL_PIXELS, size=size)
        exact = from_pixels(
            (x0 + left, y0 + top, x1 + left, y1 + top),
            convention.space,
            size=self._frame(size),
            resized=self._resized(size),
        )
        a, b, c, d = (round(number, convention.decimals or None) for number in exact)
        return self._inside((a, b, c, d), size)

    def written(self, boxes: Iterable[tuple[str, Sequence[float]]], size: Size) -> str:
        """Boxes in pixels of the stored image, with the names of what they show, as the model writes them."""
        return self.family.boxes.write([(name, self.box(box, size)) for name, box in boxes])

    def view(self, size: Size) -> View:
        """How the model sees a stored image of ``size`` that it `holds`.

        Raises:
            UsageError: we do not know it of this family.
        """
        if self.family.pixels is not None and (resized := self._resized(size)) is not None:
            return scaled_view(size, resized, self.family.pixels.side)
        if self.family.view is None:
            able = [name for name, family in FAMILIES.items() if family.view or family.pixels]
            raise UsageError(
                f"which visual tokens of {self.name} show a region is not known here",
                hint=f"choose a --target among {', '.join(able)}, or --trace grounded",
            )
        return self.family.view(size)

    def _resized(self, size: Size) -> Size | None:
        limits = self.family.pixels
        if limits is None:
            return None
        return resized_to_multiples(size, limits.side, min_pixels=self.least, max_pixels=self.most)

    def _padding(self, size: Size) -> tuple[int, int]:
        if self.family.boxes.frame != "square":
            return 0, 0
        return (max(size) - size[0]) // 2, (max(size) - size[1]) // 2

    def _frame(self, size: Size) -> Size:
        return (max(size), max(size)) if self.family.boxes.frame == "square" else size

    def _inside(self, numbers: Numbers, size: Size) -> Numbers:
        """The last pixel of the resized image is one less than its size, as in ``process_bbox`` of Qwen."""
        resized = self._resized(size)
        if self.family.boxes.frame != "resized" or resized is None:
            return numbers
        x0, y0, x1, y1 = numbers
        right, bottom = resized[0] - 1, resized[1] - 1
        return min(x0, right), min(y0, bottom), min(x1, right), min(y1, bottom)


def find_target(options: ExportOptions) -> Target:
    """The target that ``options`` name.

    Raises:
        UsageError: there is no such family, the message names the closest one; or limits that it does not have or
            that contradict one another.
    """
    family = FAMILIES.get(options.target.lower())
    if family is None:
        raise unknown("target", options.target, FAMILIES)
    limits = family.pixels
    if limits is None:
        if options.min_pixels is not None or options.max_pixels is not None:
            raise UsageError(f"--min-pixels and --max-pixels have no meaning for {options.target}: it has one size")
        return Target(options.target.lower(), family)
    least = limits.least if options.min_pixels is None else options.min_pixels
    most = limits.most if options.max_pixels is None else options.max_pixels
    if not limits.side**2 <= most or not 0 < least <= most:
        raise UsageError(
            f"images of {least} to {most} pixels: --min-pixels must not be above --max-pixels, nor this below one "
            f"visual token of {limits.side} × {limits.side}"
        )
    return Target(options.target.lower(), family, least, most)


def _json(boxes: Sequence[Named]) -> str:
    """A list of ``{"bbox_2d": […], "label": …}``, as the cookbooks of Qwen2.5-VL and Qwen3-VL show."""
    return json.dumps([{"bbox_2d": list(box), "label": name} for name, box in boxes], ensure_ascii=False)


def _qwen2(boxes: Sequence[Named]) -> str:
    return "".join(
        f"<|object_ref_start|>{name}<|object_ref_end|><|box_start|>({x0},{y0}),({x1},{y1})<|box_end|>"
        for name, (x0, y0, x1, y1) in boxes
    )


def _internvl(boxes: Sequence[Named]) -> str:
    return "".join(f"<ref>{name}</ref><box>[{list(box)}]</box>" for name, box in boxes)


def _llava(boxes: Sequence[Named]) -> str:
    return " ".join(f"{name} [{', '.join(f'{number:.2f}' for number in box)}]" for name, box in boxes)


def _paligemma(boxes: Sequence[Named]) -> str:
    return " ; ".join("".join(f"<loc{number:04.0f}>" for number in box) + f" {name}" for name, box in boxes)


_LLAVA_BOXES: Final = Boxes(CoordinateSpace.UNIT, _llava, frame="square", decimals=2)
_MERGED_14: Final = Pixels(28, 56 * 56, 12_845_056)
"""As the preprocessor_config.json of Qwen2-VL and Qwen2.5-VL has it; a token is 2 × 2 patches of 14 pixels."""
_MERGED_16: Final = Pixels(32, 65_536, 16_777_216)
"""As the preprocessor_config.json of Qwen3-VL has it; a token is 2 × 2 patches of 16 pixels."""

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        # Bai et al. 2025, section 2; process_bbox.ipynb of qwen-vl-finetune: absolute pixels of the resized image.
        "qwen2.5-vl": Family(
            "pixels of the resized image, as JSON",
            Boxes(CoordinateSpace.RESIZED_PIXELS, _json, frame="resized"),
            _MERGED_14,
        ),
        # Wang et al. 2024, section 2.2.1: 0 to 1000 of the image, between box tokens.
        "qwen2-vl": Family("0 to 1000, between box tokens", Boxes(CoordinateSpace.PER_MILLE, _qwen2), _MERGED_14),
        # The makers in issue 1486 of their repository: 0 to 1000 as in Qwen2-VL, written as JSON.
        "qwen3-vl": Family("0 to 1000, as JSON", Boxes(CoordinateSpace.PER_MILLE, _json), _MERGED_16),
        # "Grounding / detection data" in the InternVL documentation on chat data formats: 0 to 1000.
        "internvl2.5": Family("0 to 1000, as <ref> and <box>", Boxes(CoordinateSpace.PER_MILLE, _internvl)),
        # Issue 606 of the LLaVA repository: fractions, to two digits, of the image padded to a square.
        "llava-1.5": Family(
            "0 to 1 of the padded square",
            _LLAVA_BOXES,
            view=partial(padded_view, side=14, cells=24),
        ),
        # The image processor of the llava-hf checkpoints crops the middle square; their weights know the boxes above.
        "llava-1.5-hf": Family(
            "0 to 1 of the padded square; tokens of the middle square",
            _LLAVA_BOXES,
            view=partial(cropped_view, side=14, cells=24),
        ),
        # Beyer et al. 2024, section 3: four tokens of 1,024, y first.
        "paligemma": Family("<loc> tokens, y first", Boxes(CoordinateSpace.PALIGEMMA, _paligemma)),
    }
)
