"""Closed shapes in a picture: filled areas, outlined boxes and ellipses, dots, swatches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpusbuilder.diagrams.raster.picture import Picture
from corpusbuilder.records.page import VectorPath

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels


@dataclass(frozen=True)
class Shapes:
    """What closed shapes explain of a picture."""

    paths: list[VectorPath]
    """Closed, in page points, with the fill and stroke colours that one sees."""
    ink: "Pixels"
    """Height x width, bool: pixels of thin lines and small solid marks that no shape explains."""


def find_shapes(picture: Picture) -> Shapes:
    """The closed shapes of a picture, and the ink that is left for lines and heads."""
    raise NotImplementedError
