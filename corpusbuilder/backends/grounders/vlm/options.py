"""What can be set about the model that draws boxes: all that a teacher's model has, and how it writes coordinates."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from corpusbuilder.backends.grounders.vlm.families import OFFICIAL_PIXELS, Family, family_of, pixels_of
from corpusbuilder.backends.grounders.vlm.seeing import Convention, Framing, Resize
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.registry import Options
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.geometry import CoordinateSpace

_SPACES: Final = ", ".join(space.value for space in CoordinateSpace)
_QWEN_FACTOR: Final = 28
"""Side of a patch times patches that are merged: 14 × 2."""
_IN_PIXELS: Final = frozenset({CoordinateSpace.ORIGINAL_PIXELS, CoordinateSpace.RESIZED_PIXELS})


class BoxOptions(BaseModel):
    """How boxes are written and which of them count."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    model: str
    max_image_side: int
    coordinate_space: CoordinateSpace | None = None
    """How the model writes coordinates. Known for Qwen2-VL, Qwen2.5-VL, Qwen3-VL, InternVL, PaliGemma and Gemini by
    their names; any other model needs it. ``original_px`` are pixels of the image as it is sent, ``resized_px`` of what
    the model's own processor makes of that."""
    y_first: bool | None = None
    """Whether y comes before x, as with Gemini; ``0-1023-yx`` has it built in."""
    framing: Framing = "whole"
    """What the model's own processor does to an image that is no square: ``padded`` to one, its longer side kept;
    ``cropped`` to the square in its middle, as CLIP's does. What a crop leaves out, the model does not see."""
    pixel_factor: int | None = Field(default=None, ge=1)
    """In ``resized_px``: both sides are scaled to multiples of this. Known for Qwen2.5-VL: 28."""
    min_pixels: int | None = Field(default=None, ge=1)
    """In ``resized_px``: smaller images are scaled up to so many pixels. Known for Qwen2.5-VL: 3136."""
    max_pixels: int | None = Field(default=None, ge=1)
    """In ``resized_px``: larger images are scaled down to so many pixels. Known for Qwen2.5-VL as it is published:
    12845056. A server may have it set otherwise; then the same has to stand here."""
    steps_per_call: int = Field(default=12, ge=1, le=50)
    """At most so many steps of a question are asked about in one call."""
    score: float = Field(default=0.6, gt=0, le=1)
    """Score of a box of which the model says that it is sure."""
    snapped_score: float = Field(default=0.8, gt=0, le=1)
    """Score of such a box that fits an element of the diagram."""
    least_iou: float = Field(default=0.5, gt=0, le=1)
    """From which overlap (intersection over union) on a box is the element of the diagram that it fits best."""
    accept: Literal["boxes", "snapped"] = "boxes"
    """``snapped``: a box that fits no element of the diagram is a candidate and never evidence."""

    @property
    def family(self) -> Family | None:
        """The family of the model, when that is certain."""
        folder: Path | None = getattr(self, "folder", None)
        return family_of(self.model, folder)

    @property
    def space(self) -> CoordinateSpace:
        """The space that is set, or known of the family.

        Raises:
            ConfigError: neither; `vlm_options` lets no such options pass.
        """
        found = self.coordinate_space or (family.space if (family := self.family) else None)
        if found is None:
            raise ConfigError(
                f"coordinate_space: how {self.model!r} writes the coordinates of boxes is not known",
                hint=f"its model card says; set one of: {_SPACES}",
            )
        return found

    @property
    def is_y_first(self) -> bool:
        """Whether y comes first, apart from the space."""
        if self.y_first is not None:
            return self.y_first
        return bool((family := self.family) and family.y_first and family.space is self.space)

    @property
    def resize(self) -> Resize | None:
        """In ``resized_px``, what the model's processor does to an image; None in the other spaces.

        Raises:
            ConfigError: it is neither set nor known; `vlm_options` lets no such options pass.
        """
        if self.space is not CoordinateSpace.RESIZED_PIXELS:
            return None
        family, folder = self.family, getattr(self, "folder", None)
        is_qwen = family is not None and family.space is CoordinateSpace.RESIZED_PIXELS
        known = (pixels_of(folder) if folder else None) or (family.pixels if family and is_qwen else None)
        factor = self.pixel_factor or (_QWEN_FACTOR if is_qwen else None)
        least = self.min_pixels or (known[0] if known else OFFICIAL_PIXELS[0] if is_qwen else None)
        most = self.max_pixels or (known[1] if known else None)
        if not (factor and least and most):
            raise ConfigError(
                f"boxes in resized_px can be read only where one knows to what size {self.model!r} has images scaled",
                hint="set pixel_factor, min_pixels and max_pixels as the server has them",
            )
        return Resize(factor, least, most)

    @property
    def convention(self) -> Convention:
        """All that has to be known to read a box.

        Raises:
            ConfigError: it is not known, or the options contradict one another; `vlm_options` lets no such pass.
        """
        space = self.space
        if self.framing != "whole" and space in _IN_PIXELS:
            raise ConfigError(f"framing: {self.framing!r} goes with shares of the image, not with pixels")
        if self.y_first is False and space is CoordinateSpace.PALIGEMMA:
            raise ConfigError("y_first: in the space 0-1023-yx y always comes first")
        return Convention(space, self.max_image_side, self.is_y_first, self.framing, self.resize)

    def boxes(self) -> dict[str, Any]:
        """What the evidence that is read from an answer depends on."""
        kept = {"steps_per_call", "score", "snapped_score", "least_iou", "accept"}
        return {**self.model_dump(include=kept), "convention": asdict(self.convention)}


class OpenAIVlmOptions(OpenAIModelOptions, BoxOptions):
    """A model behind an OpenAI-compatible endpoint draws boxes."""

    def fingerprint(self) -> dict[str, Any]:
        """What the evidence depends on: the model and how its boxes are read."""
        return {**OpenAIModelOptions.fingerprint(self), **self.boxes()}


class TransformersVlmOptions(LocalModelOptions, BoxOptions):
    """A model on this machine draws boxes."""

    @property
    def price(self) -> Price:
        """It costs nothing."""
        return Price(input=0, output=0)

    def fingerprint(self) -> dict[str, Any]:
        """What the evidence depends on: the model and how its boxes are read."""
        return {**LocalModelOptions.fingerprint(self), **self.boxes()}


VlmOptions: TypeAlias = OpenAIVlmOptions | TransformersVlmOptions
_KINDS: Final[Mapping[str, type[VlmOptions]]] = {"openai": OpenAIVlmOptions, "transformers": TransformersVlmOptions}


def vlm_options(table: Mapping[str, Any]) -> Options:
    """The options in a table ``[ground.vlm]``, by its ``kind``.

    Raises:
        ConfigError: there is no such kind, or nobody knows how the model writes coordinates.
        pydantic.ValidationError: something else in it is wrong.
    """
    kind = str(table.get("kind", "openai"))
    if kind not in _KINDS:
        raise ConfigError(
            f"there is no model of kind {kind!r} for the grounder vlm", hint=f"choose {' or '.join(_KINDS)}"
        )
    options = _KINDS[kind].model_validate({**table, "kind": kind})
    options.convention  # noqa: B018 - it raises
    return options
