"""Where sentences end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.language.sentences import sentence_spans


def split(text, language="en", **how):
    return [text[start:end] for start, end in sentence_spans(text, language, **how)]


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("It rains. The sun sets! Why?", "en", ["It rains.", "The sun sets!", "Why?"]),
        ("Dr. Owl met J. Finch. They talked.", "en", ["Dr. Owl met J. Finch.", "They talked."]),
        ("It weighs approx. two grams. See fig. 3.", "en", ["It weighs approx. two grams.", "See fig. 3."]),
        ("M. Loup part. Il « dort. » Fin.", "fr", ["M. Loup part.", "Il « dort. »", "Fin."]),
        ("He said “Go.” Then he left.", "en", ["He said “Go.”", "Then he left."]),
        ("1. Wash it. 2) Dry it.", "en", ["Wash it.", "Dry it."]),
        ("A title\n\nA text", "en", ["A title", "A text"]),
        ("It costs 3.5 francs", "en", ["It costs 3.5 francs"]),
        ("", "en", []),
    ],
)
def test_a_sentence_ends_at_its_sign_and_not_after_an_abbreviation(text, language, sentences):
    assert split(text, language) == sentences


def test_each_line_of_a_list_is_a_sentence():
    assert split("• salt\n• fresh water", lines=True) == ["salt", "fresh water"]


@given(st.text(alphabet=st.sampled_from("aB .!?…\n«»\"'1,;é"), max_size=80))
def test_sentences_are_in_order_and_without_outer_blanks(text):
    spans = list(sentence_spans(text, "fr"))
    assert all(text[s:e] == text[s:e].strip() != "" for s, e in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
