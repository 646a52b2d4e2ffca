"""Who is looked at first, and who is sampled."""

import random
import time
import tracemalloc
from collections import Counter
from dataclasses import replace

import builders
import pytest
import review_people as people
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records import CheckResult
from corpusbuilder.stages.review.ranking import (
    DUPLICATES,
    Candidate,
    candidate_of,
    ranked,
    sampled,
    uncertainty,
)
from corpusbuilder.stages.verify import duplicates
from corpusbuilder.stages.verify.checks import CHECKS


def candidate(id_, label="not_enough_info", **fields):
    given = {
        "document_id": "doc-1", "place": f"fig-{id_}", "failed": (), "abstained": (), "objections": 1,
        "question_type": "lookup", "language": "en",
    }  # fmt: skip
    return Candidate(id=id_, label=label, **{**given, **fields})


def undecided(id_, objections=1, **fields):
    return candidate(id_, objections=objections, **{"abstained": ("answer_derivable",), **fields})


def refuted(id_, *failed, **fields):
    return candidate(id_, "refuted", failed=failed, objections=len(failed), **fields)


ORDER = [
    undecided("few-doubts"),
    undecided("many-doubts", objections=4, abstained=("answer_derivable", "label_agrees")),
    refuted("one-content-check", "arrow_agrees"),
    refuted("two-content-checks", "arrow_agrees", "label_agrees"),
    refuted("three-content-checks", "arrow_agrees", "label_agrees", "question_agrees"),
    refuted("in-form", "ids_exist"),
    refuted("duplicate", DUPLICATES),
]


@given(st.permutations(ORDER))
def test_the_uncertain_come_before_the_refuted_and_duplicates_last(given_order):
    assert ranked(given_order) == [one.id for one in ORDER]


def test_duplicates_come_last_however_many_there_are():
    many = [refuted(f"dup-{n}", DUPLICATES) for n in range(500)]
    assert ranked([*many, ORDER[-2]])[0] == "in-form"


def test_a_common_trouble_comes_before_a_rare_one_of_the_same_kind():
    common = [undecided(f"common-{n}") for n in range(9)]
    rare = undecided("rare", abstained=("label_agrees",))
    order = ranked([rare, *common])
    assert order[0].startswith("common")
    assert order.index("rare") == 2


def test_rare_troubles_are_not_buried_under_a_common_one():
    common = [undecided(f"common-{n}") for n in range(5000)]
    rare = [undecided(f"rare-{n}", abstained=(f"check-{n}",)) for n in range(20)]
    assert sum(one.startswith("rare") for one in ranked([*common, *rare])[:100]) == 20


def test_examples_on_one_figure_are_spread():
    many = [undecided(f"x-{n}", place=f"fig-{n % 10}") for n in range(100)]
    order = ranked(many)
    for start in range(0, 100, 10):
        places = {int(one[2:]) % 10 for one in order[start : start + 10]}
        assert len(places) == 10


def test_languages_and_question_types_each_get_their_look():
    many = [
        undecided(f"x-{n}", language="fr" if n % 50 == 0 else "en", question_type="causal" if n % 25 == 1 else "lookup")
        for n in range(1000)
    ]
    known = {one.id: one for one in many}
    first = Counter((known[one].language, known[one].question_type) for one in ranked(many)[:20])
    assert all(first[kind] >= 2 for kind in [("en", "lookup"), ("fr", "lookup"), ("en", "causal")])


made = st.lists(
    st.builds(
        candidate,
        st.uuids().map(str),
        st.sampled_from(["supported", "refuted", "not_enough_info"]),
        place=st.sampled_from(["fig-1", "fig-2", "pas-1"]),
        failed=st.sets(st.sampled_from(["shape", "arrow_agrees", "duplicates", "unheard_of"])).map(sorted).map(tuple),
        objections=st.integers(0, 9),
    ),
    unique_by=lambda one: one.id,
)


