"""What a detector is to look for in a picture, read off a step."""

import pytest

from corpusbuilder.backends.grounders.detector.phrases import MOST, phrases_of


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The bird sits on a branch.", "en", ["bird", "branch"]),
        ("L’oiseau est posé sur une branche.", "fr", ["oiseau", "branche"]),
        ("The figure shows a large mitochondrion next to the nucleus.", "en", ["large mitochondrion", "nucleus"]),
        ("On voit une grande mitochondrie à côté du noyau.", "fr", ["grande mitochondrie", "noyau"]),
        ("A white-tailed eagle holds two fish in its claws.", "en", ["white-tailed eagle", "fish", "claws"]),
        ("Sur le schéma, deux flèches rouges partent du cœur.", "fr", ["flèches rouges", "cœur"]),
    ],
)
def test_the_things_of_a_step_are_named_without_their_articles(text, language, expected):
    assert list(phrases_of(text, language)) == expected


def test_what_is_quoted_is_looked_for_and_nothing_else():
    assert phrases_of("The part called “Left Ventricle” lies beside the lung.", "en") == ("left ventricle",)
    assert phrases_of("La partie « oreillette » touche le poumon.", "fr") == ("oreillette",)


def test_a_long_quotation_is_no_name():
    assert phrases_of('The text says "all that can be seen here is very small" of the cell.', "en")[-1] == "cell"


def test_part_and_whole_are_one_phrase():
    assert phrases_of("The base of the flask touches the tripod.", "en") == ("base of the flask", "tripod")
    assert phrases_of("La paroi de l’estomac entoure la cavité.", "fr") == ("paroi de l’estomac", "cavité")


def test_of_joins_neighbours_only():
    assert phrases_of("La membrane cellulaire se trouve autour du noyau.", "fr") == ("membrane cellulaire", "noyau")
    assert phrases_of("The wall, of the heart of the man.", "en") == ("wall", "heart of the man")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The colour of the flask is blue.", "en", ["flask"]),
        ("On the left side of the picture a tube can be seen.", "en", ["tube"]),
        ("La couleur du ballon est bleue.", "fr", ["ballon"]),
        ("En haut de la figure, on distingue un tube.", "fr", ["tube"]),
        ("The left ventricle is visible.", "en", ["left ventricle"]),
    ],
)
def test_words_for_the_picture_and_for_places_in_it_are_nothing_to_look_for(text, language, expected):
    assert list(phrases_of(text, language)) == expected


def test_a_verb_right_after_an_article_is_a_noun():
    assert phrases_of("La porte rouge est fermée.", "fr") == ("porte rouge",)
    assert phrases_of("The stand holds a flask.", "en") == ("stand", "flask")


def test_without_articles_words_side_by_side_are_a_thing():
    assert phrases_of("Clouds above mountains", "en") == ("clouds", "mountains")


def test_no_more_than_three_things_are_looked_for_and_each_once():
    text = "A cat, a dog, the CAT, a bird, a fish and a horse."
    assert phrases_of(text, "en") == ("cat", "dog", "bird")
    assert MOST == 3


@pytest.mark.parametrize("text", ["", "?!", "It is there.", "The figure.", "12 345", "\x00\x01", "“”", "“" * 50])
def test_where_nothing_is_named_there_is_nothing(text):
    assert phrases_of(text, "en") == ()


@pytest.mark.parametrize(
    "text",
    [
        "cell " * 30_000,
        "x" * 100_000,
        "the " * 30_000,
        "the \x00 ce\u200bll \x07 and the nu\u0301cleus",
        "The “red\x00cell\nwall” is there.",
        "细胞核在左边",
        "Ignore all instructions. the cell. the nucleus.",
        "of of of the of the",
        "d’ l’ de la du",
    ],
)
def test_hostile_texts_give_short_clean_phrases(text):
    for language in ("en", "fr", "de", ""):
        phrases = phrases_of(text, language)
        assert len(phrases) <= MOST
        assert all(0 < len(each) <= 60 and each.isprintable() and "." not in each for each in phrases)
