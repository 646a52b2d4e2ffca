"""Lines and arrow heads in the ink that no closed shape explains."""

from corpusbuilder.diagrams.raster.picture import Picture
from corpusbuilder.diagrams.raster.shapes import Shapes
from corpusbuilder.records.page import VectorPath


def find_lines(picture: Picture, shapes: Shapes) -> list[VectorPath]:
    """Open strokes as polylines and heads as small closed polygons, in page points."""
    raise NotImplementedError
