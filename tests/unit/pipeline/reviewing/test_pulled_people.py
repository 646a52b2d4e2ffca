"""Whose word an annotation is, whatever is pulled when, and how much of it a pull holds.

The server here is made of plain objects: the integration tests have a real one, that cannot be asked a hundred
thousand times.
"""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.labelstudio.client import ChangedTask, Counts, RemoteAnnotation, RemoteTask
from corpusbuilder.backends.labelstudio.page import labeling_config
from corpusbuilder.pipeline.reviewfiles import ProjectState, ReviewFiles, annotation_key
from corpusbuilder.pipeline.reviewing import pulling
from corpusbuilder.pipeline.reviewing.kept import KeptAnnotations
from corpusbuilder.records.review import Annotation
from corpusbuilder.store.workspace import Workspace

START = datetime(2026, 11, 22, tzinfo=UTC)
ANN, BOB, EVE = 11, 12, 13
DOCUMENT = "doc-1"


class Desk:
    """A workspace from which tasks were sent, and a server on which people work at them."""

    url = "http://studio"

    def __init__(self, root, tasks=1):
        self.workspace, self.clock, self.number = Workspace(root), START, tasks
        self.files = ReviewFiles(self.workspace)
        self.there, self.known = {}, {}
        self.files.write_project(ProjectState(url=self.url, project_id=1, title="t", language="en", created_at=START))
        log = self.files.shown(DOCUMENT).path
        log.parent.mkdir(parents=True)
        sent = '{"key": "ex-%d", "version": "ver-1", "purpose": "withheld"}\n'
        log.write_text("".join(sent % number for number in range(tasks)))

    # What a pull asks of a server and its project.

    def project(self, _):
        return SimpleNamespace(
            id=1,
            title="t",
            config=labeling_config("en"),
            created_at=START,
            changed=self.changed,
            counts=lambda: Counts(self.number, len(self.there), 0),
            tasks=lambda: (self.task(number) for number in range(self.number)),
        )

    def changed(self, _):
        """Everything: what is seen once more must change nothing."""
        for number in range(self.number):
            yield ChangedTask(self.task(number), tuple(a for a in self.there.values() if a.task_id == number))

    def task(self, number):
        count = sum(a.task_id == number for a in self.there.values())
        return RemoteTask(number, f"ex-{number}", DOCUMENT, "ver-1", count, 0, 1, START, self.clock)

    # What people do.

    def make(self, user, said, number=1, **more):
        self.clock += timedelta(seconds=1)
        given = {"editor_id": user, "seconds": 5.0, "cancelled": False, **more}
        self.there[number] = RemoteAnnotation(
            0, number, "ex-0", "ver-1", user, created_at=self.clock, updated_at=self.clock, result=(said,), **given
        )

    def touch(self, user, number=1, **changes):
        self.clock += timedelta(seconds=1)
        self.there[number] = replace(self.there[number], editor_id=user, updated_at=self.clock, **changes)

    def edit(self, user, said, number=1):
        self.touch(user, number, result=(said,))

    def pull(self, **options):
        told = pulling.pull(self, self.workspace, **options)
        for name, _, user in self.files.read_annotators().users:
            assert self.known.setdefault(name, user) == user, "a pseudonym changed hands"
        return told

    def said(self):
        """Who is known to have said what."""
        current = self.files.current_annotations(DOCUMENT).get("ex-0", ())
        return sorted((self.known[a.annotator], a.result[0]) for a in current if not a.deleted)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_an_edit_is_the_editors_and_what_was_pulled_before_stays_the_authors(desk):
    desk.make(BOB, "no")
    desk.pull()
    desk.edit(EVE, "yes")
    told = desk.pull()
    assert (told.fetched, told.withdrawn) == (1, 0)
    assert desk.said() == [(BOB, "no"), (EVE, "yes")]
    *_, edit = desk.files.annotations(DOCUMENT).read()
    assert (desk.known[edit.author], edit.seconds) == (BOB, None)


def test_what_was_changed_before_it_was_pulled_its_author_has_not_said(desk):
    desk.make(BOB, "no")
    desk.edit(EVE, "yes")
    desk.pull()
    assert desk.said() == [(EVE, "yes")]
    desk.edit(BOB, "well")
    desk.pull()
    assert desk.said() == [(BOB, "well"), (EVE, "yes")]


def test_the_same_words_at_the_hands_of_another_are_no_word_of_theirs(desk):
    desk.make(BOB, "no")
    desk.pull()
    desk.touch(EVE)  # such as a mark as ground truth
    assert desk.pull().fetched == 0
    desk.edit(EVE, "yes")
    desk.pull()
    desk.touch(BOB)
    assert desk.pull().fetched == 0
    assert desk.said() == [(BOB, "no"), (EVE, "yes")]


