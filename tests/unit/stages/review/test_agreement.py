"""Coefficients as published, and what must hold of any data."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.review.agreement import alpha, kappa

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): one line per observer, "." is a missing value.
BINARY_TWO_OBSERVERS = "0100000010", "1110010000"  # A
NOMINAL_TWO_OBSERVERS = "aabbdcccedda", "babbbccceddd"  # B
NOMINAL_FOUR_OBSERVERS = "123321412...", "1233224125.3", ".3332342251.", "12332441251."  # C
# Wikipedia, "Krippendorff's alpha", "A computational example": three coders, fifteen units.
NOMINAL_THREE_CODERS = ".....34121133.3", "1.213343.......", "..21344.21133.4"


def units(*observers):
    return [[None if value == "." else value for value in unit] for unit in zip(*observers, strict=True)]


@pytest.mark.parametrize(
    ("observers", "published", "pairable"),
    [
        (BINARY_TWO_OBSERVERS, 0.095, 10),
        (NOMINAL_TWO_OBSERVERS, 0.692, 12),
        (NOMINAL_FOUR_OBSERVERS, 0.743, 11),
        (NOMINAL_THREE_CODERS, 0.691, 12),
    ],
)
def test_alpha_is_that_of_the_published_examples(observers, published, pairable):
    found = alpha(units(*observers))
    assert round(found.value, 3) == published
    assert found.n == pairable
    assert found.low < found.value < found.high


def table_pairs(table):
    """Pairs of values, given how often the first annotator said the row and the second the column."""
    return [(str(i), str(j)) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (
            [[88, 14, 18], [10, 40, 10], [2, 6, 12]],
            0.492,
        ),  # Cohen, Weighted kappa (1968), table 1, kappa without weights
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.676),  # Fleiss, Levin and Paik, Statistical Methods (2003), table 18.1
        ([[20, 5], [10, 15]], 0.4),  # Wikipedia, "Cohen's kappa", "Simple example"
        ([[25, 35], [5, 35]], 0.259),  # ibid., "Same percentages but different numbers"
    ],
)
def test_kappa_is_that_of_the_published_examples(table, published):
    found = kappa(table_pairs(table))
    assert found.value == pytest.approx(published, abs=5e-4)
    assert found.n == sum(map(sum, table))


@pytest.mark.parametrize("nothing", [[], [["a"], [None, "b"], []], [["a", None]]])
def test_alpha_without_a_pair_is_undefined(nothing):
    assert alpha(nothing).model_dump() == {"value": None, "n": 0, "low": None, "high": None}


def test_alpha_without_variation_is_undefined_however_much_there_is():
    found = alpha([["accept", "accept"]] * 50)
    assert (found.value, found.n, found.low) == (None, 50, None)


def test_kappa_is_undefined_without_pairs_and_where_both_always_say_the_same():
    assert (kappa([]).value, kappa([]).n) == (None, 0)
    assert (kappa([("a", None)]).value, kappa([("a", "a")] * 9).value) == (None, None)


def test_kappa_of_an_annotator_who_always_says_the_same_is_chance():
    assert kappa([("a", "a"), ("a", "b"), ("a", "a")]).value == 0


def test_alpha_where_nobody_ever_disagreed_claims_no_interval():
    found = alpha([["a", "a"], ["b", "b"], ["b", "b"]])
    assert (found.value, found.low, found.high) == (1.0, None, None)


def test_the_interval_narrows_with_more_examples():
    few, many = alpha(units(*NOMINAL_TWO_OBSERVERS)), alpha(units(*NOMINAL_TWO_OBSERVERS) * 40)
    assert many.high - many.low < (few.high - few.low) / 4


def test_the_interval_holds_the_true_alpha_about_as_often_as_it_says():
    import random

    # Two observers who say the truth, a fair coin, with probability .9, else a fair coin: alpha is .81.
    chance = random.Random(5)

    def said(truth):
        return truth if chance.random() < 0.9 else chance.choice("ab")

    def sample():
        truths = [chance.choice("ab") for _ in range(80)]
        return alpha([[said(truth), said(truth)] for truth in truths])

    samples = [sample() for _ in range(150)]
    held = sum(s.low <= 0.81 <= s.high for s in samples)
    assert 0.88 <= held / len(samples) <= 0.99


values = st.one_of(st.none(), st.sampled_from(["accept", "correct", "reject"]))
tables = st.lists(st.lists(values, min_size=3, max_size=3), max_size=25)


@given(tables, st.permutations(range(3)), st.permutations(["accept", "correct", "reject"]))
def test_alpha_knows_neither_the_order_of_annotators_nor_of_units_nor_names_of_values(table, annotators, names):
    renamed = dict(zip(["accept", "correct", "reject", None], [*names, None], strict=True))
    other = [[renamed[unit[place]] for place in annotators] for unit in reversed(table)]
    assert alpha(other).value == alpha(table).value
    assert alpha(list(reversed(table))) == alpha(table)


@given(tables)
def test_alpha_is_a_number_up_to_one_or_none(table):
    found = alpha(table)
    for value in (found.value, found.low, found.high):
        assert value is None or (math.isfinite(value) and value <= 1)
    assert (found.low is None) == (found.high is None)
    assert found.low is None or found.low <= found.high


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=30).filter(lambda said: len(set(said)) > 1))
def test_perfect_agreement_is_one(said):
    assert alpha([[value, value] for value in said]).value == 1
    assert kappa([(value, value) for value in said]).value == 1


pairs = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=40)


@given(pairs, st.permutations("abc"))
def test_kappa_knows_neither_who_came_first_nor_names_of_values(said, names):
    renamed = dict(zip("abc", names, strict=True))
    assert kappa([(renamed[b], renamed[a]) for a, b in reversed(said)]) == kappa(said)


@given(pairs)
def test_two_annotators_without_gaps_have_an_alpha_close_to_the_kappa_of_pooled_margins(said):
    # Scott's pi (1955), computed directly; alpha = 1 - (1 - 1/2n)(1 - pi) for two observers (Krippendorff 2011).
    n = len(said)
    pooled = [sum((a == c) + (b == c) for a, b in said) / (2 * n) for c in "abc"] if n else []
    by_chance = sum(share**2 for share in pooled)
    if not n or math.isclose(by_chance, 1):
        assert alpha(said).value is None
    else:
        pi = (sum(a == b for a, b in said) / n - by_chance) / (1 - by_chance)
        assert alpha(said).value == pytest.approx(1 - (1 - 1 / (2 * n)) * (1 - pi), abs=2e-6)
