"""The scripted teacher: good where nothing else is asked, wrong on request, and the same every time."""

import json
from typing import get_args

import pytest
import rules_units
import scripted_bench
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpusbuilder.backends.teachers.scripted import FaultName, ScriptedOptions
from corpusbuilder.backends.teachers.scripted.author import Author
from corpusbuilder.backends.teachers.scripted.faults import FAULTS
from corpusbuilder.backends.teachers.scripted.item import swapped
from corpusbuilder.backends.teachers.scripted.scene import Scene
from corpusbuilder.backends.teachers.scripted.script import read_script
from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.records.call import CallState

TEXTS = {
    "en": (
        "An aquifer is a layer of rock that stores water. A spring is a place where water leaves the ground.",
        "Hekla is one of the most active volcanoes of Iceland, and Katla lies under a glacier near Vik.",
        "In 1783, the volcano Laki in Iceland opened along a line of craters and covered the fields with ash.",
        "A glacier is a large mass of ice that flows slowly downhill under its own weight.",
    ),
    "fr": (
        "Un aquifère est une couche de roche qui retient l’eau. Une source est un lieu où l’eau sort du sol.",
        "En 1783, le volcan Laki en Islande s’ouvrit le long d’une ligne de cratères et couvrit les champs de cendres.",
        "Un glacier est une grande masse de glace qui descend lentement sous son propre poids.",
        "On appelle affluent un cours d’eau qui se jette dans un autre.",
    ),
}
WEB = ("Algae>Snail", "Algae>Tadpole", "Snail>Heron", "Tadpole>Newt", "Newt>Heron", "Heron>Soil", "Soil>Reeds")


def unit(language="en"):
    web = rules_units.arrows(*WEB, figure_id="fig-web")
    figures = (
        web.model_copy(update={"image": web.image.model_copy(update={"width": 1600})}),
        rules_units.cell(("Shell", "Core", "Membrane", "Vesicle"), "Figure 2. Parts", numbered=False, number="2"),
    )
    return rules_units.about(language, *TEXTS[language], figures=figures)


def items(language="en"):
    """All good questions about the unit, with what is around each."""
    whole = unit(language)
    for figure in (*whole.figures, None):
        author = Author(whole, figure, language, 0)
        yield from ((item, Scene(author, author.items)) for item in author.items)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_its_examples_are_supported_when_it_makes_no_mistakes(language):
    verified = scripted_bench.build([unit(language)])
    assert len(verified) >= 12
    assert [v.example.question for v in verified if not v.accepted] == []
    assert {v.example.provenance.producer for v in verified} == {"scripted"}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_mistake_changes_what_it_is_about_and_can_be_made_somewhere(name, language):
    made = [FAULTS[name](item, scene, pick) for item, scene in items(language) for pick in range(4)]
    assert any(made)
    assert not any(told == item for told, (item, _) in zip(made[::4], items(language), strict=True))


def test_every_mistake_can_be_asked_for_by_its_name():
    assert sorted(get_args(FaultName)) == sorted(FAULTS)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_none_of_its_mistakes_is_supported(name):
    wrong = scripted_bench.build([unit()], per_unit=30, per_figure=30, faults=(name,))
    assert [v.example for v in wrong if v.accepted] == []


def test_a_share_of_the_examples_is_wrong():
    def found(**options):
        examples, _ = scripted_bench.generated([unit()], scripted_bench.Scripted(ScriptedOptions(**options)))
        return {(e.question, e.answer) for e in examples}

    good, half, none = found(), found(faults=("leak",), fault_share=0.5), found(faults=("leak",), fault_share=0)
    assert none == good
    assert half & good
    assert half - good


def test_the_same_run_gives_the_same_bytes():
    def run():
        teacher = scripted_bench.Scripted(ScriptedOptions(faults=("wrong_answer", "leak"), fault_share=0.5))
        examples, _ = scripted_bench.generated([unit(), unit("fr")], teacher)
        return [e.model_dump_json() for e in examples], {k: a.body for k, a in teacher.ledger.answers.items()}

    assert run() == run()


def test_its_calls_are_kept_with_tokens_and_price():
    options = ScriptedOptions(price={"input": 1.0, "output": 2.0})
    teacher = scripted_bench.Scripted(options)
    scripted_bench.generated([unit()], teacher)
    tasks = [call.task for call in teacher.ledger.calls.values()]
    assert {"inventory", "questions", "steps"} == set(tasks)
    assert {state for state, _ in teacher.ledger.states.values()} == {CallState.PARSED}
    for answer in teacher.ledger.answers.values():
        usage = answer.usage
        assert answer.price_usd == pytest.approx((usage.prompt_tokens + 2 * usage.completion_tokens) / 1e6)
        assert json.loads(answer.body)["usage"]["prompt_tokens"] == usage.prompt_tokens > 100


