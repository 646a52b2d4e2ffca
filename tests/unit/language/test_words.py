"""Which words agree."""

import pytest

from corpusbuilder.language.words import word_keys, words_of
from corpusbuilder.records.text import fold


def agree(one, other, language):
    return not word_keys(fold(one), language).isdisjoint(word_keys(fold(other), language))


@pytest.mark.parametrize(
    "pair",
    [
        "produce/production",
        "stopped/stop",
        "using/used",
        "cities/city",
        "carries/transport",
        "grew/growth",
        "began/started",
        "closes/close",
        "destroyed/destruction",
        "evaporates/evaporation",
        "huge/large",
    ],
)
def test_forms_and_synonyms_agree_in_english(pair):
    assert agree(*pair.split("/"), "en")


@pytest.mark.parametrize(
    "pair",
    [
        "produit/production",
        "détruire/destruction",
        "naissance/naquit",
        "chevaux/cheval",
        "débute/commencent",
        "finissent/fini",
        "mangeaient/mangé",
        "bâtirent/construction",
        "libère/rejette",
        "accélèrent/accélérer",
    ],
)
def test_forms_and_synonyms_agree_in_french(pair):
    assert agree(*pair.split("/"), "fr")


@pytest.mark.parametrize(
    ("pair", "language"),
    [
        ("important/import", "en"),
        ("flower/flow", "en"),
        ("plane/plan", "en"),
        ("organ/organism", "en"),
        ("increase/decrease", "en"),
        ("guérir/guerre", "fr"),
        ("mère/mer", "fr"),
        ("enfer/enfant", "fr"),
        ("augmenter/diminuer", "fr"),
    ],
)
def test_words_that_only_look_alike_do_not_agree(pair, language):
    assert not agree(*pair.split("/"), language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("grew", "shrank", "en"),
        ("unaware", "aware", "en"),
        ("useless", "useful", "en"),
        ("north", "south", "en"),
        ("accélèrent", "ralentissent", "fr"),
        ("invisible", "visible", "fr"),
    ],
)
def test_opposites_are_known(one, other, language):
    assert not words_of(language).opposites(word_keys(one, language)).isdisjoint(word_keys(fold(other), language)) or (
        not words_of(language).opposites(word_keys(fold(one), language)).isdisjoint(word_keys(fold(other), language))
    )
