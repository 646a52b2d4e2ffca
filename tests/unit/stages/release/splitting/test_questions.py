"""Questions that are asked twice: found when they ask the same, and kept apart when a name or number differs."""

from itertools import combinations, permutations

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.minhash import shingles, similarity
from corpusbuilder.stages.release.splitting.likeness import likeness
from corpusbuilder.stages.release.splitting.questions import Questions
from corpusbuilder.stages.release.splitting.wordruns import Texts

QUESTION = "Which organ of the human body pumps the blood through the arteries and the veins?"
REWORDED = "Which organ of our human body pumps the blood through the arteries and the veins?"


def example(example_id, document_id, question=QUESTION, answer="the heart", language="en", **fields):
    fields = {"question": question, "answer": answer, "answer_type": "short", "choices": (), **fields}
    made = builders.about_text(language)
    return made.model_copy(update={"id": example_id, "document_id": document_id, **fields})


def asked_by(*examples):
    questions = Questions()
    for one in examples:
        questions.add(one, one.document_id)
    return questions


def repeated(*examples):
    return asked_by(*examples).repeated()


def test_the_later_of_two_near_duplicates_is_named_with_the_earlier():
    again = example("ex-2", "doc-2", REWORDED, "The Heart")
    assert repeated(example("ex-1", "doc-1"), again) == {"ex-2": "ex-1"}
    assert repeated(again, example("ex-1", "doc-1")) == {"ex-1": "ex-2"}


def test_a_third_one_repeats_the_first_and_not_the_second():
    assert repeated(*(example(f"ex-{i}", f"doc-{i}") for i in range(1, 4))) == {"ex-2": "ex-1", "ex-3": "ex-1"}


def test_hundreds_of_documents_that_ask_the_same_repeat_the_first():
    found = repeated(*(example(f"ex-{i}", f"doc-{i}", REWORDED if i % 3 else QUESTION) for i in range(300)))
    assert found == {f"ex-{i}": "ex-0" for i in range(1, 300)}


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
    assert repeated(example("ex-1", "doc-1"), example("ex-2", **{"document_id": "doc-2", **other})) == {}


def test_questions_without_words_repeat_nothing():
    assert repeated(example("a", "doc-1", "?", "…"), example("b", "doc-2", "?", "…")) == {}
    assert repeated() == {}


def test_the_same_examples_are_withheld_as_often_as_one_asks():
    records = [example("ex-1", "doc-1"), example("ex-2", "doc-2", REWORDED), example("ex-3", "doc-3", answer="lungs")]
    assert all(len(repeated(*order)) == 1 for order in permutations(records))


def test_questions_on_text_are_alike_whatever_the_answer_and_those_on_figures_with_the_same_answer():
    on_text = asked_by(example("a", "doc-1"), example("b", "doc-2", QUESTION.replace("veins", "vessels"), "the lungs"))
    assert on_text.alike().near[0][0][0] == 1
    on_figures = [example(one, one, answer=answer, figure_ids=("f",)) for one, answer in (("a", "x"), ("b", "y"))]
    assert len(set(asked_by(*on_figures).alike().classes)) == 2
    assert asked_by(*on_figures).alike().near == {}


TEXTS = st.lists(
    st.lists(st.sampled_from(["sea", "rain", "soil", "root", "leaf", "cell"]), max_size=12).map(tuple),
    min_size=1,
    max_size=12,
)


@given(TEXTS, st.sampled_from([0.4, 0.7, 1.0]), st.integers(1, 3))
def test_likeness_finds_just_what_comparing_everything_with_everything_finds(said, least, keys):
    texts = Texts()
    for words in said:
        texts.add(words)
    key = np.arange(len(said), dtype=np.uint64) % np.uint64(keys)
    found = likeness(texts.runs(2, 3), key, least)
    for a, b in combinations(range(len(said)), 2):
        similar = similarity(
            *(shingles(" ".join(words)) if len(words) > 1 else frozenset() for words in (said[a], said[b]))
        )
        together = found.classes[a] == found.classes[b]
        beside = {int(other): value for other, value in found.near.get(int(found.classes[a]), ())}
        measured = 1.0 if together else beside.get(int(found.classes[b]), 0.0)
        expected = similar if similar >= least and key[a] == key[b] else 0.0
        assert measured == pytest.approx(expected)
