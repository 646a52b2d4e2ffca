"""Units in, examples out. Who writes is a teacher's matter; ids, order and duplicates are this stage's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

from pydantic import JsonValue, ValidationError

from corpusbuilder.backends.teachers.base import Draft, GenerationRequest, Teacher, TeacherAnswer
from corpusbuilder.config import GenerateSection
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.stages.contract import Done, Rejected

_SAME_QUESTION: Final = 94.0
"""Two questions of a unit that are at least this similar (rapidfuzz ratio), with the same answer, are one."""


class GenerateStage:
    """Asks a teacher about every unit."""

    name: ClassVar[str] = "generate"
    version: ClassVar[int] = 1
    needs_all: ClassVar[bool] = False
    reads: ClassVar[type] = Unit
    writes: ClassVar[type[Record]] = Example

    def __init__(self, teacher: Teacher, config: GenerateSection, prompts: Mapping[str, Mapping[str, Prompt]]) -> None:
        """``prompts`` are those of the teacher's task: by language, then by name."""
        self._teacher = teacher
        self._config = config
        self._prompts = prompts

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:
        """The settings, the teacher, and each prompt of ``language``."""
        config = self._config
        return {
            "config.per_unit": config.per_unit,
            "config.per_figure": config.per_figure,
            "config.seed": config.seed,
            "config.question_types": [*sorted(str(kind) for kind in config.question_types)],
            "teacher": config.teacher.fingerprint(),
            **{f"prompt {prompt.id}": prompt.sha256 for _, prompt in sorted(self._own_prompts(language).items())},
        }

    def process(self, records: Sequence[Unit]) -> Iterator[Done[Example] | Rejected]:
        """One result per unit, as the teacher answers; a unit about which nothing can be asked is done, too."""
        units = {unit.id: unit for unit in records}
        for answer in self._teacher.complete([self._request(unit) for unit in units.values()]):
            unit = units.pop(answer.unit_id, None)
            if unit is not None:
                yield self._result(unit, answer)
        for unit_id in units:
            yield Rejected(unit_id, "no_answer", "the teacher gave no answer about this unit")

    def _request(self, unit: Unit) -> GenerationRequest:
        language = _base(unit.document.language)
        return GenerationRequest(
            unit=unit,
            language=language,
            per_unit=self._config.per_unit,
            per_figure=self._config.per_figure,
            seed=self._config.seed,
            question_types=frozenset(self._config.question_types),
            prompts=self._own_prompts(language),
        )

    def _own_prompts(self, language: str) -> Mapping[str, Prompt]:
        return self._prompts.get(_base(language), {})

    def _result(self, unit: Unit, answer: TeacherAnswer) -> Done[Example] | Rejected:
        if answer.failure is not None:
            return Rejected(unit.id, answer.failure, f"{_place(unit)}: {answer.message}")
        language = _base(unit.document.language)
        if not self._own_prompts(language):
            note = f"{unit.document.file_name}: there are no prompts in {language!r}, so nothing was asked"
            return Done(unit.id, (), notes=(note,))
        try:
            examples = [_example(unit, language, draft) for draft in answer.drafts]
        except ValidationError as error:
            return Rejected(
                unit.id,
                "malformed_draft",
                f"{_place(unit)}: the teacher's draft is no valid example: {error.errors()[0]['msg']}",
            )
        return Done(unit.id, tuple(_without_duplicates(examples)), notes=answer.notes)


def _place(unit: Unit) -> str:
    """A unit as a person finds it: the file and the page where it begins."""
    pages = [p.page_no for p in unit.passages] + [f.page_no for f in unit.figures]
    return f"{unit.document.file_name}, from page {min(pages)}" if pages else unit.document.file_name


def _base(language: str) -> str:
    """``fr`` of ``fr-CA``."""
    return language.partition("-")[0].lower()


def _example(unit: Unit, language: str, draft: Draft) -> Example:
    return Example(
        id=content_id("ex", unit.id, draft.question, draft.answer, list(draft.figure_ids)),
        document_id=unit.document.id,
        unit_id=unit.id,
        figure_ids=draft.figure_ids,
        passage_ids=draft.passage_ids,
        language=language,
        question=draft.question,
        question_type=draft.question_type,
        answer=draft.answer,
        answer_type=draft.answer_type,
        choices=draft.choices,
        distractors=draft.distractors,
        facets=draft.facets,
        steps=draft.steps,
        provenance=draft.provenance,
    )


def _without_duplicates(examples: Iterable[Example]) -> Iterator[Example]:
    """The examples whose question was not asked before in nearly the same words with the same answer."""
    from rapidfuzz.fuzz import ratio

    kept: list[Example] = []
    for example in examples:
        question, answer = example.question.casefold(), example.answer.casefold()
        same_answer = (other.question.casefold() for other in kept if other.answer.casefold() == answer)
        if not any(ratio(question, other) >= _SAME_QUESTION for other in same_answer):
            kept.append(example)
            yield example