@given(made, st.randoms(use_true_random=False))
def test_every_example_stands_in_the_order_once_whatever_the_order_they_came_in(candidates, chance):
    order = ranked(candidates)
    assert sorted(order) == sorted(one.id for one in candidates)
    chance.shuffle(candidates)
    assert ranked(candidates) == order


@given(made)
def test_uncertainty_lies_between_nothing_and_one(candidates):
    assert all(0 < uncertainty(one) <= 1 for one in candidates)


def test_a_candidate_says_what_the_checks_said():
    checks = [("b", "fail"), ("a", "abstain"), ("b", "fail"), ("c", "pass"), ("a", "fail")]
    record = people.verified(
        builders.about_figure(),
        label="refuted",
        checks=tuple(CheckResult(name=name, version=1, outcome=outcome) for name, outcome in checks),
    )
    found = candidate_of(record)
    assert (found.failed, found.abstained, found.objections) == (("a", "b"), ("a",), 4)
    assert (found.id, found.place, found.question_type, found.language) == ("ex-1", "fig-cycle", "lookup", "en")
    assert candidate_of(people.verified(builders.about_text())).place == "pas-0"
    assert ranked([found]) == ["ex-1"]


def test_the_check_for_duplicates_has_the_name_that_verification_gives_it():
    assert duplicates.NAME == DUPLICATES
    assert DUPLICATES not in {check.name for check in CHECKS}


def ten_thousand():
    chance = random.Random(1)
    names = [check.name for check in CHECKS]
    return [
        replace(
            refuted(f"ex-{n:05d}", *sorted(chance.sample(names, chance.choice([0, 1, 1, 2, 3])))),
            label=chance.choice(["refuted", "not_enough_info"]),
            place=f"fig-{chance.randrange(1500)}",
        )
        for n in range(10_000)
    ]


def test_ten_thousand_examples_are_ordered_in_less_than_two_seconds():
    candidates = ten_thousand()
    began = time.perf_counter()
    order = ranked(candidates)
    assert time.perf_counter() - began < 2
    assert len(order) == 10_000


def test_records_are_read_one_at_a_time():
    record = people.verified(builders.about_figure())
    raw = record.model_dump_json()

    def read():
        for n in range(2000):
            fresh = type(record).model_validate_json(raw)
            example = fresh.example.model_copy(update={"id": f"ex-{n}"})
            yield fresh.model_copy(update={"grounded": fresh.grounded.model_copy(update={"example": example})})

    tracemalloc.start()
    ranked(map(candidate_of, read()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2000 * 1500  # bytes; the records themselves take ten times as much


ids = st.lists(st.text(min_size=1), unique=True)


@given(ids, ids, st.floats(0, 1), st.integers())
def test_adding_examples_takes_none_out_of_the_sample(before, added, share, seed):
    after = set(sampled([*added, *before], share, seed))
    assert [one for one in before if one in after] == sampled(before, share, seed)


@given(ids, st.floats(0, 1), st.floats(0, 1))
def test_a_smaller_sample_is_a_part_of_a_larger_one(every, a, b):
    assert set(sampled(every, min(a, b), 7)) <= set(sampled(every, max(a, b), 7))


def test_all_or_nothing_can_be_sampled():
    every = [f"ex-{n}" for n in range(50)]
    assert (sampled(every, 0.0, 1), sampled(every, 1.0, 1)) == ([], every)


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_sample_has_the_size_that_was_asked_for_in_every_document(share):
    for document in range(5):
        found = len(sampled([f"ex-{document}-{n}" for n in range(4000)], share, seed=1))
        assert found == pytest.approx(4000 * share, abs=4 * (4000 * share * (1 - share)) ** 0.5)


def test_another_seed_gives_another_sample():
    every = [f"ex-{n}" for n in range(1000)]
    assert len(set(sampled(every, 0.05, 1)) & set(sampled(every, 0.05, 2))) < 15
