"""All paths of one picture: closed shapes first, then the lines and heads that are left."""

from collections.abc import Sequence

from corpusbuilder.diagrams.raster.lines import find_lines
from corpusbuilder.diagrams.raster.picture import open_picture
from corpusbuilder.diagrams.raster.shapes import find_shapes
from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import Line, VectorPath


def trace_picture(png: bytes, lines: Sequence[Line], *, to_page: Affine) -> list[VectorPath]:
    """The shapes, lines and heads that can be seen in a picture, as if a program had painted them.

    Args:
        png: the picture.
        lines: the text that OCR found in it, in page points: letters are no lines.
        to_page: from pixels of the picture to page points.

    Returns:
        Paths in page points. Empty when the picture is a photograph, or when its lines are too many to mean anything.
    """
    picture = open_picture(png, lines, to_page=to_page)
    if picture is None:
        return []
    shapes = find_shapes(picture)
    return [*shapes.paths, *find_lines(picture, shapes)]
