"""What reviews say about annotators."""

import random

import builders
import pytest
import review_people as people
from hypothesis import given
from hypothesis import strategies as st
from review_people import gold, review

from corpusbuilder.records import RegionEvidence
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.stages.review.quality import agreement_report, is_right, share


def by_name(report):
    return {one.annotator: one for one in report.annotators}


def test_a_corpus_that_nobody_looked_at_has_no_figures():
    report = agreement_report([], of=100)
    assert (report.examples, report.human_share, report.alpha.value, report.median_seconds) == (0, 0.0, None, None)
    assert (report.kappas, report.annotators, report.gold.right.low) == ((), (), None)
    assert AgreementReport.model_validate_json(report.model_dump_json()) == report


def test_decisions_are_counted_by_annotator():
    said = {"x-1": "accept", "x-2": "correct", "x-3": "reject", "x-4": "skip", "x-5": "correct"}
    report = agreement_report([(i, [review("ann", d, i, seconds=10 + n)]) for n, (i, d) in enumerate(said.items())])
    [ann] = report.annotators
    assert (ann.accepted, ann.corrected, ann.rejected, ann.skipped, ann.change_rate) == (1, 2, 1, 1, 0.5)
    assert (report.examples, report.overlapping, report.human_share) == (4, 0, None)
    assert ann.median_seconds == report.median_seconds == 11.5  # of 10, 11, 12 and 14: the skip took 13


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), -5.0, None])
def test_a_time_that_cannot_be_plays_no_part(nonsense):
    report = agreement_report([("x", [review("a", "accept", seconds=nonsense), review("b", "accept", seconds=30)])])
    assert report.median_seconds == 30
    assert by_name(report)["a"].median_seconds is None


def test_a_skip_is_a_missing_value():
    report = agreement_report(
        [
            ("x-1", [review("a", "accept"), review("b", "skip"), review("c", "accept")]),
            ("x-2", [review("a", "reject"), review("b", "skip"), review("c", "reject")]),
            ("x-3", [review("a", "reject"), review("b", "skip")]),
        ]
    )
    assert (report.overlapping, report.alpha.n, report.alpha.value) == (2, 2, 1.0)
    assert [(pair.first, pair.second, pair.kappa.value) for pair in report.kappas] == [("a", "c", 1.0)]


def test_people_who_saw_other_versions_are_not_compared():
    report = agreement_report([("x", [review("a", "accept", version="v1"), review("b", "reject", version="v2")])])
    assert (report.examples, report.overlapping, report.alpha.n) == (1, 0, 0)


def test_of_two_reviews_by_one_annotator_the_last_decision_counts():
    said = [
        review("a", "reject", later=1),
        review("a", "accept", later=2),
        review("a", "skip", later=3),
        review("b", "accept"),
    ]
    report = agreement_report([("x", said)])
    assert (by_name(report)["a"].accepted, by_name(report)["a"].rejected, by_name(report)["a"].skipped) == (1, 0, 0)
    assert (report.overlapping, report.alpha.n) == (1, 1)


def test_the_order_of_reviews_and_examples_changes_nothing():
    chance = random.Random(3)
    examples = [
        (f"x-{n}", [review(name, chance.choice(["accept", "reject", "skip"]), seconds=n) for name in "abc"])
        for n in range(30)
    ]
    turned = [(key, list(reversed(reviews))) for key, reviews in reversed(examples)]
    assert agreement_report(turned) == agreement_report(examples)


def test_who_accepts_keeps_the_evidence_that_was_shown():
    shown = people.grounded(builders.about_figure())
    moved = people.with_evidence(shown, 1)
    reviews = [("x", [review("a", "accept"), review("b", "correct", corrected=moved), review("c", "reject")])]
    report = agreement_report(reviews, shown={"ver-1": shown}.get)
    assert (report.region_iou.mean, report.region_iou.n, report.span_f1.n) == (0.5, 1, 0)
    assert agreement_report(reviews).region_iou.n == 0


