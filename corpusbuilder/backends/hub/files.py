"""A file here and a file there: whether they are the same, without sending either."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from corpusbuilder.errors import StorageError, storage_errors

SAMPLE: Final = 512
"""Bytes by which the server tells text from other files."""
_PIECE: Final = 2**20


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to publish, with the names that git and LFS have for its content."""

    name: str
    """Its place in the repository, with slashes."""
    path: Path
    size: int
    sha256: str
    """As LFS knows it, in hex digits."""
    git_oid: str
    """As git knows it: SHA-1 of a blob."""

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Look at a file of a folder.

        Raises:
            StorageError: it cannot be read.
        """
        path = folder / name
        with storage_errors(path), path.open("rb") as file:
            size = path.stat().st_size
            # Git names content so; nothing rests on SHA-1 alone, as every file is in SHA256SUMS.
            blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
            whole = hashlib.sha256()
            while piece := file.read(_PIECE):
                blob.update(piece)
                whole.update(piece)
        return cls(name, path, size, whole.hexdigest(), blob.hexdigest())

    @property
    def pointer(self) -> bytes:
        """What git itself holds of it when the content is in LFS."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()

    def sample(self) -> bytes:
        """Its first bytes."""
        with storage_errors(self.path), self.path.open("rb") as file:
            return file.read(SAMPLE)

    def content(self) -> bytes:
        """All its bytes.

        Raises:
            StorageError: they are others than when it was looked at.
        """
        with storage_errors(self.path):
            content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise StorageError(f"{self.path}: it has changed while it was being published", hint="publish again")
        return content


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a commit, as the server lists it."""

    name: str
    size: int | None
    oid: str
    lfs_sha256: str | None = None

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self:
        """From a listing.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is not what the Hub lists.
        """
        lfs = entry.get("lfs") or {}
        sha256 = lfs.get("oid") or lfs.get("sha256")
        size = lfs.get("size", entry.get("size"))
        return cls(
            str(entry["path"]),
            None if size is None else int(size),
            str(entry.get("oid") or entry.get("blobId") or ""),
            None if sha256 is None else str(sha256).removeprefix("sha256:"),
        )

    def holds(self, file: LocalFile) -> bool:
        """Whether it has the content of a file of ours, by what the server says."""
        if self.lfs_sha256 is not None:
            return self.lfs_sha256 == file.sha256 and self.size in {None, file.size}
        if self.oid == file.git_oid:
            return True
        # Some servers list what is in LFS without saying so.
        pointer = hashlib.sha1(b"blob %d\0%b" % (len(file.pointer), file.pointer), usedforsecurity=False).hexdigest()
        return self.oid == pointer
