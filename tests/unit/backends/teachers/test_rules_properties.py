"""What holds for whatever the rules teacher asks."""

import builders
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_units import about, arrows, drafts, form, request

from corpusbuilder.backends.teachers.rules import BACKEND, RulesOptions
from corpusbuilder.backends.teachers.rules.candidate import with_distractors
from corpusbuilder.backends.teachers.rules.leaks import leaks
from corpusbuilder.backends.teachers.rules.teacher import RulesTeacher
from corpusbuilder.errors import ConfigError
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records import QuestionType, StepKind

NAMES = {
    "en": ("Grass", "Hare", "Lynx", "Vole", "Small fish", "Owl at night", "Étang"),
    "fr": ("Herbe", "Lièvre", "Lynx", "Campagnol", "Petit poisson", "Étang", "Eau de pluie"),
}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def webs(language: str):
    """Arrows between different labels, each pair once."""
    names = st.sampled_from(NAMES[language])
    pairs = st.tuples(names, names).filter(lambda pair: pair[0] != pair[1])
    return st.lists(pairs, min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize("language", ["en", "fr"])
@QUICK
@given(data=st.data(), seed=st.integers(0, 99))
def test_no_question_gives_its_answer_away_and_premises_look_back(language, data, seed):
    pairs = data.draw(webs(language))
    unit = about(language, *builders.TEXTS[language], figures=(arrows(*(f"{a}>{b}" for a, b in pairs)),))
    for draft in drafts(unit, seed=seed):
        assert not leaks(draft.question, draft.answer, language)
        assert 2 <= len(draft.steps) <= 5
        assert draft.steps[-1].kind is StepKind.INFER
        assert draft.steps[-1].premises
        for step in draft.steps:
            assert all(1 <= premise < step.index for premise in step.premises)
            assert bool(step.citations) == (step.kind is not StepKind.INFER)


@QUICK
@given(data=st.data())
def test_what_is_said_of_an_arrow_is_drawn(data):
    pairs = data.draw(webs("en"))
    unit = about("en", figures=(arrows(*(f"{a}>{b}" for a, b in pairs)),))
    leads = {name: {b for a, b in pairs if a == name} for name in NAMES["en"]}
    for draft in drafts(unit):
        given_names = [name for name in NAMES["en"] if f"“{name}”" in draft.question]
        if form(draft) == "arrow_to":
            assert leads[given_names[0]] == {draft.answer}
        if form(draft) == "arrow_count":
            assert len(leads[given_names[0]]) == int(draft.answer)
        if form(draft) == "arrow_which":
            assert leads[given_names[0]] & set(draft.choices) == {draft.answer}


@QUICK
@given(
    answer=st.text(min_size=1, max_size=5),
    others=st.lists(st.text(min_size=1, max_size=5), max_size=6),
    seed=st.integers(0, 9),
)
def test_choices_hold_the_answer_once_and_do_not_depend_on_order(answer, others, seed):
    choices = with_distractors(answer, others, seed=seed, key=("key",))
    assert choices == () or choices.count(answer) == 1
    assert len({choice.casefold() for choice in choices}) == len(choices) <= 4


@QUICK
@given(text=st.text(max_size=300))
def test_any_text_is_survived_and_every_quote_is_verbatim(text):
    for language in ("en", "fr"):
        for draft in drafts(about(language, text)):
            for step in draft.steps:
                assert all(citation.quote in text for citation in step.citations)


def test_the_same_unit_is_asked_the_same_alone_and_in_company():
    one, other = builders.unit("en"), about("en", "A moraine is a heap of stones left by ice.")
    other = other.model_copy(update={"id": "unit-2"})
    together = {a.unit_id: a.drafts for a in RulesTeacher().complete([request(other), request(one)])}
    assert together == {"unit-1": drafts(one), "unit-2": drafts(other)}


def test_another_seed_gives_other_wordings():
    unit = about("en", *builders.TEXTS["en"], figures=(builders.cycle("en"),))
    asked = [{draft.question for draft in drafts(unit, seed=seed)} for seed in range(4)]
    assert len({frozenset(questions) for questions in asked}) > 1


def test_no_more_is_asked_than_the_limits_allow():
    unit = about("en", *builders.TEXTS["en"], figures=(arrows("Grass>Hare", "Hare>Lynx", "Grass>Vole", "Vole>Lynx"),))
    found = drafts(unit, per_unit=1, per_figure=3)
    assert len([draft for draft in found if draft.figure_ids]) == 3
    assert len([draft for draft in found if not draft.figure_ids]) == 1
    assert drafts(unit, per_unit=0, per_figure=0) == ()


def test_only_the_types_that_are_wanted_are_asked():
    unit = about("en", *builders.TEXTS["en"], figures=(arrows("Grass>Hare", "Hare>Lynx"),))
    found = drafts(unit, question_types=frozenset({QuestionType.MULTI_HOP}))
    assert {form(draft) for draft in found} == {"arrow_path"}


def test_a_language_without_rules_is_answered_with_nothing():
    unit = builders.unit("en")
    (answer,) = RulesTeacher().complete([request(unit, language="de")])
    assert answer.drafts == ()
    assert answer.failure is None


@pytest.mark.parametrize("body", ["## question\n- {{ nothing }}\n", "no sections", "## question\n- {% if %}\n"])
def test_a_broken_prompt_is_named(body):
    prompts = load_prompts("rules", "en")
    prompts = {**prompts, "arrow_to": prompts["arrow_to"].model_copy(update={"text": body})}
    with pytest.raises(ConfigError, match=r"rules/arrow_to\.v1\.en"):
        drafts(about("en", figures=(arrows("Grass>Hare"),)), prompts=prompts)


def test_a_prompt_cannot_reach_python():
    prompts = load_prompts("rules", "en")
    body = "## question\n- {{ given.__class__.__mro__ }}\n"
    prompts = {**prompts, "arrow_to": prompts["arrow_to"].model_copy(update={"text": body})}
    with pytest.raises(ConfigError):
        drafts(about("en", figures=(arrows("Grass>Hare"),)), prompts=prompts)


def test_both_languages_have_the_same_prompts_with_the_same_sections():
    english, french = load_prompts("rules", "en"), load_prompts("rules", "fr")
    assert english.keys() == french.keys()
    for name in english.keys() - {"figure"}:
        sections = [
            {line for line in p.text.splitlines() if line.startswith("## ")} for p in (english[name], french[name])
        ]
        assert sections[0] == sections[1], name


def test_the_fingerprint_says_what_finds_the_ends_of_sentences():
    assert set(RulesOptions().fingerprint()) == {"kind", "sentences en", "sentences fr"}
    assert isinstance(BACKEND.create(BACKEND.options()), RulesTeacher)


def test_french_signs_are_kept_from_the_line_end():
    for draft in drafts(about("fr", *builders.TEXTS["fr"], figures=(builders.cycle("fr"),))):
        said = " ".join((draft.question, *(step.text for step in draft.steps)))
        for sign in (" ?", " :", " ;", "« ", " »"):
            assert sign not in said
