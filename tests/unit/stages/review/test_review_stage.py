from datetime import UTC, datetime

import builders
import pytest
from review_people import review, verified

from corpusbuilder.config import ReviewSection, VerifySection
from corpusbuilder.errors import RecordError
from corpusbuilder.records.review import Annotation, Decision, Shown, version_of
from corpusbuilder.stages.contract import Done, Rejected
from corpusbuilder.stages.review import InReview, ReviewStage
from corpusbuilder.stages.verify import VerifyAgain

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def annotation(number, *, version, deleted=False):
    return Annotation(
        example_id="ex-1",
        version=version,
        task_id=1,
        annotation_id=number,
        annotator="annotator-1",
        created_at=NOW,
        updated_at=NOW,
        deleted=deleted,
    )


def item(record, *annotations):
    """An example that was sent as it is, with annotations by number."""
    shown = Shown(key=record.id, version=version_of(record.grounded), purpose="withheld", grounded=record.grounded)
    unit = builders.unit(record.example.language)
    return InReview(record, unit, {shown.version: shown}, tuple(annotations))


def said(record, reviews, *, deleted=(), **config):
    """What the stage makes of reviews, by the number of their annotation; an error for one that is unreadable."""
    version = version_of(record.grounded)

    def read(found, shown, unit):
        answer = reviews[found.annotation_id - 1]
        if isinstance(answer, RecordError):
            raise answer
        return answer.model_copy(update={"version": shown.version})

    stage = ReviewStage(
        ReviewSection(**config), read, lambda standing: VerifyAgain(VerifySection(), standing), depends_on={}
    )
    annotations = [annotation(n, version=version, deleted=n in deleted) for n in range(1, len(reviews) + 1)]
    (result,) = stage.process([item(record, *annotations)])
    return result


def accepting(decision=Decision.ACCEPT, **config):
    """A stage to which every annotation says the same."""
    return ReviewStage(
        ReviewSection(**config),
        lambda found, shown, unit: review("a", decision, of=shown.key, version=shown.version),
        lambda standing: VerifyAgain(VerifySection(), standing),
        depends_on={},
    )


def accepted_once(record):
    """An example with one annotation of the version that it is."""
    return item(record, annotation(1, version=version_of(record.grounded)))


def outcome(*arguments, **fields):
    result = said(*arguments, **fields)
    assert isinstance(result, Done)
    return result.outputs[0] if result.outputs else None


@pytest.fixture(scope="module")
def supported():
    return verified(builders.about_figure())


def verified_again(supported, grounded):
    verdict = VerifyAgain(VerifySection(), ())(grounded, builders.unit())
    return supported.model_copy(update={"grounded": grounded, "verdict": verdict})


@pytest.fixture(scope="module")
def undecided(supported):
    """Its second step says something that no check can read."""
    steps = list(supported.example.steps)
    steps[1] = steps[1].model_copy(update={"text": "Past “Clouds”, things come down on “Rain” as it were."})
    example = supported.example.model_copy(update={"steps": tuple(steps)})
    return verified_again(supported, supported.grounded.model_copy(update={"example": example}))


@pytest.fixture(scope="module")
def bare(supported):
    """Its first step has lost its evidence."""
    first, *others = supported.grounded.groundings
    emptied = supported.grounded.model_copy(update={"groundings": (first.model_copy(update={"evidence": ()}), *others)})
    return verified_again(supported, emptied)


def test_an_example_that_nobody_saw_yields_nothing(supported):
    assert outcome(supported, []) is None


def test_an_example_that_was_only_skipped_stands_as_verification_left_it(supported):
    assert outcome(supported, [review("a", Decision.SKIP)]) is None


def test_a_person_settles_what_the_checks_could_not(undecided):
    assert undecided.verdict.label == "not_enough_info"
    found = outcome(undecided, [review("a", Decision.ACCEPT)])
    assert (found.status, found.accepted, found.annotator) == ("accepted", True, "a")
    assert found.machine == undecided.verdict
    assert found.verified.verdict.label == "not_enough_info"


def test_nobody_can_accept_a_step_that_was_seen_and_shows_nothing(bare):
    assert bare.verdict.label == "not_enough_info"
    for overrides in ("not_enough_info", "refuted"):
        found = outcome(bare, [review("a", Decision.ACCEPT)], overrides=overrides)
        assert (found.status, found.accepted) == ("accepted", False)


def test_two_undecided_examples_that_people_accept_and_that_ask_the_same_are_not_both_released(undecided):
    twin = undecided.model_copy(
        update={
            "grounded": undecided.grounded.model_copy(
                update={"example": undecided.example.model_copy(update={"id": "ex-2"})}
            )
        }
    )
    first, second = (
        result.outputs[0] for result in accepting().process([accepted_once(undecided), accepted_once(twin)])
    )
    assert (first.accepted, second.accepted) == (True, False)


