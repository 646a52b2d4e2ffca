"""From a question and its reasoning to a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

import corpusbuilder
from corpusbuilder.backends.models.base import Model, Sampling
from corpusbuilder.backends.models.calls import Asked
from corpusbuilder.backends.teachers.base import Draft
from corpusbuilder.backends.teachers.passes.forms import choices
from corpusbuilder.backends.teachers.passes.questions import Written
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.passes.steps import Chain
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.records.provenance import Provenance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selected:
    """A question that was chosen, before its reasoning is written."""

    written: Written
    passages: frozenset[str]
    """Ids, as shown, of the passages that it seems to rest on."""
    choices: tuple[str, ...]


def selected(written: Written, passages: frozenset[str], scope: Scope, seed: int) -> Selected:
    """The question with its choices in the order in which they will stand in the corpus."""
    key = f"{seed}\0{scope.material.unit.id}\0{written.question}"
    order = choices(written.slot.form, written.answer, written.wrong, scope.language, key)
    return Selected(written, passages, order)


def draft(question: Selected, chain: Chain, scope: Scope, provenance: Provenance) -> Draft:
    """A draft whose passages are those that are quoted and, unless the figure alone decides, those it is about."""
    slot = question.written.slot
    about = () if slot.context == "figure" else question.passages
    return Draft(
        figure_ids=(scope.figure.figure.id,) if scope.figure else (),
        passage_ids=scope.in_reading_order((*chain.passages, *about)),
        question=question.written.question,
        question_type=slot.question_type,
        answer=question.written.answer,
        answer_type=slot.form,
        choices=question.choices,
        steps=chain.steps,
        provenance=provenance,
        distractors=question.written.distractors,
        facets=slot.facets,
    )


def provenance(model: Model, prompt: Prompt, sampling: Sampling, asked: Asked[T]) -> Provenance:
    """Where a draft comes from.

    Args:
        model: who wrote it.
        prompt: the one that asked for the question.
        sampling: as it was asked for.
        asked: the call that gave the reasoning.
    """
    return Provenance(
        producer=model.producer,
        model=model.name,
        revision=asked.served_model,
        prompt_id=prompt.id,
        prompt_sha256=prompt.sha256,
        sampling=_sent(sampling, asked.mode),
        request_key=asked.key,
        tool_version=corpusbuilder.__version__,
        time=asked.time,
    )


def _sent(sampling: Sampling, mode: str | None) -> tuple[tuple[str, JsonValue], ...]:
    sent: Sequence[tuple[str, JsonValue]] = (
        ("temperature", sampling.temperature),
        ("top_p", sampling.top_p),
        ("seed", sampling.seed),
        ("max_tokens", sampling.max_tokens),
        ("structured_output", mode),
    )
    return tuple((name, value) for name, value in sent if value is not None)
