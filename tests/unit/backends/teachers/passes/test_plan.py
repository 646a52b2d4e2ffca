"""Slots: the shares come true over a corpus, and what cannot go together is never ordered."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from corpusbuilder.backends.teachers.passes.compatible import CONFLICTS
from corpusbuilder.backends.teachers.passes.plan import Kind, Shares, kind_shares, plan_slots
from corpusbuilder.records.example import QuestionType

ALL = frozenset(QuestionType)
FACETS = {
    "what": "what",
    "context": "context",
    "reasoning": "reasoning",
    "difficulty": "difficulty",
    "form": "answer_form",
}


def planned(unit="unit-1", *, group="fig-1", context="figure", count=8, shares=None, seed=0, allowed=ALL):
    return plan_slots(
        unit_id=unit,
        group=group,
        context=context,
        count=count,
        shares=shares or Shares(),
        seed=seed,
        allowed=allowed,
    )


def realised(context, shares, *, units=300, **fields):
    slots = [s for u in range(units) for s in planned(f"unit-{u}", context=context, shares=shares, **fields)]
    return {
        facet: {value: n / len(slots) for value, n in Counter(getattr(slot, facet) for slot in slots).items()}
        for facet in FACETS
    }


def shares_of(cells, facet):
    sums = Counter()
    for kind, share in cells.items():
        sums[getattr(kind, facet)] += share
    return sums


@pytest.mark.parametrize("context", ["figure", "text"])
def test_over_300_units_the_default_shares_come_true_within_two_points(context):
    wanted, found = Shares(), realised(context, Shares())
    for facet, table in FACETS.items():
        possible = shares_of(kind_shares(wanted, context, ALL), facet)
        shares = {v: s for v, s in getattr(wanted, table).normalised().items() if v in possible}
        for value, share in shares.items():
            assert abs(found[facet].get(value, 0) - share / sum(shares.values())) < 0.02, (facet, value)


SHARES = st.builds(
    lambda what, reasoning, form: Shares.model_validate({"what": what, "reasoning": reasoning, "answer_form": form}),
    *(
        st.fixed_dictionaries({value: st.floats(0.05, 1) for value in type(getattr(Shares(), table)).model_fields})
        for table in ("what", "reasoning", "answer_form")
    ),
)


@given(SHARES, st.sampled_from(["figure", "text"]), st.integers(8, 12), st.integers())
@settings(max_examples=12, deadline=None)
def test_any_shares_come_true_as_far_as_the_facets_go_together(shares, context, count, seed):
    found = realised(context, shares, count=count, seed=seed)
    for facet in FACETS:
        for value, share in shares_of(kind_shares(shares, context, ALL), facet).items():
            assert abs(found[facet].get(value, 0) - share) < 0.02, (facet, value)


@given(
    SHARES,
    st.sampled_from(["figure", "text"]),
    st.text(max_size=8),
    st.integers(),
    st.sets(st.sampled_from(QuestionType)),
)
@settings(max_examples=60, deadline=None)
def test_no_slot_is_impossible_and_none_is_of_a_type_that_may_not_be_asked(shares, context, unit, seed, allowed):
    for slot in planned(unit, context=context, count=5, shares=shares, seed=seed, allowed=frozenset(allowed)):
        assert not any(conflict.forbids(slot) for conflict in CONFLICTS)
        assert slot.question_type in allowed
        assert (slot.context == "text") == (context == "text")


def test_a_unit_is_planned_alike_whatever_else_is_planned():
    alone = planned("unit-7")
    realised("figure", Shares(), units=20)
    assert planned("unit-7") == alone
    assert planned("unit-7", seed=1) != alone
    assert planned("unit-7", group="fig-2") != alone
    assert planned("unit-7", count=3) == alone[:3]


def test_a_slot_says_what_was_ordered_and_of_which_type_it_is():
    figure = next(slot for slot in planned(count=40) if slot.context == "both")
    text = planned(context="text")[0]
    assert figure.question_type == figure.reasoning
    assert text.question_type == text.what
    assert figure.facets.model_dump() == {k: getattr(figure, k) for k in ("what", "context", "reasoning", "difficulty")}
    assert [slot.id for slot in planned(count=3)] == ["S1", "S2", "S3"]


@pytest.mark.parametrize(
    ("context", "shares", "allowed"),
    [
        ("text", {"context": {"text": 0}}, ALL),
        ("figure", {"context": {"figure": 0, "both": 0}}, ALL),
        ("text", {}, frozenset({QuestionType.SPATIAL})),
        ("text", {"what": {"definition": 1, "factual": 0, "explanation": 0, "synthesis": 0}}, {QuestionType.FACTUAL}),
        (
            "figure",
            {"reasoning": dict.fromkeys(("lookup", "comparison", "multi_hop", "spatial", "temporal"), 0)},
            frozenset({QuestionType.SPATIAL}),
        ),
    ],
)
def test_nothing_is_ordered_where_nothing_wanted_is_allowed(context, shares, allowed):
    shares = Shares.model_validate(shares)
    assert planned(context=context, shares=shares, allowed=frozenset(allowed)) == ()


def test_a_share_of_zero_is_never_drawn():
    shares = Shares.model_validate({"answer_form": {"free": 0}, "context": {"both": 0}})
    slots = planned(count=200, shares=shares)
    assert {slot.context for slot in slots} == {"figure"}
    assert "free" not in {slot.form for slot in slots}


def test_shares_that_are_all_zero_are_refused_in_a_sentence():
    with pytest.raises(ValidationError, match="all shares are 0, so no question could be asked"):
        Shares.model_validate({"context": {"figure": 0, "text": 0, "both": 0}})


@pytest.mark.parametrize("wrong", [{"what": {"factual": -1}}, {"what": {"fact": 1}}, {"whta": {}}])
def test_a_share_below_zero_and_an_unknown_key_are_refused(wrong):
    with pytest.raises(ValidationError):
        Shares.model_validate(wrong)


def test_every_conflict_leaves_something_and_forbids_something():
    possible = [*kind_shares(Shares(), "figure", ALL), *kind_shares(Shares(), "text", ALL)]
    for conflict in CONFLICTS:
        (facet, values), (other, only) = *conflict.when.items(), *conflict.only.items()
        concerned = [kind for kind in possible if getattr(kind, facet) in values]
        assert {getattr(kind, facet) for kind in concerned} == values, conflict
        assert {getattr(kind, other) for kind in concerned} <= only
    assert all(isinstance(kind, Kind) for kind in possible)
