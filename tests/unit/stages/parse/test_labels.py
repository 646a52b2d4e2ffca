from dataclasses import replace

import pytest
from parse_pages import text_line

from corpusbuilder.stages.parse.captions import parse_label
from corpusbuilder.stages.parse.labels import number_on_ground, read_label


@pytest.mark.parametrize(
    ("text", "word", "number", "rest"),
    [
        ("Figure 3.2 The cell", "Figure", "3.2", "The cell"),
        ("Figure 3.2: The cell", "Figure", "3.2", "The cell"),
        ("Fig. 3. – La Lune", "Fig", "3", "La Lune"),
        ("FIG. 12. Leaf", "FIG", "12", "Leaf"),
        ("Fig. 27 et 28. — Feuilles", "Fig", "27", "Feuilles"),
        ("Figures 5.1–5.3 Roots", "Figures", "5.1", "Roots"),
        ("Doc. 4 : la ville", "Doc", "4", "la ville"),
        ("Schéma 1.4 – L’œil humain", "Schéma", "1.4", "L’œil humain"),
        ("Schéma 1.4 – L'œil humain", "Schéma", "1.4", "L'œil humain"),
        ("Carte nº 3 – Les fleuves", "Carte", "3", "Les fleuves"),
        ("Planche III. Oiseaux", "Planche", "III", "Oiseaux"),
        ("Map 12.1 (credit: the author)", "Map", "12.1", "(credit: the author)"),
        ("Croquis 2", "Croquis", "2", ""),
        ("Figure 3a. Spores", "Figure", "3a", "Spores"),
        ("Tableau A.1 Les climats", "Tableau", "A.1", "Les climats"),
        ("Photo 12 bis – Le port", "Photo", "12 bis", "Le port"),
        ("Plan 2. Le château", "Plan", "2", "Le château"),
        ("Frise 1 : Les rois", "Frise", "1", "Les rois"),
    ],
)
def test_captions_name_their_figures(text, word, number, rest):
    label = read_label(text)
    assert (label.word, label.number, text[label.end :]) == (word, number, rest)
    assert parse_label(text) == (word, number)


@pytest.mark.parametrize(
    "text",
    [
        "Figure 3.2 shows the cell",
        "Figure 3.2b lies",
        "Table of contents",
        "Documents 3 et 4 montrent",
        "figure 3.2 The cell",
        "Photo I think",
        "Configure 3.2",
        "Planche L'oiseau",
        "Box turtles",
        "See Figure 3.2",
        "",
    ],
)
def test_sentences_are_no_captions(text):
    assert read_label(text) is None
    assert parse_label(text) is None


def numbered(number, text, *, digits="#ffffff", letters="#000000"):
    line = text_line(f"{number} {text}", 50, 50)
    first, *rest = line.words
    colored = [replace(first, color=digits), *(replace(word, color=letters) for word in rest)]
    return replace(line, words=tuple(colored))


def test_light_digits_before_dark_words_are_a_number_on_a_coloured_ground():
    assert number_on_ground(numbered("2", "The wind on the coast")) == "2"
    assert number_on_ground(numbered("2", "The wind on the coast", digits="#000000")) is None
    assert number_on_ground(numbered("2", "The wind on the coast", letters="#ffffff")) is None
    assert number_on_ground(numbered("1998", "The wind on the coast")) is None


def test_a_dash_joins_the_numbers_of_one_figure_and_parts_those_of_several():
    assert read_label("Figure 4–1 The valley").number == "4–1"
    assert read_label("Figs. 5–8. Leaves").number == "5"
