"""What review keeps in the workspace, beside the shards of its stage.

::

    review/project.json                     which project of which server, and how far it was pulled
           annotators.json                  who is behind a pseudonym: ids of the server's users, never names
           images.jsonl                     addresses of uploaded images
           shown/<document_id>.jsonl        every version of an example that was sent
           annotations/<document_id>.jsonl  every annotation that came back, word for word

Files of lines are only ever appended to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.records.base import Record
from corpusbuilder.records.review import Annotation, Purpose, Shown
from corpusbuilder.store.files import write_whole
from corpusbuilder.store.log import AppendLog
from corpusbuilder.store.workspace import Workspace, json_bytes

R = TypeVar("R", bound=Record)
AnnotationKey: TypeAlias = tuple[str, int, int, datetime, str | None]
STAGE: Final = "review"
_DAMAGED: Final[Mapping[str, str]] = {
    "project.json": "put it right, or take it away: `corpusbuilder review push` finds its project by the title",
    "annotators.json": "put it right, or take it away: `corpusbuilder review pull --whole` finds who is who again",
}
"""What to do about a file."""


class ProjectState(Record):
    """The project that a workspace is reviewed in."""

    url: str
    """Of the server, without credentials."""
    project_id: int
    title: str
    language: Literal["en", "fr"]
    """Of the page."""
    cursor: datetime | None = None
    """Everything that changed on the server before this was pulled; null before the first pull."""
    pulled_at: datetime | None = None
    created_at: datetime | None = None
    """When the server made the project: an id alone may be another project's, where a server was set up anew."""
    tasks: int = 0
    """On the server when it was looked at last: fewer later means that some were deleted."""
    afresh: bool = False
    """Made by ``--new-project``, by a push that has not come to its end."""


class Annotators(Record):
    """Pseudonyms by server and user: ``annotator-1`` is whoever was met first."""

    users: tuple[tuple[str, str, int], ...] = ()
    """Pseudonym, address of the server, id of the user there."""
    others: tuple[str, ...] = ()
    """Pseudonyms that were given before this file was lost: nobody gets one of them by chance."""

    def pseudonym(self, url: str, user: int) -> str | None:
        """The pseudonym of a user, if they have one."""
        return next((name for name, server, known in self.users if (server, known) == (url, user)), None)

    def meet(self, url: str, user: int, known_as: str | None = None) -> "Annotators":
        """The same with a pseudonym for one more user.

        Args:
            url: of the server.
            user: the id there.
            known_as: the pseudonym under which something of theirs is kept.
        """
        if self.pseudonym(url, user) is not None:
            return self
        taken = {name for name, _, _ in self.users}
        if known_as is None or known_as in taken or known_as not in self.others:
            free = (f"annotator-{number}" for number in count(1))
            known_as = next(name for name in free if name not in taken and name not in self.others)
        return self.model_copy(update={"users": (*self.users, (known_as, url, user))})

    def moved(self, old: str, new: str) -> "Annotators":
        """The same for a server that is at another address now."""
        users = tuple((name, new if url == old else url, user) for name, url, user in self.users)
        return self.model_copy(update={"users": tuple(dict.fromkeys(users))})


class UploadedImage(Record):
    """Where an image of the workspace lies on a server."""

    url: str
    """Of the server, without credentials."""
    project_id: int
    sha256: str
    address: str


class _Sent(BaseModel):
    """As much of a `Shown` as names it."""

    key: str
    version: str
    purpose: Purpose


def annotation_key(annotation: Annotation) -> AnnotationKey:
    """What names one person's word by an annotation for good.

    A server on SQLite gives the ids of what is deleted to what comes next. An author is not named: there is only one,
    who may be known by another pseudonym later.
    """
    editor = annotation.annotator if annotation.author is not None else None
    return annotation.example_id, annotation.task_id, annotation.annotation_id, annotation.created_at, editor


