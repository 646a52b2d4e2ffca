"""Two ways of writing a word are one word to whoever looks for a source."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.standoff import LeakScan, SourceIndex, SourceTexts, decode, encode, marked
from corpusbuilder.stages.standoff.words import words_in

TEXT = "Why don't H₂O and CO₂ mix in cell\u00adular ﬂuids of 12 m² near the old_mill?"
ALPHABET = st.sampled_from(
    [*"aeSß _-'’\n…[]", "don't", "ﬁn", "m²", "½", "Σς", "e\u0301", "\u00ad", "\u200f", "ŉ", "🌋"]
)


def folded(text):
    return [word.text for word in words_in(text)]


def test_case_accents_typography_and_compatible_forms_make_no_other_word():
    assert folded("Élève ﬁn CO₂ cell\u00adular ２ \u200fגוף") == folded("ELEVE fin CO2 cellular 2 גוף")


def test_an_apostrophe_and_a_low_line_end_a_word():
    assert folded("don't DON’T l'eau old_mill") == ["don", "t", "don", "t", "l", "eau", "old", "mill"]


@pytest.mark.parametrize("change", [str, str.upper, str.lower, lambda text: unicodedata.normalize("NFKC", text)])
@pytest.mark.parametrize("manner", ["own", "written", "name", "title"])
def test_a_sentence_is_taken_out_however_it_is_written(change, manner):
    sources = SourceTexts((TEXT,), frozenset(), {})
    text, copies = marked(encode([change(TEXT)], SourceIndex(sources), manner))
    assert decode(text, copies, sources.by_digest()) == change(TEXT)
    scan = LeakScan(words=4)
    scan.add("here", text)
    assert scan.leaks([TEXT]) == {}


def test_the_scan_finds_a_sentence_however_it_is_written():
    scan = LeakScan()
    scan.add("here", unicodedata.normalize("NFKC", TEXT).upper())
    assert scan.leaks([TEXT]) == {TEXT: "here"}


@given(st.lists(ALPHABET).map("".join))
def test_words_stand_in_the_text_one_after_another(text):
    end = 0
    for word in words_in(text):
        assert end <= word.start < word.end
        assert word.text
        end = word.end
    assert end <= len(text)
