"""Fetches what people did: what changed since the last time, kept word for word, then made into reviews.

What is fetched is on the disk before it is noted how far the fetching went: after a crash some is fetched again, and
what is there already is not kept twice.

Where somebody changes another's annotation in place, the author's last state stays theirs, as far as it was pulled, and
the change is a word of whoever made it: what was changed before it was ever pulled, its author has not said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from corpusbuilder.backends.labelstudio.client import ChangedTask, RemoteAnnotation, RemoteTask, Server
from corpusbuilder.backends.labelstudio.stamp import version_seen
from corpusbuilder.pipeline.reviewfiles import STAGE, ReviewFiles
from corpusbuilder.pipeline.reviewing.kept import KeptAnnotations, Made, State, States
from corpusbuilder.pipeline.reviewing.project import Opened, open_project
from corpusbuilder.records.review import Annotation
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.workspace import Workspace

_KEPT_AT_ONCE: Final = 100
"""Tasks in memory before their annotations are written."""
_NOBODY: Final = "annotator-unknown"
"""Who the server does not tell."""


@dataclass(slots=True)
class PullReport:
    """What came back."""

    project: str = ""
    fetched: int = 0
    """Annotations that are new or changed."""
    unchanged: int = 0
    """Fetched again, and kept already."""
    withdrawn: int = 0
    """Annotations that were deleted."""
    deleted_tasks: list[int] = field(default_factory=list)
    """Tasks that are gone from the server, though people had worked on them. What was pulled of them still counts."""
    unknown: int = 0
    """Annotations of tasks that were not sent from this workspace, or of which it is no longer noted here."""
    documents: list[str] = field(default_factory=list)
    """Documents about which something new was said."""
    refused: list[str] = field(default_factory=list)
    """Annotations that make no sense, each named."""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


def pull(server: Server, workspace: Workspace, *, whole: bool = False) -> PullReport:
    """Fetch what changed since the last time.

    Args:
        server: that holds the project.
        workspace: that was pushed from.
        whole: look at everything again, not only at what changed.

    Raises:
        MissingInputError: nothing was sent from this workspace.
        BackendError: the server or the project cannot be used; what was fetched before is kept.
    """
    with locked_folder(workspace.stage_folder(STAGE)):
        opened = open_project(server, workspace)
        return _Pull(workspace, opened, server.url).run(whole=whole)


class _Pull:
    """One pull."""

    def __init__(self, workspace: Workspace, opened: Opened, url: str) -> None:
        self._files = ReviewFiles(workspace)
        self._project = opened.project
        self._state = opened.state
        self._url = url
        self._annotators = self._files.read_annotators()
        self._sent = set(self._files.documents())
        self._keys: dict[str, set[str]] = {}
        self._kept: dict[str, KeptAnnotations] = {}
        self._touched: set[str] = set()
        self._report = PullReport(project=opened.project.title, notes=list(opened.notes))

    def run(self, *, whole: bool) -> PullReport:
        """Fetch, keep, and note how far."""
        began = datetime.now(UTC)
        if self._annotators.others and not self._annotators.users:
            whole = True  # who is who has been lost: what they said tells
        newest = cursor = None if whole else self._state.cursor
        knew_any = bool(self._files.annotated())
        waiting: list[ChangedTask] = []
        for changed in self._project.changed(cursor):
            newest = max(changed.task.updated_at, newest or changed.task.updated_at)
            waiting.append(changed)
            if len(waiting) == _KEPT_AT_ONCE:
                self._keep(waiting)
                waiting.clear()
        self._keep(waiting)
        tasks = self._project.counts().tasks
        if knew_any and (cursor is None or tasks < self._state.tasks):
            self._compare_with_what_is_kept()
        state = {"cursor": newest or self._state.cursor, "pulled_at": began, "tasks": tasks}
        self._files.write_project(self._state.model_copy(update=state))
        self._report.documents = sorted(self._touched)
        return self._report

    def _keep(self, changed: Sequence[ChangedTask]) -> None:
        """Append what is new to the logs."""
        new: dict[str, list[Annotation]] = {}
        for one in changed:
            document = self._document(one.task)
            if document is None:
                self._report.unknown += len(one.annotations)
            else:
                new.setdefault(document, []).extend(self._new(document, one))
        for document, annotations in new.items():
            if annotations:
                self._files.annotations(document).append(annotations)
                self._touched.add(document)

    def _document(self, task: RemoteTask) -> str | None:
        """The document that a task is about, if the task was sent from here."""
        if task.document_id not in self._sent:
            return None
        if task.document_id not in self._keys:
            self._keys[task.document_id] = {key for key, _ in self._files.sent_versions(task.document_id)}
        return task.document_id if task.example_id in self._keys[task.document_id] else None

    def _new(self, document: str, changed: ChangedTask) -> Iterator[Annotation]:
        """What people said of a task that is new, changed or gone."""
        kept, place = self._kept_of(document), (changed.task.example_id, changed.task.id)
        there: set[Made] = set()
        for remote in changed.annotations:
            if remote.unreadable is not None:
                self._report.refused.append(
                    f"task {remote.task_id}, annotation {remote.annotation_id}: {remote.unreadable}"
                )
                continue
            made = remote.annotation_id, remote.created_at
            there.add(made)
            annotation = self._said(remote, kept.states(place, made))
            if annotation is not None and kept.is_new(annotation):
                self._report.fetched += 1
                yield annotation
            else:
                self._report.unchanged += 1
        unreadable = {remote.annotation_id for remote in changed.annotations if remote.unreadable is not None}
        gone: set[Made] = set()
        for made, said in list(kept.standing(place)):
            # The server gives the id of a task that is gone to the next one: what was said of that one still counts.
            is_of_this_task = said.created_at >= changed.task.created_at
            if is_of_this_task and made not in there and made[0] not in unreadable:
                gone.add(made)
                withdrawn = said.model_copy(update={"deleted": True})
                kept.is_new(withdrawn)
                yield withdrawn
        self._report.withdrawn += len(gone)

    def _kept_of(self, document: str) -> KeptAnnotations:
        """What is kept about a document."""
        if document not in self._kept:
            self._kept[document] = KeptAnnotations(self._files.annotations(document).read())
        return self._kept[document]

    def _said(self, remote: RemoteAnnotation, states: States) -> Annotation | None:
        """What an annotation says, of who said it last; None when they have not changed what somebody else said.

        The server notes everybody who touches an annotation, such as to mark it as ground truth.
        """
        own = _annotation(remote, self._pseudonym(remote.user_id, states.author))
        is_edit = remote.editor_id not in {None, remote.user_id}
        latest = states.latest
        is_after_an_edit = latest is not None and latest.said.author is not None
        if latest is not None and (is_edit or is_after_an_edit) and latest.content == State.of(own).content:
            if is_edit and is_after_an_edit and latest.said.updated_at == remote.updated_at:
                self._pseudonym(remote.editor_id, latest.said.annotator)  # who is who may have been lost
            return None
        if not is_edit:
            return own
        editor = self._pseudonym(remote.editor_id, None)
        return own.model_copy(update={"annotator": editor, "author": own.annotator, "seconds": None})

    def _pseudonym(self, user: int | None, known_as: str | None) -> str:
        if user is None:
            return known_as or _NOBODY
        met = self._annotators.meet(self._url, user, known_as)
        if met != self._annotators:
            self._annotators = met
            self._files.write_annotators(met)  # before it is used: a pseudonym must never change hands
        return met.pseudonym(self._url, user) or _NOBODY

    def _compare_with_what_is_kept(self) -> None:
        """Find what does not show among the changes: tasks that are gone, and tasks of which all annotations are."""
        standing_of = {document: self._kept_of(document).places() for document in self._files.annotated()}
        if not any(standing_of.values()):
            return
        there = {(task.example_id, task.id): task for task in self._project.tasks()}
        for document, standing in standing_of.items():
            self._report.deleted_tasks += sorted(task for key, task in standing if (key, task) not in there)
            emptied = [there[place] for place in standing if place in there and not there[place].annotations]
            withdrawn = [a for task in emptied for a in self._new(document, ChangedTask(task, ()))]
            if self._files.annotations(document).append(withdrawn):
                self._touched.add(document)


def _annotation(remote: RemoteAnnotation, author: str) -> Annotation:
    """An annotation as if its author had said all of it."""
    return Annotation(
        example_id=remote.example_id,
        version=version_seen(remote.result) or remote.version,
        task_id=remote.task_id,
        annotation_id=remote.annotation_id,
        annotator=author,
        created_at=remote.created_at,
        updated_at=remote.updated_at,
        seconds=remote.seconds,
        cancelled=remote.cancelled,
        result=remote.result,
    )
