import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.completion import NotACompletionError, read_completion, reasoning_steps


def body(content=None, *, finish="stop", **message):
    choice = {"index": 0, "message": {"role": "assistant", "content": content} | message, "finish_reason": finish}
    return json.dumps({"choices": [choice]}).encode()


def test_the_content_is_the_answer():
    completion = read_completion(body(' {"a": 1} '))

    assert (completion.text, completion.reasoning, completion.finish) == ('{"a": 1}', None, "stop")


def test_parts_of_a_content_are_joined_and_thinking_parts_kept_apart():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "The arrow points up."}]},
        {"type": "text", "text": '{"a"'},
        {"type": "text", "text": ": 1}"},
        "",
        {"type": "image_url", "image_url": {}},
    ]

    completion = read_completion(body(parts))

    assert (completion.text, completion.reasoning) == ('{"a": 1}', "The arrow points up.")


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_in_a_field_of_its_own_is_kept_apart(field):
    completion = read_completion(body('{"a": 1}', **{field: " Because. "}))

    assert (completion.text, completion.reasoning) == ('{"a": 1}', "Because.")


def test_the_same_reasoning_in_two_fields_counts_once():
    assert read_completion(body("x", reasoning="Because.", reasoning_content="Because.")).reasoning == "Because."


@pytest.mark.parametrize(
    ("content", "finish", "text", "reasoning"),
    [
        ('<think>\nBecause.\n</think>\n\n{"a": 1}', "stop", '{"a": 1}', "Because."),
        ('Because.\n</think>\n{"a": 1}', "stop", '{"a": 1}', "Because."),
        ("[THINK]Because.[/THINK]yes", "stop", "yes", "Because."),
        ("<think>One.</think><think>Two.</think>yes", "stop", "yes", "One.\n\nTwo."),
        ("<think></think>yes", "stop", "yes", None),
        ("<think>Because it goes on and", "length", "", "Because it goes on and"),
        ('{"quote": "the tag </think> ends"}', "stop", '{"quote": "the tag </think> ends"}', None),
        ('```json\n{"quote": "a </think> b"}\n```', "stop", '{"quote": "a </think> b"}', None),
        ("The word <think> in the middle.", "stop", "The word <think> in the middle.", None),
    ],
)
def test_what_stands_in_think_tags_is_kept_apart(content, finish, text, reasoning):
    completion = read_completion(body(content, finish=finish))

    assert (completion.text, completion.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ("```\n[1, 2]\n```", "[1, 2]"),
        ('Here it is:\n```json\n{"a": "```"}\n```\nI hope that helps.', '{"a": "```"}'),
        ('Sure! {"a": {"b": 2}} Anything else?', '{"a": {"b": 2}}'),
        (r'The set \{x\} gives {"a": 1}.', '{"a": 1}'),
        ('{"a": 1} or {"a": 2}', '{"a": 1} or {"a": 2}'),
        ('{"items": [{"q": 1}', '{"items": [{"q": 1}'),
        ('Broken: {"items": [{"q": 1}, and {"q": 2}', 'Broken: {"items": [{"q": 1}, and {"q": 2}'),
        ("A set such as {1, 2} and {} is prose.", "A set such as {1, 2} and {} is prose."),
        ("just words", "just words"),
    ],
)
def test_one_json_object_is_freed_of_fence_and_prose(content, text):
    assert read_completion(body(content)).text == text


def test_an_answer_that_was_cut_off_is_left_as_it_is():
    completion = read_completion(body('First {"a": 1}, then {"b', finish="length"))

    assert (completion.text, completion.finish) == ('First {"a": 1}, then {"b', "length")


def test_a_refusal_is_one_whatever_the_finish_reason_says():
    completion = read_completion(body(None, refusal="I cannot help with that."))

    assert (completion.text, completion.finish, completion.refusal) == ("", "refusal", "I cannot help with that.")


def test_a_content_filter_says_what_it_objects_to():
    choice = {
        "message": {"content": ""},
        "finish_reason": "content_filter",
        "content_filter_results": {"violence": {"filtered": True}, "hate": {"filtered": False}},
    }

    completion = read_completion(json.dumps({"choices": [choice]}).encode())

    assert (completion.finish, completion.refusal) == ("content_filter", "violence")


def test_half_a_surrogate_pair_becomes_a_mark_that_can_be_written():
    raw = b'{"choices": [{"message": {"content": "cut \\ud83d"}, "finish_reason": "stop"}]}'

    assert read_completion(raw).text == "cut �"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[1]",
        b'"text"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": [null]}',
        b'{"choices": [{"message": "hello"}]}',
        b'{"choices": [{"message": {"content": 5}}]}',
        b'{"choices": [{"message": {"role": "assistant"}}]}',
        b'{"choices": [' + b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_completion_is_told_apart(raw):
    with pytest.raises(NotACompletionError):
        read_completion(raw)


def test_many_braces_take_no_time():
    text = '{"' * 50_000 + "{ " * 50_000

    assert read_completion(body("x " + text)).text.startswith("x {")


@given(st.text(max_size=300), st.sampled_from(["stop", "length", None, "tool_calls"]))
def test_any_content_can_be_read(content, finish):
    completion = read_completion(body(content, finish=finish))

    completion.text.encode()
    assert completion.finish in {"stop", "length"}


def test_a_trace_through_a_completion_can_be_cut_into_steps():
    completion = read_completion(body("<think>First, look. Then decide.</think>yes"))

    assert reasoning_steps(completion.reasoning or "") == ("First, look.", "Then decide.")
