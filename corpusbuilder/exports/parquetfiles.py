"""Writes examples with embedded images as Parquet that ``datasets.load_dataset`` reads from the folder."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpusbuilder.errors import MissingExtraError, storage_errors
from corpusbuilder.exports.examples import Question
from corpusbuilder.exports.images import image_name
from corpusbuilder.store.files import sha256_of, write_whole
from corpusbuilder.store.parquet import SplitWriter
from corpusbuilder.store.release import DATA, Row

if TYPE_CHECKING:
    from datasets import Features


class ParquetFiles:
    """The shards of every split; holds one group of rows of each in memory. The same rows give the same bytes."""

    def __init__(self, folder: Path, features: "Features") -> None:
        """Write below ``folder``, which is there."""
        self._folder = folder
        self._schema = features.arrow_schema
        self._splits: dict[str, SplitWriter] = {}

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows by files, as a pattern: ``data/train-*.parquet``."""
        return {_pattern(name): split.rows for name, split in self._splits.items()}

    def write(self, split: str, row: Row) -> None:
        """Add a row."""
        if split not in self._splits:
            self._splits[split] = SplitWriter(self._folder / DATA, split, self._schema)
        self._splits[split].write(row)

    def finish(self) -> None:
        """Close all files, whole, and say in a README which of them are which split."""
        for split in self._splits.values():
            split.finish()
        entries = "".join(f"  - split: {name}\n    path: {_pattern(name)}\n" for name in self._splits)
        # `datasets` knows a folder by its name and this header alone: without the digest it would go on to show what
        # stood there before, out of its cache.
        head = f"configs:\n- config_name: default\n  description: sha256 {self._digest()}\n  data_files:\n{entries}"
        text = f"---\n{head}---\n"
        write_whole(self._folder / "README.md", text.encode())

    def _digest(self) -> str:
        files = sorted((self._folder / DATA).glob("*.parquet"))
        return hashlib.sha256("".join(f"{file.name} {sha256_of(file)}\n" for file in files).encode()).hexdigest()

    def close(self) -> None:
        """Let go of all files."""
        for split in self._splits.values():
            split.close()


@contextmanager
def parquet_files(folder: Path, features: "Features") -> Iterator[ParquetFiles]:
    """Files that are finished when all rows are written.

    Raises:
        StorageError: the disk is full or read-only.
    """
    with storage_errors(folder):
        files = ParquetFiles(folder, features)
        try:
            yield files
            files.finish()
        finally:
            files.close()


def need_datasets() -> None:
    """Check that there is what explicit features need.

    Raises:
        MissingExtraError: the package `datasets` is not installed.
    """
    try:
        import datasets  # noqa: F401 - only to see whether it is there
    except ImportError:
        raise MissingExtraError("datasets", "release", purpose="an export as Parquet") from None


def embedded(question: Question) -> list[Row]:
    """The image of an example as `datasets.Image` stores it; none for an example without a figure."""
    if question.figure is None or question.image is None:
        return []
    data = question.image["bytes"]
    return [{"bytes": data, "path": image_name(data, question.id)}]


def _pattern(split: str) -> str:
    return f"{DATA}/{split}-*.parquet"