def test_a_refusal_of_what_an_example_no_longer_is_leaves_it_as_the_checks_have_it(supported, bare):
    old = item(bare, annotation(1, version=version_of(bare.grounded)))
    now = InReview(supported, old.unit, old.shown, old.annotations)
    stage = accepting(Decision.REJECT)
    assert [result.outputs for result in stage.process([now])] == [()]
    assert [result.outputs[0].status for result in stage.process([old])] == ["rejected"]


def test_an_acceptance_of_an_earlier_version_takes_that_version_up_again(supported, undecided):
    old = item(supported, annotation(1, version=version_of(supported.grounded)))
    now = InReview(undecided, old.unit, old.shown, old.annotations)
    ((found,),) = (result.outputs for result in accepting().process([now]))
    assert (found.status, found.example.steps[1].text) == ("accepted", supported.example.steps[1].text)


def test_the_policy_can_keep_the_last_word_for_the_checks(undecided):
    found = outcome(undecided, [review("a", Decision.ACCEPT)], overrides="nothing")
    assert (found.status, found.accepted) == ("accepted", False)


def test_evidence_of_an_accepted_example_is_confirmed(supported):
    found = outcome(supported, [review("a", Decision.ACCEPT)])
    evidence = [e for g in found.verified.grounded.groundings for e in g.evidence]
    assert evidence
    assert all(e.confirmed for e in evidence)
    assert not any(e.confirmed for g in supported.grounded.groundings for e in g.evidence)


def test_a_corrected_example_is_verified_again(supported, undecided):
    found = outcome(undecided, [review("a", Decision.CORRECT, corrected=supported.grounded)])
    assert (found.status, found.verified.verdict.label, found.accepted) == ("corrected", "supported", True)
    assert found.machine.label == "not_enough_info"
    assert found.corrections


def test_a_correction_that_the_checks_refute_is_withheld(supported):
    wrong = supported.grounded.model_copy(update={"example": supported.example.model_copy(update={"answer": "Roots"})})
    found = outcome(supported, [review("a", Decision.CORRECT, corrected=wrong)])
    assert (found.status, found.verified.verdict.label, found.accepted) == ("corrected", "refuted", False)


def test_what_a_person_rejects_is_withheld_though_the_checks_accept_it(supported):
    found = outcome(supported, [review("a", Decision.REJECT)])
    assert (found.status, found.accepted, found.verified) == ("rejected", False, supported)


def test_a_dispute_belongs_to_nobody_and_keeps_everything(supported):
    votes = [review("a", Decision.ACCEPT), review("b", Decision.REJECT, later=1)]
    found = outcome(supported, votes)
    assert (found.status, found.accepted, found.annotator) == ("disputed", False, None)
    assert [r.annotator for r in found.reviews] == ["a", "b"]


def test_an_annotation_that_cannot_be_read_is_named_and_the_others_count(supported):
    garbage = RecordError("malformed_annotation", "task 1, annotation 1: no decision")
    result = said(supported, [garbage, review("b", Decision.ACCEPT)])
    assert result.outputs[0].status == "accepted"
    assert result.notes == ("task 1, annotation 1: no decision",)


def test_an_example_of_which_no_annotation_can_be_read_is_a_reject(supported):
    result = said(supported, [RecordError("malformed_annotation", "the decision is missing")])
    assert isinstance(result, Rejected)
    assert result.message == "task 1, annotation 1 of annotator-1: the decision is missing"


def test_an_annotation_that_its_author_deleted_says_nothing(supported):
    assert outcome(supported, [review("a", Decision.ACCEPT)], deleted={1}) is None


def test_a_version_that_was_never_sent_is_refused(supported):
    stage = ReviewStage(ReviewSection(), None, lambda standing: VerifyAgain(VerifySection(), standing), depends_on={})
    (result,) = stage.process([item(supported, annotation(1, version="ver-of-another-world"))])
    assert isinstance(result, Rejected)
    assert "never sent from this workspace" in result.message


def test_two_examples_that_people_make_alike_are_not_both_released(supported):
    twin = supported.model_copy(
        update={
            "grounded": supported.grounded.model_copy(
                update={"example": supported.example.model_copy(update={"id": "ex-2"})}
            )
        }
    )
    items = [accepted_once(supported), accepted_once(twin)]
    first, second = (result.outputs[0] for result in accepting(overrides="refuted").process(items))
    assert (first.accepted, second.accepted) == (True, False)
    assert "ex-1 asks the same" in second.verified.verdict.checks[-1].reason
