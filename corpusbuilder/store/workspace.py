"""Where everything lies in a workspace.

::

    <root>/corpusbuilder.toml
           assets/ab/abcdef….png
           <stage>/manifest.json
                   <document_id>.jsonl             one shard per document
                   rejected/<document_id>.jsonl
                   done/<document_id>.json
           release/<name>/
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, Field, JsonValue, ValidationError

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.records.base import Record
from corpusbuilder.store.files import sha256_of, write_once, write_whole
from corpusbuilder.store.journal import SUFFIX, Journal

R = TypeVar("R", bound=BaseModel)
_EXTENSION: Final = {"image/png": "png", "image/jpeg": "jpg"}


class RejectedInput(Record):
    """One line of a ``rejected`` file."""

    input_id: str
    reason_code: str
    message: str


class Counts(Record):
    """How many of what in a shard. Inputs always equal done + rejected."""

    inputs: int
    done: int
    rejected: int
    outputs: int


class DoneFile(Record):
    """The proof that a shard is complete, and what it was made from."""

    fingerprint: dict[str, JsonValue]
    """Everything the shard depends on, by names that a person understands."""
    input_sha256: str
    output_sha256: str
    counts: Counts
    notes: tuple[str, ...] = ()
    """What the stage wants a person to know."""
    characters: dict[str, int] = Field(default_factory=dict)
    """Of ``parse``: how many characters were read, and how many ended where."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Shard:
    """The files of one document in one stage."""

    folder: Path
    document_id: str

    @property
    def data(self) -> Path:
        """The records, one a line."""
        return self.folder / f"{self.document_id}.jsonl"

    @property
    def rejected(self) -> Path:
        """The rejects, one a line; absent when there are none."""
        return self.folder / "rejected" / f"{self.document_id}.jsonl"

    @property
    def done(self) -> Path:
        """The done-file."""
        return self.folder / "done" / f"{self.document_id}.json"

    @property
    def partial(self) -> Path:
        """The journal of a run that is under way or was interrupted."""
        return self.data.with_name(self.data.name + SUFFIX)

    def read_done(self) -> DoneFile | None:
        """The done-file, or None when there is none or it was written by another version of the format."""
        try:
            return DoneFile.model_validate_json(self.done.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def read(self, kind: type[R]) -> Iterator[R]:
        """The records, in order.

        Raises:
            StorageError: a line does not hold such a record; the message names file and line.
        """
        return read_records(self.data, kind)

    def read_rejected(self) -> list[RejectedInput]:
        """The rejects, in order of the inputs."""
        return list(read_records(self.rejected, RejectedInput)) if self.rejected.exists() else []

    def output_sha256(self) -> str | None:
        """SHA-256 of the records as they are on disk, or None when the file is missing."""
        return sha256_of(self.data) if self.data.exists() else None

    def journal(self, *, fingerprint: str, keep: bool, durable: bool = True) -> Journal:
        """The ``.partial`` file. With ``keep`` false it starts afresh, with ``durable`` false no run takes it up."""
        return Journal(self.partial, fingerprint=fingerprint, keep=keep, durable=durable)

    def write(self, lines: Iterable[bytes], rejected: Iterable[RejectedInput]) -> str:
        """Put records and rejects in place; returns the SHA-256 of the records."""
        write_whole(self.data, b"".join(line + b"\n" for line in lines))
        refused = b"".join(reject.model_dump_json().encode() + b"\n" for reject in rejected)
        if refused:
            write_whole(self.rejected, refused)
        else:
            self.rejected.unlink(missing_ok=True)
        return sha256_of(self.data)

    def write_done(self, done: DoneFile) -> None:
        """Declare the shard complete."""
        write_whole(self.done, json_bytes(done.model_dump(mode="json")))

    def remove(self) -> None:
        """Delete all files of this shard.

        Raises:
            StorageError: another run is working on it.
        """
        with self.journal(fingerprint="", keep=False):
            for path in (self.done, self.rejected, self.data, self.partial):  # the proof of completeness goes first
                path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that holds one corpus in the making."""

    root: Path

    def stage_folder(self, stage: str) -> Path:
        """The folder of a stage."""
        return self.root / stage

    def shard(self, stage: str, document_id: str) -> Shard:
        """The shard of a document in a stage."""
        return Shard(self.stage_folder(stage), document_id)

    def document_ids(self, stage: str) -> list[str]:
        """Documents with a done-file in a stage, sorted."""
        return sorted(path.stem for path in (self.stage_folder(stage) / "done").glob("*.json"))

    def traces(self, stage: str) -> list[str]:
        """Documents of which a stage has any file, finished or not, sorted."""
        folder = self.stage_folder(stage)
        named = [path.name.split(".")[0] for path in folder.glob("doc-*")]
        named += [path.stem for part in ("done", "rejected") for path in (folder / part).glob("doc-*")]
        return sorted(set(named))

    def asset_path(self, sha256: str, media_type: str = "image/png") -> Path:
        """Where an asset lies."""
        return self.root / "assets" / sha256[:2] / f"{sha256}.{_EXTENSION[media_type]}"

    def write_asset(self, sha256: str, media_type: str, data: bytes) -> None:
        """Store an asset under its hash, once."""
        write_once(self.asset_path(sha256, media_type), data)

    def read_asset(self, sha256: str) -> bytes:
        """The bytes of an asset.

        Raises:
            StorageError: it is not there.
        """
        for media_type in _EXTENSION:
            path = self.asset_path(sha256, media_type)
            if path.exists():
                return path.read_bytes()
        raise StorageError(
            f"{self.asset_path(sha256)}: the image is missing", hint="corpusbuilder parse --force makes it again"
        )

    def read_json(self, *parts: str) -> JsonValue:
        """A JSON file under the root, or None when it is absent."""
        path = self.root.joinpath(*parts)
        try:
            data: JsonValue = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StorageError(f"{path}: cannot be read: {error}", hint="delete it and run again") from None
        return data

    def write_json(self, value: JsonValue, *parts: str) -> None:
        """Write a JSON file under the root. One that holds just this is left alone: that needs no right to write."""
        path, data = self.root.joinpath(*parts), json_bytes(value)
        with storage_errors(path):
            is_current = path.exists() and path.read_bytes() == data
        if not is_current:
            write_whole(path, data)


def json_bytes(value: JsonValue) -> bytes:
    """JSON as it is written to files that a person may read."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def read_records(path: Path, kind: type[R]) -> Iterator[R]:
    """The records of a JSONL file, in order.

    Raises:
        StorageError: the file is missing or a line does not hold such a record; the message names file and line.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                yield kind.model_validate_json(line)
    except FileNotFoundError:
        raise StorageError(f"{path}: there is no such file", hint="run the stage that writes it") from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise StorageError(
            f"{path}, line {number}: not a valid {kind.__name__}: {place}: {problem['msg']}",
            hint=f"delete {path} and run the stage again",
        ) from None
