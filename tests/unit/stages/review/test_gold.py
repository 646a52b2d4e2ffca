"""Tasks whose right decision is known: broken on purpose, or settled by people."""

from collections import Counter

import builders
import pytest
import review_people as people
from review_people import gold, review

from corpusbuilder.config import VerifySection
from corpusbuilder.records import QuestionType, RegionEvidence, ReviewedExample, SpanEvidence
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.review import gold as making
from corpusbuilder.stages.review.agreement import region_agreement, span_agreement
from corpusbuilder.stages.review.gold import choose_gold, known, planted
from corpusbuilder.stages.review.quality import is_right
from corpusbuilder.stages.verify import VerifyStage

LANGUAGES = ("en", "fr")
MAKERS = (builders.about_figure, builders.about_text, builders.about_both)


def supported(make=builders.about_figure, language="en", id_="ex-1"):
    return people.verified(make(language).model_copy(update={"id": id_}))


def many(number=40):
    """The task planted in each of the examples, under many ids, with the example."""
    for n in range(number):
        for language in LANGUAGES:
            for make in MAKERS:
                record = supported(make, language, f"ex-{n:020x}")
                yield record, planted(record, builders.unit(language))


PLANTED = list(many())


def faults(record, fault):
    return list(fault(record.grounded, builders.unit(record.example.language)))


def label(grounded):
    item = InUnit(grounded, builders.unit(grounded.example.language))
    return next(iter(VerifyStage(VerifySection()).process([item]))).outputs[0].verdict.label


def test_every_kind_of_supported_example_can_be_broken():
    assert all(record.accepted for record, _ in PLANTED)
    assert all(task is not None for _, task in PLANTED)


def test_no_planted_error_passes_the_checks():
    assert {label(task.grounded) for _, task in PLANTED} <= {"refuted", "not_enough_info"}


def test_all_kinds_of_errors_are_planted():
    kinds = Counter()
    for record, task in PLANTED:
        before, after = record.example, task.grounded.example
        kinds["choice"] += before.answer != after.answer
        kinds["regions"] += (region_agreement(record.grounded, task.grounded) or 1) < 1
        kinds["sentence"] += (span_agreement(record.grounded, task.grounded) or 0) < 1 and before.steps != after.steps
    assert all(kinds[kind] >= 20 for kind in ("choice", "regions", "sentence"))


def test_another_choice_stands_in_the_answer_and_in_the_last_step_and_nowhere_else():
    record = supported()
    for broken in faults(record, making._other_choice):
        assert broken.example.answer in record.example.choices
        assert broken.example.answer in broken.example.steps[-1].text
        assert record.example.answer not in broken.example.steps[-1].text
        assert broken.example.steps[:-1] == record.example.steps[:-1]
        assert broken.groundings == record.grounded.groundings