def test_corrections_are_compared_with_each_other():
    text = people.grounded(builders.about_text())
    reviews = [("x", [review("a", "correct", corrected=text), review("b", "correct", corrected=text)])]
    assert agreement_report(reviews).span_f1.model_dump() == {"mean": 1.0, "n": 1}


@pytest.mark.parametrize(
    ("expected", "right"),
    [
        ("accept", {"accept": True, "correct": False, "reject": False, "skip": None}),
        ("correct", {"accept": False, "correct": True, "reject": False, "skip": None}),
        ("reject", {"accept": False, "correct": True, "reject": True, "skip": None}),
    ],
)
def test_a_planted_error_that_is_accepted_is_a_miss_and_a_skip_does_not_count(expected, right):
    task = gold(expected)
    assert {decision: is_right(task, review("a", decision)) for decision in right} == right


def test_gold_tasks_count_for_gold_alone():
    tasks = [(gold("reject", key=f"ex-{n}"), review("a", "accept" if n < 3 else "reject")) for n in range(10)]
    tasks += [(gold("accept", key="ex-s"), review("b", "skip"))]
    report = agreement_report([("x", [review("b", "accept")])], tasks)
    a, b = report.annotators
    assert (a.gold.right.count, a.gold.right.n, a.accepted) == (7, 10, 0)
    assert (b.gold.right.n, b.gold.right.low, report.gold.right.count, report.examples) == (0, None, 7, 1)


def test_a_correction_of_a_gold_task_is_held_against_what_it_should_become():
    good = people.grounded(builders.about_figure())
    box = (0, 0, 5, 5)
    broken = people.with_evidence(
        good, 1, RegionEvidence(
            figure_id="fig-cycle", element_ids=(), polygons=(box_polygon(box),), box=box, method="m", score=1.0
        ),
    )  # fmt: skip
    other = good.model_copy(update={"example": good.example.model_copy(update={"answer": "Soil"})})
    task = gold("reject", shown=broken, reference=good)
    said = [
        review("mends", "correct", corrected=good),
        review("worsens", "correct", corrected=other),
        review("misses", "accept"),
        review("rejects", "reject"),
    ]
    found = by_name(agreement_report([], [(task, one) for one in said]))
    assert {n: (q.gold.right.count, q.gold.texts_equal.count, q.gold.region_iou.mean) for n, q in found.items()} == {
        "mends": (1, 1, 1.0),
        "worsens": (1, 0, 1.0),
        "misses": (0, 1, 0.5),
        "rejects": (1, 0, None),
    }


def test_typography_is_no_difference_of_texts():
    good = people.grounded(builders.about_figure())
    typed = good.model_copy(
        update={
            "example": good.example.model_copy(
                update={"question": good.example.question.replace("“", '"').replace("”", '"')}
            )
        }
    )
    report = agreement_report([], [(gold("correct", reference=good), review("a", "correct", corrected=typed))])
    assert report.gold.texts_equal.count == 1


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [  # R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_that_of_the_published_table(count, n, low, high):
    found = share(count, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share_and_mirrors(counted):
    count, n = counted
    found, mirrored = share(count, n), share(n - count, n)
    if n:
        assert 0 <= found.low <= count / n + 1e-6
        assert count / n - 1e-6 <= found.high <= 1
        assert found.low == pytest.approx(1 - mirrored.high, abs=2e-6)


def test_ten_thousand_examples_are_measured_in_seconds():
    import time

    shown = people.grounded(builders.about_figure())
    one, two = review("a", "accept"), review("b", "reject")
    examples = [
        (f"x-{n}", [one, two if n % 5 == 0 else one.model_copy(update={"annotator": "b"})]) for n in range(10_000)
    ]
    began = time.perf_counter()
    report = agreement_report(examples, shown={"ver-1": shown}.get)
    assert report.overlapping == 10_000
    assert time.perf_counter() - began < 20
