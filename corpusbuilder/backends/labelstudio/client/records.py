"""What the server's answers are read into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from corpusbuilder.backends.labelstudio.client.address import Address
from corpusbuilder.backends.labelstudio.client.failures import not_label_studio


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task on the server, without what it shows."""

    id: int
    """Used again by a server on SQLite: the last task's id, once it is deleted, is the next new task's."""
    example_id: str
    """Empty for a task that somebody else made."""
    document_id: str
    """Of the document that the example is about; empty for a task that somebody else made."""
    version: str
    """Of what is shown; empty for a task that somebody else made."""
    annotations: int
    """Including those by which somebody skipped the task."""
    drafts: int
    """1 when anybody has begun without sending it, else 0: the server does not tell more."""
    predictions: int
    """As the server counts them: right after an import; after changes one by one it was seen to be one too high."""
    created_at: datetime
    """By the server's clock. Annotations of this id that are older were about a task that is gone."""
    updated_at: datetime
    """By the server's clock, in microseconds: the latest one seen is where the next `changed` begins. Changes with
    every new, changed or deleted annotation and prediction and with the data; not with a draft."""


@dataclass(frozen=True, slots=True)
class RemoteAnnotation:
    """An annotation on the server."""

    task_id: int
    annotation_id: int
    example_id: str
    """Empty for a task that somebody else made."""
    version: str
    """What the task shows now."""
    user_id: int | None
    """Of who made it. None when the server does not tell."""
    editor_id: int | None
    """Of who changed it last, or touched it: a mark as ground truth shows here, too. None when the server does not
    tell, as of what was imported."""
    created_at: datetime
    updated_at: datetime
    seconds: float | None
    """How long it took (Label Studio's lead time): of all who changed it, together."""
    cancelled: bool
    """The task was skipped."""
    result: tuple[JsonValue, ...]
    """Label Studio's result objects, unread."""
    unreadable: str | None = None
    """Why the server itself cannot show it. Label Studio 1.23 stores half of a character, which a selection of text
    can end with, and fails whenever the annotation is asked for."""


@dataclass(frozen=True, slots=True)
class ChangedTask:
    """A task on which somebody did something, with all its annotations."""

    task: RemoteTask
    annotations: tuple[RemoteAnnotation, ...]
    """Those that are there now: one that was known before and is missing was deleted."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is in a project."""

    tasks: int
    annotations: int
    """Without the skipped ones."""
    skipped: int


def _text(value: object) -> object:
    return value if isinstance(value, str) else ""


def _user(value: object) -> object:
    """A user's id, alone or in an object; their name and e-mail address are left where they are."""
    user = value.get("id") if isinstance(value, Mapping) else value
    return user if isinstance(user, int) else None


def _seconds(value: object) -> object:
    return value if isinstance(value, int | float) and 0 <= value < 1e9 else None


def _items(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


def unreadable(task: RemoteTask, annotation_id: int, why: str) -> RemoteAnnotation:
    """An annotation of which nothing is known but that it is there."""
    return RemoteAnnotation(
        task_id=task.id,
        annotation_id=annotation_id,
        example_id=task.example_id,
        version=task.version,
        user_id=None,
        editor_id=None,
        created_at=task.updated_at,
        updated_at=task.updated_at,
        seconds=None,
        cancelled=False,
        result=(),
        unreadable=why,
    )


class ProjectAnswer(_Answer):
    """A project."""

    id: int
    title: str
    label_config: str | None = None
    description: str | None = None
    created_at: AwareDatetime
    maximum_annotations: int = 1


class ProjectsAnswer(_Answer):
    """A page of projects."""

    count: int
    results: list[ProjectAnswer]


class CountsAnswer(_Answer):
    """How much there is in a project."""

    task_number: int | None = None
    total_annotations_number: int | None = None
    skipped_annotations_number: int | None = None


class AnnotationAnswer(_Answer):
    """An annotation. The server also tells who made it, with name and e-mail address: not read."""

    id: int
    completed_by: Annotated[int | None, BeforeValidator(_user)] = None
    updated_by: Annotated[int | None, BeforeValidator(_user)] = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    lead_time: Annotated[float | None, BeforeValidator(_seconds)] = None
    was_cancelled: bool = False
    result: Annotated[list[Any], BeforeValidator(_items)] = Field(default_factory=list)

    def read(self, task: RemoteTask) -> RemoteAnnotation:
        """As an annotation of a task."""
        return RemoteAnnotation(
            task_id=task.id,
            annotation_id=self.id,
            example_id=task.example_id,
            version=task.version,
            user_id=self.completed_by,
            editor_id=self.updated_by,
            created_at=self.created_at,
            updated_at=self.updated_at,
            seconds=self.lead_time,
            cancelled=self.was_cancelled,
            result=tuple(self.result),
        )


class PredictionAnswer(_Answer):
    """A prediction, with as much as was asked for."""

    id: int
    result: Any = None
    score: Any = None
    model_version: Any = None

    def says(self, prediction: Mapping[str, Any]) -> bool:
        """Whether it is the same as one that would be sent."""
        return all(getattr(self, name) == prediction.get(name) for name in ("result", "score", "model_version"))


class _Data(_Answer):
    example_id: Annotated[str, BeforeValidator(_text)] = ""
    document_id: Annotated[str, BeforeValidator(_text)] = ""
    version: Annotated[str, BeforeValidator(_text)] = ""


class TaskAnswer(_Answer):
    """A task, with as much as was asked for."""

    id: int
    data: _Data
    created_at: AwareDatetime
    updated_at: AwareDatetime
    total_annotations: int = 0
    cancelled_annotations: int = 0
    total_predictions: int = 0
    draft_exists: bool = False
    annotations_ids: str = ""
    annotations: list[AnnotationAnswer] = Field(default_factory=list)
    predictions: list[PredictionAnswer] = Field(default_factory=list)

    def read(self) -> RemoteTask:
        """Without what it shows."""
        return RemoteTask(
            id=self.id,
            example_id=self.data.example_id,
            document_id=self.data.document_id,
            version=self.data.version,
            annotations=self.total_annotations + self.cancelled_annotations,
            drafts=int(self.draft_exists),
            predictions=self.total_predictions,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class TasksAnswer(_Answer):
    """A page of tasks."""

    total: int
    tasks: list[TaskAnswer]


class ImportAnswer(_Answer):
    """What came of an import."""

    task_count: int
    prediction_count: int | None = None
    file_upload_ids: list[int] = Field(default_factory=list)


class UploadAnswer(_Answer):
    """A file on the server."""

    id: int
    file: str
    size: int | None = None


class StorageAnswer(_Answer):
    """A folder of the server's own disk that a project may show."""

    path: str | None = None


_A = TypeVar("_A", bound=_Answer)


def read_answer(kind: type[_A], answer: object, address: Address, doing: str) -> _A:
    """An answer as what it should be.

    Raises:
        BackendError: it is something else.
    """
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise not_label_studio(address, doing) from None


def read_answers(kind: type[_A], answers: object, address: Address, doing: str) -> list[_A]:
    """A list of answers as what they should be.

    Raises:
        BackendError: it is something else.
    """
    if not isinstance(answers, Iterable) or isinstance(answers, str | bytes | Mapping):
        raise not_label_studio(address, doing)
    return [read_answer(kind, answer, address, doing) for answer in answers]