def test_a_skipped_task_that_somebody_else_decides_is_their_decision(desk):
    desk.make(BOB, "same", cancelled=True)
    desk.pull()
    desk.touch(EVE, cancelled=False)
    assert desk.pull().fetched == 1
    current = desk.files.current_annotations(DOCUMENT)["ex-0"]
    assert {desk.known[a.annotator]: a.cancelled for a in current} == {BOB: True, EVE: False}


def test_a_server_that_does_not_tell_who_changed_it_leaves_it_to_the_author(desk):
    desk.make(BOB, "no", editor_id=None)
    desk.pull()
    desk.edit(None, "yes")
    desk.pull()
    assert desk.said() == [(BOB, "yes")]


def test_an_author_whose_account_is_gone_stays_the_author(desk):
    desk.make(BOB, "no")
    desk.pull()
    desk.touch(None, user_id=None)
    desk.pull()
    assert desk.said() == [(BOB, "no")]


def test_a_deleted_annotation_takes_back_what_everybody_said_by_it(desk):
    desk.make(ANN, "yes", number=1)
    desk.make(BOB, "no", number=2)
    desk.pull()
    desk.edit(EVE, "yes", number=2)
    desk.pull()
    del desk.there[2]
    told = desk.pull()
    assert (told.fetched, told.withdrawn, desk.said()) == (0, 1, [(ANN, "yes")])
    told = desk.pull(whole=True)
    assert (told.fetched, told.withdrawn) == (0, 0)
    results = [a.result for a in desk.files.annotations(DOCUMENT).read()]
    assert results == [("yes",), ("no",), ("yes",), (), ()]


def test_a_log_from_before_edits_were_told_apart_is_gone_on_with(desk):
    desk.make(BOB, "yes")
    desk.pull()
    path = desk.files.annotations(DOCUMENT).path
    path.write_text(path.read_text().replace('"author":null,', ""))
    desk.touch(EVE)
    assert desk.pull(whole=True).fetched == 0
    desk.edit(EVE, "no")
    desk.pull()
    assert desk.said() == [(BOB, "yes"), (EVE, "no")]


@pytest.mark.parametrize("editor_first", [False, True])
def test_who_is_who_is_found_again_when_the_file_is_lost(desk, editor_first):
    desk.make(BOB, "no")
    if not editor_first:
        desk.pull()
    desk.edit(EVE, "yes")
    desk.pull()
    known = desk.files.read_annotators()
    (desk.workspace.root / "review" / "annotators.json").unlink()
    assert desk.pull().fetched == 0
    assert set(desk.files.read_annotators().users) == set(known.users)


def test_an_author_under_a_new_name_does_not_count_twice():
    old = annotation("annotator-1", 0)
    new = old.model_copy(update={"annotator": "annotator-7"})
    assert annotation_key(old) == annotation_key(new)
    assert annotation_key(old) != annotation_key(old.model_copy(update={"author": "annotator-2"}))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "edit", "touch", "pull", "forget"]), st.sampled_from([ANN, BOB, EVE]), st.booleans()
    )
)


@given(acts=ACTS)
def test_nobody_is_ever_given_what_they_did_not_say(tmp_path_factory, acts):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.make(BOB, "0")
    really = {(BOB, "0")}
    for number, (act, user, whole) in enumerate(acts, start=1):
        if act == "edit":
            desk.edit(user, str(number))
            really.add((user, str(number)))
        elif act == "touch":
            desk.pull()
            desk.touch(user)
        elif act == "forget":
            desk.pull()
            (desk.workspace.root / "review" / "annotators.json").unlink()
            desk.pull()
        else:
            desk.pull(whole=whole)
    desk.pull()
    before = desk.files.annotations(DOCUMENT).sha256()
    assert desk.pull(whole=True).fetched == 0
    assert desk.files.annotations(DOCUMENT).sha256() == before
    assert set(desk.said()) <= really
    last_words = [state for state in desk.said() if state[1] == desk.there[1].result[0]]
    assert len(last_words) == 1


def annotation(annotator, number, size=1):
    times = {"created_at": START, "updated_at": START}
    result = tuple({"id": str(part), "value": {"text": ["word " * 20]}} for part in range(size))
    return Annotation(
        example_id=f"ex-{number}",
        version="ver-1",
        task_id=number,
        annotation_id=number,
        annotator=annotator,
        result=result,
        **times,
    )


def test_what_is_said_is_not_held_in_memory():
    tracemalloc.start()
    kept = KeptAnnotations(annotation("annotator-1", number, size=50) for number in range(1000))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept.places()) == 1000
    assert held < 1000 * 4000 < len(annotation("annotator-1", 0, size=50).model_dump_json()) * 1000
