"""What is known of batches under way.

::

    <workspace>/generate/batches/<name>.json              a `Batch`
                                 <name>.requests.jsonl    what is sent, until the answers are in
                                 <name>.calls             what each request was: a `Planned` a line, after its key
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from corpusbuilder.backends.models.openai.payload import Dialect
from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.records.base import Record
from corpusbuilder.records.call import Call
from corpusbuilder.store.files import TEMPORARY, locked_folder, write_whole
from corpusbuilder.store.workspace import Workspace, json_bytes

STAGE: Final = "generate"
FOLDER: Final = "batches"
ROUNDS: Final = 3
"""So often a request may come back without an answer."""
_REQUESTS: Final = ".requests.jsonl"
_CALLS: Final = ".calls"
_KEY_DIGITS: Final = 64


class Failure(Record):
    """Why a request will not be answered however often it is sent."""

    code: str
    """Reason of the rejection."""
    message: str


class Planned(Record):
    """A call that waits for its answer in a batch."""

    call: Call
    dialect: Dialect
    """How it was put."""
    most_usd: float | None
    """The most that it may cost; null when the price is not known."""


class Batch(Record):
    """Requests that were sent, or written, together."""

    name: str
    kind: Literal["endpoint", "file"]
    """Whether an endpoint runs it, or somebody with a file of requests."""
    state: Literal["submitting", "open", "collected"]
    """``submitting``: it may have been created, or not; ``open``: it is not known to have ended."""
    endpoint: str = ""
    """Base URL."""
    model: str
    requests: int
    most_usd: float | None = None
    """The most that all of it may cost."""
    token: str = ""
    """By which the endpoint's batch can be told from all others."""
    batch_id: str | None = None
    """The endpoint's name for it."""
    missed: dict[str, str] = Field(default_factory=dict)
    """Once collected: keys of requests that came back without an answer, with the reason."""
    refused: dict[str, Failure] = Field(default_factory=dict)
    """Once collected: keys of requests that failed for good."""


class BatchFolder:
    """The files of a workspace's batches.

    Args:
        workspace: whose batches.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.path = workspace.stage_folder(STAGE) / FOLDER

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out, and clear away what a killed one left unfinished: nothing of that was submitted."""
        with locked_folder(self.path):
            named = {batch.name for batch in self.all() if batch.state != "collected"}
            with storage_errors(self.path):
                for path in sorted(self.path.iterdir()):
                    is_state = path.name.endswith(".json")
                    if path.suffix == TEMPORARY or not (is_state or path.name.split(".")[0] in named):
                        path.unlink()
            yield

    def all(self) -> list[Batch]:
        """All batches, in order of their names.

        Raises:
            StorageError: a file is damaged.
        """
        with storage_errors(self.path):
            return [_read(path) for path in sorted(self.path.glob("*.json"))]

    def note(self, batch: Batch) -> None:
        """Keep what is known of a batch. It is on the disk when this returns."""
        write_whole(self.path / f"{batch.name}.json", json_bytes(batch.model_dump(mode="json")))

    def requests(self, name: str) -> Path:
        """The file of requests."""
        return self.path / (name + _REQUESTS)

    def calls(self, name: str) -> Path:
        """The file of calls."""
        return self.path / (name + _CALLS)

    def close(self, batch: Batch, *, missed: Mapping[str, str], refused: Mapping[str, Failure]) -> None:
        """Note that all that will come of a batch has come."""
        self.note(batch.model_copy(update={"state": "collected", "missed": dict(missed), "refused": dict(refused)}))
        self.drop_requests(batch)

    def drop_requests(self, batch: Batch) -> None:
        """Delete what was sent."""
        with storage_errors(self.path):
            self.requests(batch.name).unlink(missing_ok=True)
            self.calls(batch.name).unlink(missing_ok=True)

    def remove(self, batch: Batch) -> None:
        """Forget a batch."""
        with storage_errors(self.path):
            (self.path / f"{batch.name}.json").unlink(missing_ok=True)
        self.drop_requests(batch)

    def new_name(self) -> str:
        """A name that no batch has, after all others in order."""
        numbers = [int(batch.name) for batch in self.all() if batch.name.isdecimal()]
        return f"{max(numbers, default=0) + 1:06d}"


class CallIndex:
    """The calls of some batches by their keys; they are read when they are wanted.

    Args:
        paths: files of calls.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._places: dict[str, tuple[Path, int]] = {}
        for path in paths:
            with storage_errors(path), path.open("rb") as file:
                start = 0
                for line in file:
                    self._places.setdefault(line[:_KEY_DIGITS].decode("ascii", "replace"), (path, start))
                    start += len(line)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str) -> Planned:
        """One call.

        Raises:
            StorageError: the file is damaged.
        """
        path, start = self._places[key]
        with storage_errors(path), path.open("rb") as file:
            file.seek(start)
            line = file.readline()
        try:
            return Planned.model_validate_json(line[_KEY_DIGITS:])
        except ValidationError:
            raise _damaged(path) from None


def call_line(planned: Planned) -> bytes:
    """One line of a file of calls."""
    return planned.call.key.encode() + b" " + planned.model_dump_json().encode() + b"\n"


def new_token(name: str, requests_sha256: str) -> str:
    """By which a batch can be told from all others: also from one of another workspace with the same requests."""
    now = datetime.now(UTC).isoformat()
    return hashlib.sha256(f"{name}\n{requests_sha256}\n{now}".encode()).hexdigest()[:32]


def waiting_requests(workspace: Workspace) -> int:
    """How many requests wait in batches at an endpoint, or may do so."""
    batches = BatchFolder(workspace).all()
    return sum(batch.requests for batch in batches if batch.kind == "endpoint" and batch.state != "collected")


def failures(batches: Sequence[Batch]) -> dict[str, Failure]:
    """Requests that are not to be sent again, after what became of them in ``batches``."""
    found: dict[str, Failure] = {}
    rounds: dict[str, int] = {}
    for batch in batches:
        for key, words in batch.missed.items():
            rounds[key] = rounds.get(key, 0) + 1
            if rounds[key] >= ROUNDS:
                message = f"it came back without an answer from {rounds[key]} batches: {words}"
                found.setdefault(key, Failure(code="endpoint_failed", message=message))
        found.update(batch.refused)
    return found


def _read(path: Path) -> Batch:
    try:
        return Batch.model_validate_json(path.read_bytes())
    except ValidationError:
        raise _damaged(path) from None


def _damaged(path: Path) -> StorageError:
    return StorageError(
        f"{path}: it does not hold what is known of a batch",
        hint="restore it; deleted, its batch is given up, and its requests would be paid for again",
    )
