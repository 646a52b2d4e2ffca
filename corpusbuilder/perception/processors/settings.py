"""What a Hugging Face processor says of itself.

Both a whole processor (``LlavaProcessor``) and an image processor alone (``CLIPImageProcessor``) are read, whatever
their backend; nothing of transformers is imported. What a whole processor passes on by default, and what the caller
passes to its call, goes before the image processor's own attributes.
"""

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

AnyProcessor: TypeAlias = Any
"""Of transformers, which is not imported."""
Setting: TypeAlias = Any
"""Of whatever type transformers has given it."""

_TOKENS_PER_PICTURE: Final = ("image_seq_len", "image_seq_length")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings under which an image is processed."""

    processor: AnyProcessor
    called_with: Mapping[str, Any]
    """What the caller passes to the processor's call for its images, such as ``{"crop_to_patches": False}``."""
    patch_size: int | None = None
    """Given by the caller."""
    merge_size: int | None = None
    """Given by the caller."""
    leading_tokens: int | None = None
    """Given by the caller."""

    @property
    def image_processor(self) -> AnyProcessor:
        """The image processor of a whole processor, or itself."""
        return getattr(self.processor, "image_processor", None) or self.processor

    @property
    def kind(self) -> str:
        """The class of the image processor, for messages."""
        return type(self.image_processor).__name__

    def get(self, name: str) -> Setting:
        """A setting of the image processor; None where it has none of this name."""
        if name in self.called_with:
            return self.called_with[name]
        defaults = getattr(self.processor, "images_kwargs", None)
        if isinstance(defaults, Mapping) and name in defaults:
            return defaults[name]
        return getattr(self.image_processor, name, None)

    def has(self, name: str) -> bool:
        """Whether the image processor knows a setting, whatever its value."""
        return hasattr(self.image_processor, name)

    def changes(self, step: str) -> bool:
        """Whether the image processor does a step (``resize``, ``_preprocess``) in a way of its own.

        Steps that processors have in common are defined beside them in transformers, not in the folder of a model.
        """
        function = getattr(type(self.image_processor), step, None)
        return not str(getattr(function, "__module__", "")).startswith("transformers.image_processing_")

    def takes(self, option: str) -> bool:
        """Whether the image processor's own part of the work is told of an option."""
        step = getattr(type(self.image_processor), "_preprocess", None)
        return step is not None and option in inspect.signature(step).parameters

    def sides(self, name: str) -> dict[str, int]:
        """A size by its keys, such as ``height``, ``width``, ``shortest_edge``; empty where there is none.

        Raises:
            ValueError: it is no size.
        """
        value = self.get(name)
        if value is None:
            return {}
        if isinstance(value, int):
            return {"height": value, "width": value}
        try:
            found = {str(key): int(side) for key, side in dict(value).items() if side is not None}
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.kind}: {name} is no size: {value!r}") from error
        if any(side < 1 for side in found.values()):
            raise ValueError(f"{self.kind}: {name} has a side below 1: {found}")
        return found

    def square(self, name: str) -> int:
        """The side of a square size.

        Raises:
            ValueError: it is missing or no square.
        """
        sides = set(self.sides(name).values())
        if len(sides) != 1:
            raise ValueError(f"{self.kind}: {name} is no square: {self.sides(name)}")
        return sides.pop()

    @property
    def patch(self) -> int | None:
        """Side of a patch of the vision tower in pixels, where the caller or the processor says it."""
        for value in (self.patch_size, getattr(self.processor, "patch_size", None), self.get("patch_size")):
            if isinstance(value, int) and value >= 1:
                return value
        return None

    @property
    def tokens_per_picture(self) -> int | None:
        """Tokens that each picture given to the vision tower becomes, where the processor says it."""
        for owner in (self.processor, self.image_processor):
            for name in _TOKENS_PER_PICTURE:
                value = getattr(owner, name, None)
                if isinstance(value, int) and value >= 1:
                    return value
        return None

    @property
    def leading(self) -> int:
        """Tokens before those of the patches, such as CLS, that the language model gets.

        What the caller says; else what a ``LlavaProcessor`` counts: ``num_additional_image_tokens``, one fewer where
        its ``vision_feature_select_strategy`` drops the first.
        """
        if self.leading_tokens is not None:
            return self.leading_tokens
        more = getattr(self.processor, "num_additional_image_tokens", 0) or 0
        dropped = getattr(self.processor, "vision_feature_select_strategy", None) == "default"
        return max(0, int(more) - dropped)

    def grid(self, width: int, height: int, *, joined: bool) -> tuple[int, int, tuple[float, float]]:
        """Rows and columns of the cells of a picture of a fixed size, and a cell's width and height in its pixels.

        Args:
            width: of the picture, in pixels.
            height: of the picture, in pixels.
            joined: cells of tokens of the language model, not of patches of the vision tower.

        Raises:
            ValueError: the processor does not say how large they are, nor does the caller.
        """
        per_picture = self.tokens_per_picture if joined and self.merge_size is None else None
        patch = self.patch
        if patch is None and per_picture is None:
            raise ValueError(f"{self.kind} does not say how large a patch is: pass patch_size, and merge_size")
        if patch is None:
            rows, columns = _square_root(per_picture or 0, self.kind), _square_root(per_picture or 0, self.kind)
            return rows, columns, (width / columns, height / rows)
        rows, columns = height // patch, width // patch
        if not rows or not columns:
            raise ValueError(f"{self.kind}: a picture of {width} × {height} holds no patch of {patch} pixels")
        merge = self._merge(rows * columns, per_picture) if joined else 1
        return rows // merge, columns // merge, (patch * merge, patch * merge)

    def _merge(self, patches: int, per_picture: int | None) -> int:
        if per_picture is None:
            return self.merge_size or 1
        merge = _square_root(patches // per_picture or 1, self.kind)
        if patches // merge**2 != per_picture:
            raise ValueError(f"{self.kind}: {patches} patches cannot become {per_picture} tokens: pass merge_size")
        return merge


def _square_root(number: int, kind: str) -> int:
    root = math.isqrt(number)
    if root**2 != number:
        raise ValueError(f"{kind}: {number} cells are no square: pass patch_size and merge_size")
    return root
