"""Examples with citations become examples with evidence.

Grounders are tried in order. The first that finds evidence for a step and leaves nothing unresolved wins the step; a
step that none of them wins keeps what the first of them found for certain, and hands the rest to the annotator. A
``recall`` step rests on nothing by definition: no grounder is asked about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

from corpusbuilder.backends.grounders.base import Grounder, GroundingQuery
from corpusbuilder.config import GroundSection
from corpusbuilder.errors import BackendError
from corpusbuilder.records.base import Record
from corpusbuilder.records.example import Example, GroundedExample, StepGrounding, StepKind
from corpusbuilder.stages.contract import Done, InUnit, Rejected

_Place: TypeAlias = tuple[int, int]
"""Index of the example in the batch, index of the step in the example."""


class GroundStage:
    """`Example` to `GroundedExample`.

    ``grounders`` are asked in the order of the mapping; ``options`` holds, under the same names, what each one's
    answers depend on.
    """

    name: ClassVar[str] = "ground"
    version: ClassVar[int] = 2
    needs_all: ClassVar[bool] = False
    reads: ClassVar[type] = Example
    writes: ClassVar[type[Record]] = GroundedExample

    def __init__(
        self, grounders: Mapping[str, Grounder], config: GroundSection, options: Mapping[str, JsonValue]
    ) -> None:
        self._grounders = dict(grounders)
        self._config = config
        self._options = dict(options)

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the same for every language
        """The grounders in order, their options, and the config that they share."""
        return {
            "config.grounders": list(self._grounders),
            "config.fuzzy_threshold": self._config.fuzzy_threshold,
            **{f"grounder {name}": self._options.get(name) for name in self._grounders},
        }

    def process(self, records: Sequence[InUnit[Example]]) -> Iterator[Done[GroundedExample] | Rejected]:
        """One `Done` per example, in order. A step that cannot be grounded says so; it is no reject.

        Raises:
            BackendError: a grounder broke its contract or cannot be used at all.
        """
        answers = self._ask(records)
        for place, item in enumerate(records):
            groundings = tuple(_settled(step.index, answers.get((place, step.index), [])) for step in item.record.steps)
            grounded = GroundedExample(example=item.record, groundings=groundings)
            yield Done(input_id=item.record.id, outputs=(grounded,))

    def _ask(self, records: Sequence[InUnit[Example]]) -> dict[_Place, list[StepGrounding]]:
        """What the grounders said of each step; a step that one has won is not put to the next."""
        answers: dict[_Place, list[StepGrounding]] = {}
        open_steps = {
            (place, step.index): GroundingQuery(unit=item.unit, example=item.record, step=step.index)
            for place, item in enumerate(records)
            for step in item.record.steps
            if step.kind is not StepKind.RECALL
        }
        for name, grounder in self._grounders.items():
            found = list(grounder.ground(list(open_steps.values())))
            if [g.step for g in found] != [q.step for q in open_steps.values()]:
                raise BackendError(f"the grounder {name!r} did not answer each query in order")
            for place, grounding in zip(open_steps, found, strict=True):
                answers.setdefault(place, []).append(grounding)
            open_steps = {p: q for (p, q), g in zip(open_steps.items(), found, strict=True) if not _wins(g)}
        return answers


def _wins(grounding: StepGrounding) -> bool:
    return bool(grounding.evidence) and not grounding.unresolved


def _settled(step: int, answers: Sequence[StepGrounding]) -> StepGrounding:
    """One grounding from what all grounders said: evidence of one of them, everything else as candidates."""
    if answers and _wins(answers[-1]):
        return answers[-1]
    evidence = next((g.evidence for g in answers if g.evidence), ())
    others = [e for g in answers for e in (*g.evidence, *g.candidates) if e not in evidence]
    return StepGrounding(
        step=step,
        evidence=evidence,
        candidates=tuple(dict.fromkeys(others)),
        unresolved=tuple(dict.fromkeys(sentence for g in answers for sentence in g.unresolved)),
    )
