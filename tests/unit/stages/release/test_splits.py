"""Which document stands where, and that it stays there."""

from collections import Counter

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.config import Splits
from corpusbuilder.stages.release.similarity import sketch
from corpusbuilder.stages.release.splits import SPLITS, plan_splits, split_by_hash

PROSE = {n: corpus.prose(n, 30) for n in range(40)}


def sketched(places):
    """A sketch per (number, text number): equal text numbers are near-duplicates."""
    return [sketch(f"doc-{number:04d}", [PROSE[text]], ()) for number, text in places]


pieces = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 39)), max_size=12, unique_by=lambda place: place[0])


@given(pieces, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order(places, chance):
    shuffled = list(places)
    chance.shuffle(shuffled)
    assert plan_splits(sketched(places), Splits()) == plan_splits(sketched(shuffled), Splits())


@given(pieces)
def test_near_duplicates_are_in_one_split(places):
    plan = plan_splits(sketched(places), Splits())
    split_of_text = {}
    for number, text in places:
        split = plan.split_of[f"doc-{number:04d}"]
        assert split_of_text.setdefault(text, split) == split


@given(pieces, pieces)
def test_adding_documents_moves_none_towards_train(places, more):
    added = [place for place in more if place[0] not in {number for number, _ in places}]
    before = plan_splits(sketched(places), Splits()).split_of
    after = plan_splits(sketched([*places, *added]), Splits()).split_of
    for piece, split in before.items():
        assert SPLITS.index(after[piece]) >= SPLITS.index(split)


@given(pieces)
def test_adding_documents_of_their_own_moves_nothing_once_there_is_something_to_train_on(places):
    taken = {f"doc-{number:04d}" for number, _ in places}
    free = next(identity for identity in corpus.ids_in("train") if identity not in taken)
    anchor = sketch(free, [corpus.prose("anchor", 30)], ())
    before = plan_splits([anchor, *sketched(places)], Splits()).split_of
    strangers = [sketch(f"new-{n}", [corpus.prose(f"new-{n}", 30)], ()) for n in range(3)]
    after = plan_splits([anchor, *sketched(places), *strangers], Splits()).split_of
    assert before.items() <= after.items()


@given(pieces.filter(bool))
def test_train_is_never_empty_and_keeps_near_duplicates_together(places):
    plan = plan_splits(sketched(places), Splits())
    trained = {piece for piece, split in plan.split_of.items() if split == "train"}
    assert trained
    assert all(set(group) <= trained or not trained & set(group) for group in plan.groups)


def test_without_a_share_train_stays_empty():
    assert plan_splits(sketched([(1, 1)]), Splits(train=0, validation=0, test=1)).split_of == {"doc-0001": "test"}


def test_the_shares_hold_on_average():
    counts = Counter(split_by_hash(f"doc-{n}", Splits()) for n in range(20_000))
    assert counts["train"] / 20_000 == pytest.approx(0.8, abs=0.01)
    assert counts["validation"] / 20_000 == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("only", SPLITS)
def test_a_share_of_one_takes_everything(only):
    shares = Splits.model_validate(dict.fromkeys(SPLITS, 0.0) | {only: 1.0})
    assert {split_by_hash(f"doc-{n}", shares) for n in range(1000)} == {only}


@given(st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_larger_test_share_takes_nothing_out_of_test(one, other):
    small, large = sorted((one, other))
    for n in range(50):
        if split_by_hash(f"doc-{n}", Splits(train=1 - small, validation=0, test=small)) == "test":
            assert split_by_hash(f"doc-{n}", Splits(train=1 - large, validation=0, test=large)) == "test"


def test_planted_near_duplicates_share_a_split_of_the_release(tmp_path):
    """The copy would be in train by its own hash and its original in test."""
    copy, original = next(corpus.ids_in("train")), next(corpus.ids_in("test"))
    text = corpus.prose("book", 300)
    documents = [corpus.simple_document(original, text=text), corpus.simple_document(copy, text=f"A reprint. {text}")]
    documents.append(corpus.simple_document(next(i for i in corpus.ids_in("train") if i != copy)))
    summary = corpus.release(documents, tmp_path / "release", corpus.DEFAULT)
    assert summary.groups == (tuple(sorted((copy, original))),)
    assert summary.rows["documents"] == {"train": 1, "test": 2}
