"""The cascade of exact levels: the first certain answer wins, else the step is left to others with all candidates."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from pydantic import Field

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram.agreeing import settled
from corpusbuilder.backends.grounders.diagram.cited import find_cited
from corpusbuilder.backends.grounders.diagram.named import find_named
from corpusbuilder.backends.grounders.diagram.related import find_related
from corpusbuilder.backends.grounders.found import Found, merged
from corpusbuilder.backends.grounders.spans.support import find_support
from corpusbuilder.backends.registry import Options
from corpusbuilder.records.document import Figure, Passage
from corpusbuilder.records.example import ReasoningStep, StepFlag, StepGrounding, StepKind

PLAINLY_STATED: Final = 0.7
"""Share of a fact, by weight of its words, that a sentence must have before prior knowledge is said to stand there."""


class DiagramOptions(Options):
    """Grounding by the diagram graph and the words of the passages."""

    kind: Literal["diagram"] = "diagram"
    fuzzy_threshold: float = Field(default=92.0, ge=0, le=100)
    """Least similarity (rapidfuzz ratio) of a quote that is not verbatim; below it grounding abstains."""


class DiagramGrounder:
    """Looks up what a step cites and what it says."""

    def __init__(self, options: DiagramOptions) -> None:
        self._options = options

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterator[StepGrounding]:
        """One grounding per query, in order."""
        yield from (self._ground(query) for query in queries)

    def _ground(self, query: GroundingQuery) -> StepGrounding:
        step = next(s for s in query.example.steps if s.index == query.step)
        if step.kind is StepKind.RECALL:
            return _recalled(step, query)
        said = _said(step, query)
        if not step.citations:
            return _grounding(step, said)
        found, otherwise = settled(self._cited(step, query), said, _figures(query))
        return _grounding(step, found, flags=("cited_otherwise",) if otherwise else ())

    def _cited(self, step: ReasoningStep, query: GroundingQuery) -> Found:
        language, threshold = query.example.language, self._options.fuzzy_threshold
        return merged(find_cited(c, query.unit, language=language, threshold=threshold) for c in step.citations)


def _said(step: ReasoningStep, query: GroundingQuery) -> Found:
    """What the words of a step come to. A conclusion speaks of what its premises rest on: it is left to them."""
    language = query.example.language
    if step.kind is StepKind.PERCEIVE:
        before = [s.text for s in query.example.steps if s.index < step.index]
        related = find_related(step.text, _figures(query), language=language, before=before)
        return (
            related
            if related.relations or related.problems
            else find_named(step.text, _figures(query), language=language)
        )
    if step.kind is StepKind.READ:
        return find_support(step.text, _passages(query), language=language)
    return Found()


def _recalled(step: ReasoningStep, query: GroundingQuery) -> StepGrounding:
    """Prior knowledge has no evidence; where a passage states it, that is said."""
    stated = find_support(step.text, _passages(query), language=query.example.language, enough=PLAINLY_STATED)
    if not stated.certain:
        return StepGrounding(step=step.index)
    return StepGrounding(step=step.index, candidates=stated.evidence, flags=("recalled_from_passage",))


def _grounding(step: ReasoningStep, found: Found, *, flags: tuple[StepFlag, ...] = ()) -> StepGrounding:
    return StepGrounding(
        step=step.index,
        evidence=found.evidence,
        candidates=found.candidates,
        unresolved=found.problems,
        relations=found.relations,
        flags=flags,
    )


def _figures(query: GroundingQuery) -> list[Figure]:
    return [figure for figure in map(query.unit.figure, query.example.figure_ids) if figure]


def _passages(query: GroundingQuery) -> list[Passage]:
    return [passage for passage in map(query.unit.passage, query.example.passage_ids) if passage]
