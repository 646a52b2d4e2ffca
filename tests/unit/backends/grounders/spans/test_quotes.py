"""Where a quote stands."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusbuilder.backends.grounders.spans.quotes import find_quote

TEXT = (
    "Le noyau  contient l’ADN de la cellule. La mitochondrie produit de l'énergie ; elle n’est pas un organite vert. "
    "En 1492, trois navires partirent vers l'ouest. Le noyau dirige la cellule et l’œuf est une cel\u00adlule."
)


def found(quote, text=TEXT, language="fr", threshold=92.0):
    return find_quote(text, quote, language=language, threshold=threshold)


@pytest.mark.parametrize(
    ("quote", "method", "span"),
    [
        ("de la cellule. La mitochondrie", "quote.exact", "de la cellule. La mitochondrie"),
        ("le noyau contient l'ADN", "quote.normalised", "Le noyau  contient l’ADN"),
        ("produit de l’énergie; elle", "quote.normalised", "produit de l'énergie ; elle"),
        ("l'oeuf est une cellule", "quote.normalised", "l’œuf est une cel\u00adlule"),
        ("« La mitochondrie produit »", "quote.normalised", "La mitochondrie produit"),
        ("La mitochondrle produit de l'énergie", "quote.fuzzy", "La mitochondrie produit de l'énergie"),
        ("La mitochon drie produit de l'énergie", "quote.fuzzy", "La mitochondrie produit de l'énergie"),
        ("La mitochondrie produit l'énergie ; elle", "quote.fuzzy", "La mitochondrie produit de l'énergie ; elle"),
    ],
)
def test_a_quote_is_found_with_its_true_offsets(quote, method, span):
    place = found(quote).place
    assert (place.method, TEXT[place.start : place.end]) == (method, span)


@pytest.mark.parametrize(
    ("quote", "problem"),
    [
        ("Le noyau", "occurs 2 times"),
        ("mitochon", "not in the passage"),
        ("En 1493, trois navires partirent vers l'ouest.", "other numbers"),
        ("En 1492, quatre navires partirent vers l'ouest.", "other numbers"),
        ("La mitochondrie produit de l'énergie ; elle est un organite vert.", "a negation"),
        ("La mitochondrie produit de l'énergie ; elle n’est pas un organite brun.", "brun"),
        ("Les plaques tectoniques glissent", "not in the passage"),
        ("… !", "no words"),
        ("", "no words"),
    ],
)
def test_a_quote_that_is_not_certain_is_left_to_a_person(quote, problem):
    search = found(quote)
    assert search.place is None
    assert problem in search.problem


def test_the_places_of_an_ambiguous_quote_are_candidates():
    assert [TEXT[c.start : c.end] for c in found("Le noyau").candidates] == ["Le noyau", "Le noyau"]


def test_two_places_that_come_equally_near_are_both_candidates():
    text = "The river flows to the north sea. The hills are old. The rivet flows to the north sea."
    search = find_quote(text, "The rivex flows to the north sea", language="en", threshold=90)
    assert search.place is None
    assert len(search.candidates) == 2


def test_a_letter_at_the_beginning_of_a_word_is_no_slip():
    text = "Most of the reproduction in this group is asexual and takes place in spring."
    quote = "Most of the reproduction in this group is sexual and takes place in spring."
    assert find_quote(text, quote, language="en", threshold=92).place is None


def test_a_hostile_quote_ends_soon():
    assert find_quote("a " * 200_000, "b " * 200_000, language="en", threshold=92).place is None


KINDS = ["un", "deux", "œuf", "l’eau", "d'or", "n'est", "Nil.", "«", "vers", "»", "12", "pas", "fin,", "mer", "ﬂot"]
WORDS = st.lists(st.sampled_from(KINDS), min_size=3, max_size=25)


@given(WORDS, st.data())
def test_a_run_of_whole_words_is_found_wherever_it_is_unique(words, data):
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    quote = " ".join(words[start:end])
    assume(any(c.isalnum() for c in quote))
    search = found(quote, text)
    if search.place:
        assert text[search.place.start : search.place.end] == quote
    else:
        assert "times" in search.problem


@given(st.text(max_size=80), st.text(max_size=60))
def test_any_text_and_quote_give_offsets_in_the_text(text, quote):
    search = found(quote, text)
    for place in filter(None, (search.place, *search.candidates)):
        assert 0 <= place.start < place.end <= len(text)
        assert 0 <= place.score <= 1
    assert (search.place is None) == bool(search.problem)
