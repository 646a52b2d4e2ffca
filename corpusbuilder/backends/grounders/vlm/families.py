"""How families of models write the coordinates of boxes, as their cards and processors say. Only sure names count."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from corpusbuilder.records.geometry import CoordinateSpace

OFFICIAL_PIXELS: Final = (56 * 56, 28 * 28 * 16384)
"""Least and most pixels of an image, as the published processors of Qwen2.5-VL have it; vLLM, SGLang and transformers
take it from there."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models, and how it writes boxes."""

    name: re.Pattern[str]
    """Matches the last part of a model's name, and the ``model_type`` of its config."""
    space: CoordinateSpace
    y_first: bool = False
    """Whether y comes first, where the space does not say so."""
    pixels: tuple[int, int] | None = None
    """In resized pixels: the least and most that its processor lets it see; None where that depends on the server."""


def _named(pattern: str) -> re.Pattern[str]:
    # Not in the middle of a word or a number: Qwen2-VL is no Qwen12-VL.
    return re.compile(rf"(?<![a-z0-9.]){pattern}", re.IGNORECASE)


_FAMILIES: Final = (
    Family(_named(r"qwen-?2[._]5[-_]vl"), CoordinateSpace.RESIZED_PIXELS, pixels=OFFICIAL_PIXELS),
    Family(_named(r"qwen2\.5vl"), CoordinateSpace.RESIZED_PIXELS),  # as Ollama calls it, which has bounds of its own
    Family(_named(r"qwen-?2[-_]?vl"), CoordinateSpace.PER_MILLE),
    Family(_named(r"qwen-?3[-_]?vl"), CoordinateSpace.PER_MILLE),
    Family(_named(r"internvl"), CoordinateSpace.PER_MILLE),
    Family(_named(r"paligemma"), CoordinateSpace.PALIGEMMA),
    Family(_named(r"gemini"), CoordinateSpace.PER_MILLE, y_first=True),
)


def family_of(model: str, folder: Path | None = None) -> Family | None:
    """The family of a model; None when it is not certain.

    Args:
        model: its name; of ``org/name`` the name counts.
        folder: where its files are; what its config says counts more than how the folder is called.
    """
    kind = _read(folder / "config.json").get("model_type") if folder else None
    for name in (kind, re.split(r"[/\\]", model.rstrip("/\\"))[-1]):
        if isinstance(name, str) and (found := next((f for f in _FAMILIES if f.name.search(name)), None)):
            return found
    return None


def pixels_of(folder: Path) -> tuple[int, int] | None:
    """Least and most pixels that the processor in a model's folder lets it see; None where it does not say."""
    config = _read(folder / "preprocessor_config.json") or _read(folder / "processor_config.json")
    own = config.get("image_processor", config)
    if not isinstance(own, Mapping):
        return None
    size = own.get("size")
    edges = (size.get("shortest_edge"), size.get("longest_edge")) if isinstance(size, Mapping) else (None, None)
    bounds = tuple(own.get(name) or edge for name, edge in zip(("min_pixels", "max_pixels"), edges, strict=True))
    least, most = bounds
    return (least, most) if isinstance(least, int) and isinstance(most, int) and 0 < least <= most else None


def _read(path: Path) -> Mapping[str, JsonValue]:
    """A JSON file of a model; empty when it is not there or says nothing: whoever loads the model will complain."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}
