"""Boxes that a model drew, put onto the elements of the figure's diagram where they are the same thing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.grounders.diagram.shapes import element_polygon, region_of
from corpusbuilder.records.diagram import DiagramLabel, Region
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.geometry import Box, area, box_polygon, iou, make_box, union

LEAST_IOU: Final = 0.5
_LEAD: Final = 0.1
"""So much better than the second element the first has to fit."""
_WHOLE: Final = 0.9
"""A box over more of the image than this points at nothing in it."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well an element fits a box."""

    overlap: float
    """Intersection over union, 0 to 1."""
    element_id: str
    named: str | None
    """The label that the element is or bears."""
    is_label: bool


def snap(box: Sequence[float], figure: Figure, *, least_iou: float = LEAST_IOU) -> tuple[str, ...]:
    """The element of the figure's diagram that a box is drawn around; empty when none fits, or two fit alike.

    A part with its label fits as well as without. Where a part and its own label fit alike, it is the part. Ornaments
    and connectors are nothing to be boxed.

    Args:
        box: ``[x0, y0, x1, y1]`` in pixels of the figure's image.
        figure: whose diagram it is.
        least_iou: what fits less well than this, as intersection over union of the boxes, does not fit.
    """
    visible = clipped(box, figure)
    if visible is None:
        return ()
    fits = sorted(_fits(visible, figure), key=lambda fit: (-fit.overlap, fit.element_id))
    if not fits or fits[0].overlap < least_iou:
        return ()
    alike = [fit for fit in fits if fits[0].overlap - fit.overlap < _LEAD]
    parts = [fit for fit in alike if not fit.is_label] or alike
    of_one_name = alike[0].named is not None and len({fit.named for fit in alike}) == 1
    return (parts[0].element_id,) if len(alike) == 1 or (of_one_name and len(parts) == 1) else ()


def box_evidence(
    box: Sequence[float], figure: Figure, *, method: str, score: float, least_iou: float = LEAST_IOU
) -> RegionEvidence | None:
    """Evidence of a box that a model drew: of the element that it snaps to, else of the box as it is.

    None when nothing of the box is on the image.

    Args:
        box: ``[x0, y0, x1, y1]`` in pixels of the figure's image.
        figure: in which it is.
        method: the grounder; ``detector`` gives ``detector.snapped`` or ``detector.box``.
        score: of the model, 0 to 1.
        least_iou: see `snap`.
    """
    visible = clipped(box, figure)
    if visible is None:
        return None
    snapped = region_of(
        figure, snap(visible, figure, least_iou=least_iou), method=f"{method}.snapped", confidence=score
    )
    if snapped is not None:
        return snapped
    return RegionEvidence(
        figure_id=figure.id,
        element_ids=(),
        polygons=(box_polygon(visible),),
        box=visible,
        method=f"{method}.box",
        score=min(max(score, 0.0), 1.0) if math.isfinite(score) else 0.0,
    )


def clipped(box: Sequence[float], figure: Figure) -> Box | None:
    """The part of a box that is on the figure's image, corners in any order; None when there is none."""
    if len(box) != 4 or not all(math.isfinite(value) for value in box):
        return None
    width, height = figure.image.width, figure.image.height
    xs = sorted(min(max(value, 0.0), width) for value in (box[0], box[2]))
    ys = sorted(min(max(value, 0.0), height) for value in (box[1], box[3]))
    visible = make_box(xs[0], ys[0], xs[1], ys[1])
    return visible if area(visible) > 0 else None


def covers_everything(box: Sequence[float], figure: Figure) -> bool:
    """Whether a box covers so much of the image that it points at nothing."""
    visible = clipped(box, figure)
    return visible is not None and area(visible) > _WHOLE * figure.image.width * figure.image.height


def _fits(box: Box, figure: Figure) -> Iterator[_Fit]:
    boxes = {element.id: found for element in _boxable(figure) if (found := _box_of(element, figure))}
    for element in _boxable(figure):
        if element.id not in boxes:
            continue
        own = boxes[element.id]
        if isinstance(element, DiagramLabel):
            yield _Fit(iou(box, own), element.id, element.id, is_label=True)
            continue
        label = boxes.get(element.label_id or "", own)
        yield _Fit(max(iou(box, own), iou(box, union((own, label)))), element.id, element.label_id, is_label=False)


def _boxable(figure: Figure) -> Iterator[DiagramLabel | Region]:
    yield from figure.diagram.labels
    yield from (region for region in figure.diagram.regions if region.role != "ornament")


def _box_of(element: DiagramLabel | Region, figure: Figure) -> Box | None:
    polygon = element_polygon(element, figure)
    return make_box(*union([(x, y, x, y) for x, y in polygon])) if polygon else None
