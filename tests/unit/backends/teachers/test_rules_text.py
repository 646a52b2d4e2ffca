"""What the rules teacher asks about text."""

import pytest
from rules_units import about, drafts, form, of_form, word_list

from corpusbuilder.backends.teachers.rules.language import fold
from corpusbuilder.backends.teachers.rules.leaks import leaks, shares_a_root
from corpusbuilder.backends.teachers.rules.nouns import of_quoted_french, quoted, uncapitalised
from corpusbuilder.backends.teachers.rules.sentences import sentences, stands_alone


@pytest.mark.parametrize(
    ("language", "text", "bold", "term", "meaning"),
    [
        (
            "en",
            "A moraine is a heap of stones that a glacier leaves behind.",
            (),
            "moraine",
            "A heap of stones that a glacier leaves behind",
        ),
        (
            "en",
            "The mantle is the thick layer of hot rock under the crust.",
            ("mantle",),
            "mantle",
            "The thick layer of hot rock under the crust",
        ),
        (
            "en",
            "Erosion means the slow removal of soil by wind or water (Figure 2).",
            (),
            "Erosion",
            "The slow removal of soil by wind or water",
        ),
        (
            "en",
            "Lava flows slowly over tuff, which is a soft rock made of ash.",
            ("tuff",),
            "tuff",
            "A soft rock made of ash",
        ),
        (
            "fr",
            "On appelle moraine un amas de pierres laissé par un glacier.",
            (),
            "moraine",
            "Un amas de pierres laissé par un glacier",
        ),
        (
            "fr",
            "On nomme marée haute le moment où la mer atteint son plus haut niveau; elle dure peu.",
            (),
            "marée haute",
            "Le moment où la mer atteint son plus haut niveau",
        ),
        (
            "fr",
            "Un estuaire est une embouchure large où remonte l'eau salée.",
            (),
            "estuaire",
            "Une embouchure large où remonte l'eau salée",
        ),
        (
            "fr",
            "Le manteau est la couche épaisse de roche chaude sous la croûte.",
            ("manteau",),
            "manteau",
            "La couche épaisse de roche chaude sous la croûte",
        ),
    ],
)
def test_a_definition_is_asked_for_its_meaning(language, text, bold, term, meaning):
    (draft,) = of_form(drafts(about(language, text, bold=bold)), "definition")
    assert draft.answer == meaning
    assert fold(term) in fold(draft.question)
    assert draft.steps[0].citations[0].quote in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It is a heap of stones that a glacier leaves behind."),
        ("en", "The result is a heap of stones that a glacier leaves behind."),
        (
            "en",
            "The mantle is the thick layer of hot rock under the crust.",
        ),  # not marked: "the mantle" may be any mantle
        ("en", "A moraine is this heap of stones that the glacier leaves behind."),
        ("en", "A moraine is a heap of stones that a glacier leaves"),
        ("en", "A moraine is a similar heap of stones."),
        ("en", "A tangent is a line T that meets the circle at the point P."),
        ("fr", "Il est un amas de pierres laissé par un glacier."),
        ("fr", "On appelle ainsi un amas de pierres laissé par un glacier."),
        ("fr", "Une moraine est un autre amas de pierres."),
        ("fr", "On appelle méridien du point M la courbe qui passe par M et par P."),
    ],
)
def test_a_sentence_that_leans_on_others_is_not_asked_about(language, text):
    assert drafts(about(language, text)) == ()


def test_a_term_defined_in_two_ways_is_not_asked_about():
    texts = ("A moraine is a heap of stones left by ice.", "A moraine is a ridge of clay at the end of a valley.")
    assert drafts(about("en", *texts)) == ()


def test_a_meaning_is_asked_for_its_term_with_other_terms_to_choose_from():
    text = "A moraine is a heap of stones left by ice. A delta is a plain of mud at the mouth of a river. "
    text += "A geyser is a spring that throws hot water into the air."
    terms = of_form(drafts(about("en", text)), "term")
    assert {draft.answer for draft in terms} == {"moraine", "delta", "geyser"}
    for draft in terms:
        assert set(draft.choices) == {"moraine", "delta", "geyser"}


def test_a_term_whose_meaning_betrays_it_is_not_asked_for():
    found = drafts(about("en", "A glaciologist is a scholar who measures the glaciers of the high mountains."))
    assert [form(draft) for draft in found] == ["definition"]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "The place where a river flows into the open sea is called the mouth.", "mouth"),
        ("fr", "Le lieu où un grand fleuve tranquille se jette dans la mer se nomme l'embouchure.", "embouchure"),
    ],
)
def test_a_thing_that_is_given_a_name_is_asked_for_it(language, text, name):
    (draft,) = of_form(drafts(about(language, text)), "naming")
    assert draft.answer == name
    assert fold(name) not in fold(draft.question)


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Tarvel is the oldest harbour of the northern coast.", "Tarvel"),
        ("en", "Osric, the last king of the islands, sailed away with his ships.", "Osric"),
        ("fr", "Tarvel est une petite ville bâtie sur un rocher.", "Tarvel"),
        ("fr", "Tarvel, ancienne capitale des comtes du Nord, domine la rivière.", "Tarvel"),
    ],
)
def test_a_name_is_asked_for_its_description(language, text, name):
    (draft,) = of_form(drafts(about(language, text)), "description")
    assert name in draft.question
    assert draft.answer[1:] in text


