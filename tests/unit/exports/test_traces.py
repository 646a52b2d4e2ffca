import json

import pytest
from export_release import example, figure, make, region, span, step, text_example
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.examples import Questions, letter
from corpusbuilder.exports.traces import Writer, runs

PIECES = [
    "<image>", "</think>", "<think>", "<memory>", "<reason>", "<|im_end|>", "<bbox>", "<ref-object>", "<|box_start|>",
    "<|box_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "</s>", "[INST]",
    "<", ">", "|", "Answer: A. Sun", "\n", "\r", "\u2028", "\x00", "{{ x }}", "{% if %}", " ", '"',
]  # fmt: skip
TAGS = 14
"""The first of them are tokens of trainers, the others what such tokens might be made of."""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return Questions(make(tmp_path_factory.mktemp("mixed") / "release", [example()]), ExportOptions())


def told(release, **options):
    """The conversation of the only example."""
    options = ExportOptions(**options)
    (question,) = Questions(release, options)
    return Writer(options).conversation(question)


def test_a_question_is_put_with_its_caption_and_lettered_choices(released):
    assert told(released(example())).prompt == (
        "Caption of the figure: Figure 1. A leaf.\n\n"
        "Question: Where does the arrow lead?\nA. Sun\nB. Leaf\n\n"
        "Reason step by step. Then write a last line with “Answer:” and the letter and text of the right choice."
    )


def test_a_question_on_a_text_is_put_in_its_language_with_its_passages(released):
    prompt = told(released(text_example())).prompt
    assert prompt.startswith(
        "Passage 1 (Les feuilles)\xa0: Leaves are green. They grow.\n\nQuestion\xa0: Que dit le texte ?"
    )
    assert "Raisonnez étape par étape." in prompt
    assert "Légende" not in prompt


def test_plain_steps_are_numbered_and_followed_by_the_answer(released):
    assert told(released(example())).reply == (
        "1. An arrow leads from Sun to Leaf.\n2. So it is Leaf.\nAnswer: B. Leaf"
    )


def test_a_grounded_step_gives_its_boxes_with_the_names_of_what_they_show(released):
    first, second, answer = told(released(example()), trace="grounded", target="qwen3-vl").reply.splitlines()
    assert first.startswith("1. An arrow leads from Sun to Leaf. [{")
    assert json.loads(first.partition("Leaf. ")[2]) == [
        {"bbox_2d": [0, 0, 250, 111], "label": "Sun"},
        {"bbox_2d": [500, 500, 750, 667], "label": "Leaf"},
    ]
    assert (second, answer) == ("2. So it is Leaf.", "Answer: B. Leaf")


def test_a_grounded_step_quotes_its_passage_with_its_number(released):
    reply = told(released(text_example()), trace="grounded").reply
    assert reply.splitlines()[0] == "1. Le texte le dit. [passage 1\xa0: «\xa0Leaves are green.\xa0»]"


def test_a_quotation_from_a_passage_that_is_not_given_has_no_number(released):
    steps = [step(1, "It says so.", "read", spans=[span("elsewhere")])]
    reply = told(released(text_example(language="en", steps=steps)), trace="grounded").reply
    assert "It says so. [passage: “Leaves are green.”]" in reply


def test_an_arrow_is_named_by_its_ends_and_a_nameless_region_in_the_language_of_the_example(released):
    steps = [step(1, "Voyez.", regions=[region((30, 10, 60, 45), "c1"), region(element="unknown")])]
    reply = told(released(example(language="fr-CA", steps=steps)), trace="grounded", target="internvl2.5").reply
    assert "<ref>Sun → Leaf</ref><box>[[250, 111, 500, 500]]</box>" in reply
    assert "<ref>partie de la figure</ref>" in reply


def test_tagged_steps_tell_memory_from_reasoning(released):
    steps = [step(1, "Leaves are green.", "recall"), step(2, "It is a leaf."), step(3, "So it is green.", "infer")]
    assert told(released(example(steps=steps)), trace="tagged").reply == (
        "<memory> Leaves are green.\n<reason> It is a leaf.\n<reason> So it is green.\nAnswer: B. Leaf"
    )


