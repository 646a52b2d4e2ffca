"""How texts are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.text import (
    contains,
    content_stems,
    fold,
    negations,
    normalised,
    number_value,
    numbers,
    stem,
    tokens,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("cities", "city"),
        ("animaux", "animal"),
        ("parties", "partie"),
        ("eaux", "eau"),
        ("branches", "branch"),
        ("branches", "branche"),
        ("tableaux", "tableau"),
        ("processes", "process"),
    ],
)
def test_plurals_have_the_stem_of_their_singular(a, b):
    assert stem(a) == stem(b)


@pytest.mark.parametrize(("a", "b"), [("mitosis", "meiosis"), ("or", "ors"), ("class", "clas"), ("rock", "lock")])
def test_different_words_keep_different_stems(a, b):
    assert stem(a) != stem(b)


def test_typography_case_and_accents_are_folded():
    assert fold("  L’ŒUVRE\u00a0« ﬁne » : e\u0301te\u0301 — 5\u00ad6") == 'l\'oeuvre"fine":ete - 56'


def test_numbers_are_digits_words_and_roman_numerals():
    assert numbers("In 1,492 three of them came in the XIVth century with DNA", "en") == ("1", "492", "three", "XIV")
    assert numbers("Une fois, deux fois au XIXe siècle", "fr") == ("deux", "XIX")


def test_negations_are_those_of_the_language():
    assert negations("It doesn't, and never did: no.", "en") == ("doesn't", "never", "no")
    assert negations("Il n’est pas venu sans elle.", "fr") == ("n", "pas", "sans")


@pytest.mark.parametrize(
    ("text", "language", "value"), [("3", "en", 3), ("Twenty", "en", 20), ("deux", "fr", 2), ("a lot", "en", None)]
)
def test_small_numbers_are_read(text, language, value):
    assert number_value(text, language) == value


def test_a_text_of_little_words_keeps_them_as_content():
    assert content_stems("the sea", "en") == ("sea",)
    assert content_stems("us", "en") == ("us",)


def test_only_whole_runs_are_contained():
    assert contains(("a", "b", "c"), ("b", "c"))
    assert not contains(("a", "b", "c"), ("a", "c"))
    assert not contains(("a",), ())


@given(st.text(max_size=60))
def test_every_normalised_character_leads_back_to_its_source(text):
    plain = normalised(text)
    assert len(plain.text) == len(plain.sources)
    for i in range(len(plain.text)):
        start, end = plain.original(i, i + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=60))
def test_words_lie_in_the_text_in_order(text):
    words = tokens(text)
    assert all(0 <= w.start < w.end <= len(text) for w in words)
    assert [w.start for w in words] == sorted(w.start for w in words)
