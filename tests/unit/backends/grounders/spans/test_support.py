"""What of the passages supports a step, and what only looks as if it did."""

import pytest
from builders import passage
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.backends.grounders.spans.support import find_support

ENGLISH = [
    passage(
        "heart",
        "The heart pumps blood through the whole body, and the lungs supply it with oxygen. It beats about 100,000 "
        "times a day. In adults it weighs around 300 grams. Arteries carry blood away from the heart; veins bring it "
        "back. Hares do not hibernate. The council met in Arras and the army went from Lille to Douai.",
    ),
    passage(
        "steam",
        "In 1769 James Watt improved the steam engine. His machine burned far less coal than the older ones. Factories "
        "soon bought hundreds of these engines. Most workers lived close to the factories. Zola admired Manet.",
    ),
]
FRENCH = [
    passage(
        "castor",
        "Le castor est le plus gros rongeur d'Europe. Avec des branches, il construit des barrages qui ralentissent le "
        "courant. L'entrée de sa hutte se trouve sous l'eau. On compte 14 000 castors dans le pays ; leurs étangs "
        "abritent des grenouilles. Le loup chasse le renard.",
    ),
    passage(
        "curie",
        "Marie Curie naît à Varsovie en 1867. Elle reçoit deux prix Nobel. Les femmes n'étaient pas admises à "
        "l'université. L'eau s'évapore au soleil mais le sel reste.",
    ),
]


def quotes(step, language="en"):
    found = find_support(step, ENGLISH if language == "en" else FRENCH, language=language)
    return [evidence.quote for evidence in found.evidence]


@pytest.mark.parametrize(
    ("step", "language", "expected"),
    [
        ("In 1769 James Watt improved the steam engine.", "en", ["In 1769 James Watt improved the steam engine."]),
        ("The text says “factories soon bought hundreds”.", "en", ["Factories soon bought hundreds"]),
        ('It says: "Factories soon bought hundredz of these".', "en", ["Factories soon bought hundreds of these"]),
        (
            "The steam engine was improved by James Watt in 1769.",
            "en",
            ["In 1769 James Watt improved the steam engine."],
        ),
        ("Factories purchased hundreds of engines.", "en", ["Factories soon bought hundreds of these engines."]),
        ("The heart beats 100 000 times each day.", "en", ["It beats about 100,000 times a day."]),
        (
            "According to the passage, arteries take blood from the heart.",
            "en",
            ["Arteries carry blood away from the heart"],
        ),
        ("Marie Curie est née à Varsovie en 1867.", "fr", ["Marie Curie naît à Varsovie en 1867."]),
        ("D'après le texte, Marie Curie obtient deux prix Nobel.", "fr", ["Elle reçoit deux prix Nobel."]),
        (
            "Les barrages du castor freinent le courant.",
            "fr",
            ["Avec des branches, il construit des barrages qui ralentissent le courant."],
        ),
        ("Les étangs des castors abritent des grenouilles.", "fr", ["leurs étangs abritent des grenouilles."]),
    ],
)
def test_a_step_is_supported_by_the_least_that_says_it(step, language, expected):
    assert quotes(step, language) == expected


@pytest.mark.parametrize(
    ("step", "language"),
    [
        ("James Watt improved the steam engine in 1796.", "en"),  # another date
        ("The heart beats about 200,000 times a day.", "en"),  # another number
        ("George Watt improved the steam engine in 1769.", "en"),  # another name
        ("Hares hibernate in winter.", "en"),  # denied
        ("His machine burned far more coal than the older ones.", "en"),  # the opposite
        ("Most workers lived far from the factories.", "en"),
        ("Veins carry blood away from the heart.", "en"),  # of two things
        ("Manet admired Zola.", "en"),  # turned round
        ("The army went from Douai to Lille.", "en"),
        ("Only James Watt improved the steam engine in 1769.", "en"),  # goes further
        ("The brain is the seat of memory.", "en"),  # true, and not said
        ("Le castor est le plus petit rongeur d'Europe.", "fr"),
        ("Les barrages accélèrent le courant.", "fr"),
        ("On compte 41 000 castors dans le pays.", "fr"),
        ("Le renard chasse le loup.", "fr"),
        ("Les femmes étaient admises à l'université.", "fr"),
        ("Pierre Curie reçoit deux prix Nobel.", "fr"),
        ("Le sel s'évapore au soleil mais l'eau reste.", "fr"),
    ],
)
def test_a_step_that_says_something_else_has_no_evidence(step, language):
    found = find_support(step, ENGLISH if language == "en" else FRENCH, language=language)
    assert not found.evidence
    assert len(found.problems) == 1
    assert len(found.candidates) <= 5


def test_a_step_of_two_statements_has_two_sentences():
    step = "James Watt improved the steam engine in 1769, and factories bought hundreds of engines."
    assert quotes(step) == [
        "In 1769 James Watt improved the steam engine.",
        "Factories soon bought hundreds of these engines.",
    ]


def test_more_can_be_asked_of_a_sentence():
    step = "Huge factories swiftly ordered hundreds of costly engines."
    assert find_support(step, ENGLISH, language="en", enough=0.3).evidence
    assert not find_support(step, ENGLISH, language="en", enough=0.95).evidence


def test_what_stands_twice_is_left_open():
    twice = [*ENGLISH, passage("again", "Factories soon bought hundreds of these engines.")]
    for step in ("Factories soon bought hundreds of these engines.", "Factories purchased hundreds of engines."):
        found = find_support(step, twice, language="en")
        assert not found.evidence
        assert len(found.candidates) == 2


def test_nothing_is_looked_for_in_another_language():
    step = "Le castor est le plus gros rongeur d'Europe et il vit dans les rivières."
    found = find_support(step, ENGLISH, language="en")
    assert "another language" in found.problems[0]
    assert not find_support("Les castors sont nombreux en France.", ENGLISH, language="fr").evidence


@pytest.mark.parametrize("step", ["", "…", "\x00", "is it", "word " * 20_000, "« »", '"' * 99, "7" * 4_000])
def test_a_step_that_says_nothing_has_no_evidence(step):
    assert not find_support(step, ENGLISH, language="en").evidence


def test_hostile_passages_do_no_harm():
    passages = [
        passage("a", "x" * 100_000),
        passage("b", ""),
        passage("c", "ne " * 30_000),
        passage("d", "\x00\ud7ff,;"),
    ]
    assert not find_support("Le castor ne mange que des feuilles.", passages, language="fr").evidence


WORDS = st.sampled_from(
    [
        "the",
        "heart",
        "pumps",
        "Blood",
        ";",
        ",",
        ".",
        "and",
        "300",
        "not",
        "Watt",
        "lungs",
        "it",
        "because",
        "supply",
        "oxygen",
        "never",
        "more",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=14), st.lists(st.lists(WORDS, max_size=30), max_size=3))
def test_offsets_hold_and_the_order_of_passages_changes_nothing(step, texts):
    passages = [*ENGLISH, *(passage(f"p{i}", " ".join(words)) for i, words in enumerate(texts))]
    found = find_support(" ".join(step), passages, language="en")
    again = find_support(" ".join(step), passages[::-1], language="en")
    by_id = {p.id: p.text for p in passages}
    for span in (*found.evidence, *found.candidates):
        assert by_id[span.passage_id][span.start : span.end] == span.quote == span.quote.strip()
    assert {(e.passage_id, e.start, e.end) for e in found.evidence} == {
        (e.passage_id, e.start, e.end) for e in again.evidence
    }