@dataclass(frozen=True, slots=True)
class ReviewFiles:
    """The files of one workspace."""

    workspace: Workspace

    def shown(self, document_id: str) -> AppendLog[Shown]:
        """The versions of examples of a document that were sent."""
        return AppendLog(self.workspace.root / STAGE / "shown" / f"{document_id}.jsonl", Shown)

    def annotations(self, document_id: str) -> AppendLog[Annotation]:
        """The annotations that came back about a document."""
        return AppendLog(self.workspace.root / STAGE / "annotations" / f"{document_id}.jsonl", Annotation)

    def documents(self) -> list[str]:
        """Documents of which anything was sent, sorted."""
        return sorted(path.stem for path in (self.workspace.root / STAGE / "shown").glob("*.jsonl"))

    def annotated(self) -> list[str]:
        """Documents about which anything was said, sorted."""
        return sorted(path.stem for path in (self.workspace.root / STAGE / "annotations").glob("*.jsonl"))

    def sent_versions(self, document_id: str) -> set[tuple[str, str]]:
        """What was sent of a document: ids under which examples are annotated, with versions."""
        log = AppendLog(self.shown(document_id).path, _Sent)
        return {(sent.key, sent.version) for sent in log.read()}

    def purposes(self) -> dict[str, Purpose]:
        """Why each example was sent, by the id under which it is annotated."""
        logs = (AppendLog(self.shown(document).path, _Sent) for document in self.documents())
        return {sent.key: sent.purpose for log in logs for sent in log.read()}

    def shown_by_key(self, document_id: str) -> dict[str, dict[str, Shown]]:
        """What was sent of a document, by the id under which it is annotated and by version."""
        found: dict[str, dict[str, Shown]] = {}
        for shown in self.shown(document_id).read():
            found.setdefault(shown.key, {})[shown.version] = shown
        return found

    def current_annotations(self, document_id: str) -> dict[str, tuple[Annotation, ...]]:
        """What each person said last by each annotation about a document, by the id under which the example was sent.

        Of what was withdrawn there is no result.
        """
        last: dict[AnnotationKey, Annotation] = {}
        for annotation in self.annotations(document_id).read():
            last[annotation_key(annotation)] = annotation
        found: dict[str, list[Annotation]] = {}
        for annotation in last.values():
            found.setdefault(annotation.example_id, []).append(annotation)
        return {key: tuple(annotations) for key, annotations in found.items()}

    def forget(self, document_id: str) -> None:
        """Delete what was sent and said about a document."""
        self.shown(document_id).path.unlink(missing_ok=True)
        self.annotations(document_id).path.unlink(missing_ok=True)

    def read_project(self) -> ProjectState | None:
        """The project, or None before the first push.

        Raises:
            StorageError: the file is damaged.
        """
        return self._read("project.json", ProjectState)

    def write_project(self, state: ProjectState) -> None:
        """Keep the project."""
        self._write("project.json", state)

    def read_annotators(self) -> Annotators:
        """The pseudonyms given so far.

        Raises:
            StorageError: the file is damaged.
        """
        found = self._read("annotators.json", Annotators)
        if found is not None:
            return found
        said = (a for document in self.annotated() for a in self.annotations(document).read())
        kept = {name for a in said for name in (a.annotator, a.author) if name is not None}
        return Annotators(others=tuple(sorted(kept)))

    def write_annotators(self, annotators: Annotators) -> None:
        """Keep the pseudonyms."""
        self._write("annotators.json", annotators)

    def images(self) -> AppendLog[UploadedImage]:
        """The images that were uploaded."""
        return AppendLog(self.workspace.root / STAGE / "images.jsonl", UploadedImage)

    def _read(self, name: str, kind: type[R]) -> R | None:
        path = self.workspace.root / STAGE / name
        if not path.exists():
            return None
        try:
            with storage_errors(path):
                return kind.model_validate_json(path.read_bytes())
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            raise StorageError(
                f"{path}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}", hint=_DAMAGED[name], repeat=False
            ) from None

    def _write(self, name: str, record: Record) -> None:
        write_whole(self.workspace.root / STAGE / name, json_bytes(record.model_dump(mode="json")))
