"""Level 1: what a step cites. A citation is grounded as a whole or not at all."""

from corpusbuilder.backends.grounders.diagram.shapes import element_polygon, region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.spans.quotes import find_quote, span_at
from corpusbuilder.records.document import Unit
from corpusbuilder.records.evidence import Citation, ElementCitation, QuoteCitation

CITED = "diagram.element"
"""Method of evidence that the step cites by id."""


def find_cited(citation: Citation, unit: Unit, *, language: str, threshold: float) -> Found:
    """The evidence that a citation names.

    Args:
        citation: as the teacher wrote it.
        unit: whose figures and passages it may name.
        language: of the passages.
        threshold: least similarity (rapidfuzz ratio, 0 to 100) of a quote that is not verbatim.
    """
    if isinstance(citation, ElementCitation):
        return _elements(citation, unit)
    return _quote(citation, unit, language, threshold)


def _quote(citation: QuoteCitation, unit: Unit, language: str, threshold: float) -> Found:
    passage = unit.passage(citation.passage_id)
    if passage is None:
        return Found(problems=(f"passage {citation.passage_id} is not in the unit",))
    search = find_quote(passage.text, citation.quote, language=language, threshold=threshold)
    return Found(
        evidence=(span_at(passage, search.place),) if search.place else (),
        candidates=tuple(span_at(passage, place) for place in search.candidates),
        problems=(f"{search.problem} (passage {passage.id})",) if search.problem else (),
    )


def _elements(citation: ElementCitation, unit: Unit) -> Found:
    figure = unit.figure(citation.figure_id)
    if figure is None:
        return Found(problems=(f"figure {citation.figure_id} is not in the unit",))
    if not citation.element_ids:
        return Found(problems=(f"no element of figure {figure.id} is cited",))
    known = {element.id: element for element in figure.diagram.elements()}
    there: list[str] = []
    lost: list[str] = []
    for element_id in dict.fromkeys(citation.element_ids):
        element = known.get(element_id)
        if element is not None and element_polygon(element, figure):
            there.append(element_id)
        else:
            lost.append(f"{element_id} {'lies outside its image' if element else 'is no element of it'}")
    region = region_of(figure, there, method=CITED)
    regions = (region,) if region else ()
    if not lost:
        return Found(evidence=regions)
    return Found(candidates=regions, problems=(f"figure {figure.id}: {', '.join(lost)}",))
