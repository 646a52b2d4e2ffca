"""The cascade of exact levels: the first certain answer wins, else the step is left to others with all candidates."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram.cited import find_cited
from corpusbuilder.backends.grounders.diagram.named import find_named
from corpusbuilder.backends.grounders.diagram.related import find_related
from corpusbuilder.backends.grounders.found import Found, merged
from corpusbuilder.backends.grounders.spans.support import find_support
from corpusbuilder.backends.registry import Options
from corpusbuilder.records.example import ReasoningStep, StepGrounding, StepKind


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
        found = self._cited(step, query) if step.citations else self._said(step, query)
        return StepGrounding(
            step=step.index,
            evidence=found.evidence,
            candidates=found.candidates,
            unresolved=found.problems,
            relations=found.relations,
        )

    def _cited(self, step: ReasoningStep, query: GroundingQuery) -> Found:
        language, threshold = query.example.language, self._options.fuzzy_threshold
        return merged(find_cited(c, query.unit, language=language, threshold=threshold) for c in step.citations)

    def _said(self, step: ReasoningStep, query: GroundingQuery) -> Found:
        language = query.example.language
        if step.kind is StepKind.PERCEIVE:
            figures = [f for f in map(query.unit.figure, query.example.figure_ids) if f]
            before = [s.text for s in query.example.steps if s.index < step.index]
            related = find_related(step.text, figures, language=language, before=before)
            return related if related.relations else find_named(step.text, figures, language=language)
        if step.kind is StepKind.READ:
            passages = [p for p in map(query.unit.passage, query.example.passage_ids) if p]
            return find_support(step.text, passages, language=language)
        return Found()
