"""The ``.partial`` file of a shard: one line per finished input, appended whole, replayed after a crash.

The first line names the fingerprint under which the rest was made; under another one the journal starts afresh. A torn
last line is cut off. The file is locked while a process works on the shard, so two runs never share one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from pydantic import JsonValue

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.store.files import open_locked, write_all

SUFFIX: Final = ".partial"


class Journal:
    """An append-only list of entries by input id."""

    def __init__(self, path: Path, *, fingerprint: str, keep: bool = True, durable: bool = True) -> None:
        self.path = path
        self.entries: dict[str, JsonValue] = {}
        self._header = {"fingerprint": fingerprint}
        self._keep = keep
        self._durable = durable
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._file = open_locked(self.path, wait=False)
            except BlockingIOError:
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
        """Add the result for one input. It is on disk when this returns, unless no run will take it up."""
        if self._file is None:
            raise ValueError("the journal is not open")
        with storage_errors(self.path):
            self._write(self._file, {"input": input_id, "entry": entry})
        self.entries[input_id] = entry

    def remove(self) -> None:
        """Delete the file: the shard is complete."""
        self.path.unlink(missing_ok=True)

    def _replay(self, file: BinaryIO) -> None:
        """Take up the entries that are whole, and cut off what follows them."""
        file.seek(0)
        items = []
        whole = 0
        for line in file.readall().splitlines(keepends=True):  # type: ignore[attr-defined]  # it is a FileIO
            item = _parsed(line)
            if item is None:
                break
            items.append(item)
            whole += len(line)
        if not (self._keep and items and items[0] == self._header):
            file.truncate(0)
            self._write(file, self._header)
            return
        file.truncate(whole)
        self.entries.update((item["input"], item["entry"]) for item in items[1:])

    def _write(self, file: BinaryIO, item: Mapping[str, JsonValue]) -> None:
        data = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        write_all(file, data, wait=self._durable)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line of the journal; None when it is torn or the disk has lost it."""
    try:
        item = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return (
        item
        if isinstance(item, dict) and (item.keys() == {"fingerprint"} or item.keys() == {"input", "entry"})
        else None
    )
