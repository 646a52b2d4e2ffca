"""Where a review stands: counted over what is generated now."""

import pytest
from desk import Desk

from corpusbuilder.pipeline.glimpses import glimpse_reviewed, glimpse_verified
from corpusbuilder.pipeline.reviewing.selecting import settled
from corpusbuilder.pipeline.reviewing.summary import agreement_of, statuses_of, survey_reviews
from corpusbuilder.pipeline.status import to_review
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import ReviewedExample


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "ws")


def withheld(desk):
    return [record for record in desk.records if not record.accepted]


def without_evidence(desk):
    """An example with a step that shows nothing."""
    return next(r for r in withheld(desk) if not r.grounded.groundings[0].evidence)


def test_an_example_that_is_no_longer_generated_counts_as_gone_and_in_no_agreement(desk):
    gone, kept, *_ = withheld(desk)
    desk.send(gone, kept)
    for record in (gone, kept):
        desk.say(record, "accept", "annotator-1")
        desk.say(record, "reject", "annotator-2")
    assert agreement_of(desk.workspace).alpha.n == 2
    desk.rewrite([record for record in desk.records if record is not gone])
    survey = survey_reviews(desk.workspace)
    assert (survey.orphans, survey.agreement.alpha.n, survey.agreement.overlapping) == (1, 1, 1)


def test_where_nothing_is_left_of_what_people_looked_at_there_is_no_agreement_to_tell(desk):
    gone = withheld(desk)[0]
    desk.send(gone)
    desk.say(gone, "accept")
    desk.rewrite([record for record in desk.records if record is not gone])
    assert agreement_of(desk.workspace) is None


def test_what_is_not_wanted_any_more_is_not_unanswered(desk):
    becomes_right, vanishes, waits, hidden = withheld(desk)
    audited = next(record for record in desk.records if record.accepted)
    desk.send(becomes_right, vanishes, waits)
    desk.send(audited, purpose="audit")
    desk.send(hidden, purpose="gold", key="gold-1", expected="reject")
    assert survey_reviews(desk.workspace).unanswered == 5
    right = becomes_right.model_copy(update={"verdict": audited.verdict})
    desk.rewrite([right if record is becomes_right else record for record in desk.records if record is not vanishes])
    survey = survey_reviews(desk.workspace)
    assert (survey.unanswered, survey.unwanted) == (3, 2)


def test_what_people_accept_and_a_check_of_form_refuses_is_told_by_the_check(desk):
    record = without_evidence(desk)
    desk.send(record)
    desk.say(record, "accept")
    desk.resolve()
    survey = survey_reviews(desk.workspace)
    assert (survey.outcomes, survey.fit, survey.unfit) == ({"accepted": 1}, 0, 1)
    assert survey.unfit_by_check["evidence_present"] == 1
    assert survey.as_json()["unfit_by_check"] == dict(survey.unfit_by_check)


def test_statuses_are_those_of_the_documents_asked_for_and_a_damaged_shard_has_none(desk):
    accepted, disputed, *_ = withheld(desk)
    desk.send(accepted, disputed)
    desk.say(accepted, "accept")
    desk.say(disputed, "accept")
    desk.say(disputed, "reject", "annotator-2")
    desk.resolve()
    assert statuses_of(desk.workspace, [desk.document]) == {accepted.id: "accepted", disputed.id: "disputed"}
    assert statuses_of(desk.workspace, []) == {}
    assert settled(desk.workspace) == {accepted.id}
    assert survey_reviews(desk.workspace).disputed == [disputed.id]
    desk.workspace.shard("review", desk.document).data.write_text("{}\n")
    assert statuses_of(desk.workspace, [desk.document]) == {}


def test_people_are_to_be_asked_until_all_was_sent_and_then_to_be_waited_for(desk):
    first, *others = withheld(desk)
    assert to_review(desk.workspace) == "push"
    desk.send(first)
    assert to_review(desk.workspace) == "push"
    desk.send(*others)
    assert to_review(desk.workspace) == "status"
    for record in withheld(desk):
        desk.say(record, "reject")
    desk.resolve()
    assert to_review(desk.workspace) is None


def test_where_it_is_damaged_what_was_sent_is_named_by_status(desk):
    desk.send(*withheld(desk))
    desk.files.shown(desk.document).path.write_text("{}\n")
    assert to_review(desk.workspace) == "status"


def test_a_glimpse_says_what_the_record_says(desk):
    for record in withheld(desk):
        desk.send(record)
        desk.say(record, "accept")
    desk.resolve()
    whole = list(desk.workspace.shard("verify", desk.document).read(VerifiedExample))
    glimpses = list(glimpse_verified(desk.workspace, desk.document))
    assert [(g.id, g.label) for g in glimpses] == [(r.id, r.verdict.label) for r in whole]
    reviewed = list(desk.workspace.shard("review", desk.document).read(ReviewedExample))
    assert [(g.id, g.status, g.accepted, g.label) for g in glimpse_reviewed(desk.workspace, desk.document)] == [
        (r.id, r.status, r.accepted, r.verified.verdict.label) for r in reviewed
    ]
    assert reviewed
    desk.workspace.shard("review", desk.document).done.unlink()
    assert list(glimpse_reviewed(desk.workspace, desk.document)) == []
