"""An append-only file of records, one a line: nothing in it is ever written over.

Lines are appended whole and are on the disk when `AppendLog.append` returns. A line that a crash has torn is cut off by
the next writer and passed over by readers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.store.files import open_locked, sha256_of, write_all

R = TypeVar("R", bound=BaseModel)
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class AppendLog(Generic[R]):
    """The records of one kind in one file. The file need not exist."""

    path: Path
    kind: type[R]

    def append(self, records: Iterable[R]) -> int:
        """Add records; returns how many. All of them are on the disk afterwards.

        Raises:
            StorageError: the disk is full or the folder cannot be written; lines that were written whole stay.
        """
        lines = [record.model_dump_json().encode() + b"\n" for record in records]
        if not lines:
            return 0
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open_locked(self.path, wait=True) as file:
                _cut_torn_line(file)
                write_all(file, b"".join(lines))
        return len(lines)

    def read(self) -> Iterator[R]:
        """The records, oldest first; none when there is no file.

        Raises:
            StorageError: a whole line does not hold such a record; the message names file and line.
        """
        if not self.path.exists():
            return
        with storage_errors(self.path), self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                yield self._parsed(line, number)

    def sha256(self) -> str | None:
        """SHA-256 of the file; None when there is none."""
        return sha256_of(self.path) if self.path.exists() else None

    def _parsed(self, line: bytes, number: int) -> R:
        try:
            return self.kind.model_validate_json(line)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            place = ".".join(map(str, problem["loc"]))
            raise StorageError(
                f"{self.path}, line {number}: not a valid {self.kind.__name__}: {place}: {problem['msg']}",
                hint="this file is only ever appended to: put the line right, or take it out",
                repeat=False,
            ) from None


def _cut_torn_line(file: BinaryIO) -> None:
    """Cut off what follows the last newline."""
    end = file.seek(0, 2)
    place = end
    while place:
        start = max(0, place - _BLOCK)
        file.seek(start)
        newline = file.read(place - start).rfind(b"\n")
        if newline >= 0:
            place = start + newline + 1
            break
        place = start
    if place != end:
        file.truncate(place)
