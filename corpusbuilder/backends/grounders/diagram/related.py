"""Level 2: the relations that a step asserts, looked up in the diagram graph."""

from collections.abc import Sequence

from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.language.claims import arrow_claims, mentions
from corpusbuilder.language.lexicon import arrow_lexicon
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RelationFinding
from corpusbuilder.records.text import stems

RELATED = "diagram.relation"
"""Method of evidence for a relation that the step puts into words."""


def find_related(text: str, figures: Sequence[Figure], *, language: str, before: Sequence[str]) -> Found:
    """The connectors of which a step speaks, each with both its ends.

    Args:
        text: of the step.
        figures: those that the question is about.
        language: BCP 47.
        before: the texts of the steps before, in order: "it" may stand for what they name.
    """
    lexicon = arrow_lexicon(language)
    if lexicon is None or not figures or not any([text, *before]):
        return Found()
    figure = figures[0]
    names = {label.id: stems(label.name) for label in figure.diagram.labels}
    findings, evidence = [], []
    for claim in arrow_claims(mentions(text, set(names.values()), lexicon)):
        fits = [
            c
            for c in figure.diagram.connectors
            if c.directed and (names.get(c.tail_id or ""), names.get(c.head_id or "")) == claim[:2]
        ]
        ids = tuple(i for c in fits[:1] for i in (c.tail_id, c.id, c.head_id) if i)
        outcome = "ok" if len(fits) == 1 else "ambiguous" if fits else "no_edge"
        said = {"source": " ".join(claim.source), "target": " ".join(claim.target)}
        findings.append(RelationFinding(**said, outcome=outcome, figure_id=figure.id, element_ids=ids))
        region = region_of(figure, ids, method=RELATED) if outcome == "ok" else None
        evidence += [region] if region else []
    return Found(evidence=tuple(evidence), relations=tuple(findings))
