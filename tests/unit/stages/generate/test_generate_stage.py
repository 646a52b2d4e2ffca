"""Ids, fingerprints and results of the generate stage."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import builders

from corpusbuilder.backends.teachers.base import Draft, GenerationRequest, TeacherAnswer
from corpusbuilder.backends.teachers.rules.teacher import RulesTeacher
from corpusbuilder.config import GenerateSection
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records import Provenance, QuestionType, ReasoningStep, StepKind
from corpusbuilder.stages.contract import Done, Rejected
from corpusbuilder.stages.generate import GenerateStage

PROMPTS = {language: load_prompts("rules", language) for language in ("en", "fr")}


def one_cycle(language: str = "en"):
    unit = builders.unit(language)
    return unit.model_copy(update={"figures": unit.figures[:1]})


def stage(teacher=None, **config):
    return GenerateStage(teacher or RulesTeacher(), GenerateSection(**config), PROMPTS)


def draft(question: str, answer: str = "yes", premises=()) -> Draft:
    step = ReasoningStep(index=1, text="Seen.", kind=StepKind.INFER, premises=premises)
    return Draft(
        figure_ids=(),
        passage_ids=("pas-0",),
        question=question,
        question_type=QuestionType.FACTUAL,
        answer=answer,
        answer_type="short",
        choices=(),
        steps=(step,),
        provenance=Provenance(producer="hand", tool_version="0"),
    )


class Parrot:
    """Gives the answers it was given, whatever it is asked."""

    task: ClassVar[str] = "rules"

    def __init__(self, *answers: TeacherAnswer) -> None:
        self._answers = answers

    def complete(self, requests: Sequence[GenerationRequest]) -> Iterable[TeacherAnswer]:
        return self._answers


def test_examples_carry_their_unit_and_derived_ids():
    (result,) = stage().process([one_cycle()])
    assert isinstance(result, Done)
    assert {example.unit_id for example in result.outputs} == {"unit-1"}
    assert {example.language for example in result.outputs} == {"en"}
    ids = [example.id for example in result.outputs]
    assert len(set(ids)) == len(ids) > 5
    assert all(example_id.startswith("ex-") for example_id in ids)


def test_a_run_is_repeated_to_the_byte():
    runs = [[r.model_dump_json() for d in stage().process([one_cycle("fr")]) for r in d.outputs] for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_unit_without_anything_to_ask_is_done_in_silence():
    unit = builders.unit().model_copy(update={"passages": (), "figures": ()})
    assert list(stage().process([unit])) == [Done("unit-1", ())]


def test_a_language_without_prompts_is_done_with_a_note():
    unit = one_cycle()
    unit = unit.model_copy(update={"document": unit.document.model_copy(update={"language": "ar"})})
    (result,) = stage().process([unit])
    assert result.outputs == ()
    assert "'ar'" in result.notes[0]


def test_a_regional_language_uses_the_prompts_of_its_language():
    unit = one_cycle("fr")
    unit = unit.model_copy(update={"document": unit.document.model_copy(update={"language": "fr-CA"})})
    (result,) = stage().process([unit])
    assert {example.language for example in result.outputs} == {"fr"}


def test_a_failure_of_the_teacher_is_a_reject():
    answer = TeacherAnswer("unit-1", failure="truncated", message="the answer was cut")
    (result,) = stage(Parrot(answer)).process([one_cycle()])
    assert result == Rejected("unit-1", "truncated", "book.pdf, from page 1: the answer was cut")


def test_a_unit_that_was_not_answered_is_a_reject():
    (result,) = stage(Parrot()).process([one_cycle()])
    assert (result.input_id, result.reason_code) == ("unit-1", "no_answer")


def test_a_draft_whose_premises_look_forward_is_a_reject():
    (result,) = stage(Parrot(TeacherAnswer("unit-1", (draft("Why?", premises=(1,)),)))).process([one_cycle()])
    assert result.reason_code == "malformed_draft"


def test_nearly_the_same_question_with_the_same_answer_is_asked_once():
    asked = "Which river flows through the old town of Tarvel?"
    drafts = (draft(asked), draft(asked.replace("the old", "the  old")), draft(asked, answer="no"))
    (result,) = stage(Parrot(TeacherAnswer("unit-1", drafts))).process([one_cycle()])
    assert [(example.question, example.answer) for example in result.outputs] == [(asked, "yes"), (asked, "no")]


def test_an_edited_prompt_touches_only_its_language():
    edited = {**PROMPTS["fr"], "term": PROMPTS["fr"]["term"].model_copy(update={"sha256": "0" * 64})}
    before, after = stage(), GenerateStage(RulesTeacher(), GenerateSection(), {**PROMPTS, "fr": edited})
    assert before.fingerprint("en") == after.fingerprint("en")
    changed = {key for key, value in before.fingerprint("fr").items() if after.fingerprint("fr")[key] != value}
    assert changed == {"prompt rules/term.v1.fr"}


def test_each_setting_is_named_in_the_fingerprint():
    plain = stage().fingerprint("en")
    for key, value in {"per_unit": 3, "per_figure": 2, "seed": 5, "question_types": ("counting",)}.items():
        other = stage(**{key: value}).fingerprint("en")
        assert {name for name in plain if plain[name] != other[name]} == {f"config.{key}"}