def test_with_another_script_or_other_mistakes_it_is_another_model(tmp_path):
    script = tmp_path / "script.jsonl"
    script.write_text("")
    options = [
        ScriptedOptions(),
        ScriptedOptions(faults=("leak",)),
        ScriptedOptions(faults=("leak",), fault_share=0.5),
        ScriptedOptions(script=str(script)),
    ]
    assert len({o.identity for o in options}) == len(options)
    assert ScriptedOptions(latency_s=1, price={"input": 1, "output": 1}).identity == ScriptedOptions().identity
    assert ScriptedOptions(latency_s=1).fingerprint() == ScriptedOptions().fingerprint()
    before = ScriptedOptions(script=str(script)).identity
    script.write_text('{"task": "inventory", "match": "x", "answer": {}}\n')
    assert ScriptedOptions(script=str(script)).identity != before


def test_a_script_has_the_first_word(tmp_path):
    chain = {
        "text": "The passage says that an aquifer is a layer of rock that stores water.",
        "kind": "read",
        "elements": [],
        "quotes": [{"passage": "P1", "quote": "An aquifer is a layer of rock that stores water."}],
        "premises": [],
    }
    last = {
        "text": "What stores water is therefore a layer of rock.",
        "kind": "infer",
        "elements": [],
        "quotes": [],
        "premises": [1],
    }
    asked = {
        "slot": "S1",
        "possible": True,
        "question": "What is an aquifer, which stores water?",
        "answer": "a layer of rock",
        "distractors": [{"text": t, "type": "same_category"} for t in ("a lake", "a kind of cloud", "a mass of snow")],
    }
    whole = unit().model_copy(update={"figures": ()})
    lines = [
        {"task": "questions", "match": whole.id, "answer": {"questions": [asked]}},
        {
            "task": "steps",
            "match": "which stores water",
            "answer": {"chains": [{"question": "Q1", "steps": [chain, last]}]},
        },
        {"task": "steps", "match": whole.id, "answer": {"chains": []}},
    ]
    script = tmp_path / "script.jsonl"
    script.write_text("\n".join(json.dumps(line) for line in lines))
    shares = {"answer_form": {"free": 0, "yes_no": 0, "number": 0, "list": 0}}
    (verified,) = scripted_bench.build([whole], script=str(script), shares=shares)
    assert verified.example.question == asked["question"]
    assert verified.accepted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "line 1: task: Field required"),
        ('\n{"task": "questions", "match": 3, "answer": 1}', "line 2: match"),
        ("nonsense", "line 1: not JSON"),
        ('{"task": "a", "match": "b", "answer": 1, "more": 2}', "line 1: more: Extra inputs"),
        ("[" * 100_000, "line 1: not JSON"),
    ],
)
def test_a_line_of_a_script_that_is_wrong_is_named(tmp_path, text, message):
    path = tmp_path / "script.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_script(str(path))


def test_a_script_that_is_missing_or_no_text_is_named(tmp_path):
    with pytest.raises(MissingInputError, match="there is no such script"):
        read_script(str(tmp_path / "none.jsonl"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_script(str(tmp_path))
    (tmp_path / "image").write_bytes(b"\x89PNG\xff")
    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        read_script(str(tmp_path / "image"))


def test_a_mistake_that_nobody_knows_is_refused():
    with pytest.raises(ValidationError, match="wrong_answer"):
        ScriptedOptions(faults=("wrong_anser",))


def test_a_unit_without_anything_to_ask_about_is_no_failure():
    empty = rules_units.about("en", "Well, then.", figures=(rules_units.arrows("A>B", caption="Figure 1"),))
    examples, refused = scripted_bench.generated([empty], scripted_bench.Scripted(ScriptedOptions()))
    assert refused == []
    assert len(examples) <= 1


@given(st.lists(st.sampled_from(["Sea", "Rain", "falls", "on"]), max_size=12))
def test_two_names_that_change_places_twice_are_back(words):
    text = " ".join(words)
    pairs = [("Sea", "Rain"), ("Rain", "Sea")]
    once = swapped(text, pairs)
    assert swapped(once, pairs) == text
    assert once.count("Rain") == text.count("Sea")
