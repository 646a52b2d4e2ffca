"""Which document stands where, and that it stays there."""

from collections import Counter

import pytest
import release_corpus as corpus
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.config import Splits
from corpusbuilder.records.release import SPLITS
from corpusbuilder.stages.release.splits import Piece, plan_splits

LANGUAGES, SUBJECTS = ("en", "fr"), ("biology", "history", "geography")


def piece(number, *, examples=4, language="en", subject="biology", type_="lookup"):
    strata = (("examples", ""), ("language", language), ("subject", subject), ("type", type_))
    return Piece(f"doc-{number:04d}", dict.fromkeys(strata, examples), f"doc-{number:04d}", (f"unit-{number:04d}",))


def plan(pieces, groups=(), *, shares=None, previous=None):
    return plan_splits(pieces, groups, shares or Splits(), previous)


def after(first):
    """What a release says that was made with this plan."""
    return corpus.stood(dict(first.split_of))


def sizes(pieces, **more):
    counts = Counter(plan(pieces, **more).split_of.values())
    return tuple(counts[split] for split in SPLITS)


drawn = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from(LANGUAGES), st.sampled_from(SUBJECTS)),
    unique_by=lambda row: row[0],
    max_size=14,
)


def pieces_of(rows):
    return [piece(n, examples=examples, language=language, subject=subject) for n, examples, language, subject in rows]


