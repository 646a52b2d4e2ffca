"""Writes examples as JSON row by row, so that a hundred thousand of them need no more memory than one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias

from corpusbuilder.errors import storage_errors

JsonRow: TypeAlias = Mapping[str, Any]
_LATER: Final = ".later"


class JsonFiles:
    """One file for each split, all rows of it in one list or one a line.

    `datasets`, which reads these files for several trainers, takes the type of a column from the first rows, and
    fails on later ones when it was empty in these. Rows that show types poorly can therefore be written as ``later``:
    they follow after all others.
    """

    def __init__(self, folder: Path, form: Literal["list", "lines"]) -> None:
        """Write into ``folder``, which is there."""
        self._folder = folder
        self._form = form
        self._open: dict[str, IO[str]] = {}
        self._rows: dict[str, int] = {}

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows written by file."""
        return dict(self._rows)

    def write(self, split: str, row: JsonRow, *, later: bool = False) -> None:
        """Add a row."""
        name = self._name(split)
        text = json.dumps(row, ensure_ascii=False)
        if later:
            self._file(name + _LATER).write(text + "\n")
            return
        self._write(name, text)

    def finish(self) -> None:
        """Close all files, whole."""
        for waiting in sorted(name for name in self._open if name.endswith(_LATER)):
            self._open[waiting].close()
            with (self._folder / waiting).open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    self._write(waiting.removesuffix(_LATER), line.rstrip("\n"))
            (self._folder / waiting).unlink()
        for name, file in self._open.items():
            if not name.endswith(_LATER):
                file.write("\n]\n" if self._form == "list" else "")

    def close(self) -> None:
        """Let go of all files."""
        for file in self._open.values():
            file.close()

    def _name(self, split: str) -> str:
        return f"{split}.json" if self._form == "list" else f"{split}.jsonl"

    def _write(self, name: str, text: str) -> None:
        file = self._file(name)
        if self._form == "list":
            file.write("[\n" if name not in self._rows else ",\n")
        file.write(text if self._form == "list" else text + "\n")
        self._rows[name] = self._rows.get(name, 0) + 1

    def _file(self, name: str) -> IO[str]:
        if name not in self._open:
            self._open[name] = (self._folder / name).open("w", encoding="utf-8", newline="\n")
        return self._open[name]


@contextmanager
def json_files(folder: Path, form: Literal["list", "lines"]) -> Iterator[JsonFiles]:
    """Files that are finished when all rows are written.

    Raises:
        StorageError: the disk is full or read-only.
    """
    with storage_errors(folder):
        files = JsonFiles(folder, form)
        try:
            yield files
            files.finish()
        finally:
            files.close()
