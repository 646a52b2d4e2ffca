"""Checks of evidence: it is there, it is where it says, and it points at something."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.records.diagram import Connector, DiagramLabel
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.geometry import area, contains_point, union
from corpusbuilder.records.text import shortened
from corpusbuilder.stages.verify.checks.base import Case, Element, Finding, abstained, failed, passed

SLACK_PX: Final = 1.0
"""Rounding of stored coordinates and of image sizes."""
SPREAD: Final = 0.03
"""How far evidence may reach beyond the elements it names, as a share of the image's diagonal (bands of connectors)."""


def evidence_present(case: Case) -> Iterator[Finding]:
    """Seen steps have a region, read steps a span, and nothing that was cited was left unresolved."""
    unresolved = {grounding.step: grounding.unresolved for grounding in case.grounded.groundings}
    for step in case.example.steps:
        if step.kind is StepKind.RECALL:
            continue
        if sentences := unresolved.get(step.index):
            yield failed(shortened(sentences[0], 200), step.index)
        elif step.kind is StepKind.PERCEIVE and not case.regions(step):
            yield failed("seen in a figure, but without a region", step.index)
        elif step.kind is StepKind.READ and not case.spans(step):
            yield failed("read in a passage, but without a span", step.index)
        else:
            yield passed(step.index)


def recall_rests_on_nothing(case: Case) -> Iterator[Finding]:
    """A recall step has neither evidence nor citations: otherwise it was seen or read."""
    for step in case.example.steps:
        if step.kind is StepKind.RECALL:
            bare = not case.evidence(step) and not step.citations
            yield passed(step.index) if bare else failed("prior knowledge that points at evidence", step.index)


def quote_matches(case: Case) -> Iterator[Finding]:
    """``passage.text[start:end] == quote``, from the beginning of a word to the end of one."""
    for step in case.example.steps:
        for span in case.spans(step):
            passage = case.passage(span.passage_id)
            if passage is None:
                continue  # ids_exist says so
            text, start, end = passage.text, span.start, span.end
            if not 0 <= start < end <= len(text) or text[start:end] != span.quote:
                yield failed(f"characters {start} to {end} are not the quote", step.index, [span.passage_id])
            elif _cuts_a_word(text, start) or _cuts_a_word(text, end):
                yield failed("the span cuts a word", step.index, [span.passage_id])
            else:
                yield passed(step.index, [span.passage_id])


def _cuts_a_word(text: str, offset: int) -> bool:
    return 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum()


def box_in_figure(case: Case) -> Iterator[Finding]:
    """The box is not empty, lies on the image and is the hull of its polygons."""
    for step in case.example.steps:
        for region in case.regions(step):
            if problem := _box_problem(case, region):
                yield failed(problem, step.index, region.element_ids)
            else:
                yield passed(step.index, region.element_ids)


def _box_problem(case: Case, region: RegionEvidence) -> str:
    figure = case.figure(region.figure_id)
    if figure is None:
        return ""  # ids_exist says so
    if area(region.box) <= 0:
        return "the box is empty"
    image = (0.0, 0.0, float(figure.image.width), float(figure.image.height))
    corners = [point for polygon in region.polygons for point in polygon]
    if not all(math.isfinite(value) for point in corners for value in point):
        return "a polygon is not finite"
    if not all(contains_point(image, p, slack=SLACK_PX) for p in (region.box[:2], region.box[2:], *corners)):
        return f"the box lies outside the figure's image of {figure.image.width} x {figure.image.height} pixels"
    if corners:
        hull = union((x, y, x, y) for x, y in corners)
        if any(abs(a - b) > SLACK_PX for a, b in zip(hull, region.box, strict=True)):
            return "the box is not the one around its polygons"
    return ""


def box_selective(case: Case) -> Iterator[Finding]:
    """Evidence covers no more of its figure than the config allows."""
    for step in case.example.steps:
        for region in case.regions(step):
            figure = case.figure(region.figure_id)
            if figure is None:
                continue  # ids_exist says so
            whole = max(figure.image.width * figure.image.height, 1)
            share = min(_covered(region), area(region.box)) / whole
            if share > case.config.max_area_ratio:
                yield failed(f"it covers {share:.0%} of the figure", step.index, region.element_ids)
            else:
                yield passed(step.index, region.element_ids)


def region_is_read(case: Case) -> Iterator[Finding]:
    """What a region shows was read in the figure. Of one that was drawn by hand no check can say what it shows."""
    for step in case.example.steps:
        for region in case.regions(step):
            if region.element_ids:
                yield passed(step.index, region.element_ids)
            else:
                yield abstained(
                    "nothing was read at the place of a region, so that no check can compare it", step.index
                )


def _covered(region: RegionEvidence) -> float:
    """Area of the polygons (shoelace formula); of the box when there are none."""
    if not region.polygons:
        return area(region.box)
    sizes = (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(p, (*p[1:], *p[:1]), strict=True)) / 2 for p in region.polygons
    )
    total = sum(abs(size) for size in sizes)
    return total if math.isfinite(total) else area(region.box)


def box_covers_elements(case: Case) -> Iterator[Finding]:
    """The box lies around the elements that it names and not far beyond them."""
    for step in case.example.steps:
        for region in case.regions(step):
            if problem := _cover_problem(case, step, region):
                yield failed(problem, step.index, region.element_ids)
            elif region.element_ids:
                yield passed(step.index, region.element_ids)


def _cover_problem(case: Case, step: ReasoningStep, region: RegionEvidence) -> str:
    figure = case.figure(region.figure_id)
    named = [e for f, e in case.elements(step) if f is figure and e.id in region.element_ids]
    if figure is None or len(named) < len(set(region.element_ids)) or not named:
        return ""  # ids_exist says so, or a model drew the box
    width, height = figure.image.width, figure.image.height
    extents = [extent for extent in (_extent(element) for element in named) if extent]
    if not extents:
        return "the elements have no place"
    hull = union((max(b[0], 0), max(b[1], 0), min(b[2], width), min(b[3], height)) for b in extents)
    slack = max(4.0, SPREAD * math.hypot(width, height))
    differences = [abs(a - b) for a, b in zip(hull, region.box, strict=True)]
    return "the box is not where the elements that it names are" if max(differences) > slack else ""


def _extent(element: Element) -> tuple[float, float, float, float] | None:
    """The box of all that is drawn of an element."""
    points: Sequence[tuple[float, float]]
    if isinstance(element, Connector):
        points = (*element.points, *(element.head_polygon or ()), *(element.tail_polygon or ()))
    elif isinstance(element, DiagramLabel):
        points = element.extent or (element.box[:2], element.box[2:])
    else:
        points = element.polygon or (element.box[:2], element.box[2:])
    finite = [(x, y, x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    return union(finite) if finite else None
