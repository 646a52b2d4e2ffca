"""A picture made ready for tracing: decoded, free of noise, its text wiped out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import Line

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Picture:
    """Pixels with what is known of them."""

    rgb: "Pixels"
    """Height x width x 3, uint8, text wiped out with the colour around it."""
    text: "Pixels"
    """Height x width, bool: where text was."""
    em: float
    """Usual font size in pixels."""
    to_page: Affine
    """From pixels to page points."""


def open_picture(png: bytes, lines: Sequence[Line], *, to_page: Affine) -> Picture:
    """Decode a picture and wipe its text out."""
    raise NotImplementedError
