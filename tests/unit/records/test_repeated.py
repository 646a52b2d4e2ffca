"""Near-duplicates: found when they ask the same, and kept apart when a name or number differs."""

from itertools import permutations

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.minhash import Index, asked, repeats, shingles, similarity
from corpusbuilder.records.repeated import LEAST_SIMILARITY, near_duplicates_over

QUESTION = "Which organ of the human body pumps the blood through the arteries and the veins?"
REWORDED = "Which organ of our human body pumps the blood through the arteries and the veins?"


def example(example_id, document_id, question=QUESTION, answer="the heart", language="en"):
    fields = {"question": question, "answer": answer, "answer_type": "short", "choices": ()}
    made = builders.about_text(language)
    return made.model_copy(update={"id": example_id, "document_id": document_id, **fields})


def test_the_later_of_two_near_duplicates_is_named_with_the_earlier():
    again = example("ex-2", "doc-2", REWORDED, "The Heart")
    assert near_duplicates_over([example("ex-1", "doc-1"), again]) == {"ex-2": "ex-1"}
    assert near_duplicates_over([again, example("ex-1", "doc-1")]) == {"ex-1": "ex-2"}


def test_a_third_one_repeats_the_first_and_not_the_second():
    records = [example(f"ex-{i}", f"doc-{i}") for i in range(1, 4)]
    assert near_duplicates_over(records) == {"ex-2": "ex-1", "ex-3": "ex-1"}


@pytest.mark.parametrize(
    "other",
    [
        {"document_id": "doc-1"},
        {"language": "fr"},
        {"answer": "the lungs"},
        {"question": QUESTION.replace("human", "Chinese")},
        {"question": QUESTION.replace("Which organ", "Which 2 organs")},
        {"question": QUESTION.replace("the arteries", "“the arteries”")},
        {"question": "What beats about seventy times a minute in a grown-up person at rest?"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_asks_something_else_repeats_nothing(other):
    changed = example("ex-2", **{"document_id": "doc-2", **other})
    assert near_duplicates_over([example("ex-1", "doc-1"), changed]) == {}


def test_questions_with_the_same_words_about_two_names_are_two_questions():
    frame = "In which year did the troops of {} cross the river and enter the town without a fight?"
    a, b = (frame.format(name) for name in ("Napoleon", "Wellington"))
    assert near_duplicates_over([example("ex-1", "doc-1", a), example("ex-2", "doc-2", b)]) == {}
    assert similarity(shingles(a), shingles(b)) > 0.5


def test_accents_and_case_make_no_difference():
    assert shingles("L’ÉTÉ DERNIER, À MIDI") == shingles("l'ete dernier a midi")


def test_two_texts_without_words_have_nothing_in_common():
    assert similarity(shingles("…"), shingles("?!")) == 0
    assert near_duplicates_over([example("a", "doc-1", "?", "…"), example("b", "doc-2", "?", "…")]) == {}


WORDS = st.lists(
    st.sampled_from(["sea", "cloud", "rain", "soil", "root", "leaf", "stem", "cell", "heart"]), min_size=8, max_size=30
)


@given(WORDS, st.integers(0, 29), st.sampled_from(["moon", "sea", ""]))
def test_whatever_is_similar_enough_is_found_in_the_index(words, place, other):
    changed = [*words]
    changed[place % len(words)] = other
    a, b = shingles(" ".join(words)), shingles(" ".join(changed))
    index = Index()
    index.add(7, a)
    if similarity(a, b) >= LEAST_SIMILARITY:
        assert index.near(b) == [7]


@given(WORDS, WORDS)
def test_repeating_works_both_ways(a, b):
    first, second = asked(" ".join(a), "x"), asked(" ".join(b), "x")
    assert repeats(first, second, 0.5) == repeats(second, first, 0.5)


def test_the_same_examples_are_withheld_as_often_as_one_asks():
    records = [example("ex-1", "doc-1"), example("ex-2", "doc-2", REWORDED), example("ex-3", "doc-3", answer="lungs")]
    assert all(len(near_duplicates_over(order)) == 1 for order in permutations(records))