def test_an_entry_of_a_word_list_is_a_definition():
    unit = word_list(
        about("fr", "Rien ici."), "glacier : masse de glace qui descend une vallée\nlave : roche fondue qui coule"
    )
    answers = {draft.answer for draft in of_form(drafts(unit), "definition")}
    assert answers == {"Masse de glace qui descend une vallée", "Roche fondue qui coule"}


@pytest.mark.parametrize(
    ("language", "text", "year", "event"),
    [
        (
            "en",
            "In 1721, Anna Verhoeven built the first lighthouse of the bay.",
            "1721",
            "Anna Verhoeven built the first lighthouse of the bay",
        ),
        (
            "fr",
            "En 1721, Anna Verhoeven fit construire le premier phare de la baie.",
            "1721",
            "Anna Verhoeven fit construire le premier phare de la baie",
        ),
    ],
)
def test_a_dated_event_is_asked_for_and_by_its_year(language, text, year, event):
    found = drafts(about(language, text))
    assert {(form(draft), draft.answer) for draft in found} == {("event", event), ("year", year)}


def test_a_year_that_is_named_twice_dates_no_single_event():
    text = "In 1721, Anna Verhoeven built a lighthouse. The town of Tarvel burnt down in 1721 after a dry summer."
    assert not of_form(drafts(about("en", text)), "event")


def test_a_sentence_to_complete_offers_places_of_the_same_kind():
    text = (
        "The merchants carried their heavy bales of wool from Tarvel to the great autumn fair. "
        "Fishermen dried cod on the beaches and sold the fish at Morsund every spring. "
        "Old roads led the pilgrims over two high passes to Ostrava, where monks received strangers. "
        "Salt was boiled in large iron pans at Lindholm, then sent inland on mules."
    )
    found = of_form(drafts(about("en", text)), "cloze")
    assert {draft.answer for draft in found} <= {"Tarvel", "Morsund", "Ostrava", "Lindholm"}
    assert found
    for draft in found:
        assert "_____" in draft.question
        assert draft.answer not in draft.question
        assert set(draft.choices) <= {"Tarvel", "Morsund", "Ostrava", "Lindholm"}


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        ("en", "“Where did you leave the little boat this morning?” asked Martha.", "Martha"),
        ("fr", "—Où donc as-tu laissé la petite barque ce matin? demanda Marthe.", "Marthe"),
        ("fr", "Marthe répondit doucement:—Le vent est tombé, nous rentrerons avant la nuit.", "Marthe"),
    ],
)
def test_a_story_is_asked_who_speaks(language, text, speaker):
    (draft,) = of_form(drafts(about(language, text)), "speech")
    assert draft.answer == speaker
    assert speaker not in draft.question


def test_an_interrupted_sentence_is_not_asked_about():
    text = "—Je ne savais pas du tout, s'écria Marthe, que la barque était partie."
    assert not of_form(drafts(about("fr", text)), "speech")


def test_a_sentence_does_not_end_after_an_abbreviation_or_an_initial():
    text = "The plant was found by J. Harlow near St. Ives in Fig. 3 of the book. It is rare."
    texts = [sentence.text for sentence in sentences(about("en", text), "en")]
    assert texts == ["The plant was found by J. Harlow near St. Ives in Fig. 3 of the book.", "It is rare."]


def test_numbering_is_no_part_of_a_sentence():
    (sentence,) = sentences(about("fr", "12. La lave est une roche fondue."), "fr")
    assert sentence.text == "La lave est une roche fondue."
    assert sentence.passage.text[sentence.start : sentence.end] == sentence.text


def test_this_lake_stands_alone_once_a_lake_was_named():
    assert stands_alone("A lake dries up when the river of this lake is cut off.", "en")
    assert not stands_alone("Water dries up when the river of this lake is cut off.", "en")


def test_a_leak_is_found_without_regard_to_case_and_accents():
    assert leaks("Où va l’ÉTÉ ?", "été", "fr")
    assert not leaks("Où va l’hiver ?", "été", "fr")
    assert shares_a_root("Who measures glaciers?", "glaciologist", "en")


def test_french_de_is_elided_before_a_quoted_vowel_only():
    assert of_quoted_french("Aorte") == "d'«\u00a0Aorte\u00a0»"
    assert of_quoted_french("Hark") == "de «\u00a0Hark\u00a0»"


def test_quotation_marks_inside_a_quotation_are_of_the_second_kind():
    assert quoted("the “blue” bay", "en") == "“the ‘blue’ bay”"
    assert quoted("la baie « bleue »", "fr") == "«\u00a0la baie “bleue”\u00a0»"


def test_an_acronym_keeps_its_capital_inside_a_sentence():
    assert uncapitalised("DNA strands") == "DNA strands"
    assert uncapitalised("The strands") == "the strands"