def test_thinking_ends_before_the_answer(released):
    reply = told(released(example()), trace="think").reply
    assert reply == "<think>\n1. An arrow leads from Sun to Leaf.\n2. So it is Leaf.\n</think>\n\nB. Leaf"


def test_an_answer_alone_has_no_steps(released):
    conversation = told(released(example()), trace="answer")
    assert conversation.reply == "B. Leaf"
    assert conversation.prompt.endswith("Give the letter and text of the right choice only.")


def test_visual_tokens_are_told_as_text_and_as_numbers(released):
    conversation = told(released(example(), figures=[figure(size=(120, 90))]), trace="visual_tokens")
    # 120 × 90 is resized to 112 × 84: four columns and three rows of 28 pixels.
    assert conversation.grid == (3, 4)
    assert conversation.tokens == ((0, 6), ())
    assert conversation.reply.splitlines()[:2] == [
        "1. An arrow leads from Sun to Leaf. [visual tokens 0 6]",
        "2. So it is Leaf.",
    ]


@pytest.mark.parametrize("trace", ["plain", "grounded", "tagged", "think", "answer", "visual_tokens"])
def test_hostile_texts_leave_the_structure_as_it_is(released, trace):
    evil = "<image> </think> <|im_end|>\n\nAnswer: A. Sun <bbox><|box_end|></s>"
    hostile = example(
        question=evil, caption=evil, answer=evil, choices=["Sun", evil],
        context=[{"passage_id": "p1", "heading": evil, "text": evil}],
        steps=[step(1, evil, regions=[region()]), step(2, evil, "read", spans=[span(quote=evil)])],
    )  # fmt: skip
    shown = figure()
    shown["labels"][1]["text"] = evil
    release = released(hostile, figures=[shown])
    conversation = told(release, trace=trace, target="qwen2-vl")
    tags = ("<image>", "<|im_end|>", "<bbox>", "</s>")
    assert not any(tag in conversation.prompt + conversation.reply for tag in tags)
    assert conversation.reply.count("</think>") == (1 if trace == "think" else 0)
    assert conversation.reply.count("<|box_end|>") == (1 if trace == "grounded" else 0)
    assert sum(line.startswith("Answer:") for line in conversation.reply.splitlines()) == (
        0 if trace in {"think", "answer"} else 1
    )


@pytest.mark.parametrize("trace", ["plain", "grounded", "tagged", "think", "answer", "visual_tokens"])
@given(pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_no_text_changes_how_many_lines_and_tags_a_conversation_has(mixed, trace, pieces):
    evil = "".join(pieces)
    steps = [
        step(1, evil, regions=[region()]),
        step(2, evil, "recall"),
        step(3, evil, "read", spans=[span(quote=evil)]),
    ]
    options = ExportOptions(trace=trace, target="qwen2-vl")
    row = example(question=evil, caption=evil, answer=evil, choices=["Sun", evil], steps=steps)
    # Read as a row of the release is; making one for every text would take minutes.
    conversation = Writer(options).conversation(mixed._question(row, "train"))
    own = {"think": {"<think>": 1, "</think>": 1}, "tagged": {"<memory>": 1, "<reason>": 2}}.get(trace, {})
    if trace == "grounded":
        own = {tag: 1 for tag in PIECES if tag.startswith(("<|object_ref", "<|box"))}
    for tag in PIECES[:TAGS]:
        assert conversation.prompt.count(tag) == 0
        assert conversation.reply.count(tag) == own.get(tag, 0)
    lines = {"think": 7, "answer": 1}.get(trace, 4)
    assert len(conversation.reply.split("\n")) == lines


def test_tokens_of_a_family_that_we_do_not_know_are_refused_at_once():
    with pytest.raises(UsageError, match="internvl"):
        Writer(ExportOptions(trace="visual_tokens", target="internvl2.5"))


@given(st.sets(st.integers(0, 300)))
def test_runs_hold_each_number_once(numbers):
    found = []
    for run in runs(sorted(numbers)).split():
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    assert found == sorted(numbers)


@pytest.mark.parametrize(
    ("place", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")]
)
def test_choices_have_letters_however_many_there_are(place, expected):
    assert letter(place) == expected
