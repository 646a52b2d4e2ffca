"""Tasks that are ready, on the disk until it is their turn: they are made book by book, and sent by their value."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from corpusbuilder.errors import storage_errors


class Spool:
    """Tasks in any order in, in the order of their places out. Only places and offsets are in memory."""

    def __init__(self, folder: Path) -> None:
        """Use a temporary file in ``folder``, which vanishes with this object, also when the process is killed."""
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._index: list[tuple[float, str, int, int]] = []

    def __enter__(self) -> Self:
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return len(self._index)

    def add(self, place: float, key: str, task: Mapping[str, Any]) -> None:
        """Keep a task.

        Raises:
            StorageError: the disk is full.
        """
        if self._file is None:
            raise ValueError("the spool is not open")
        data = json.dumps(task, ensure_ascii=False, allow_nan=False).encode()
        with storage_errors(self._folder):
            offset = self._file.seek(0, 2)
            self._file.write(data)
        self._index.append((place, key, offset, len(data)))

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """All tasks by their places, ``size`` at a time."""
        if self._file is None:
            raise ValueError("the spool is not open")
        ordered = sorted(self._index)
        for start in range(0, len(ordered), size):
            batch = []
            for _, _, offset, length in ordered[start : start + size]:
                self._file.seek(offset)
                batch.append(json.loads(self._file.read(length)))
            yield batch
