"""A release folder as bytes: its manifest, its Parquet files, its checksums. It knows columns by name only."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from corpusbuilder import __version__
from corpusbuilder.errors import MissingExtraError, MissingInputError, StorageError, storage_errors
from corpusbuilder.records.release import SPLITS, ReleaseManifest
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.parquet import Row

__all__ = ["CARD", "CHECKSUMS", "DATA", "MANIFEST", "ReleaseFolder", "Row", "checksum_lines", "read_checksums"]

MANIFEST: Final = "release.json"
CHECKSUMS: Final = "SHA256SUMS"
"""As ``sha256sum --check`` reads it."""
CARD: Final = "README.md"
DATA: Final = "data"
_BATCH_ROWS: Final = 200
_CHECKSUM: Final = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>.+)", re.DOTALL)
_SHOWN: Final = 20
_ANEW: Final = "copy the release anew from where it came, or make it again: corpusbuilder release --force"


@dataclass(frozen=True, slots=True)
class ReleaseFolder:
    """A dataset folder that `corpusbuilder release` made, or a copy of it."""

    path: Path
    manifest: ReleaseManifest

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what a folder says of itself.

        Raises:
            MissingInputError: there is no release in ``path``.
            StorageError: its manifest is damaged, or of a version that is not known.
        """
        place = path / MANIFEST
        with storage_errors(place):
            if not place.is_file():
                raise MissingInputError(
                    f"{path}: this is no release: it has no {MANIFEST}",
                    hint="name a folder that corpusbuilder release has made, such as my-corpus/release/corpus",
                )
            content = place.read_bytes()
        try:
            return cls(path, ReleaseManifest.model_validate_json(content))
        except ValidationError as error:
            raise _manifest_error(place, error) from None

    def parquet_files(self, config: str, split: str | None = None) -> list[Path]:
        """The Parquet files of a config, of one split or of all, in order; none when it has no rows."""
        return sorted((self.path / DATA / config).glob(f"{split or '*'}-*.parquet"))

    def rows(self, config: str, *, split: str | None = None, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """Every row of a config as a dict, few at a time in memory. An image is ``{"bytes": …, "path": …}``.

        Args:
            config: such as ``examples``.
            split: one split; all of them, train first, when None.
            columns: the columns that are wanted; all when None.

        Raises:
            MissingExtraError: `pyarrow` is not installed.
            StorageError: a file cannot be read, or lacks a column.
        """
        for name in (split,) if split else SPLITS:
            for path in self.parquet_files(config, name):
                yield from _rows_of(path, columns)

    def check_rows(self) -> None:
        """Compare the numbers of rows with those in the manifest: a lost shard or folder would not be noticed else.

        Raises:
            MissingExtraError: `pyarrow` is not installed.
            StorageError: a file cannot be read, or there are fewer or more rows than were written.
        """
        for config, splits in self.manifest.rows.items():
            for split in SPLITS:
                found = sum(map(_row_count, self.parquet_files(config, split)))
                if found != splits.get(split, 0):
                    raise StorageError(
                        f"{self.path}: the release has {splits.get(split, 0):,} {config} in {split}, and {found:,} are "
                        f"here: this copy of it is not whole",
                        hint=_ANEW,
                        repeat=False,
                    )

    def files(self) -> list[str]:
        """Every file by its place in the folder, sorted; what begins with a dot is not part of a release."""
        with storage_errors(self.path):
            paths = (path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file())
            return sorted(path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every file as ``SHA256SUMS`` has them.

        Raises:
            StorageError: the file is missing or damaged.
        """
        return read_checksums(self.path / CHECKSUMS)

    def problems(self) -> list[str]:
        """One sentence for every file that is missing, is another than was written, or does not belong here."""
        expected = self.checksums()
        found = [name for name in self.files() if name != CHECKSUMS]
        return [
            *(f"{name} is missing" for name in sorted(expected.keys() - set(found))),
            *(f"{name} is not part of the release" for name in found if name not in expected),
            *(
                f"{name} is not the file that was written: its SHA-256 differs"
                for name in found
                if name in expected and sha256_of(self.path / name) != expected[name]
            ),
        ]


def read_checksums(path: Path) -> dict[str, str]:
    """SHA-256 by file, from a file as ``sha256sum`` writes it.

    Raises:
        StorageError: it is missing or damaged.
    """
    with storage_errors(path):
        content = path.read_bytes()
    try:
        lines = content.decode().removesuffix("\n").split("\n") if content else []
    except UnicodeDecodeError:
        lines = [""]
    entries = [_CHECKSUM.fullmatch(line) for line in lines]
    if None in entries:
        raise StorageError(f"{path}: not a list of checksums", hint=_ANEW, repeat=False)
    return {entry["name"]: entry["digest"] for entry in entries if entry}


def checksum_lines(folder: Path, names: Iterable[str]) -> str:
    """The text of ``SHA256SUMS`` for files of ``folder``."""
    return "".join(f"{sha256_of(folder / name)}  {name}\n" for name in sorted(names))


def _manifest_error(place: Path, error: ValidationError) -> StorageError:
    problems = error.errors(include_url=False)
    for problem in problems:
        if problem["loc"] == ("format",):
            found = repr(problem["input"])[:_SHOWN]
            return StorageError(
                f"{place}: the release is of format {found}, and this corpusbuilder ({__version__}) reads format 1",
                hint="pip install --upgrade corpusbuilder",
                repeat=False,
            )
    where = ".".join(map(str, problems[0]["loc"])) or "it"
    return StorageError(f"{place}: damaged: {where}: {problems[0]['msg']}", hint=_ANEW, repeat=False)


def _rows_of(path: Path, columns: Sequence[str] | None) -> Iterator[Row]:
    with _reading(path):
        from pyarrow import parquet

        with parquet.ParquetFile(path) as file:
            if absent := [name for name in columns or () if name not in file.schema_arrow.names]:
                raise StorageError(f"{path}: this file has no column {absent[0]!r}", hint=_ANEW, repeat=False)
            for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
                yield from batch.to_pylist()


def _row_count(path: Path) -> int:
    with _reading(path):
        from pyarrow import parquet

        return int(parquet.read_metadata(path).num_rows)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say what is wrong with a Parquet file."""
    try:
        from pyarrow import ArrowException
    except ImportError:
        raise MissingExtraError("pyarrow", "release", purpose="a release") from None
    try:
        with storage_errors(path):
            try:
                yield
            except OSError as error:
                if error.errno is not None:
                    raise
                # What the system has no number for, the Parquet reader found: bytes that it cannot make sense of.
                raise _unreadable(path, error) from None
    except (ArrowException, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> StorageError:
    reason = " ".join(str(error).split())
    return StorageError(f"{path}: not readable as Parquet: {reason}", hint=_ANEW, repeat=False)
