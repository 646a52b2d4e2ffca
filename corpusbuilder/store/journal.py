"""The ``.partial`` file of a shard: one line per finished input, appended whole, replayed after a crash.

The first line names the fingerprint under which the rest was made; under another one the journal starts afresh. A torn
last line is cut off. The file is locked while a process works on the shard, so two runs never share one.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from pydantic import JsonValue

from corpusbuilder.errors import StorageError
from corpusbuilder.store.files import storage_errors

SUFFIX: Final = ".partial"


class Journal:
    """An append-only list of entries by input id."""

    def __init__(self, path: Path, *, fingerprint: str, keep: bool = True) -> None:
        self.path = path
        self.entries: dict[str, JsonValue] = {}
        self._header = {"fingerprint": fingerprint}
        self._keep = keep
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise StorageError(
                f"{self.path}: another run is working on this shard", hint="wait for it, or stop it, and try again"
            ) from None
        with storage_errors(self.path):
            self._replay(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, input_id: str, entry: JsonValue) -> None:
        """Add the result for one input. It is on disk when this returns."""
        if self._file is None:
            raise ValueError("the journal is not open")
        with storage_errors(self.path):
            self._write(self._file, {"input": input_id, "entry": entry})
        self.entries[input_id] = entry

    def remove(self) -> None:
        """Delete the file: the shard is complete."""
        self.path.unlink(missing_ok=True)

    def _replay(self, file: IO[bytes]) -> None:
        file.seek(0)
        lines = file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
        header = json.loads(lines[0]) if lines else None
        if header != self._header or not self._keep:
            file.truncate(0)
            self._write(file, self._header)
            return
        file.truncate(sum(map(len, lines)))
        for line in lines[1:]:
            item = json.loads(line)
            self.entries[item["input"]] = item["entry"]

    @staticmethod
    def _write(file: IO[bytes], item: Mapping[str, JsonValue]) -> None:
        file.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
