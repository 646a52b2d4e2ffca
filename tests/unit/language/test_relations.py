"""What steps say of relations, in many words: tests/data/relations holds the sentences, a file a language."""

from pathlib import Path

import pytest

from corpusbuilder.language.names import Name
from corpusbuilder.language.relations import read_relations
from corpusbuilder.language.relations.inflection import english_forms, french_forms
from corpusbuilder.language.relations.vocabulary import vocabulary
from corpusbuilder.records.text import stems

SENTENCES = Path(__file__).parents[2] / "data" / "relations"
SIGNS = {"directed": ">", "either": "-", "mutual": "="}
NAMES = {
    # Common nouns and proper ones, names of several words, with prepositions and elisions in them.
    "en": [
        {"A": "heron", "B": "Gulf of Aden", "C": "frog", "D": "duckweed"},
        {"A": "King", "B": "Great lords", "C": "Sea", "D": "left atrium"},
    ],
    "fr": [
        {"A": "héron", "B": "eau de mer", "C": "grenouille", "D": "lentille d’eau"},
        {"A": "Roi", "B": "Grands seigneurs", "C": "Océan", "D": "oreillette gauche"},
    ],
}


def shown(party):
    if party is None:
        return "?"
    return "/".join(name.text for name in party.names) or f"<{party.text}>"


def read(text, names, language="en", before=(), along=()):
    found = [Name(name, (name,)) for name in names]
    words = frozenset(stems(each) for each in along)
    return read_relations(text, found, language=language, before=before, along=words)


def told(relations):
    return [f"{shown(r.source)}{SIGNS[r.sense]}{shown(r.target)}{'' if r.clear else '!'}" for r in relations]


def sentences():
    for path in sorted(SENTENCES.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from ((path.stem, *line.split("::")) for line in lines if line.strip() and not line.startswith("#"))


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(("language", "sentence", "wanted"), sentences())
def test_a_sentence_asserts_what_it_says(language, sentence, wanted, kind):
    names = NAMES[language][kind]
    *before, text = (part.strip().format(**names) for part in sentence.split("||"))
    found = " ".join(told(read(text, names.values(), language, before).asserted))
    for letter, name in names.items():
        found = found.replace(name, letter)
    assert sorted(found.split()) == sorted(wanted.split())


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No arrow leads from heron to frog."),
        ("en", "The heron isn't followed by the frog."),
        ("en", "It is not true that the heron leads to the frog."),
        ("fr", "Aucune flèche ne va du heron au frog."),
        ("fr", "Le heron ne mène pas au frog."),
    ],
)
def test_what_is_denied_is_told_apart(language, sentence):
    said = read(sentence, ["heron", "frog"], language)
    assert said.asserted == []
    assert told(said.denied) == ["heron>frog"]


def test_what_stands_beside_a_denial_is_asserted():
    said = read("The heron leads to the frog but not to the pike.", ["heron", "frog", "pike"])
    assert (told(said.asserted), told(said.denied)) == (["heron>frog"], ["heron>pike"])


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("An arrow runs from the polar sea to the frog.", ["<polar sea>>frog"]),
        ("An arrow runs from the sea ice to the frog.", ["<sea ice>>frog"]),
        ("An arrow runs from the organ sea to the frog.", ["sea>frog"]),
        ("An arrow runs from the label called “sea” to the frog.", ["sea>frog"]),
        ("An arrow runs from “sea ice” to “frog”.", ["<sea ice>>frog"]),
        ("The arrow from the sea meanders to the frog.", ["sea>frog"]),
    ],
)
def test_a_longer_name_is_another_name(sentence, wanted):
    assert told(read(sentence, ["sea", "frog"]).asserted) == wanted


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The sea zogs the frog."), ("fr", "La mer zogue la grenouille."), ("en", "The sea zogs to the frog.")],
)
def test_a_verb_that_nobody_knows_is_not_clear(language, sentence):
    (found,) = read(sentence, ["sea", "frog", "mer", "grenouille"], language).asserted
    assert not found.clear


@pytest.mark.parametrize(
    ("names", "sentence", "wanted"),
    [
        (["A", "B"], "A line joins A and B.", ["A-B"]),
        (["A", "B"], "An arrow goes from A to a B.", ["A>B"]),
        (["start", "end"], "The arrow that starts at the start ends at the end.", ["start>end"]),
        (["feeds pump", "tank"], "The feeds pump feeds the tank.", ["feeds pump>tank"]),
        (["3", "5"], "An arrow leads from number 3 to number 5.", ["3>5"]),
        (["Pump", "tower"], "Pump feeds tower.", ["Pump>tower"]),
        (["sea", "sea ice"], "The sea ice becomes the sea.", ["sea ice>sea"]),
        (["harvest", "weeding"], "What weeding leads to is harvest.", ["weeding>harvest"]),
    ],
)
def test_names_that_look_like_other_words_are_names_where_names_stand(names, sentence, wanted):
    assert told(read(sentence, names).asserted) == wanted


