"""A release folder as bytes: its manifest, its Parquet files, its checksums. It knows columns by name only."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from pydantic import ValidationError

from corpusbuilder.errors import MissingExtraError, MissingInputError, StorageError, storage_errors
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.store.files import sha256_of

Row: TypeAlias = dict[str, Any]

MANIFEST: Final = "release.json"
CHECKSUMS: Final = "SHA256SUMS"
"""As ``sha256sum --check`` reads it."""
CARD: Final = "README.md"
DATA: Final = "data"
_BATCH_ROWS: Final = 200


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
            problem = error.errors(include_url=False)[0]
            where = ".".join(map(str, problem["loc"])) or "it"
            raise StorageError(
                f"{place}: not a manifest of this version: {where}: {problem['msg']}",
                hint="corpusbuilder release --force makes the release anew",
            ) from None

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
            StorageError: a file cannot be read.
        """
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise MissingExtraError("pyarrow", "release", purpose="a release") from None

        for name in (split,) if split else ("train", "validation", "test"):
            for path in self.parquet_files(config, name):
                try:
                    with storage_errors(path), parquet.ParquetFile(path) as file:
                        for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
                            yield from batch.to_pylist()
                except ArrowException as error:
                    raise StorageError(f"{path}: not readable as Parquet: {error}") from None

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
        lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("  ") for line in lines]
    if any(len(digest) != hashlib.sha256().digest_size * 2 or not name for digest, _, name in pairs):
        raise StorageError(f"{path}: not a list of checksums", hint="corpusbuilder release --force makes it anew")
    return {name: digest for digest, _, name in pairs}


def checksum_lines(folder: Path, names: Iterable[str]) -> str:
    """The text of ``SHA256SUMS`` for files of ``folder``."""
    return "".join(f"{sha256_of(folder / name)}  {name}\n" for name in sorted(names))
