"""Tasks of a project through the Data Manager's filters, page by page."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from corpusbuilder.backends.labelstudio.client.connection import Connection
from corpusbuilder.backends.labelstudio.client.failures import RefusedError, not_label_studio
from corpusbuilder.backends.labelstudio.client.records import (
    AnnotationAnswer,
    ChangedTask,
    RemoteAnnotation,
    RemoteTask,
    TaskAnswer,
    TasksAnswer,
    read_answer,
    unreadable,
)

LISTED: Final = 500
"""Tasks on a page without annotations: 820 tasks/s, against 640 with 100 and 840 with 1,000."""
READ: Final = 50
"""Tasks on a page with annotations and predictions, which may be long."""

_DOING: Final = "listing tasks"
_ATTEMPTS: Final = 3
_COMPUTED: Final = (
    "completed_at",
    "annotators",
    "annotations_results",
    "predictions_results",
    "predictions_score",
    "predictions_model_versions",
    "avg_lead_time",
    "file_upload",
    "storage_filename",
    "state",
)
_HIDDEN: Final = [f"tasks:{name}" for name in _COMPUTED]
"""What the server computes for every task unless it is hidden. Left over are `annotations_ids` and `draft_exists`,
which is the only sign of a draft of somebody else's."""

Filter = Mapping[str, Any]


def after(task_id: int) -> Filter:
    """Tasks with a greater id."""
    return {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": task_id}


def _same(task_id: int) -> Filter:
    return {"filter": "filter:tasks:id", "operator": "equal", "type": "Number", "value": task_id}


def touched_since(since: datetime) -> list[Filter]:
    """Tasks on which somebody did something since a time by the server's clock.

    ``updated_at`` changes with every annotation that is made, changed or deleted and every skip, in microseconds of
    UTC; a task that was only imported has one as well, but nobody in ``updated_by``. Without that a pull would read
    everything that was pushed since the last one.
    """
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [
        {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime", "value": stamp},
        {"filter": "filter:tasks:updated_by", "operator": "empty", "type": "List", "value": False},
    ]


def annotated(task_id: int) -> list[Filter]:
    """Tasks with a greater id that have an annotation, or were skipped or touched; to be joined by "or".

    The server's counts alone do not do: a busy one may lose that a count has changed.
    """
    counts = ("total_annotations", "cancelled_annotations")
    more = [{"filter": f"filter:tasks:{name}", "operator": "greater", "type": "Number", "value": 0} for name in counts]
    more.append({"filter": "filter:tasks:updated_by", "operator": "empty", "type": "List", "value": False})
    return [{**after(task_id), "child_filter": one} for one in more]


class Listing:
    """Pages of tasks of one project, by id.

    Each page begins after the last id of the one before, not at a number: a task that is deleted meanwhile would
    make the rest move up, and one of them would be passed over.
    """

    def __init__(self, connection: Connection, project_id: int) -> None:
        self._connection = connection
        self._project_id = project_id

    def tasks(self) -> Iterator[RemoteTask]:
        """All tasks."""
        last, is_last = 0, False
        while not is_last:
            found, is_last = self._page("and", [after(last)], LISTED)
            yield from (task.read() for task in found)
            last = self._next(last, found)

    def untouched(self, task_ids: Sequence[int]) -> list[TaskAnswer]:
        """Those of some tasks, few enough for one page, that are there and that nobody has begun; with predictions."""
        left = list(task_ids)
        # First without annotations: of one that it cannot show, the server only says that it fails.
        for whole in (False, True):
            found, _ = self._page("or", list(map(_same, left)), len(left), whole=whole) if left else ([], True)
            untouched = [task for task in found if not (task.read().annotations or task.draft_exists)]
            left = [task.id for task in untouched]
        return untouched

    def changes(self, since: datetime | None) -> Iterator[ChangedTask]:
        """Tasks on which somebody did something, with all their annotations.

        Where the server fails on a page, the one task that it fails on is found with smaller pages.
        """
        last, is_last, size, careful = 0, False, READ, 0
        while not is_last:
            try:
                found, is_last = self._changed_page(since, last, size, whole=True)
                yield from (_changed(task) for task in found)
                careful -= len(found)
                size = READ if careful <= 0 else size
            except RefusedError as error:
                if error.status != 500:
                    raise
                if size > 1:
                    careful, size = max(careful, size), max(1, size // 7)
                    continue
                found, is_last = self._changed_page(since, last, 1, whole=False)
                yield from (self._one_by_one(task) for task in found)
                size, careful = READ, 0
            last = self._next(last, found)

    def _changed_page(
        self, since: datetime | None, last: int, size: int, *, whole: bool
    ) -> tuple[list[TaskAnswer], bool]:
        if since is None:
            return self._page("or", annotated(last), size, whole=whole)
        return self._page("and", [*touched_since(since), after(last)], size, whole=whole)

    def _one_by_one(self, task: TaskAnswer) -> ChangedTask:
        """A task that the server cannot show as a whole."""
        remote = task.read()
        ids = sorted({int(number) for number in re.findall(r"\d+", task.annotations_ids)})
        return ChangedTask(remote, tuple(self._annotation(remote, one) for one in ids))

    def _annotation(self, task: RemoteTask, annotation_id: int) -> RemoteAnnotation:
        doing = f"reading annotation {annotation_id}"
        try:
            answer = self._connection.get(f"/api/annotations/{annotation_id}/", doing, attempts=_ATTEMPTS)
        except RefusedError as error:
            if error.status != 500:
                raise
            return unreadable(task, annotation_id, error.message)
        return read_answer(AnnotationAnswer, answer, self._connection.address, doing).read(task)

    def _next(self, last: int, tasks: Sequence[TaskAnswer]) -> int:
        ids = [last, *(task.id for task in tasks)]
        if any(one >= other for one, other in pairwise(ids)):
            # It would never end.
            raise not_label_studio(self._connection.address, _DOING)
        return ids[-1]

    def _page(
        self, conjunction: str, filters: Sequence[Filter], size: int, *, whole: bool = False
    ) -> tuple[list[TaskAnswer], bool]:
        """The first tasks that pass the filters, and whether they are all."""
        query = {
            "filters": {"conjunction": conjunction, "items": filters},
            "hiddenColumns": {"explore": _HIDDEN, "labeling": _HIDDEN},
        }
        params: dict[str, str | int] = {
            "project": self._project_id,
            "page_size": size,
            "query": json.dumps(query),
            "fields": "all" if whole else "task_only",
        }
        answer = self._connection.get("/api/tasks/", _DOING, params, attempts=2)
        page = read_answer(TasksAnswer, answer, self._connection.address, _DOING)
        # The server may give less than it is asked for; what it counts is all that is left.
        return page.tasks, len(page.tasks) >= page.total or not page.tasks


def _changed(task: TaskAnswer) -> ChangedTask:
    remote = task.read()
    return ChangedTask(remote, tuple(annotation.read(remote) for annotation in task.annotations))
