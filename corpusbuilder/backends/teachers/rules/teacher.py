"""Asks what the rules find, in the words of the prompts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final

import corpusbuilder
from corpusbuilder.backends.teachers.base import Draft, GenerationRequest, TeacherAnswer
from corpusbuilder.backends.teachers.rules.candidate import Candidate
from corpusbuilder.backends.teachers.rules.cloze import cloze_questions
from corpusbuilder.backends.teachers.rules.combined import combined_questions
from corpusbuilder.backends.teachers.rules.facts import text_questions
from corpusbuilder.backends.teachers.rules.inventory import FigureView, unit_vocabulary
from corpusbuilder.backends.teachers.rules.joins import join_questions
from corpusbuilder.backends.teachers.rules.language import LEXICONS
from corpusbuilder.backends.teachers.rules.layout import layout_questions
from corpusbuilder.backends.teachers.rules.leaks import leaks, shares_a_root
from corpusbuilder.backends.teachers.rules.naming import figure_place
from corpusbuilder.backends.teachers.rules.relations import arrow_questions
from corpusbuilder.backends.teachers.rules.select import select
from corpusbuilder.backends.teachers.rules.sentences import Sentence, sentences
from corpusbuilder.backends.teachers.rules.speech import speech_questions
from corpusbuilder.backends.teachers.rules.timelines import timeline_questions
from corpusbuilder.backends.teachers.rules.ways import way_questions
from corpusbuilder.backends.teachers.rules.wording import Wording
from corpusbuilder.records.example import ReasoningStep
from corpusbuilder.records.provenance import Provenance

REVISION: Final = "2"
"""Goes up when the rules ask differently."""
_ASKED_ABOUT: Final = frozenset({"diagram", "map", "photo", "other"})
"""Kinds of figures whose labels are names of things; in charts and tables they are values and headings."""

_PLAINEST: Final = frozenset({"cloze", "speech"})


class RulesTeacher:
    """Asks what definitions, dates, arrows, parts and keys allow to be asked with certainty."""

    task: ClassVar[str] = "rules"

    def complete(self, requests: Sequence[GenerationRequest]) -> Iterable[TeacherAnswer]:
        """One answer per request, in order. A unit about which nothing is certain gets no drafts.

        Raises:
            ConfigError: a prompt is missing or does not render.
        """
        for request in requests:
            drafts = _drafts(request) if request.language in LEXICONS else ()
            yield TeacherAnswer(unit_id=request.unit.id, drafts=tuple(drafts))


def _drafts(request: GenerationRequest) -> Iterator[Draft]:
    wording = Wording(request.prompts, request.language, request.seed)
    found = sentences(request.unit, request.language)
    allowed = request.question_types
    groups: list[tuple[list[Candidate], int]] = []
    for view in _views(request, wording):
        about = [c for c in _figure_candidates(view, found, request) if c.question_type in allowed]
        groups.append((about, request.per_figure))
    texts = [c for c in _text_candidates(found, request) if c.question_type in allowed]
    groups.append((texts, request.per_unit))
    for candidates, limit in groups:
        yield from _best(candidates, limit, request, wording)


def _best(candidates: list[Candidate], limit: int, request: GenerationRequest, wording: Wording) -> Iterator[Draft]:
    """Drafts of the best candidates, no more than ``limit``, of which the plainest forms may be half each."""
    taken: Counter[str] = Counter()
    for candidate in select(candidates, request.seed):
        if taken.total() == limit:
            return
        if candidate.form in _PLAINEST and taken[candidate.form] >= (limit + 1) // 2:
            continue
        question = _question(candidate, wording)
        if not _gives_itself_away(candidate, question, request.language):
            yield _draft(candidate, question, wording)
            taken[candidate.form] += 1


def _views(request: GenerationRequest, wording: Wording) -> Iterator[FigureView]:
    vocabulary = unit_vocabulary(request.unit)
    for figure in request.unit.figures:
        if figure.kind not in _ASKED_ABOUT or not figure.diagram.labels:
            continue
        if where := figure_place(figure, request.unit, wording, request.language):
            yield FigureView(figure, where, vocabulary)


def _figure_candidates(
    view: FigureView, found: tuple[Sentence, ...], request: GenerationRequest
) -> Iterator[Candidate]:
    yield from combined_questions(view, found, request.language, request.seed)
    yield from arrow_questions(view, request.seed)
    yield from way_questions(view, request.seed)
    yield from join_questions(view, request.seed)
    yield from timeline_questions(view, request.seed)
    yield from layout_questions(view, request.seed)


def _text_candidates(found: tuple[Sentence, ...], request: GenerationRequest) -> Iterator[Candidate]:
    yield from text_questions(found, request.language, request.seed)
    yield from speech_questions(request.unit, request.language, request.seed)
    yield from cloze_questions(found, request.language, request.seed)


def _question(candidate: Candidate, wording: Wording) -> str:
    return wording.say(candidate.form, "question", candidate.slots, *candidate.key)


def _gives_itself_away(candidate: Candidate, question: str, language: str) -> bool:
    if candidate.strict and shares_a_root(question, candidate.answer, language):
        return True
    return leaks(question, candidate.answer, language)


def _draft(candidate: Candidate, question: str, wording: Wording) -> Draft:
    prompt = wording.prompt(candidate.form)
    steps = tuple(
        ReasoningStep(
            index=index,
            text=wording.say(candidate.form, plan.section, {**candidate.slots, **plan.slots}, *candidate.key),
            kind=plan.kind,
            premises=plan.premises,
            citations=plan.citations,
        )
        for index, plan in enumerate(candidate.steps, start=1)
    )
    return Draft(
        figure_ids=candidate.figure_ids,
        passage_ids=candidate.passage_ids,
        question=question,
        question_type=candidate.question_type,
        answer=candidate.answer,
        answer_type=candidate.answer_type,
        choices=candidate.choices,
        steps=steps,
        provenance=Provenance(
            producer="rules",
            revision=REVISION,
            prompt_id=prompt.id,
            prompt_sha256=prompt.sha256,
            tool_version=corpusbuilder.__version__,
        ),
    )
