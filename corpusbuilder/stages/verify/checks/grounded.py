"""Checks of what grounding noticed: relations that the figure contradicts, citations and kinds that do not fit."""

from collections.abc import Iterator
from typing import Final

from corpusbuilder.records.evidence import RelationFinding
from corpusbuilder.records.text import shortened
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed

_CONTRADICTED: Final = {"reversed": "the arrow runs the other way", "no_edge": "nothing joins them so"}
_OPEN: Final = {
    "no_label": "one of these names is not in the figure",
    "ambiguous": "several things in the figure fit",
    "unparsed": "which relation that is could not be made out",
}


def relations_hold(case: Case) -> Iterator[Finding]:
    """The relations that a step puts into words are drawn so.

    Where the step has evidence all the same, what could not be made out of its words is left to the other checks.
    """
    for grounding in case.grounded.groundings:
        for relation in grounding.relations:
            said = _shown(relation)
            if problem := _CONTRADICTED.get(relation.outcome):
                yield failed(f"it says {said}, and {problem}", grounding.step, relation.element_ids)
            elif doubt := "" if grounding.evidence else _OPEN.get(relation.outcome):
                yield abstained(f"it says {said}: {doubt}", grounding.step, relation.element_ids)
            else:
                yield passed(grounding.step, relation.element_ids)


def _shown(relation: RelationFinding) -> str:
    if not relation.source and not relation.target:
        return "something of a relation"
    ends = [("from", relation.source), ("to", relation.target)]
    return " ".join(f'{word} "{shortened(name)}"' for word, name in ends if name)


def cited_as_said(case: Case) -> Iterator[Finding]:
    """A step cites what it speaks of. Where its words were certain, its evidence is what they say."""
    for grounding in case.grounded.groundings:
        if "cited_otherwise" in grounding.flags:
            yield abstained("it cites something else than that of which it speaks", grounding.step)
        elif grounding.evidence:
            yield passed(grounding.step)


def kinds_fit(case: Case) -> Iterator[Finding]:
    """Prior knowledge is not what a passage states, and what is inferred names its premises."""
    for grounding in case.grounded.groundings:
        if "recalled_from_passage" in grounding.flags:
            yield abstained("given as prior knowledge, and a passage states it", grounding.step)
        elif "inferred_without_premises" in grounding.flags:
            yield abstained("inferred, and it does not say from what", grounding.step)
        else:
            yield passed(grounding.step)
