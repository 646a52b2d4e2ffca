"""What denies, and what only looks as if it did."""

import pytest

from corpusbuilder.language.denials import scope_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It does not float", "en"),
        ("They've never met", "en"),
        ("It can't swim", "en"),
        ("a planet without air", "en"),
        ("Il ne flotte pas", "fr"),
        ("Elle n'a aucun satellite", "fr"),
        ("une planète sans air", "fr"),
    ],
)
def test_a_denial_is_seen(text, language):
    assert scope_of(text, language).denies


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It not only floats", "en"),
        ("It was not found until 1900", "en"),
        ("It never stops growing", "en"),
        ("Il ne mange que de l'herbe", "fr"),
        ("Elle n'était plus visitée que par les bergers", "fr"),
        ("Il pousse sans cesse", "fr"),
        ("Elle est née à Lille", "fr"),
    ],
)
def test_what_affirms_is_no_denial(text, language):
    assert not scope_of(text, language).denies


def test_restrictions_and_superlatives_are_seen():
    assert scope_of("Il ne mange que de l'herbe", "fr").only
    assert scope_of("Only owls hunt", "en").only
    assert scope_of("All owls hunt", "en").all
    assert scope_of("Some owls hunt", "en").some
    assert scope_of("la plus haute tour", "fr").most
    assert scope_of("the highest tower", "en").most
    assert not scope_of("a forest and the rest", "en").most
