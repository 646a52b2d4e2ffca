"""The language of a question or an answer, as far as it can be told."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.language import is_in

ENGLISH = (
    "Which organ pumps the blood?",
    "What does “la Terre” mean?",
    "Who joined the Académie des sciences in 1666?",
    "How many arrows leave “Sea”?",
    "because the pressure of the gas rises",
    "Is Châlons-sur-Marne to the north of Dijon?",
    "Where is Escherichia coli found?",
)
FRENCH = (
    "Quel organe pompe le sang ?",
    "Que devient l’eau quand elle gèle ?",
    "Combien de flèches partent de « the sea » ?",
    "parce que la pression du gaz augmente",
    "Qui a fondé la Bank of England ?",
    "Où trouve-t-on Escherichia coli dans le corps ?",
)
NEITHER = (
    "1492", "Escherichia coli", "in vitro", "mitochondria", "Le Petit Prince", "Tour de la Bastille",
    "L’Origine du monde", "the Bank of England", "café", "Yes", "Oui", "", "…", "H2O", "cellule", "des Alpes",
)  # fmt: skip


@pytest.mark.parametrize("text", ENGLISH)
def test_an_english_sentence_is_in_english_and_not_in_french(text):
    assert is_in(text, "en") is True
    assert is_in(text, "fr-CA") is False


@pytest.mark.parametrize("text", FRENCH)
def test_a_french_sentence_is_in_french_and_not_in_english(text):
    assert is_in(text, "fr") is True
    assert is_in(text, "en-GB") is False


@pytest.mark.parametrize("text", NEITHER)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_numbers_and_single_words_are_never_in_the_wrong_language(text, language):
    assert is_in(text, language) is not False


def test_of_a_language_that_we_cannot_read_nothing_is_said():
    assert is_in("Welches Organ pumpt das Blut durch den Körper?", "de") is None


@given(st.text(max_size=200))
def test_no_text_is_in_both_languages(text):
    assert not (is_in(text, "en") and is_in(text, "fr"))


@pytest.mark.parametrize("text", ["A-de-" * 4000, "L'" * 8000, "Aa-" * 6000, "« " * 8000, "é" * 20_000])
def test_a_text_that_is_no_language_at_all_takes_no_time(text):
    start = time.perf_counter()
    is_in(text, "fr")
    assert time.perf_counter() - start < 1
