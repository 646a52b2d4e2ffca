"""What asks or supposes is not asserted."""

import pytest

from corpusbuilder.language.hypotheses import asserted


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Does an arrow lead from Sea to Rain?", "en"),
        ("One might think that Sea leads to Rain.", "en"),
        ("Perhaps an arrow runs from Sea to Rain.", "en"),
        ("Suppose that Sea leads to Rain.", "en"),
        ("If Sea led to Rain, it would end there.", "en"),
        ("La mer mène-t-elle à la pluie ?", "fr"),
        ("On pourrait croire que la mer mène à la pluie.", "fr"),
        ("Supposons qu’une flèche aille de la mer à la pluie.", "fr"),
        ("Si la mer menait à la pluie, il pleuvrait.", "fr"),
        ("La mer semble mener à la pluie.", "fr"),
        ("The sea seems to lead to the rain.", "en"),
    ],
)
def test_a_question_or_supposition_asserts_nothing(text, language):
    assert asserted(text, language) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("An arrow leads from Sea to Rain.", "en"),
        ("If we follow the arrow from Sea, we reach Rain.", "en"),
        ("We can see that Sea leads to Rain.", "en"),
        ("Une flèche va de la mer à la pluie.", "fr"),
        ("Si l’on suit la flèche, on arrive à la pluie.", "fr"),
    ],
)
def test_a_statement_stays_as_it_is(text, language):
    assert asserted(text, language) == text


def test_of_two_sentences_the_one_that_asserts_stays():
    assert asserted("Where does Sea lead? It leads to Rain.", "en") == "It leads to Rain."
