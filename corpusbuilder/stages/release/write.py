"""Writes rows as Parquet shards in the layout of the Hub: ``data/<config>/<split>-00000-of-00001.parquet``.

The one module of the stage that touches files: writing them is what a release is.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from corpusbuilder.errors import StorageError

if TYPE_CHECKING:
    from datasets import Features
    from pyarrow.parquet import ParquetWriter

Row: TypeAlias = dict[str, Any]

SHARD_BYTES: Final = 400_000_000
_IMAGE_GROUP_ROWS: Final = 100
_GROUP_ROWS: Final = 1000
_GROUP_IMAGE_BYTES: Final = 64_000_000
"""The Hub's viewer reads row groups up to 300 MB."""
_DICTIONARY_BYTES: Final = 2 * _GROUP_IMAGE_BYTES
"""More than a group ever needs: Parquet's dictionary keeps an image once a group, however many examples show it."""


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
        self._splits: dict[tuple[str, str], _SplitWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _storage_errors(self.folder):
            for writer in self._splits.values():
                writer.finish(complete=kind is None)

    def write(self, config: str, split: str, row: Row) -> None:
        """Add one row.

        Raises:
            StorageError: the disk is full or read-only.
        """
        with _storage_errors(self.folder):
            if (config, split) not in self._splits:
                folder = self.folder / "data" / config
                self._splits[config, split] = _SplitWriter(folder, split, self._features[config], self._shard_bytes)
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


class _SplitWriter:
    """The shards of one split of one config."""

    def __init__(self, folder: Path, split: str, features: "Features", shard_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._split = split
        self._schema = features.arrow_schema
        self._group_rows = _IMAGE_GROUP_ROWS if "image" in features else _GROUP_ROWS
        self._shard_bytes = shard_bytes
        self._pending: list[Row] = []
        self._pending_bytes = 0
        self._writer: ParquetWriter | None = None
        self._shards = 0
        self.rows = 0

    def write(self, row: Row) -> None:
        self._pending.append(row)
        self._pending_bytes += len(row["image"]["bytes"]) if row.get("image") else 0
        self.rows += 1
        if len(self._pending) >= self._group_rows or self._pending_bytes >= _GROUP_IMAGE_BYTES:
            self._flush()

    def finish(self, *, complete: bool) -> None:
        """Close the last shard; give all shards their final names if the split is ``complete``."""
        if complete and self._pending:
            self._flush()
        if self._writer:
            self._writer.close()
        if complete:
            for shard in range(self._shards):
                final = f"{self._split}-{shard:05d}-of-{self._shards:05d}.parquet"
                self._shard_path(shard).rename(self._folder / final)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._writer is None:
            self._writer = self._open()
        table = pa.Table.from_pylist(self._pending, schema=self._schema)
        self._writer.write_table(table, row_group_size=len(self._pending))
        self._pending, self._pending_bytes = [], 0
        if self._shard_path(self._shards - 1).stat().st_size >= self._shard_bytes:
            self._writer.close()
            self._writer = None

    def _open(self) -> "ParquetWriter":
        from pyarrow import parquet

        self._shards += 1
        return parquet.ParquetWriter(
            self._shard_path(self._shards - 1),
            self._schema,
            compression="zstd",
            write_page_index=True,
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
        )

    def _shard_path(self, shard: int) -> Path:
        return self._folder / f"{self._split}-{shard:05d}.partial"


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
