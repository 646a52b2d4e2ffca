"""What a check is, and the view of an example that checks share."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from corpusbuilder.config import VerifySection
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure, Passage, Unit
from corpusbuilder.records.evidence import Evidence, RegionEvidence, SpanEvidence
from corpusbuilder.records.example import Example, GroundedExample, ReasoningStep
from corpusbuilder.records.text import Stems, content_stems, stems
from corpusbuilder.records.verdict import Outcome, VerdictLabel

Element: TypeAlias = DiagramLabel | Connector | Region


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw at one place."""

    outcome: Outcome
    step: int | None = None
    """Index of the step; None for the whole example."""
    reason: str = ""
    element_ids: tuple[str, ...] = ()


def passed(step: int | None = None, element_ids: Iterable[str] = ()) -> Finding:
    """All is well."""
    return Finding("pass", step, "", tuple(element_ids))


def failed(reason: str, step: int | None = None, element_ids: Iterable[str] = ()) -> Finding:
    """It is wrong, and this sentence says why."""
    return Finding("fail", step, reason, tuple(element_ids))


def abstained(reason: str, step: int | None = None, element_ids: Iterable[str] = ()) -> Finding:
    """It cannot be decided, and this sentence says why."""
    return Finding("abstain", step, reason, tuple(element_ids))


class Case:
    """One example in its unit. All look-ups answer for ids that do not exist, too."""

    def __init__(self, grounded: GroundedExample, unit: Unit, config: VerifySection) -> None:
        self.grounded = grounded
        self.unit = unit
        self.config = config
        self.example: Example = grounded.example
        self.language = self.example.language.lower()

    @cached_property
    def _evidence(self) -> dict[int, tuple[Evidence, ...]]:
        return {grounding.step: grounding.evidence for grounding in self.grounded.groundings}

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        return {figure.id: figure for figure in self.unit.figures}

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        return {passage.id: passage for passage in self.unit.passages}

    @cached_property
    def _elements(self) -> dict[str, dict[str, Element]]:
        return {
            figure.id: {element.id: element for element in figure.diagram.elements()} for figure in self.unit.figures
        }

    def figure(self, figure_id: str) -> Figure | None:
        """The unit's figure with this id."""
        return self._figures.get(figure_id)

    def passage(self, passage_id: str) -> Passage | None:
        """The unit's passage with this id."""
        return self._passages.get(passage_id)

    def element(self, figure_id: str, element_id: str) -> Element | None:
        """The element of that figure."""
        return self._elements.get(figure_id, {}).get(element_id)

    def evidence(self, step: ReasoningStep) -> tuple[Evidence, ...]:
        """All evidence of a step."""
        return self._evidence.get(step.index, ())

    def regions(self, step: ReasoningStep) -> tuple[RegionEvidence, ...]:
        """The regions that a step rests on."""
        return tuple(e for e in self.evidence(step) if isinstance(e, RegionEvidence))

    def spans(self, step: ReasoningStep) -> tuple[SpanEvidence, ...]:
        """The spans that a step rests on."""
        return tuple(e for e in self.evidence(step) if isinstance(e, SpanEvidence))

    def elements(self, step: ReasoningStep) -> Iterator[tuple[Figure, Element]]:
        """The known diagram elements in the evidence of a step, with their figures."""
        for region in self.regions(step):
            figure = self.figure(region.figure_id)
            known = ((figure, self.element(region.figure_id, element_id)) for element_id in region.element_ids)
            yield from ((f, e) for f, e in known if f is not None and e is not None)

    def reach(self, step: ReasoningStep) -> tuple[ReasoningStep, ...]:
        """``step`` and all steps that it rests on, directly or not, in order."""
        by_index = {s.index: s for s in self.example.steps}
        seen: dict[int, ReasoningStep] = {}
        todo = [step]
        while todo:
            current = todo.pop()
            if current.index not in seen:
                seen[current.index] = current
                todo.extend(by_index[premise] for premise in current.premises if premise in by_index)
        return tuple(seen[index] for index in sorted(seen))

    def texts(self, step: ReasoningStep) -> tuple[str, ...]:
        """What the evidence of a step says: texts of labels, of the ends of connectors, quotes.

        Words along a connector count when their label is pointed at, too: they stand beside the line.
        """
        found = [text for figure, element in self.elements(step) for text in self._shown(figure, element)]
        found += [element.text for _, element in self.elements(step) if isinstance(element, DiagramLabel)]
        return tuple(dict.fromkeys([*found, *(span.quote for span in self.spans(step))]))

    def _shown(self, figure: Figure, element: Element) -> tuple[str, ...]:
        """The texts at the place of an element."""
        if isinstance(element, Connector):
            return tuple(text for text in (self.name(figure, e) for e in (element.tail_id, element.head_id)) if text)
        return self.names(figure, element)

    def names(self, figure: Figure, element: Element) -> tuple[str, ...]:
        """The texts by which an element is known: its own, its label's, or those of both its ends and along it."""
        if isinstance(element, Connector):
            ends = (self.name(figure, end) for end in (element.tail_id, element.head_id, element.label_id))
            return tuple(text for text in ends if text)
        text = self.name(figure, element.id)
        return (text,) if text else ()

    def name(self, figure: Figure, element_id: str | None) -> str:
        """The name that a label gives, or a region's label; empty when there is none."""
        element = self.element(figure.id, element_id) if element_id else None
        if isinstance(element, Region):
            element = self.element(figure.id, element.label_id) if element.label_id else None
        return element.name if isinstance(element, DiagramLabel) else ""

    def content(self, text: str) -> Stems:
        """The stems of the content words of ``text`` in the example's language."""
        return content_stems(text, self.language)

    @cached_property
    def question_stems(self) -> Stems:
        """The words of the question."""
        return stems(self.example.question)

    @cached_property
    def last(self) -> ReasoningStep | None:
        """The last step, which states the answer."""
        return self.example.steps[-1] if self.example.steps else None


@dataclass(frozen=True, slots=True)
class Check:
    """A named, versioned check. ``look`` yields a `Finding` per place it looked at, none when it does not apply."""

    name: str
    version: int
    look: Callable[[Case], Iterable[Finding]]
    on_fail: VerdictLabel = "refuted"
    """``not_enough_info`` where failing means that something is missing rather than wrong."""
    deciding: bool = True
    """Whether abstaining withholds the example."""
