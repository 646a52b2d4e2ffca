"""Whether what a step cites is what it speaks of. Its words decide where they are certain."""

from collections.abc import Sequence

from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence

COMPLETED = "diagram.completed"
"""Method of evidence that is cited in part: the ends of a connector are added, or the connector between them."""


def settled(cited: Found, said: Found, figures: Sequence[Figure]) -> tuple[Found, bool]:
    """What a step rests on that cites one thing and speaks of something, and whether it cites otherwise.

    Args:
        cited: what its citations came to.
        said: what its words came to.
        figures: those of which it may speak.

    Returns:
        The citations where the words are not certain or add nothing; both together where a relation is cited in part;
        the words where the citations are of something else or of nothing, with the citations as candidates.
    """
    if not said.certain:
        return Found(cited.evidence, (*cited.candidates, *_new(said, cited)), cited.problems, said.relations), False
    cited_ids, said_ids = _ids(cited), _ids(said)
    # Whether a quote that stands in the passage supports the step is for verification to judge.
    same = _meet(cited_ids, said_ids, figures) if said_ids else bool(cited.evidence)
    if cited.problems or not same:
        others = tuple(e for e in (*cited.evidence, *cited.candidates) if e not in said.evidence)
        return Found(said.evidence, others, (), said.relations), True
    is_whole = said.relations and all(relation.source and relation.target for relation in said.relations)
    if said_ids <= cited_ids or not is_whole:
        return Found(cited.evidence, cited.candidates, (), said.relations), False
    spans = tuple(e for e in cited.evidence if not isinstance(e, RegionEvidence))
    return Found((*_together(cited, said, figures), *spans), cited.candidates, (), said.relations), False


def _ids(found: Found) -> set[str]:
    return {i for e in found.evidence if isinstance(e, RegionEvidence) for i in e.element_ids}


def _new(said: Found, cited: Found) -> tuple[RegionEvidence, ...]:
    """What the words may mean, beside what is cited."""
    ids = _ids(cited)
    maybe = (e for e in said.candidates if isinstance(e, RegionEvidence))
    return tuple(e for e in maybe if not set(e.element_ids) <= ids)


def _meet(cited: set[str], said: set[str], figures: Sequence[Figure]) -> bool:
    """Whether both speak of the same thing: of the same connectors where both name any, else of what belongs to it."""
    connectors = {c.id for figure in figures for c in figure.diagram.connectors if c.kind != "leader"}
    if cited & connectors and said & connectors:
        return bool(cited & said & connectors)
    return bool(_with_kin(cited, figures) & _with_kin(said, figures))


def _with_kin(ids: set[str], figures: Sequence[Figure]) -> set[str]:
    """Elements with the labels of the regions and the ends of the connectors among them."""
    regions = (r.label_id for f in figures for r in f.diagram.regions if r.id in ids)
    ends = (e for f in figures for c in f.diagram.connectors if c.id in ids for e in (c.tail_id, c.head_id, c.label_id))
    return ids | {i for i in (*regions, *ends) if i}


def _together(cited: Found, said: Found, figures: Sequence[Figure]) -> list[RegionEvidence]:
    """One region per figure with what is cited and what is said, in that order."""
    by_figure: dict[str, dict[str, float]] = {}
    for evidence in (*cited.evidence, *said.evidence):
        if isinstance(evidence, RegionEvidence):
            scores = by_figure.setdefault(evidence.figure_id, {})
            for element_id in evidence.element_ids:
                scores.setdefault(element_id, evidence.score)
    known = {figure.id: figure for figure in figures}
    regions = (
        region_of(known[figure_id], scores, method=COMPLETED, confidence=min(scores.values()))
        for figure_id, scores in by_figure.items()
        if figure_id in known
    )
    return [region for region in regions if region]
