"""What can be set about the model that draws boxes: all that a teacher's model has, and how it writes coordinates."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.registry import Options
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.geometry import CoordinateSpace

_FAMILIES: Final = (
    # Name of the model, how it writes boxes, whether y comes first. From the model cards.
    (r"qwen-?2\.5-?vl", CoordinateSpace.RESIZED_PIXELS, False),
    (r"qwen-?2-?vl", CoordinateSpace.PER_MILLE, False),
    (r"qwen-?3(\.\d)?-?vl", CoordinateSpace.PER_MILLE, False),
    (r"internvl", CoordinateSpace.PER_MILLE, False),
    (r"paligemma", CoordinateSpace.PALIGEMMA, False),
    (r"gemini", CoordinateSpace.PER_MILLE, True),
)
_SPACES: Final = ", ".join(space.value for space in CoordinateSpace)


class BoxOptions(BaseModel):
    """How boxes are written and which of them count."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    coordinate_space: CoordinateSpace | None = None
    """How the model writes coordinates. Known for Qwen2-VL, Qwen2.5-VL, Qwen3-VL, InternVL, PaliGemma and Gemini by
    their names; any other model needs it."""
    y_first: bool | None = None
    """Whether y comes before x, as with Gemini; PaliGemma's space has it built in."""
    pixel_factor: int = Field(default=28, ge=1)
    """In resized pixels: the model's own processor scales both sides to multiples of this (Qwen2.5-VL: 28)."""
    min_pixels: int = Field(default=56 * 56, ge=1)
    """In resized pixels: smaller images are scaled up to so many. As the server has it set."""
    max_pixels: int = Field(default=14 * 14 * 4 * 16384, ge=1)
    """In resized pixels: larger images are scaled down to so many. As the server has it set."""
    score: float = Field(default=0.6, gt=0, le=1)
    """Score of a box of which the model says that it is sure."""

    @property
    def space(self) -> CoordinateSpace:
        """The space that is set or known by the model's name."""
        family = _family(getattr(self, "model", ""))
        space = self.coordinate_space or (family[1] if family else None)
        if space is None:
            raise ConfigError("ground.vlm.coordinate_space is not set")  # `vlm_options` lets none pass
        return space

    @property
    def is_y_first(self) -> bool:
        """Whether y comes first, apart from the space."""
        family = _family(getattr(self, "model", ""))
        return self.y_first if self.y_first is not None else bool(family and family[2])

    def boxes(self) -> dict[str, Any]:
        """What the boxes that are read from an answer depend on."""
        kept = {"pixel_factor", "min_pixels", "max_pixels", "score"}
        return {**self.model_dump(include=kept), "space": self.space.value, "y_first": self.is_y_first}


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
    if options.coordinate_space is None and _family(options.model) is None:
        raise ConfigError(
            f"ground.vlm.coordinate_space: how {options.model!r} writes the coordinates of boxes is not known",
            hint=f"its model card says; set one of: {_SPACES}",
        )
    return options


def _family(model: str) -> tuple[str, CoordinateSpace, bool] | None:
    """How a family of models writes boxes, when the name says for certain which one it is."""
    return next((family for family in _FAMILIES if re.search(family[0], model, re.IGNORECASE)), None)
