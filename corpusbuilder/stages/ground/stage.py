"""Examples with citations become examples with evidence.

Grounders are tried in order. The first that finds evidence for a step and leaves nothing unresolved wins the step; one
that finds that a figure contradicts it ends the search. A step that none of them wins keeps what the first of them
found for certain, and hands the rest to the annotator. A ``recall`` step rests on nothing by definition: grounders can
only say that its fact stands in a passage. Where the kind of a step and its evidence do not fit, the step is flagged,
and nothing is repaired.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

from corpusbuilder.backends.grounders.base import Grounder, GroundingQuery
from corpusbuilder.config import GroundSection
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.base import Record
from corpusbuilder.records.evidence import Evidence, RegionEvidence, SpanEvidence
from corpusbuilder.records.example import Example, GroundedExample, ReasoningStep, StepFlag, StepGrounding, StepKind
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.stages.contract import Done, InUnit, Rejected

_Place: TypeAlias = tuple[int, int]
"""Index of the example in the batch, index of the step in the example."""


class GroundStage:
    """`Example` to `GroundedExample`.

    ``grounders`` are asked in the order of the mapping; ``options`` holds, under the same names, what each one's
    answers depend on; ``prompts`` are those of the task ``ground``, by language and name, where a grounder needs any.
    """

    name: ClassVar[str] = "ground"
    version: ClassVar[int] = 3
    needs_all: ClassVar[bool] = False
    reads: ClassVar[type] = Example
    writes: ClassVar[type[Record]] = GroundedExample

    def __init__(
        self,
        grounders: Mapping[str, Grounder],
        config: GroundSection,
        options: Mapping[str, JsonValue],
        prompts: Mapping[str, Mapping[str, Prompt]] | None = None,
    ) -> None:
        self._grounders = dict(grounders)
        self._config = config
        self._options = dict(options)
        self._prompts = prompts or {}

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:
        """The grounders in order, their options, the config that they share, and the prompts of ``language``."""
        return {
            "config.grounders": list(self._grounders),
            "config.fuzzy_threshold": self._config.fuzzy_threshold,
            **{f"grounder {name}": self._options.get(name) for name in self._grounders},
            **{f"prompt {prompt.id}": prompt.sha256 for _, prompt in sorted(self._in(language).items())},
        }

    def process(self, records: Sequence[InUnit[Example]]) -> Iterator[Done[GroundedExample] | Rejected]:
        """One result per example, in order. A step that cannot be grounded says so; it is no reject.

        An example about which a model could not be asked this time is rejected, and asked about by the next run.

        Raises:
            BackendError: a grounder broke its contract or cannot be used at all.
        """
        answers, failures = self._ask(records)
        for place, item in enumerate(records):
            if failure := failures.get(place):
                yield Rejected(item.record.id, failure.reason_code, failure.message)
                continue
            groundings = tuple(_settled(step, answers.get((place, step.index), [])) for step in item.record.steps)
            grounded = GroundedExample(example=item.record, groundings=groundings)
            yield Done(input_id=item.record.id, outputs=(grounded,))

    def _in(self, language: str) -> Mapping[str, Prompt]:
        """The prompts in a language: ``fr`` serves ``fr-CA``."""
        return self._prompts.get(language.partition("-")[0].lower(), {})

    def _ask(
        self, records: Sequence[InUnit[Example]]
    ) -> tuple[dict[_Place, list[StepGrounding]], dict[int, RecordError]]:
        """What the grounders said of each step, and which examples could not be asked about.

        A step that one has won is not put to the next.
        """
        answers: dict[_Place, list[StepGrounding]] = {}
        failures: dict[int, RecordError] = {}
        open_steps = {
            (place, step.index): GroundingQuery(
                unit=item.unit, example=item.record, step=step.index, prompts=self._in(item.record.language)
            )
            for place, item in enumerate(records)
            for step in item.record.steps
        }
        for name, grounder in self._grounders.items():
            found = list(grounder.ground(list(open_steps.values())))
            asked, open_steps = open_steps, {}
            if len(found) != len(asked) or any(map(_is_of_another, found, asked.values())):
                raise BackendError(f"the grounder {name!r} did not answer each query in order")
            for (place, query), grounding in zip(asked.items(), found, strict=True):
                if isinstance(grounding, RecordError):
                    failures.setdefault(place[0], grounding)
                    continue
                answers.setdefault(place, []).append(grounding)
                if not _wins(grounding) and not _is_contradicted(grounding):
                    open_steps[place] = query
            open_steps = {place: query for place, query in open_steps.items() if place[0] not in failures}
            if not open_steps:
                break
        return answers, failures


def _is_of_another(grounding: StepGrounding | RecordError, query: GroundingQuery) -> bool:
    return isinstance(grounding, StepGrounding) and grounding.step != query.step


def _wins(grounding: StepGrounding) -> bool:
    return bool(grounding.evidence) and not grounding.unresolved


def _is_contradicted(grounding: StepGrounding) -> bool:
    """Whether a figure shows that a step is wrong: a model that sees both things would ground it all the same."""
    return any(relation.outcome in ("reversed", "no_edge", "no_label") for relation in grounding.relations)


def _settled(step: ReasoningStep, answers: Sequence[StepGrounding]) -> StepGrounding:
    """One grounding from what all grounders said: evidence of one of them, everything else as candidates."""
    relations = tuple(dict.fromkeys(r for g in answers for r in g.relations))
    said = tuple(dict.fromkeys(flag for g in answers for flag in g.flags))
    won = answers[-1] if answers and _wins(answers[-1]) else None
    evidence = won.evidence if won else next((g.evidence for g in answers if g.evidence), ())
    if step.kind is StepKind.RECALL:
        evidence = ()
    # What the last one is certain of leaves nothing of the doubts of those before it.
    every = [e for g in ([won] if won else answers) for e in (*g.evidence, *g.candidates)]
    return StepGrounding(
        step=step.index,
        evidence=evidence,
        candidates=tuple(dict.fromkeys(e for e in every if e not in evidence)),
        unresolved=() if won else tuple(dict.fromkeys(sentence for g in answers for sentence in g.unresolved)),
        relations=relations,
        flags=(*said, *_misfits(step, evidence)),
    )


def _misfits(step: ReasoningStep, evidence: Sequence[Evidence]) -> tuple[StepFlag, ...]:
    """Where the kind of a step does not fit what it rests on."""
    if step.kind is StepKind.PERCEIVE and not any(isinstance(e, RegionEvidence) for e in evidence):
        return ("perceived_without_region",)
    if step.kind is StepKind.READ and not any(isinstance(e, SpanEvidence) for e in evidence):
        return ("read_without_span",)
    if step.kind is StepKind.INFER and not step.premises:
        return ("inferred_without_premises",)
    return ()
