"""Asks a vision-language model where in a figure that is of which a step speaks."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from corpusbuilder.backends.grounders.base import GroundingQuery, settles
from corpusbuilder.backends.grounders.found import Found, merged
from corpusbuilder.backends.grounders.snapping import box_evidence
from corpusbuilder.backends.grounders.vlm.options import VlmOptions
from corpusbuilder.backends.grounders.vlm.reading import Answer, read_answer
from corpusbuilder.backends.grounders.vlm.requests import Asked, prompt_called, requests_about
from corpusbuilder.backends.grounders.vlm.seeing import view_of
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model
from corpusbuilder.backends.models.calls import Calls
from corpusbuilder.backends.models.together import together
from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import StepGrounding, StepKind
from corpusbuilder.records.prompt import Prompt

METHOD = "vlm"
_LONGEST_COMPLAINT = 500
_Told: TypeAlias = list[tuple[int, Found | RecordError]]
"""Index of the query, and what one figure came to."""


class VlmGrounder:
    """Shows a model figures with steps about them. Many threads may call `ground`; they share the model and its budget.

    Args:
        options: which model, and how it writes boxes.
        access: to the ledger, the images and the event loop.
        make: makes the model; called once, in the loop, when the first answer is wanted.
    """

    def __init__(self, options: VlmOptions, access: Access, make: Callable[[Ledger], Model]) -> None:
        self._options = options
        self._access = access
        self._make = make
        self._calls: Calls | None = None
        self._order = itertools.count()

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterator[StepGrounding | RecordError]:
        """One grounding per query, in order. Only steps of perception about figures are asked about.

        Raises:
            BackendError: the model cannot be used at all.
            BudgetReachedError: the money set aside is spent.
            ConfigError: a prompt does not render.
            MissingExtraError: a package is missing.
        """
        told: dict[int, list[Found | RecordError]] = {}
        asked = [(item, queries[next(iter(item.steps.values()))].prompts) for item in self._asked(queries)]
        for found in together(self._access, (self._ask(item, prompts) for item, prompts in asked)):
            for place, each in found:
                told.setdefault(place, []).append(each)
        yield from (_grounding(query.step, told.get(place, [])) for place, query in enumerate(queries))

    def _asked(self, queries: Sequence[GroundingQuery]) -> Iterator[Asked]:
        """Requests for the steps of each question and figure: those of one question do not depend on the others."""
        groups: dict[tuple[str, str], tuple[Figure, list[tuple[int, str]], GroundingQuery]] = {}
        for place, query in enumerate(queries):
            step = next(s for s in query.example.steps if s.index == query.step)
            if step.kind is not StepKind.PERCEIVE:
                continue
            for figure in filter(None, map(query.unit.figure, query.example.figure_ids)):
                _, texts, _ = groups.setdefault((query.example.id, figure.id), (figure, [], query))
                texts.append((place, step.text))
        for figure, texts, query in groups.values():
            yield from requests_about(
                figure,
                texts,
                prompts=query.prompts,
                options=self._options,
                unit_id=query.unit.id,
                order=(next(self._order),),
            )

    async def _ask(self, asked: Asked, prompts: Mapping[str, Prompt]) -> _Told:
        if self._calls is None:  # in the loop, so nobody else asks at the same time
            self._calls = self._access.calls(self._make, getattr(self._options, "price", None))
        try:
            view = view_of(asked.figure, self._options)
            read = partial(read_answer, ids=asked.steps.keys(), figure=asked.figure, view=view, options=self._options)
            answer = await self._calls.ask(asked.request, read, partial(_repair, prompts=prompts))
        except (RecordError, ValueError) as error:
            if isinstance(error, RecordError) and not settles(error):
                return [(place, error) for place in asked.steps.values()]
            problem = f"the model could not say where it is: {getattr(error, 'message', error)}"
            return [(place, Found(problems=(problem,))) for place in asked.steps.values()]
        return [
            (place, self._found(answer.value.get(step, Answer()), asked.figure)) for step, place in asked.steps.items()
        ]

    def _found(self, answer: Answer, figure: Figure) -> Found:
        """One box of which the model is sure is evidence; anything else is for the annotator."""
        shown = [(drawn, self._evidence(drawn.box, figure)) for drawn in answer.boxes]
        candidates = tuple(evidence for _, evidence in shown if evidence)
        problems = [*answer.problems, *(drawn.doubt for drawn in answer.boxes if drawn.doubt)]
        if not answer.boxes and not problems:
            problems.append("the model sees nothing of what the step says")
        if len(answer.boxes) > 1:
            problems.append(f"the model draws {len(answer.boxes)} boxes")
        if problems or len(candidates) != 1:
            return Found(candidates=candidates, problems=tuple(problems))
        return Found(evidence=candidates)

    def _evidence(self, box: Sequence[float], figure: Figure) -> RegionEvidence | None:
        return box_evidence(box, figure, method=METHOD, score=self._options.score)


def _repair(error: str, *, prompts: Mapping[str, Prompt]) -> str:
    return rendered(prompt_called("repair", prompts), error=error[:_LONGEST_COMPLAINT])


def _grounding(step: int, told: Sequence[Found | RecordError]) -> StepGrounding | RecordError:
    """What all figures of a step came to: evidence where it is seen in one of them for certain and doubtful in none."""
    found = [each for each in told if isinstance(each, Found)]
    for each in told:
        if isinstance(each, RecordError):
            return each
    every = merged(found)
    seen = [each for each in found if each.evidence]
    doubtful = [each for each in found if each.candidates]
    if len(seen) == 1 and not doubtful:
        return StepGrounding(step=step, evidence=seen[0].evidence)
    problems = every.problems or ((f"the model sees it in {len(seen)} figures",) if seen else ())
    return StepGrounding(step=step, candidates=(*every.evidence, *every.candidates), unresolved=problems)


def create(options: VlmOptions, access: Access) -> VlmGrounder:
    """The grounder. Nothing is connected or loaded before the first step has to be asked about."""

    def make(ledger: Ledger) -> Model:
        chosen: Any = options
        if chosen.kind == "openai":
            from corpusbuilder.backends.models.openai.model import OpenAIModel

            return OpenAIModel(chosen, read_image=access.read_image, ledger=ledger, environ=access.environ)
        from corpusbuilder.backends.models.local.model import LocalModel

        return LocalModel(chosen, read_image=access.read_image)

    return VlmGrounder(options, access, make)
