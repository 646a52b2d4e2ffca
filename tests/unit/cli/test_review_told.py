"""What a person reads about a review, and what to do next."""

import pytest
from desk import Desk
from typer.testing import CliRunner

from corpusbuilder.cli.main import app
from corpusbuilder.cli.review.pull import _noted, _told
from corpusbuilder.cli.review.push import _told as told_of_push
from corpusbuilder.cli.summary import told_to_review
from corpusbuilder.pipeline.reviewing.pulling import PullReport
from corpusbuilder.pipeline.reviewing.pushing import PushReport


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "ws")


def withheld(desk):
    return [record for record in desk.records if not record.accepted]


def told(*arguments):
    run = CliRunner().invoke(app, [*map(str, arguments)])
    assert run.exit_code == 0, run.output
    return run.stdout


def status(desk):
    return " ".join(told("review", "status", "-w", desk.workspace.root).split())


def disputed(desk):
    record = withheld(desk)[0]
    desk.send(record)
    desk.say(record, "accept")
    desk.say(record, "reject", "annotator-2")
    desk.resolve()
    return record


def test_a_dispute_is_told_with_how_to_settle_it(desk):
    record = disputed(desk)
    line = f"disputed 1 ({record.id}) to settle one: corpusbuilder review open {record.id} -w {desk.workspace.root}"
    assert line in status(desk)
    assert 'review.rule = "adjudicator"' in status(desk)


def test_a_third_person_settles_a_dispute(desk):
    record = disputed(desk)
    desk.say(record, "reject", "annotator-3")
    desk.resolve()
    assert "decided 1 (1 rejected)" in status(desk)
    assert "disputed" not in status(desk)


def take_the_candidates(page):
    for result in page.results:
        if result["type"] == "labels" and result["value"]["labels"] == ["1?"]:
            result["value"]["labels"] = ["1"]


def test_what_is_fit_for_release_is_told_apart_from_what_lacks_evidence(desk):
    lacking, put_right = (r for r in withheld(desk) if not r.grounded.groundings[0].evidence)
    desk.send(lacking, put_right)
    desk.say(lacking, "accept")
    desk.say(put_right, "correct", edit=take_the_candidates)
    desk.rewrite([lacking, put_right])  # nothing else that asks the same
    desk.resolve()
    found = status(desk)
    assert "decided 2 (1 accepted, 1 corrected) fit 1 for release" in found
    assert "kept back 1 that people accept" in found
    assert "1 evidence_present (a step that says it is seen or read still has no evidence: mark it" in found


def test_ids_of_users_are_explained_and_a_handful_of_examples_gives_no_interval(desk):
    disputed(desk)
    found = status(desk)
    assert "user id accepted" in found
    assert "annotator-2 8 " in found
    assert "user ids are those of the server; names and addresses stay there" in found
    assert "Krippendorff's alpha 0.000 (n = 1)" in found


def test_status_of_the_corpus_says_what_waits_for_people_and_prints_no_empty_line(desk):
    first, *others = withheld(desk)
    assert "review push" in told("status", "-w", desk.workspace.root)
    desk.send(first, *others)
    desk.say(first, None)
    desk.resolve()
    lines = told("status", "-w", desk.workspace.root).splitlines()
    assert any(line.startswith("review") for line in lines)
    assert all(line.strip() for line in lines)
    assert f"corpusbuilder review status -w {desk.workspace.root}" in "\n".join(lines)


def test_nothing_is_asked_of_people_where_nothing_waits_for_them(tmp_path):
    desk = Desk(tmp_path / "ws", withheld=0)
    assert told_to_review(desk.workspace.root) is None


def test_a_pull_tells_what_was_withdrawn_and_what_has_another_status_now():
    report = PullReport(project="p", fetched=1, withdrawn=2)
    before = {"a": "accepted", "b": "accepted", "c": "disputed"}
    after = {"a": "accepted", "b": "rejected", "d": "corrected"}
    assert list(_told(report, before, after)) == [
        "p: 1 annotation fetched, 2 withdrawn by their authors",
        "  1 example decided now",
        "  1 example decided otherwise than before",
        "  1 example no longer decided",
    ]
    assert list(_told(PullReport(project="p"), after, after)) == ["p: 0 annotations fetched"]


def test_a_pull_names_what_was_refused_and_counts_what_is_gone():
    notes = list(_noted(PullReport(notes=["n"], refused=["task 3"], deleted_tasks=[7], unknown=2)))
    assert notes[:2] == ["note: n", "refused: task 3"]
    assert notes[2].startswith("note: 1 task that people had worked on is gone from the server (7)")
    assert notes[3].startswith("note: 2 annotations passed over")


def test_a_push_tells_how_many_tasks_have_a_known_answer():
    report = PushReport(project="p", url="u", added=12, gold=3)
    assert next(told_of_push(report, dry_run=False)) == (
        "p: 12 tasks added (of them 3 with a known answer), 0 updated, 0 unchanged"
    )
    assert "known answer" not in next(told_of_push(PushReport(project="p", added=2), dry_run=False))
