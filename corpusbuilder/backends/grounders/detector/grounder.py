"""Looks in the pictures for what steps of perception speak of."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from corpusbuilder.backends.grounders.base import GroundingQuery, settles
from corpusbuilder.backends.grounders.detector.answers import Detections, read_detections
from corpusbuilder.backends.grounders.detector.choosing import all_of, beyond_boxes, choose
from corpusbuilder.backends.grounders.detector.options import FREE, DetectorOptions
from corpusbuilder.backends.grounders.detector.phrases import phrases_of
from corpusbuilder.backends.grounders.detector.requests import phrase_in, phrase_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model, ModelRequest
from corpusbuilder.backends.models.calls import Calls
from corpusbuilder.backends.models.together import together
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.example import StepGrounding, StepKind

_Look: TypeAlias = tuple[str, str]
"""SHA-256 of an image, and the phrase that is looked for in it."""
_Seen: TypeAlias = Mapping[_Look, Detections | str | RecordError]
"""What was found, or why nothing could be; an error where another run may find it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a step wants to be looked for."""

    step: int
    figures: tuple[Figure, ...] = ()
    phrases: tuple[str, ...] = ()
    unit_id: str = ""
    doubt: str | None = None
    """Why what is found for them is no evidence for the step."""


class DetectorGrounder:
    """Has a detector look for the things that steps name. Many threads may call `ground`; they share one model.

    Args:
        options: which model, and its thresholds.
        access: to the ledger, the images and the event loop.
    """

    def __init__(self, options: DetectorOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._calls: Calls | None = None
        self._order = itertools.count()

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterator[StepGrounding | RecordError]:
        """One grounding per query, in order. Only steps of perception about figures are looked into.

        Raises:
            BackendError: the model cannot be used at all.
            MissingExtraError: a package is missing.
        """
        wanted = [_wanted(query) for query in queries]
        seen = dict(together(self._access, (self._look(request) for request in self._requests(wanted))))
        yield from (self._grounding(each, seen) for each in wanted)

    def _requests(self, wanted: Sequence[_Wanted]) -> list[ModelRequest]:
        """One for each image and phrase, however many steps speak of it."""
        looks: dict[_Look, ModelRequest] = {}
        turns: dict[str, int] = {}
        every = ((step, figure, phrase) for step in wanted for figure in step.figures for phrase in step.phrases)
        for step, figure, phrase in every:
            image = figure.image.sha256
            if image not in turns:
                turns[image] = next(self._order)
            if (image, phrase) not in looks:
                order = (turns[image], len(looks))
                looks[image, phrase] = phrase_in(figure, phrase, unit_id=step.unit_id, order=order)
        return list(looks.values())

    async def _look(self, request: ModelRequest) -> tuple[_Look, Detections | str | RecordError]:
        if self._calls is None:  # in the loop, so nobody else asks at the same time
            self._calls = self._access.calls(self._model, FREE)
        (image,), phrase = request.images, phrase_of(request)
        try:
            asked = await self._calls.take(request, partial(read_detections, phrase=phrase))
        except RecordError as error:
            if not settles(error):
                return (image.sha256, phrase), error
            return (image.sha256, phrase), f"“{phrase}” could not be looked for: {error.message}"
        return (image.sha256, phrase), asked.value

    def _model(self, ledger: Ledger) -> Model:  # noqa: ARG002 - a local model has nothing to remember of an endpoint
        from corpusbuilder.backends.grounders.detector.model import DetectorModel

        return DetectorModel(self._options, read_image=self._access.read_image)

    def _grounding(self, wanted: _Wanted, seen: _Seen) -> StepGrounding | RecordError:
        looks = (seen[figure.image.sha256, phrase] for figure in wanted.figures for phrase in wanted.phrases)
        if postponed := next((look for look in looks if isinstance(look, RecordError)), None):
            return postponed
        found = all_of([self._found(phrase, wanted.figures, seen) for phrase in wanted.phrases])
        if wanted.figures and not wanted.phrases:
            found = Found(problems=("the step names nothing that could be looked for in a picture",))
        if wanted.doubt and found.evidence:
            found = Found(candidates=(*found.evidence, *found.candidates), problems=(wanted.doubt, *found.problems))
        return StepGrounding(
            step=wanted.step, evidence=found.evidence, candidates=found.candidates, unresolved=found.problems
        )

    def _found(self, phrase: str, figures: Sequence[Figure], seen: _Seen) -> Found:
        answers = [(figure, seen[figure.image.sha256, phrase]) for figure in figures]
        found = [(figure, answer) for figure, answer in answers if isinstance(answer, Detections)]
        failures = tuple(dict.fromkeys(answer for _, answer in answers if isinstance(answer, str)))
        if not failures:
            return choose(phrase, found, self._options)
        # Where not every figure could be looked at, what stands out in the others is not certain.
        chosen = choose(phrase, found, self._options) if found else Found()
        return Found(candidates=(*chosen.evidence, *chosen.candidates), problems=failures)


def _wanted(query: GroundingQuery) -> _Wanted:
    step = next(step for step in query.example.steps if step.index == query.step)
    if step.kind is not StepKind.PERCEIVE:
        return _Wanted(step.index)
    figures = tuple(figure for figure in map(query.unit.figure, query.example.figure_ids) if figure)
    if not figures:
        return _Wanted(step.index)
    text, language = step.text, query.example.language
    return _Wanted(step.index, figures, phrases_of(text, language), query.unit.id, beyond_boxes(text, language))


def create(options: DetectorOptions, access: Access) -> DetectorGrounder:
    """The grounder. Nothing is loaded before the first phrase has to be looked for."""
    return DetectorGrounder(options, access)
