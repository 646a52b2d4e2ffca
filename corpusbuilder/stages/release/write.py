"""Writes rows as Parquet shards in the layout of the Hub: ``data/<config>/<split>-00000-of-00001.parquet``.

The one module of the stage that touches files: writing them is what a release is.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from corpusbuilder.errors import StorageError
from corpusbuilder.store.parquet import SHARD_BYTES, Row, SplitWriter

if TYPE_CHECKING:
    from datasets import Features


__all__ = ["DatasetWriter", "Row"]


class DatasetWriter:
    """Takes rows of any config and split in any order; holds at most one row group of each in memory.

    A split without rows gets no file: `datasets` 5 cannot load an empty one. The same rows give the same bytes.
    """

    def __init__(self, folder: Path, features: "Mapping[str, Features]", *, shard_bytes: int = SHARD_BYTES) -> None:
        """Write below ``folder``, which must be empty or absent.

        Raises:
            StorageError: the folder holds something, or cannot be made.
        """
        with _storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise StorageError(f"{folder}: a release is written into an empty folder only")
        self.folder = folder
        self._features = features
        self._shard_bytes = shard_bytes
        self._splits: dict[tuple[str, str], SplitWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _storage_errors(self.folder):
            for writer in self._splits.values():
                if kind is None:
                    writer.finish()
                else:
                    writer.close()

    def write(self, config: str, split: str, row: Row) -> None:
        """Add one row.

        Raises:
            StorageError: the disk is full or read-only.
        """
        with _storage_errors(self.folder):
            if (config, split) not in self._splits:
                folder, schema = self.folder / "data" / config, self._features[config].arrow_schema
                self._splits[config, split] = SplitWriter(folder, split, schema, shard_bytes=self._shard_bytes)
            self._splits[config, split].write(row)

    def rows(self) -> dict[tuple[str, str], int]:
        """How many rows each config and split has."""
        return {place: writer.rows for place, writer in self._splits.items()}

    def digests(self) -> dict[str, str]:
        """SHA-256 of all files of each config, names and content. For when they are complete."""
        with _storage_errors(self.folder):
            folders = sorted(path for path in (self.folder / "data").glob("*") if path.is_dir())
            return {folder.name: _digest(folder) for folder in folders}

    def files(self) -> list[str]:
        """Every file by its place in the folder, sorted. For when they are complete."""
        with _storage_errors(self.folder):
            paths = (path for path in self.folder.rglob("*") if path.is_file())
            return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def write_text(self, name: str, text: str) -> None:
        """Put a text file beside the data."""
        with _storage_errors(self.folder):
            (self.folder / name).write_text(text, encoding="utf-8", newline="\n")


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            whole.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


@contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{folder}: the release cannot be written: {error.strerror or error}") from error
