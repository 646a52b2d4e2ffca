"""Asks a vision-language model where in a figure that is of which a step speaks."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from corpusbuilder.backends.grounders.base import GroundingQuery, settles
from corpusbuilder.backends.grounders.found import Found, merged
from corpusbuilder.backends.grounders.snapping import box_evidence, snap
from corpusbuilder.backends.grounders.vlm.options import OpenAIVlmOptions, VlmOptions
from corpusbuilder.backends.grounders.vlm.reading import Answer, Drawn, read_answer
from corpusbuilder.backends.grounders.vlm.requests import Asked, prompt_called, requests_about
from corpusbuilder.backends.grounders.vlm.seeing import UnseeableError
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model
from corpusbuilder.backends.models.calls import Calls
from corpusbuilder.backends.models.together import together
from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import StepGrounding, StepKind
from corpusbuilder.records.geometry import area
from corpusbuilder.records.prompt import Prompt

METHOD: Final = "vlm"
_LONGEST_COMPLAINT: Final = 500
_LEAST_HIDDEN: Final = 0.001
_CUT_OFF: Final = "the model sees nothing of it, but {:.0%} of the figure is cut off before the model sees it"
_Outcome: TypeAlias = Found | RecordError
"""What one figure came to for a step; an error where another run may find out."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The steps of one question that may be seen in one figure."""

    figure: Figure
    query: GroundingQuery
    """The first of them."""
    texts: list[tuple[int, str]]
    """Index of the query, and text."""


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
        self._convention = options.convention
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
        told: dict[int, list[_Outcome]] = {}
        asked: list[Asked] = []
        for group in _groups(queries):
            problem = self._prepare(group, asked)
            for place, _ in group.texts if problem else ():
                told.setdefault(place, []).append(Found(problems=(problem,)))
        for found in together(self._access, (self._ask(item) for item in asked)):
            for place, each in found:
                told.setdefault(place, []).append(each)
        yield from (_grounding(query.step, told.get(place)) for place, query in enumerate(queries))

    def _prepare(self, group: _Group, asked: list[Asked]) -> str:
        """Add the requests about a group of steps to ``asked``, or say why there are none."""
        if not group.query.prompts:
            return f"there are no prompts in the language {group.query.example.language!r}"
        try:
            asked += requests_about(
                group.figure,
                group.texts,
                prompts=group.query.prompts,
                options=self._options,
                unit_id=group.query.unit.id,
                order=(next(self._order),),
            )
        except UnseeableError as error:
            return f"the model cannot be shown the figure: {error}"
        return ""

    async def _ask(self, asked: Asked) -> list[tuple[int, _Outcome]]:
        """By the index of the query."""
        if self._calls is None:  # in the loop, so nobody else asks at the same time
            self._calls = self._access.calls(self._make, self._options.price)
        read = partial(
            read_answer,
            ids=asked.steps.keys(),
            figure=asked.figure,
            view=asked.view,
            convention=self._convention,
        )
        try:
            answer = await self._calls.ask(asked.request, read, partial(_repair, prompts=asked.prompts))
        except RecordError as error:
            if not settles(error):
                return [(place, error) for place in asked.steps.values()]
            problem = f"the model could not say where it is: {error.message}"
            return [(place, Found(problems=(problem,))) for place in asked.steps.values()]
        return [(place, self._found(answer.value[step], asked)) for step, place in asked.steps.items()]

    def _found(self, answer: Answer, asked: Asked) -> Found:
        """One box of which the model is sure is evidence; anything else is for the annotator; nothing is nothing."""
        if answer.is_nothing:
            hidden = 1 - area(asked.view.crop) / (asked.view.size[0] * asked.view.size[1])
            return Found(problems=(_CUT_OFF.format(hidden),)) if hidden > _LEAST_HIDDEN else Found()
        shown = [self._evidence(drawn, asked.figure) for drawn in answer.boxes]
        candidates = tuple(evidence for evidence in shown if evidence)
        problems = [*answer.problems, *(drawn.doubt for drawn in answer.boxes if drawn.doubt)]
        if len(answer.boxes) > 1:
            problems.append(f"the model draws {len(answer.boxes)} boxes")
        if self._options.accept == "snapped" and not all(evidence.element_ids for evidence in candidates):
            problems.append("the box of the model fits no element of the figure")
        if problems or len(candidates) != 1:
            return Found(candidates=candidates, problems=tuple(problems))
        return Found(evidence=candidates)

    def _evidence(self, drawn: Drawn, figure: Figure) -> RegionEvidence | None:
        least, options = self._options.least_iou, self._options
        fits = snap(drawn.box, figure, least_iou=least)
        score = options.snapped_score if fits else options.score
        return box_evidence(drawn.box, figure, method=METHOD, score=score, least_iou=least)


def _groups(queries: Sequence[GroundingQuery]) -> list[_Group]:
    """The steps of each question and figure: what is asked about one question does not depend on any other."""
    groups: dict[tuple[str, str], _Group] = {}
    for place, query in enumerate(queries):
        step = next(s for s in query.example.steps if s.index == query.step)
        if step.kind is not StepKind.PERCEIVE:
            continue
        for figure_id in dict.fromkeys(query.example.figure_ids):
            figure = query.unit.figure(figure_id)
            if figure is not None:
                group = groups.setdefault((query.example.id, figure.id), _Group(figure, query, []))
                group.texts.append((place, step.text))
    return list(groups.values())


def _repair(error: str, *, prompts: Mapping[str, Prompt]) -> str:
    return rendered(prompt_called("repair", prompts), error=as_line(error, _LONGEST_COMPLAINT))


def _grounding(step: int, told: Sequence[_Outcome] | None) -> StepGrounding | RecordError:
    """What all figures of a step came to: evidence where it is seen for certain in one, and nowhere else perhaps."""
    if told is None:  # nothing that can be asked about
        return StepGrounding(step=step)
    if postponed := next((each for each in told if isinstance(each, RecordError)), None):
        return postponed
    found = [each for each in told if isinstance(each, Found)]
    every = merged(found)
    seen = [each for each in found if each.evidence]
    if len(seen) == 1 and not every.problems:
        return StepGrounding(step=step, evidence=every.evidence)
    problems = every.problems
    if not problems:
        problems = (f"the model sees it in {len(seen)} figures" if seen else "the model sees nothing of it",)
    return StepGrounding(step=step, candidates=(*every.evidence, *every.candidates), unresolved=problems)


def create(options: VlmOptions, access: Access) -> VlmGrounder:
    """The grounder. Nothing is connected or loaded before the first step has to be asked about."""

    def make(ledger: Ledger) -> Model:
        if isinstance(options, OpenAIVlmOptions):
            from corpusbuilder.backends.models.openai.model import OpenAIModel

            return OpenAIModel(options, read_image=access.read_image, ledger=ledger, environ=access.environ)
        from corpusbuilder.backends.models.local.model import LocalModel

        return LocalModel(options, read_image=access.read_image)

    return VlmGrounder(options, access, make)
