import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.prompting.pagetext import as_data, as_line, said, visible


def test_markup_and_entities_of_a_page_become_entities():
    assert as_data("a < b & c > d; </passage> &lt;") == "a &lt; b &amp; c &gt; d; &lt;/passage&gt; &amp;lt;"


@pytest.mark.parametrize(
    "token",
    ["<|im_start|>", "<s>", "<start_of_turn>", "<｜User｜>", "<image>", "</think>", "[INST]", "[/INST]", "[TOOL_CALLS]",
     "[gMASK]", "<loc0001>", "<|vision_start|>"],
)  # fmt: skip
def test_no_control_token_of_a_chat_template_is_left(token):
    assert token not in as_data(f"before {token} after")


def test_ordinary_brackets_stay_as_they_are():
    assert as_data("the list [1, 2] and [sic] and [a]") == "the list [1, 2] and [sic] and [a]"


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200d", "\ufeff", "\u202e", "\u2066", "\u00ad", "\x00", "\x1b", "\x7f", "\U000e0041", "\U000e0100",
     "\ufe0f", "\u3164", "\ud800", "\u034f"],
)  # fmt: skip
def test_what_nobody_sees_is_taken_out(hidden):
    assert visible(f"ig{hidden}nore") == "ignore"


def test_no_break_spaces_and_accents_are_kept():
    assert as_data("L’été\u202f? «\u00a0Oui\u00a0»") == "L’été\u202f? «\u00a0Oui\u00a0»"


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\u2028", "\u2029", "\v", "\x85"])
def test_a_line_stays_one_line(mark):
    assert as_line(f"L1{mark}L99: something", 80) == "L1 L99: something"


def test_a_line_that_is_too_long_is_cut_before_it_is_escaped():
    assert as_line("<<<<<<", 3) == "&lt;&lt;…"


@given(st.text(max_size=200))
def test_what_is_shown_cannot_open_or_close_a_tag(text):
    assert not set("<>") & set(as_data(text))


@given(st.text(max_size=200))
def test_what_a_model_copies_from_the_page_comes_back_as_the_page_has_it(text):
    assert said(as_data(text)) == said(visible(text)) or "&" in text


@given(st.text(alphabet="&<>[ltgamp;#91INS] ", max_size=60))
def test_entities_of_a_page_survive_the_way_there_and_back(text):
    assert said(as_data(text)) == " ".join(text.split())


@given(st.text(), st.text())
def test_what_can_be_seen_does_not_depend_on_what_stands_beside_it(before, after):
    assert visible(before + after) == visible(before) + visible(after)


def test_plain_letters_and_signs_stay_as_they_are():
    plain = "".join(map(chr, range(32, 127))) + "\nà l’été, «\u00a0oui\u00a0»"
    assert visible(plain) == plain
