from datetime import UTC, datetime, timedelta

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.correction import Correction
from corpusbuilder.records.example import GroundedExample, StepGrounding
from corpusbuilder.records.review import Decision, Review
from corpusbuilder.stages.review.resolving import resolve

START = datetime(2026, 3, 1, tzinfo=UTC)


def grounded():
    example = builders.about_text()
    return GroundedExample(example=example, groundings=tuple(StepGrounding(step=s.index) for s in example.steps))


def review(who, decision, *, minute=0, answer="cave", number=None, version="ver-1"):
    number = minute if number is None else number
    correction = Correction(
        example_id="ex-1",
        field="answer",
        before="aquifer",
        after=answer,
        annotator=who,
        task_id=1,
        annotation_id=number,
        time=START,
    )
    is_correct = decision == "correct"
    corrected = grounded().model_copy(update={"example": grounded().example.model_copy(update={"answer": answer})})
    return Review(
        example_id="ex-1",
        version=version,
        decision=Decision(decision),
        annotator=who,
        corrections=(correction,) if is_correct else (),
        corrected=corrected if is_correct else None,
        task_id=1,
        annotation_id=number,
        time=START + timedelta(minutes=minute),
    )


def outcome(*reviews, rule="majority", adjudicators=()):
    found = resolve(reviews, rule, adjudicators)
    return (found.status, found.review.annotator if found.review else None) if found else None


def test_one_review_is_enough():
    for decision, status in (("accept", "accepted"), ("correct", "corrected"), ("reject", "rejected")):
        for rule in ("majority", "adjudicator", "latest"):
            assert outcome(review("a", decision), rule=rule) == (status, "a")


def test_a_skip_is_no_vote():
    assert outcome(review("a", "skip")) is None
    assert outcome(review("a", "skip"), review("b", "skip", minute=1), rule="latest") is None
    assert outcome(review("a", "accept"), review("b", "skip", minute=1), rule="latest") == ("accepted", "a")


def test_two_who_differ_about_the_example_settle_nothing():
    assert outcome(review("a", "accept"), review("b", "reject", minute=1)) == ("disputed", None)
    assert outcome(review("a", "accept"), review("b", "reject", minute=1), rule="latest") == ("rejected", "b")


def test_more_than_half_decide():
    votes = [review("a", "reject"), review("b", "accept", minute=1), review("c", "reject", minute=2)]
    assert outcome(*votes) == ("rejected", "c")
    votes = [review("a", "reject"), review("b", "accept", minute=1), review("c", "accept", minute=2)]
    assert outcome(*votes) == ("accepted", "c")


def test_the_version_that_most_arrived_at_counts():
    cave, well = (
        (review("a", "correct"), review("c", "correct", minute=2)),
        review("b", "correct", minute=5, answer="well"),
    )
    assert outcome(*cave, well) == ("corrected", "c")


def test_where_no_version_leads_the_last_correction_counts():
    assert outcome(review("a", "correct"), review("b", "accept", minute=1)) == ("corrected", "a")
    assert outcome(review("a", "correct"), review("b", "correct", minute=1, answer="well")) == ("corrected", "b")


def test_the_last_word_of_a_person_counts():
    assert outcome(review("a", "accept"), review("a", "reject", minute=1)) == ("rejected", "a")
    assert outcome(review("a", "reject"), review("a", "skip", minute=1)) == ("rejected", "a")


def test_an_adjudicator_overrules_any_number():
    votes = [review("a", "accept"), review("b", "accept", minute=1), review("chief", "reject", minute=2)]
    assert outcome(*votes, rule="adjudicator", adjudicators=["chief"]) == ("rejected", "chief")
    assert outcome(*votes, rule="majority", adjudicators=["chief"]) == ("accepted", "b")


def test_without_an_adjudicator_people_have_to_be_of_one_mind():
    votes = [review("a", "accept"), review("b", "accept", minute=1), review("c", "reject", minute=2)]
    assert outcome(*votes, rule="adjudicator", adjudicators=["chief"]) == ("disputed", None)
    assert outcome(*votes[:2], rule="adjudicator", adjudicators=["chief"]) == ("accepted", "b")


votes_of = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["accept", "correct", "reject", "skip"]),
        st.integers(0, 3),
        st.sampled_from(["ver-1", "ver-2", "ver-3"]),
    ),
    max_size=6,
)
versions_of = st.permutations(["ver-1", "ver-2", "ver-3"]) | st.just([])


def cast(votes):
    return [
        review(who, decision, minute=minute, number=place, version=version)
        for place, (who, decision, minute, version) in enumerate(votes)
    ]


def test_people_who_accept_different_versions_without_any_order_agree_on_the_last():
    votes = [review("a", "accept"), review("b", "accept", minute=1, version="ver-2")]
    assert outcome(*votes) == ("accepted", "b")


def test_those_who_saw_the_newest_version_decide():
    votes = [review("a", "reject", minute=5), review("b", "accept", minute=1, version="ver-2")]
    found = resolve(votes, "majority", versions=["ver-1", "ver-2"])
    assert (found.status, found.review.annotator) == ("accepted", "b")
    assert resolve(votes[:1], "majority", versions=["ver-1", "ver-2"]).status == "rejected"


@given(
    votes=votes_of,
    versions=versions_of,
    order=st.randoms(use_true_random=False),
    rule=st.sampled_from(["majority", "adjudicator", "latest"]),
)
def test_the_order_in_which_reviews_are_read_plays_no_part(votes, versions, order, rule):
    reviews = cast(votes)
    shuffled = list(reviews)
    order.shuffle(shuffled)
    assert resolve(reviews, rule, ["a"], versions=versions) == resolve(shuffled, rule, ["a"], versions=versions)


@pytest.mark.parametrize("rule", ["majority", "adjudicator", "latest"])
@given(votes=votes_of, versions=versions_of)
def test_nothing_is_decided_that_nobody_said(votes, versions, rule):
    reviews = cast(votes)
    found = resolve(reviews, rule, versions=versions)
    if found is None:
        assert all(vote.decision is Decision.SKIP for vote in reviews)
    elif found.review is not None:
        assert found.review in reviews
        assert found.review.decision is not Decision.SKIP