def test_a_choice_that_the_last_step_names_is_not_taken():
    record = supported()
    last = record.example.steps[-1].model_copy(update={"text": "So “Rain”, below “Soil” and “Roots”."})
    steps = (*record.example.steps[:-1], last)
    example = record.example.model_copy(update={"steps": steps})
    assert not list(making._other_choice(record.grounded.model_copy(update={"example": example}), builders.unit()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_moved_regions_lie_on_real_elements_that_the_step_does_not_name(language):
    figure = builders.cycle(language)
    for broken in faults(supported(language=language), making._moved_regions):
        regions = [e for g in broken.groundings for e in g.evidence if isinstance(e, RegionEvidence)]
        assert all(figure.diagram.element(i) for region in regions for i in region.element_ids)
        assert all(len(region.polygons) == len(region.element_ids) for region in regions)
        assert label(broken) != "supported"


@pytest.mark.parametrize("make", [builders.about_text, builders.about_both])
@pytest.mark.parametrize("language", LANGUAGES)
def test_another_sentence_is_a_whole_one_of_the_passage_and_its_offsets_are_right(make, language):
    record = supported(make, language)
    unit = builders.unit(language)
    broken_ones = faults(record, making._other_sentence)
    assert broken_ones
    for broken in broken_ones:
        [span] = [e for g in broken.groundings for e in g.evidence if isinstance(e, SpanEvidence)]
        text = unit.passage(span.passage_id).text
        assert text[span.start : span.end] == span.quote
        assert span.quote[0].isupper()
        assert span.quote[-1] in ".!?"
        assert any(span.quote in step.text for step in broken.example.steps)


def test_a_planted_error_is_the_same_every_time():
    record = supported()
    assert planted(record, builders.unit()) == planted(record, builders.unit())


def test_the_key_looks_like_any_other_id_and_the_original_is_the_reference():
    record, task = PLANTED[0]
    assert task.key != record.id
    assert (task.key[:3], len(task.key)) == (record.id[:3], len(record.id))
    assert task.grounded.id == task.key
    assert (task.reference, task.expected, task.purpose) == (record.grounded, "reject", "gold")
    assert record.id not in task.grounded.model_dump_json()


def test_no_two_tasks_have_the_same_key():
    by_source = {(record.id, task.key) for record, task in PLANTED}
    assert len({key for _, key in by_source}) == len({source for source, _ in by_source})


@pytest.mark.parametrize("verdict", ["refuted", "not_enough_info"])
def test_what_is_not_supported_is_not_broken_further(verdict):
    record = people.verified(builders.about_figure(), label=verdict)
    assert planted(record, builders.unit()) is None


def test_an_example_in_which_nothing_can_be_broken_is_left_alone():
    record = supported(builders.about_text)
    open_question = record.example.model_copy(update={"choices": (), "answer_type": "short"})
    grounded = record.grounded.model_copy(update={"example": open_question})
    bare = builders.unit().model_copy(update={"passages": (), "figures": ()})
    assert planted(record.model_copy(update={"grounded": grounded}), bare) is None


def test_a_choice_with_signs_of_regular_expressions_is_taken_as_it_is():
    record = supported()
    example = record.example.model_copy(update={"choices": ("Rain", r"\1 (a+b) \g<0>")})
    [broken] = making._other_choice(record.grounded.model_copy(update={"example": example}), builders.unit())
    assert r"“\1 (a+b) \g<0>”" in broken.example.steps[-1].text


def settled(status, *said, annotator="lead"):
    record = supported()
    reviews = tuple(review(name, decision) for name, decision in said)
    return ReviewedExample(
        verified=record, status=status, accepted=status in {"accepted", "corrected"}, annotator=annotator,
        machine=record.verdict, reviews=reviews,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "decision"), [("accepted", "accept"), ("corrected", "correct"), ("rejected", "reject")]
)
def test_what_people_have_settled_is_known(status, decision):
    shown = people.grounded(builders.about_text())
    reviewed = settled(status, ("a", decision), ("b", "skip"), ("c", decision))
    task = known(reviewed, shown)
    assert (task.expected, task.purpose, task.grounded.id) == (decision, "gold", task.key)
    assert task.grounded.example.steps == shown.example.steps
    assert task.reference == (None if decision == "reject" else reviewed.verified.grounded)
    assert is_right(task, review("d", decision))


def test_what_is_disputed_is_not_known():
    reviewed = settled("disputed", ("a", "accept"), ("b", "reject"), annotator=None)
    assert known(reviewed, people.grounded(builders.about_text())) is None


def candidates():
    for n in range(60):
        grounded = people.grounded(builders.about_figure())
        fields = {
            "document_id": "doc-big" if n // 12 % 2 else f"doc-{n}",
            "question": f"Which {n}?",
            "question_type": list(QuestionType)[n // 4 % 3],
        }
        shown = grounded.model_copy(update={"example": grounded.example.model_copy(update=fields)})
        reference = None if n % 4 == 3 else grounded
        yield gold(["accept", "reject", "correct", "reject"][n % 4], shown=shown, reference=reference, key=f"ex-{n}")


CANDIDATES = list(candidates())


def test_kinds_are_mixed_and_spread_over_documents_and_types():
    chosen = choose_gold(CANDIDATES, 12, seed=1)
    assert Counter((task.expected, task.reference is None) for task in chosen) == {
        ("accept", False): 3, ("correct", False): 3, ("reject", False): 3, ("reject", True): 3,
    }  # fmt: skip
    assert max(Counter(task.grounded.example.question_type for task in chosen).values()) <= 5
    assert len({task.grounded.example.document_id for task in chosen}) >= 10


def test_the_choice_depends_on_the_seed_and_not_on_the_order():
    chosen = choose_gold(CANDIDATES, 10, seed=1)
    assert choose_gold(reversed(CANDIDATES), 10, seed=1) == chosen
    assert choose_gold(CANDIDATES, 10, seed=2) != chosen


def test_no_question_is_chosen_twice_and_no_more_than_there_are():
    twice = [*CANDIDATES, *(task.model_copy(update={"key": f"{task.key}-again"}) for task in CANDIDATES)]
    chosen = choose_gold(twice, 1000, seed=1)
    assert len(chosen) == len({task.grounded.example.question for task in chosen}) == len(CANDIDATES)
    assert choose_gold([], 5, seed=1) == choose_gold(CANDIDATES, 0, seed=1) == []