@pytest.mark.parametrize(
    "sentence", ["Roi mene a Mer.", "Mer a Roi pour origine.", "Mer a mangé Roi.", "Roi mène à Mer."]
)
def test_a_french_a_is_a_preposition_or_a_form_of_avoir(sentence):
    assert told(read(sentence, ["Roi", "Mer"], "fr").asserted) == ["Roi>Mer"]


def test_a_pronoun_may_stand_for_any_name_of_the_step_before():
    (found,) = read(
        "It leads to the pike.", ["heron", "frog", "pike"], before=["An arrow runs from heron to frog."]
    ).asserted
    assert [name.text for name in found.source.names] == ["frog", "heron"]
    assert found.source.resolved


def test_the_last_of_the_steps_that_name_something_is_meant():
    before = ["The heron is found.", "The frog is found.", "We look closer."]
    (found,) = read("It leads to the pike.", ["heron", "frog", "pike"], before=before).asserted
    assert [name.text for name in found.source.names] == ["frog"]


def test_a_name_that_nobody_knows_is_what_a_pronoun_stands_for():
    assert told(read("I look for the turbine; it leads to the frog.", ["frog"]).asserted) == ["<turbine>>frog"]


def test_words_along_an_arrow_are_no_end_of_it():
    said = read("An arrow labelled “eats” runs from heron to frog.", ["heron", "frog"], along=["eats"])
    assert [(r.along, told([r])) for r in said.asserted] == [("eats", ["heron>frog"])]
    said = read("Une flèche « migration » relie Nant à Lessa.", ["Nant", "Lessa", "Migration"], "fr")
    assert told(said.asserted) == ["Nant>Lessa"]


def test_a_line_to_an_arrow_acts_on_it():
    (found,) = read(
        "A line from the heron ends at the arrow from the sea to the frog.", ["heron", "sea", "frog"]
    ).asserted
    assert (shown(found.acting), told([found])) == ("heron", ["sea>frog"])


def test_a_way_over_other_things_is_told_as_indirect():
    (found,) = read("The heron leads indirectly to the frog.", ["heron", "frog"]).asserted
    assert found.indirect


def test_an_article_before_a_possessive_makes_it_a_noun():
    assert told(read("Une flèche va du son à la table.", ["table"], "fr").asserted) == ["<son>>table"]


def test_other_languages_are_not_read():
    assert read("Ein Pfeil führt von A to B.", ["A", "B"], "de") == ([], [])


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "text", ["", " ", "→", "\x00\u202e", "“" * 999, "A → " * 30_000, "A and " * 30_000, "to " * 40_000, "zog " * 30_000]
)
def test_nonsense_is_read_as_far_as_it_goes(text, language):
    said = read(text, ["A", "B"], language, before=[text])
    assert len(said.asserted) <= 64


def test_forms_of_verbs_are_made_by_rule():
    assert dict(english_forms("carry")) == {
        "carry": "finite",
        "carries": "finite",
        "carried": "past",
        "carrying": "ing",
    }
    assert {form for form, _ in english_forms("lead")} == {"lead", "leads", "led", "leading"}
    assert {"stopped", "stopping"} <= {form for form, _ in english_forms("stop")}
    assert {"mene", "menent", "menant", "menee"} <= {form for form, _ in french_forms("mener")}
    assert {"mangeant", "mangee"} <= {form for form, _ in french_forms("manger")}
    assert {"envoie", "envoient"} <= {form for form, _ in french_forms("envoyer")}
    assert {"aboutit", "aboutissent", "aboutissant"} <= {form for form, _ in french_forms("aboutir")}
    assert {"provient", "proviennent", "provenant"} <= {form for form, _ in french_forms("provenir")}
    assert {"part", "partent", "partant"} <= {form for form, _ in french_forms("partir")}
    assert {"conduit", "conduisent"} <= {form for form, _ in french_forms("conduire")}
    assert {"atteint", "atteignent"} <= {form for form, _ in french_forms("atteindre")}


def test_the_words_of_a_language_are_of_its_region_too():
    assert vocabulary("fr-CA") == vocabulary("fr")
    assert vocabulary("de") is None
