"""Files that are either whole or absent, whenever the machine stops."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from corpusbuilder.errors import StorageError

TEMPORARY: Final = ".tmp"


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` so that ``path`` holds either all of it or what it held before.

    Raises:
        StorageError: the disk is full, read-only or the folder cannot be made.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + TEMPORARY)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


def write_once(path: Path, data: bytes) -> None:
    """Write a file whose name follows from its content; does nothing when it is there.

    Safe when several processes write the same file: the lock is on the temporary file, and whoever waited for it finds
    the finished file in its place.

    Raises:
        StorageError: the disk is full, read-only or the folder cannot be made.
    """
    if path.exists():
        return
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + TEMPORARY)
        with temporary.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists():
                temporary.unlink(missing_ok=True)  # made anew after the other writer had renamed his
                return
            file.truncate(0)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say what an `OSError` means and what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageError(
                f"{path}: no space left on the disk; everything written so far is kept",
                hint="make room, then run the same command again: it goes on where it stopped",
            ) from error
        raise StorageError(f"{path}: {error.strerror or error}", hint="check the folder and its permissions") from error
