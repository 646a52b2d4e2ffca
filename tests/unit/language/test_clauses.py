"""Where clauses and statements begin."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.language.clauses import clause_spans, goes_on, statement_starts, without_conjunction


def clauses(text, language="en"):
    return [text[s:e] for s, e in clause_spans(text, 0, len(text), language)]


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("The owl hunts, and the wren sings.", "en", ["The owl hunts", "and the wren sings."]),
        ("It melts because it is hot; it drips.", "en", ["It melts", "because it is hot", "it drips."]),
        ("Le loup chasse, tandis que l'ours dort.", "fr", ["Le loup chasse", "tandis que l'ours dort."]),
        ("Il pêche parce qu'il a faim.", "fr", ["Il pêche", "parce qu'il a faim."]),
        ("It cost 1,200 francs.", "en", ["It cost 1,200 francs."]),
    ],
)
def test_a_clause_begins_at_a_sign_or_a_conjunction(text, language, parts):
    assert clauses(text, language) == parts


def test_the_last_member_of_a_list_begins_no_statement():
    listed = "They mine coal, iron, and fine white salt."
    joined = "The owl hunts at night, and the wren sings by day."
    assert list(statement_starts(listed, "en")) == []
    assert [joined[start:][:7] for start, _ in statement_starts(joined, "en")] == ["and the"]


def test_a_statement_with_because_is_no_main_one():
    text = "The pond freezes over because the wind is cold; the ducks leave."
    assert [main for _, main in statement_starts(text, "en")] == [False, True]


def test_a_conjunction_can_be_left_out():
    text = "It melts, and it drips"
    assert text[without_conjunction(text, 9, len(text), "en") :] == "it drips"


def test_a_clause_with_a_subject_of_its_own_does_not_go_on():
    assert goes_on("has none at all", "en")
    assert not goes_on("which has none", "en")
    assert not goes_on("la lune brille", "fr")


@given(st.text(max_size=120))
def test_clauses_lie_in_order_in_the_text(text):
    spans = list(clause_spans(text, 0, len(text), "fr"))
    assert all(s < e for s, e in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
