import pytest
import review_corpus

from corpusbuilder.config import ReviewSection
from corpusbuilder.errors import MissingInputError
from corpusbuilder.pipeline.reviewing.golding import gold_tasks
from corpusbuilder.pipeline.reviewing.preparing import gold_items
from corpusbuilder.pipeline.reviewing.selecting import verified, wanted
from corpusbuilder.pipeline.reviewing.spool import Spool
from corpusbuilder.pipeline.specs import was_annotated
from corpusbuilder.records.review import Decision, Review, ReviewedExample, Shown, version_of
from corpusbuilder.store.workspace import Counts, DoneFile


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return review_corpus.corpus(tmp_path_factory.mktemp("mixed") / "ws", 24, documents=2, supported=20)


@pytest.fixture(scope="module")
def fine(tmp_path_factory):
    """Everything was accepted."""
    return review_corpus.corpus(tmp_path_factory.mktemp("fine") / "ws", 0, documents=2, supported=24)


def gold_of(workspace, number, **options):
    fields = {"without": (), "with_known": False, **options}
    found = gold_tasks(workspace, ReviewSection(), number=number, **fields)
    return [shown for some in found.values() for shown in some]


def test_all_that_is_withheld_is_wanted_and_nothing_else(mixed):
    found = wanted(mixed, share_accepted=0)
    assert found.keys() == {record.id for record in verified(mixed) if not record.accepted}
    assert {want.purpose for want in found.values()} == {"withheld"}


def test_a_sample_of_what_was_accepted_is_spread_over_the_whole_order(mixed):
    found = wanted(mixed, share_accepted=1)
    audits = sorted(want.place for want in found.values() if want.purpose == "audit")
    assert len(audits) == 40
    assert all(0 <= want.place < 1 for want in found.values())
    assert audits[0] < 0.1
    assert audits[-1] > 0.9
    assert len(set(audits)) == 40


def test_an_accepted_example_that_was_sampled_once_stays_wanted(mixed):
    one = next(record.id for record in verified(mixed) if record.accepted)
    assert wanted(mixed, share_accepted=0, audited=[one])[one].purpose == "audit"
    withheld = next(record.id for record in verified(mixed) if not record.accepted)
    assert wanted(mixed, share_accepted=0, audited=[withheld])[withheld].purpose == "withheld"


def test_gold_tasks_stand_among_the_others_and_not_after_them(fine):
    audits = sorted(want.place for want in wanted(fine, share_accepted=0.5).values())
    places = [item.place for item in gold_items(gold_of(fine, 6))]
    assert len(places) == 6
    assert all(0 <= place < 1 for place in places)
    assert sum(audits[0] < place < audits[-1] for place in places) >= 4


def test_as_many_gold_tasks_as_asked_for_are_made_and_always_the_same(fine):
    assert [shown.key for shown in gold_of(fine, 5)] == [shown.key for shown in gold_of(fine, 5)]
    assert len({shown.key for shown in gold_of(fine, 5)}) == 5
    shown_otherwise = {record.id for record in verified(fine)}
    assert gold_of(fine, 5, without=shown_otherwise) == []


def test_what_people_settled_is_gold_only_for_others(tmp_path):
    workspace = review_corpus.corpus(tmp_path / "ws", 2, documents=1)
    record = next(verified(workspace))
    document = record.example.document_id
    shown = Shown(key=record.id, version=version_of(record.grounded), purpose="withheld", grounded=record.grounded)
    review_corpus.sent(workspace, shown)
    votes = tuple(said(shown, who, number) for number, who in enumerate(("annotator-1", "annotator-2"), start=1))
    reviewed = ReviewedExample(
        verified=record,
        status="accepted",
        accepted=True,
        annotator="annotator-2",
        machine=record.verdict,
        reviews=votes,
    )
    review_corpus.written(workspace, "review", document, [reviewed])
    assert gold_of(workspace, 1) == []
    (gold,) = gold_of(workspace, 1, with_known=True)
    assert (gold.expected, gold.purpose) == ("accept", "gold")
    assert gold.key != record.id


def said(shown, who, number):
    return Review(
        example_id=shown.key,
        version=shown.version,
        decision=Decision.ACCEPT,
        annotator=who,
        task_id=1,
        annotation_id=number,
        time=review_corpus.TIME,
    )


def test_a_review_whose_annotations_are_gone_is_missed_and_not_taken_for_current(tmp_path):
    workspace = review_corpus.corpus(tmp_path / "ws", 1, documents=1)
    document = workspace.document_ids("verify")[0]
    assert not was_annotated(workspace, document)
    counts = Counts(inputs=1, done=1, rejected=0, outputs=1)
    workspace.shard("review", document).write_done(
        DoneFile(fingerprint={}, input_sha256="", output_sha256="", counts=counts, seconds=0)
    )
    with pytest.raises(MissingInputError, match="what people said of this document is gone") as caught:
        was_annotated(workspace, document)
    assert "review pull --whole" in caught.value.hint


def test_a_spool_gives_tasks_back_in_the_order_of_their_places(tmp_path):
    with Spool(tmp_path) as spool:
        for place, key in ((0.5, "b"), (0.1, "a"), (0.9, "é😀")):
            spool.add(place, key, {"data": {"key": key}})
        assert [[task["data"]["key"] for task in batch] for batch in spool.batches(2)] == [["a", "b"], ["é😀"]]
        assert len(spool) == 3
    assert list(tmp_path.iterdir()) == []
