"""One project on a server: tasks in, annotations out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from corpusbuilder.backends.labelstudio.client.connection import Connection
from corpusbuilder.backends.labelstudio.client.failures import RefusedError, not_label_studio
from corpusbuilder.backends.labelstudio.client.listing import Listing
from corpusbuilder.backends.labelstudio.client.records import (
    ChangedTask,
    Counts,
    CountsAnswer,
    ImportAnswer,
    ProjectAnswer,
    RemoteTask,
    TaskAnswer,
    read_answer,
)
from corpusbuilder.backends.labelstudio.client.uploads import Uploads

TASKS_PER_REQUEST: Final = 500
"""How many tasks `RemoteProject.add` takes best: 1,120 tasks/s, against 710 with 100 and 1,200 with 1,000, which is
twice as much to repeat after a failure."""
_DELETED_PER_REQUEST: Final = 500
_LOOKED_AT: Final = 20
"""Tasks of which is looked at once whether somebody has begun: they are changed within two seconds after that."""
_OF_THE_SERVER: Final = (
    "inner_id",
    "total_annotations",
    "cancelled_annotations",
    "total_predictions",
    "annotations_results",
    "annotations_ids",
    "predictions_score",
    "predictions_model_versions",
    "predictions_results",
    "file_upload",
    "storage_filename",
    "created_at",
    "updated_at",
    "updated_by",
    "avg_lead_time",
    "draft_exists",
    "allow_skip",
)
"""Columns in the list of tasks that say nothing to people who annotate."""
_OVERLAP: Final = timedelta(minutes=5)
"""A change gets its time before it can be seen: a pull may see a later one first."""


@dataclass(frozen=True)
class RemoteProject:
    """A project as it was when it was asked for."""

    id: int
    title: str
    config: str
    """The labeling config, to the letter as it was sent."""
    description: str
    overlap: int
    """How many people annotate a task."""
    created_at: datetime
    _connection: Connection = field(repr=False, compare=False)

    def page_url(self, task_id: int | None = None) -> str:
        """Where a browser finds the next task to annotate, or the task given: see `page_address`."""
        return page_address(self._connection.address.url, self.id, task_id)

    def update(
        self,
        *,
        config: str | None = None,
        instruction: str | None = None,
        overlap: int | None = None,
        title: str | None = None,
    ) -> None:
        """Change what is given; this object stays as it is.

        Raises:
            BackendError: the server refuses it, such as a config that does not fit the annotations there are.
        """
        changes: dict[str, Any] = {"label_config": config, "title": title, "maximum_annotations": overlap}
        changes |= instruction_fields(instruction)
        body = {name: value for name, value in changes.items() if value is not None}
        self._connection.send("PATCH", f"/api/projects/{self.id}/", f"changing project {self.id}", body=body)

    def show_predictions(self, model_version: str) -> None:
        """Let the page of a task begin with its prediction of this version: without it people see an empty page.

        The server sets this itself at the end of an import, and loses it when it is busy. Where no task has such a
        prediction there is nothing to show, and nothing is changed.

        Raises:
            BackendError: the server cannot be used.
        """
        doing = f"reading project {self.id}"
        answer = self._connection.get(f"/api/projects/{self.id}/", doing, {"include": "model_version"})
        if not isinstance(answer, dict) or answer.get("model_version") != model_version:
            body = {"model_version": model_version}
            try:
                self._connection.send("PATCH", f"/api/projects/{self.id}/", f"changing project {self.id}", body=body)
            except RefusedError as error:
                if error.status != 400:
                    raise

    def hide_columns(self, data_keys: Sequence[str]) -> None:
        """Let the list of tasks show who has done which task, and what of its data is not named here.

        To be called before anybody has opened the list, which makes one with all columns.

        Raises:
            BackendError: the server refuses it, or cannot be used.
        """
        names = [f"tasks:{name}" for name in (*_OF_THE_SERVER, *(f"data.{key}" for key in data_keys))]
        view = {"title": "Default", "type": "list", "hiddenColumns": {"explore": names, "labeling": names}}
        body = {"project": self.id, "data": view}
        self._connection.send("POST", "/api/dm/views/", f"arranging the list of project {self.id}", body=body)

    def counts(self) -> Counts:
        """How much there is, in one small answer: fewer tasks than were added means that some were deleted.

        Raises:
            BackendError: the server cannot be used.
        """
        doing = f"reading project {self.id}"
        names = "task_number,total_annotations_number,skipped_annotations_number"
        answer = self._connection.get(f"/api/projects/{self.id}/", doing, {"include": names})
        found = read_answer(CountsAnswer, answer, self._connection.address, doing)
        return Counts(
            found.task_number or 0, found.total_annotations_number or 0, found.skipped_annotations_number or 0
        )

    def tasks(self) -> Iterator[RemoteTask]:
        """All tasks by id, without what they show. 10,000 of 6 KB take about 12 s: the server sends their data along.

        Raises:
            BackendError: the server cannot be used.
        """
        return self._listing.tasks()

    def add(self, tasks: Sequence[Mapping[str, Any]]) -> bool:
        """Add tasks with their predictions, at best `TASKS_PER_REQUEST` at a time, in the order they shall be done in.

        The server adds all of them or none: killed in the middle of an import, it has none of it. It does not know
        that it has a task already, so that after a failure one looks before one adds again. On SQLite, when somebody
        else writes at that moment, it begins again by itself, and may then have tasks twice, or without predictions.

        Returns:
            Whether it says that it has all predictions.

        Raises:
            BackendError: it refuses one of them, or the answer was lost and they may have been added.
        """
        if not tasks:
            return True
        doing = f"adding {len(tasks)} tasks"
        try:
            answer = self._connection.send("POST", f"/api/projects/{self.id}/import", doing, body=list(tasks))
        except RefusedError as error:
            if error.status != 413 or len(tasks) == 1:
                raise
            half = len(tasks) // 2
            is_whole = self.add(tasks[:half])
            return self.add(tasks[half:]) and is_whole
        added = read_answer(ImportAnswer, answer, self._connection.address, doing)
        if added.task_count != len(tasks):
            raise not_label_studio(self._connection.address, doing)
        return added.prediction_count in {None, sum(len(task.get("predictions", ())) for task in tasks)}

    def replace_many(self, tasks: Mapping[int, Mapping[str, Any]]) -> set[int]:
        """Show something else in tasks that nobody has begun: 12 to 20 tasks/s, most of it the server's own time.

        A prediction is changed, not put in place of another: somebody may have the page open, and the server refuses
        what comes of a prediction that is gone. The data comes last: until it is there, the task has its old version,
        and whoever was interrupted begins anew. One request after the other: several at a time take the server longer.

        Args:
            tasks: ``data`` and ``predictions`` as for `add`, by the id of the task.

        Returns:
            The ids of those that were changed: not of those that are gone, or that somebody has begun.

        Raises:
            BackendError: the server refuses one, or cannot be used; those before it are changed.
        """
        done: set[int] = set()
        ids = sorted(tasks)
        for start in range(0, len(ids), _LOOKED_AT):
            for old in self._listing.untouched(ids[start : start + _LOOKED_AT]):
                try:
                    self._replace(old, tasks[old.id])
                except RefusedError as error:
                    if error.status != 404:
                        raise
                    continue  # deleted since it was looked at
                done.add(old.id)
        return done

    def _replace(self, old: TaskAnswer, task: Mapping[str, Any]) -> None:
        doing = f"changing task {old.id}"
        for prediction, there in zip_longest(task.get("predictions", ()), old.predictions):
            if there is None:
                self._connection.send("POST", "/api/predictions/", doing, body={**prediction, "task": old.id})
            elif prediction is None:
                self._connection.send("DELETE", f"/api/predictions/{there.id}/", doing)
            elif not there.says(prediction):
                self._connection.send("PATCH", f"/api/predictions/{there.id}/", doing, body=dict(prediction))
        self._connection.send("PATCH", f"/api/tasks/{old.id}/", doing, body={"data": task["data"]})

    def remove(self, task_ids: Sequence[int]) -> None:
        """Delete tasks, with their annotations; those that are gone already do not matter.

        Raises:
            BackendError: the server cannot be used.
        """
        for start in range(0, len(task_ids), _DELETED_PER_REQUEST):
            # Never with an empty list, which the server takes for all tasks of the project.
            chosen = {"all": False, "included": list(task_ids[start : start + _DELETED_PER_REQUEST])}
            params: dict[str, str | int] = {"id": "delete_tasks", "project": self.id}
            self._connection.send(
                "POST", "/api/dm/actions", "deleting tasks", params=params, body={"selectedItems": chosen}
            )

    def changed(self, since: datetime | None) -> Iterator[ChangedTask]:
        """Tasks on which somebody did something, with all annotations they have now.

        What is deleted from a task that is still there shows as an annotation that is missing; a deleted task does not
        show here, but in `counts`.

        Args:
            since: the latest ``task.updated_at`` that was seen, from which the window begins some minutes earlier, so
                that most of what was seen last comes once more; None for all annotations there are.

        Raises:
            BackendError: the server cannot be used.
        """
        return self._listing.changes(None if since is None else since - _OVERLAP)

    def upload(self, name: str, media_type: str, data: bytes) -> str:
        """The address, for task data, of an image that is stored once: see `Uploads.upload`."""
        return self._uploads.upload(name, media_type, data)

    def serve_local_files(self, folder: Path) -> None:
        """Let tasks show the images of a folder on the server's own disk: see `Uploads.serve_folder`."""
        self._uploads.serve_folder(folder)

    @cached_property
    def _listing(self) -> Listing:
        return Listing(self._connection, self.id)

    @cached_property
    def _uploads(self) -> Uploads:
        return Uploads(self._connection, self.id)


def page_address(server: str, project_id: int, task_id: int | None = None) -> str:
    """Where a browser finds a task. Without one it is the stream of tasks, where Skip and the instruction are.

    Args:
        server: without a slash at its end.
        project_id: of the project.
        task_id: of one task of it.
    """
    page = f"{server}/projects/{project_id}/data"
    return f"{page}?labeling=1" if task_id is None else f"{page}?task={task_id}"


def instruction_fields(instruction: str | None) -> dict[str, Any]:
    """What the server calls a project's instruction, and whether it opens by itself."""
    return {} if instruction is None else {"expert_instruction": instruction, "show_instruction": bool(instruction)}


def project_of(answer: ProjectAnswer, connection: Connection) -> RemoteProject:
    """A project from the server's answer."""
    return RemoteProject(
        id=answer.id,
        title=answer.title,
        config=answer.label_config or "",
        description=answer.description or "",
        overlap=answer.maximum_annotations,
        created_at=answer.created_at,
        _connection=connection,
    )