def groups_of(pieces, chance, most=3):
    """Some of the pieces in groups."""
    left = [one.id for one in pieces]
    chance.shuffle(left)
    return [left[start : start + most] for start in range(0, len(left) // 2, most)]


def joined(groups, chance, pieces):
    """The same groups, some of them made one: what newcomers do, which never separate what belongs together."""
    together = [list(group) for group in groups]
    grouped = {one for group in groups for one in group}
    for one in pieces:
        if one.id not in grouped and together and chance.random() < 0.3:
            chance.choice(together).append(one.id)
    if len(together) > 1 and chance.random() < 0.3:
        together[0].extend(together.pop())
    return together


@given(drawn, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order(rows, chance):
    pieces = pieces_of(rows)
    groups = groups_of(pieces, chance)
    shuffled, turned = list(pieces), [group[::-1] for group in groups[::-1]]
    chance.shuffle(shuffled)
    assert plan(pieces, groups) == plan(shuffled, turned)


@given(drawn, drawn, drawn, st.randoms(use_true_random=False))
def test_whatever_comes_in_whatever_order_nothing_moves_but_what_is_bridged_and_never_towards_train(
    first, second, third, chance
):
    everything, groups, previous, stood = {}, [], None, {}
    for rows in (first, second, third):
        everything |= {one.id: one for one in pieces_of(rows) if one.id not in everything}
        groups = joined(groups, chance, everything.values()) or groups_of(list(everything.values()), chance)
        found = plan(everything.values(), groups, previous=previous)
        assert found.split_of.keys() == everything.keys()
        for group in groups:
            assert len({found.split_of[one] for one in group}) == 1
        for one, before in stood.items():
            now = found.split_of[one]
            beside = next((group for group in groups if one in group), [one])
            assert SPLITS.index(now) == max(SPLITS.index(stood[other]) for other in beside if other in stood)
            assert (one in {move.id for move in found.moves}) == (now != before)
        stood = stood | dict(found.split_of)
        previous = corpus.stood(stood)


@given(drawn.filter(bool), st.randoms(use_true_random=False))
def test_train_is_never_empty_while_something_is_free(rows, chance):
    pieces = pieces_of(rows)
    for shares in (Splits(), Splits(train=0.01, validation=0, test=0.99)):
        assert "train" in plan(pieces, groups_of(pieces, chance), shares=shares).split_of.values()


@given(drawn)
def test_what_left_and_comes_back_stands_where_it_stood(rows):
    pieces = pieces_of(rows)
    first = plan(pieces)
    without = plan(pieces[::2], previous=after(first))
    told = corpus.stood({**first.split_of, **without.split_of})
    assert plan(pieces, previous=told).split_of == first.split_of


@pytest.mark.parametrize(
    ("number", "expected"), [(0, (0, 0, 0)), (1, (1, 0, 0)), (4, (4, 0, 0)), (5, (3, 1, 1)), (10, (8, 1, 1))]
)
def test_a_corpus_of_few_documents_fills_its_splits_as_documented(number, expected):
    assert sizes([piece(n) for n in range(number)]) == expected


def test_two_more_documents_give_a_small_corpus_something_to_test_on():
    four = [piece(n) for n in range(4)]
    found = plan([*four, piece(4), piece(5)], previous=after(plan(four)))
    assert sorted(found.split_of[f"doc-{n:04d}"] for n in (4, 5)) == ["test", "validation"]


@given(st.integers(10, 40), st.integers(0, 10_000))
@settings(max_examples=30)
def test_ten_documents_fill_every_split_however_unequal_they_are(number, seed):
    chance = corpus.random.Random(seed)
    pieces = [piece(n, examples=int(chance.paretovariate(0.7))) for n in range(number)]
    assert all(sizes(pieces))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_many_documents_are_divided_by_the_shares(seed):
    chance = corpus.random.Random(seed)
    pieces = [
        piece(n, examples=chance.randint(5, 60), language=chance.choice(LANGUAGES), subject=chance.choice(SUBJECTS))
        for n in range(120)
    ]
    split_of = plan(pieces).split_of
    for stratum in (("examples", ""), *(("language", one) for one in LANGUAGES), *(("subject", s) for s in SUBJECTS)):
        whole = sum(one.counts.get(stratum, 0) for one in pieces)
        for split, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
            found = sum(one.counts.get(stratum, 0) for one in pieces if split_of[one.id] == split)
            assert found / whole == pytest.approx(share, abs=0.04)


def test_every_stratum_with_enough_documents_is_in_every_split():
    pieces = [piece(n, language=LANGUAGES[n % 2], subject=SUBJECTS[n % 3]) for n in range(60)]
    split_of = plan(pieces).split_of
    for number in range(6):
        same = Counter(split_of[one.id] for one in pieces[number::6])
        assert same["train"] in {7, 8, 9}
    for language in (0, 1):
        assert {split_of[one.id] for one in pieces[language::2]} == set(SPLITS)


def test_a_rare_subject_does_not_keep_everything_in_train():
    pieces = [piece(n, subject=f"subject {n}") for n in range(10)]
    assert sizes(pieces) == (8, 1, 1)


def test_documents_without_examples_are_divided_too():
    assert sizes([piece(n, examples=0) for n in range(20)]) == (16, 2, 2)


@pytest.mark.parametrize("only", SPLITS)
def test_a_share_of_one_takes_everything(only):
    shares = Splits.model_validate(dict.fromkeys(SPLITS, 0.0) | {only: 1.0})
    assert set(plan([piece(n) for n in range(30)], shares=shares).split_of.values()) == {only}


def test_other_shares_move_nothing_that_stands():
    pieces = [piece(n) for n in range(20)]
    first = plan(pieces)
    larger = [*pieces, *(piece(n) for n in range(20, 40))]
    second = plan(larger, shares=Splits(train=0.5, validation=0, test=0.5), previous=after(first))
    assert first.split_of.items() <= second.split_of.items()
    assert Counter(second.split_of.values())["test"] > 15


def test_a_newcomer_that_is_like_pieces_of_two_splits_takes_both_to_the_more_held_out_one():
    stood = corpus.stood({"doc-0001": "train", "doc-0002": "test", "doc-0003": "train"})
    found = plan([piece(n) for n in range(1, 5)], [("doc-0001", "doc-0002", "doc-0004")], previous=stood)
    assert found.split_of == {"doc-0001": "test", "doc-0002": "test", "doc-0003": "train", "doc-0004": "test"}
    assert [(move.id, move.before, move.after) for move in found.moves] == [("doc-0001", "train", "test")]


def unit(number, of):
    return Piece(f"unit-{number}", {}, f"doc-{of}", (f"unit-{number}",))


def test_a_unit_of_a_document_that_was_in_test_is_in_test():
    stood = corpus.stood({"doc-1": "test", "doc-2": "train"})
    split_of = plan([unit(1, 1), unit(2, 1), unit(3, 2)], previous=stood).split_of
    assert split_of == {"unit-1": "test", "unit-2": "test", "unit-3": "train"}


def test_a_document_goes_where_its_most_held_out_unit_was():
    stood = corpus.stood({"unit-1": "train", "unit-2": "validation", "unit-3": "train"}, split_by="unit")
    whole = [Piece("doc-1", {}, "doc-1", ("unit-1", "unit-2")), Piece("doc-2", {}, "doc-2", ("unit-3",))]
    assert plan(whole, previous=stood).split_of == {"doc-1": "validation", "doc-2": "train"}


def test_to_units_and_back_to_documents_and_to_units_again_nothing_comes_out_of_test():
    """Documents, then units of them; one unit was in train before its document went to test."""
    stood = corpus.stood({"unit-1": "train", "doc-1": "test"})
    assert plan([unit(1, 1)], previous=stood).split_of == {"unit-1": "test"}
