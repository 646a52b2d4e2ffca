"""Names are found as they are, inflected, joined, abbreviated or with one slip; nothing else is taken for a name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.language.names import Name, find_names, named

FRAMES = {
    "en": (
        "The {} is drawn.",
        "An arrow leads to {}.",
        "The label “{}” stands there.",
        "Here lies the {}, on the left.",
    ),
    "fr": ("La {} est dessinée.", "Une flèche mène à {}.", "L’étiquette « {} » est là.", "Voici une {}, à gauche."),
}
NAMES = ("Vacuole", "Cell wall", "Nucleus", "Chloroplast", "Groundwater", "Left atrium", "Sève brute", "Noyau", "Eau")
LONG = ("Vacuole", "Chloroplast", "Groundwater", "Precipitation", "Mitochondrion", "Evaporation")


def find(text, *names, language="en"):
    """Pairs of a name and the characters that were taken for it."""
    found = find_names(text, [Name(name, (name,)) for name in names], language=language)
    return [(mention.name.text, text[mention.start : mention.end]) for mention in found]


def only(text, *names, language="en"):
    """The names that were found, without where."""
    return [name for name, _ in find(text, *names, language=language)]


@pytest.mark.parametrize(
    ("text", "name", "said", "language"),
    [
        ("the CELL WALL is thick", "Cell wall", "CELL WALL", "en"),
        ("the cell walls are thick", "Cell wall", "cell walls", "en"),
        ("l’eau monte", "Eau", "eau", "fr"),
        ("d'où vient la seve brute ?", "Sève brute", "seve brute", "fr"),
        ("les noyaux", "Noyau", "noyaux", "fr"),
        ("le cheval", "Chevaux", "cheval", "fr"),
        ("la cellule animale", "Cellules animales", "cellule animale", "fr"),
        ("les yeux", "Œil", "yeux", "fr"),
        ("un muscle actif", "Muscles actives", "muscle actif", "fr"),
        ("two nuclei", "Nucleus", "nuclei", "en"),
        ("the mitochondria", "Mitochondrion", "mitochondria", "en"),
        ("several analyses", "Analysis", "analyses", "en"),
        ("fallen leaves", "Leaf", "leaves", "en"),
        ("the food-web", "Food web", "food-web", "en"),
        ("the foodweb", "Food web", "foodweb", "en"),
        ("the vacu-\nole is big", "Vacuole", "vacu-\nole", "en"),
        ("CO₂ is made", "CO2", "CO₂", "en"),
        ("the vacuole is big", "Vacuole (6)", "vacuole", "en"),
        ("the ﬁn of the ﬁsh", "Fin", "ﬁn", "en"),
    ],
)
def test_a_name_is_found_in_any_spelling(text, name, said, language):
    assert find(text, name, language=language) == [(name, said)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the temp. rises there", "Temperature"),
        ("the temperature rises", "Temp."),
        ("the N. Atlantic is wide", "North Atlantic"),
        ("the North Atlantic is wide", "N. Atlantic"),
        ("the Ohio River is long", "Ohio R."),
        ("the ER is folded", "Endoplasmic reticulum"),
    ],
)
def test_an_abbreviation_is_found_with_a_lower_similarity(text, name):
    (mention,) = find_names(text, [Name(name, ("x",)), Name("Wall", ("y",))], language="en")
    assert mention.name.text == name
    assert mention.similarity < 1


def test_initials_that_two_names_share_are_no_name():
    assert only("the ER is folded", "Endoplasmic reticulum", "Elastic ring") == []


def test_the_head_of_a_name_stands_for_it_where_no_other_name_has_that_word():
    assert only("the nucleus is there", "Cell nucleus", "Wall") == ["Cell nucleus"]
    assert only("the nucleus is there", "Cell nucleus", "Dead nucleus") == []
    assert only("the animal nucleus is there", "Cell nucleus", "Wall") == []
    assert only("the cell is there", "Cell nucleus", "Wall") == []
    assert only("the nucleus of the atom", "Cell nucleus", "Wall") == []
    assert only("the anger is great", "Anger of the people") == ["Anger of the people"]
    assert only("the people are there", "Anger of the people") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the vacoule is big", "Vacuole"),
        ("the vacuoe is big", "Vacuole"),
        ("the vaccuole is big", "Vacuole"),
        ("the vacuolk is big", "Vacuole"),
        ("the stomata are open", "Stornata"),
        ("the nuc1eus is round", "Nucleus"),
        ("the outer wgll is thick", "Outer wall"),
        ("the label 'laef' is there", "Leaf"),
        ("the label 'iver' is there", "Liver"),
        ("the orgats are there", "Organs"),
        ("the war zn America", "War in America"),
        ("the left aatrium is there", "Left atrium"),
        ("cette vapeur 'eau monte", "Vapeur d’eau"),
    ],
)
def test_one_slip_is_forgiven(text, name):
    (mention,) = find_names(text, [Name(name, ("x",))], language="en")
    assert mention.similarity < 1


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ("a bear eats", "Pear", "en"),
        ("a plant grows", "Plane", "en"),
        ("the second is there", "Secund", "en"),
        ("it feeds on grass", "Seeds", "en"),
        ("what is produced there", "Producer", "en"),
        ("the producers", "Produces", "en"),
        ("the level 15", "Level 16", "en"),
        ("the zone III", "Zone II", "en"),
        ("the part C", "Part A", "en"),
        ("the upper hall", "Upper wall", "en"),
        ("the war on America", "War in America", "en"),
        ("the live ones", "Liver", "en"),
        ("the nitrites are drawn", "Nitrates", "en"),
        ("the maltase is drawn", "Maltose", "en"),
        ("the biotic factors", "Abiotic factors", "en"),
        ("la partie antérieure", "Partie intérieure", "fr"),
        ("le “macronoyau” est rond", "Micronoyau", "fr"),
        ("l’étiquette porte un mot", "Porta", "fr"),
        ("the charge on ion", "Onion", "en"),
        ("the sea. Son of the king", "Season", "en"),
    ],
)
def test_another_word_is_no_slip(text, name, language):
    assert only(text, name, language=language) == []


def test_a_slip_from_which_two_names_are_as_near_is_neither():
    assert only("the vacuolk is big", "Vacuole", "Vacuola") == []


def test_a_name_is_never_a_slip_of_another():
    assert only("the stamen and the stamens", "Stamen", "Stomen") == ["Stamen", "Stamen"]


def test_the_longest_name_wins():
    assert only("the left lung and the right lung", "Lung", "Left lung") == ["Left lung", "Lung"]


def test_of_names_that_differ_by_an_ending_the_one_that_is_written_is_meant():
    assert only("Cells divide", "Cell", "Cells") == ["Cells"]
    assert only("La pêche", "péché", "pêche", language="fr") == ["pêche"]


def test_names_that_fit_equally_well_share_the_mention():
    names = named([("Cell", "a"), ("CELL", "b")])
    (mention,) = find_names("the cell divides", names, language="en")
    assert set(mention.name.keys) == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the number 3", "en"),
        ("the part marked 3", "en"),
        ("part three is round", "en"),
        ("3 marks the root", "en"),
        ("the root (3) is long", "en"),
        ("parts 5 and 3", "en"),
        ("repère 3", "fr"),
        ("le numéro 3", "fr"),
        ("les parties 5 et 3", "fr"),
        ("la partie trois", "fr"),
        ("an arrow from 3 to the sea", "en"),
    ],
)
def test_a_number_that_marks_a_part_is_found(text, language):
    assert only(text, "3", language=language) == ["3"]


@pytest.mark.parametrize(
    "text",
    [
        "there are 3 arrows",
        "in figure 3, the heart",
        "part 3.5 is next",
        "about 3 % of it",
        "on page 3",
        "2 and 3 arrows",
    ],
)
def test_a_count_or_a_reference_is_no_mark_of_a_part(text):
    assert only(text, "3") == []


def test_a_letter_is_a_name_where_it_is_no_word():
    assert only("B is next to A.", "A", "B") == ["B", "A"]
    assert only("A big arrow runs there.", "A", "B") == []


def test_a_word_of_grammar_is_a_name_only_with_its_capital():
    assert only("vers l’Est", "Est", language="fr") == ["Est"]
    assert only("Est-ce que c’est vrai ?", "Est", language="fr") == []


def test_words_for_the_pieces_of_any_drawing_are_names_only_when_nothing_else_is_spoken_of():
    assert only("the “key” shows a forest", "Key", "Forest") == ["Key", "Forest"]
    assert only("the key shows a forest", "Key", "Forest") == ["Forest"]
    assert only("There is a key.", "Key") == ["Key"]
    assert only("La partie légendée est rouge.", "Légende", language="fr") == []


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "“" * 500, "N. " * 2000, "\U0001f600 ́", "a" * 100_000])
def test_hostile_texts_do_no_harm(text):
    names = [Name(name, ("k",)) for name in (*NAMES, "", "...", "N. " * 20, "x" * 5000, "w " * 500)]
    assert all(0 <= m.start < m.end <= len(text) for m in find_names(text, names, language="en"))


def test_without_names_nothing_is_found():
    assert find_names("the cell", [], language="en") == []


@given(st.sampled_from(sorted(FRAMES)), st.data())
def test_a_name_put_into_any_sentence_is_found_where_it_stands(language, data):
    frame, name = data.draw(st.sampled_from(FRAMES[language])), data.draw(st.sampled_from(NAMES))
    text = frame.format(name)
    assert (name, name) in find(text, *NAMES, language=language)


@given(st.sampled_from(LONG), st.data())
def test_one_slip_inside_a_long_name_is_found(name, data):
    at = data.draw(st.integers(1, len(name) - 3))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    forms = (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    )
    said = data.draw(st.sampled_from(forms))
    assert only(f"The {said} is drawn.", *LONG) == [name]


TEXTS = st.lists(st.sampled_from([*NAMES, *LONG, "the", "lung", "vacuol", "3", "N.", "“", "”", ".", "walls"])).map(
    " ".join
)


@settings(max_examples=60)
@given(st.one_of(TEXTS, st.text(max_size=80)), st.lists(st.sampled_from([*NAMES, *LONG, "3", "Wall"]), unique=True))
def test_offsets_are_valid_in_order_and_apart_whatever_the_order_of_the_names(text, names):
    found = find_names(text, [Name(name, (name,)) for name in names], language="en")
    assert found == find_names(text, [Name(name, (name,)) for name in names[::-1]], language="en")
    ends = [0, *(m.end for m in found)]
    assert all(end <= m.start < m.end <= len(text) for end, m in zip(ends, found, strict=False))
    assert all(0 < m.similarity <= 1 for m in found)
