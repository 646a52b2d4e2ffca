"""The prompts themselves: complete, alike in both languages, and fit for every order."""

import re
from itertools import product
from pathlib import Path
from typing import get_args

import builders
import pytest
from jinja2 import Environment, meta
from pass_bench import Bench, good, request, slot, task_text, unit_of_two, whole_text

from corpusbuilder.backends.teachers.passes.forms import canonical_answer
from corpusbuilder.backends.teachers.passes.prompting import PASSES, Pieces
from corpusbuilder.prompts import data_folder, load_prompts
from corpusbuilder.records import Diagram
from corpusbuilder.records.example import AnswerType, Context, Difficulty, DistractorType, Reasoning, What

NAMES = {"system", "passages", "figure", *PASSES, "format", "repair"}
EN, FR = load_prompts("teacher", "en"), load_prompts("teacher", "fr")
EVERY = [*EN.values(), *FR.values()]


def variables(prompt):
    return meta.find_undeclared_variables(Environment().parse(prompt.text))


def ordered(pieces, *slots, figure=True):
    fact = {"statement": "Rain falls.", "elements": ("L1",), "passages": ("P1",)}
    return pieces.render("questions", facts=[fact], slots=slots, figure=figure, passages=True)


def test_both_languages_have_the_same_prompts_with_the_same_variables():
    assert EN.keys() == FR.keys() == NAMES
    for name in NAMES:
        assert variables(EN[name]) == variables(FR[name])
        assert EN[name].output_schema == FR[name].output_schema == (name if name in PASSES else None)


@pytest.mark.parametrize("prompts", [EN, FR], ids=["en", "fr"])
def test_every_order_can_be_put_into_words(prompts):
    pieces = Pieces(prompts)
    names = ("what", "context", "reasoning", "difficulty", "form")
    facets = [get_args(facet) for facet in (What, Context, Reasoning, Difficulty, AnswerType)]
    for values in product(*facets):
        assert "S1" in ordered(pieces, slot(**dict(zip(names, values, strict=True))))


@pytest.mark.parametrize("prompts", [EN, FR], ids=["en", "fr"])
def test_the_types_of_distractors_are_explained_when_choices_are_ordered(prompts):
    pieces = Pieces(prompts)
    with_choices = ordered(pieces, slot(form="multiple_choice"))
    assert all(f"{kind} (" in with_choices for kind in get_args(DistractorType))
    assert "same_figure" not in ordered(pieces, slot(form="multiple_choice"), figure=False)
    assert "7." not in ordered(pieces, slot(form="short"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_request_shows_json_beside_a_grammar(language):
    bench = Bench(good)
    bench.draft(request(unit_of_two(language)))
    for sent in bench.sent():
        assert '{"' not in whole_text(sent)
        assert "JSON" not in whole_text(sent)
        assert "JSON" in sent.output.instruction


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_task_stands_at_the_very_end_under_the_heading_that_the_system_message_names(language):
    bench = Bench(good)
    bench.draft(request(unit_of_two(language)))
    heading = {"en": "Your task", "fr": "Votre tâche"}[language]
    for sent in bench.sent():
        assert heading in sent.messages[0].parts[0].text
        assert task_text(sent).startswith(f"# {heading}\n")


def test_only_the_kinds_of_steps_that_are_possible_are_explained():
    def kinds(unit, **changes):
        bench = Bench(good)
        bench.draft(request(unit, **changes))
        return re.findall(r"^- (\w+):", task_text(bench.sent("steps")[0]).split("## Kinds")[1], re.MULTILINE)

    unit = builders.unit()
    assert kinds(unit) == ["perceive", "read", "recall", "infer"]
    assert kinds(unit, per_figure=0) == ["read", "recall", "infer"]
    assert kinds(unit.model_copy(update={"passages": ()})) == ["perceive", "recall", "infer"]


def test_where_nothing_can_be_pointed_at_no_ids_are_spoken_of():
    unit = builders.unit()
    bare = unit.figures[0].model_copy(update={"diagram": Diagram()})
    bench = Bench(good)
    bench.draft(request(unit.model_copy(update={"figures": (bare,), "passages": ()})))
    for sent in bench.sent():
        assert '"elements"' not in task_text(sent) + sent.output.instruction
        assert '"quotes"' not in task_text(sent) + sent.output.instruction


def test_arrows_are_shown_with_their_direction_and_the_words_along_them():
    figure = builders.cycle()
    arrow = figure.diagram.connectors[0].model_copy(update={"label_id": "lab-4"})
    diagram = figure.diagram.model_copy(update={"connectors": (arrow,)})
    bench = Bench(good)
    unit = builders.unit().model_copy(update={"figures": (figure.model_copy(update={"diagram": diagram}),)})
    bench.draft(request(unit))
    shown = whole_text(bench.sent()[0])
    assert "\nA1: L1 → L2, with L5 written along it: Sea → Clouds\n</arrows>" in shown
    assert "\nR2 (40, 88), named by L5, inside R1: Roots\n</parts>" in shown


@pytest.mark.parametrize("prompt", FR.values(), ids=FR.keys())
def test_french_prompts_have_french_typography(prompt):
    prose = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", prompt.text, flags=re.DOTALL)
    assert re.findall(r"\S [?!;](?:\s|$)|\S :(?:\s|$)|« | »|\w'\w", prose) == []
    assert re.findall(r"[^\s\u202f][?!;](?:\s|$)", re.sub(r"&\w+;|&#\d+;", "", prose)) == []


@pytest.mark.parametrize("prompt", EVERY, ids=lambda prompt: prompt.id)
def test_examples_use_no_id_that_a_model_could_copy(prompt):
    example = prompt.text.partition("## Ex")[2]
    assert re.findall(r"\b[LARPSQ]\d", example) == []


@pytest.mark.parametrize(("language", "words"), [("en", ("Yes", "No")), ("fr", ("Oui", "Non"))])
def test_the_words_for_yes_and_no_are_those_that_are_read(language, words):
    asked = ordered(Pieces(load_prompts("teacher", language)), slot(form="yes_no"))
    for word in words:
        assert word in asked
        assert canonical_answer("yes_no", word, language) == word


def test_a_prompt_of_the_users_wins_file_by_file(tmp_path: Path):
    folder = tmp_path / "teacher"
    folder.mkdir()
    shipped = data_folder("prompts") / "teacher" / "steps.v1.en.md"
    (folder / "steps.v1.en.md").write_text(shipped.read_text(encoding="utf-8") + "\nBe brief.\n", encoding="utf-8")
    own = load_prompts("teacher", "en", own=tmp_path)
    assert {name for name in own if own[name] != EN[name]} == {"steps"}
    bench = Bench(good)
    bench.draft(request(prompts=own))
    assert task_text(bench.sent("steps")[0]).endswith("Be brief.\n")
