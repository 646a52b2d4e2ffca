"""What a layout model says of the figures that the geometry found: it confirms, doubts or vetoes them.

The geometry reads what the file draws; a model sees what the page looks like. Where both agree a figure is certain.
Where the model says nothing, as models often do of diagrams made of lines and labels, it is rather certain. Where the
model sees running text or a heading over a drawing, what was taken for a drawing is the dress of that text: the figure
falls, and its text goes back to the passages.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.backends.layout.base import LayoutBlock
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area, union
from corpusbuilder.records.page import PlacedImage, RawPage, Rect, VectorPath
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.textgroups import Role, group_lines

VETO: Final = 0.25
"""A drawing of which no more than this is left is no figure. That takes about 60 % of it under certain text."""
_SILENCE: Final = 0.6
"""What a place is worth of which the model says nothing: more than nothing, for models miss many drawings of lines and
labels, and less than agreement. A choice, not a measurement."""
_AGREED: Final = 0.8
"""A figure of which the model sees this share as a figure is confirmed: their margins differ."""
_OTHER_KIND: Final = 0.8
"""What is left of the score when one says table and the other picture."""
_ADOPTED: Final = 0.7
"""What is left of the model's score when the geometry did not find the figure."""
_LEAST_SURE: Final = 0.5
"""A picture that the model is less sure of is not adopted, and a heading vetoes nothing."""
_LEAST_PATHS: Final = 3

_HEADINGS: Final = frozenset({BlockLabel.TITLE, BlockLabel.SECTION_HEADER, BlockLabel.PAGE_HEADER})
_FIGURES: Final = frozenset({BlockLabel.PICTURE, BlockLabel.TABLE, BlockLabel.FORMULA})


def advised(
    page: RawPage, figures: Sequence[FoundFigure], blocks: Sequence[LayoutBlock], *, em: float
) -> list[FoundFigure]:
    """The figures of a page with their scores, without those that the model vetoes, with those that it adds.

    A figure's score is the share of its box in the model's pictures, tables and formulas, each weighted with the
    model's own score, plus `_SILENCE` times the share of which the model says nothing; that is worth nothing in a box
    that holds no picture and a heading across it.

    Args:
        page: as read, with paths, images and lines.
        figures: as the geometry found them on this page.
        blocks: what the model says of it; in points.
        em: font size of the body text, in points.
    """
    judged = [_judged(figure, blocks) for figure in figures]
    kept = [figure for figure in judged if figure.score >= VETO or _is_placed(figure)]
    if page.status == "scanned":  # its only image is the page, and its text is not read yet
        return kept
    added: list[FoundFigure] = []
    for block in sorted(blocks, key=lambda item: (-item.score, item.box)):
        candidate = _adopted(page, block, [*kept, *added], em=em)
        added += [candidate] if candidate else []
    return sorted([*kept, *added], key=lambda figure: (figure.box[1], figure.box[0], figure.box))


def _judged(figure: FoundFigure, blocks: Sequence[LayoutBlock]) -> FoundFigure:
    drawn = [block for block in blocks if block.label in _FIGURES]
    written = [block for block in blocks if block.label not in _FIGURES]
    support = _share(figure.box, drawn)
    against = min(_share(figure.box, written), 1 - support)
    silence = 0.0 if support == 0 and _has_heading_across(figure.box, written) else _SILENCE
    score = 1.0 if support >= _AGREED else support + silence * (1 - support - against)
    if support > 0 and _other_kind(figure, drawn):
        score *= _OTHER_KIND
    return replace(figure, score=round(min(score, figure.score), 2))


def _is_placed(figure: FoundFigure) -> bool:
    """Whether most of a figure is an image, and no text of the file is in it that the passages would lack."""
    images = sum(intersection_area(image.box, figure.box) for image in figure.images)
    return figure.source == "scan" or (not figure.lines and images >= 0.5 * area(figure.box))


def _has_heading_across(box: Rect, written: Sequence[LayoutBlock]) -> bool:
    """Whether a heading stands across half of ``box``: then it is the heading's banner or the head of the page."""
    return any(
        block.label in _HEADINGS
        and block.score >= _LEAST_SURE
        and intersection_area(block.box, box) >= 0.8 * area(block.box)
        and block.box[2] - block.box[0] >= 0.5 * (box[2] - box[0])
        for block in written
    )


def _share(box: Rect, blocks: Sequence[LayoutBlock]) -> float:
    """The share of ``box`` in ``blocks``, weighted with their scores. Blocks of one model hardly overlap."""
    if area(box) == 0:
        return 0.0
    return min(1.0, sum(block.score * intersection_area(box, block.box) for block in blocks) / area(box))


def _other_kind(figure: FoundFigure, drawn: Sequence[LayoutBlock]) -> bool:
    """Whether most of what the model sees there is a table and no picture, or the other way round."""
    tables = _share(figure.box, [block for block in drawn if block.label is BlockLabel.TABLE])
    pictures = _share(figure.box, [block for block in drawn if block.label is BlockLabel.PICTURE])
    return pictures > tables if figure.is_table else tables > pictures


def _adopted(page: RawPage, block: LayoutBlock, known: Sequence[FoundFigure], *, em: float) -> FoundFigure | None:
    """A picture that the model alone sees, if something is drawn there, no prose stands in it and it is free."""
    if block.label is not BlockLabel.PICTURE or block.score < _LEAST_SURE or not _is_sized(block.box, em=em):
        return None
    if any(intersection_area(figure.box, block.box) > 0 for figure in known):
        return None
    images = tuple(image for image in page.images if _mostly_inside(image, block.box))
    paths = tuple(path for path in page.paths if _mostly_inside(path, block.box))
    if not images and len(paths) < _LEAST_PATHS:
        return None
    groups = group_lines(page.lines, body_size=em)
    text = [group for group in groups if group.role is not Role.LABEL]
    if any(intersection_area(group.box, block.box) > 0.1 * area(group.box) for group in text):
        return None
    lines = tuple(line for line in page.lines if contains_point(block.box, centre(line.box)))
    boxes = [image.box for image in images] + [path.box for path in paths] + [line.box for line in lines]
    whole = union(boxes)
    return FoundFigure(
        page_no=page.page_no,
        box=(max(whole[0], 0.0), max(whole[1], 0.0), min(whole[2], page.width), min(whole[3], page.height)),
        source="mixed" if images and paths else "raster" if images else "vector",
        images=images,
        paths=paths,
        lines=lines,
        score=round(_ADOPTED * block.score, 2),
    )


def _is_sized(box: Rect, *, em: float) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) >= 2 * em and max(width, height) >= 4 * em


def _mostly_inside(item: PlacedImage | VectorPath, box: Rect) -> bool:
    """Whether a mark lies in ``box``; a straight rule has no area, and its middle tells."""
    if area(item.box) == 0:
        return contains_point(box, centre(item.box))
    return intersection_area(item.box, box) > 0.8 * area(item.box)
