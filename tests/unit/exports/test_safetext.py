import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.exports.safetext import SafeText

CONTROLS = [
    "<image>", "<video>", "<audio>", "<bbox>", "<ref-object>", "<|im_end|>", "<|box_start|>", "</think>", "<think>",
    "</s>", "<s>", "<memory>", "<reason>", "<IMG_CONTEXT>", "<loc0123>", "<｜end▁of▁sentence｜>", "<<SYS>>",
    "<end_of_turn>", "<|object_ref_end|>", "</box>", "<im_patch>", "[INST]", "[/INST]", "[IMG]", "ASSISTANT:",
]  # fmt: skip


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_token_is_made_harmless_and_counted(control):
    safe = SafeText()
    text = safe(f"Look at {control} here.")
    assert control not in text
    assert text.startswith("Look at ")
    assert safe.changed == 1
    assert "1 sequences" in safe.notes()[0]


@given(st.lists(st.sampled_from([*CONTROLS, "<", ">", "|", "/", "a", " ", "image", "\n", "\0", "[", "]"]), max_size=12))
def test_no_arrangement_of_pieces_leaves_a_control_token(pieces):
    text = SafeText()("".join(pieces))
    for control in CONTROLS:
        assert control not in text


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "x<5 cm and y>3",
        "<5>",
        "Sun → Leaf",
        "« l’eau »\u202f?",
        "[1]",
        "[NATO]",
        "the assistant: a person",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    safe = SafeText()
    assert safe(text) == text
    assert safe.notes() == ()


def test_a_text_becomes_one_line_without_control_characters():
    assert SafeText()(" a\r\n\tb\u2028c\x00d\x1b[0m ") == "a b c\N{REPLACEMENT CHARACTER}d\N{REPLACEMENT CHARACTER}[0m"


@given(st.text())
def test_making_safe_twice_changes_nothing_more(text):
    once = SafeText()(text)
    again = SafeText()
    assert again(once) == once
    assert again.changed == 0
    assert not re.search(r"[\n\r\x00]", once)
