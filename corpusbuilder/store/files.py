"""Files that are either whole or absent, whenever the machine stops, however many processes write them."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import BinaryIO, Final

from corpusbuilder.errors import storage_errors

TEMPORARY: Final = ".tmp"


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` so that ``path`` holds either all of it or what it held before.

    Raises:
        StorageError: the disk is full, read-only or the folder cannot be made.
    """
    with storage_errors(path), _temporary(path) as file:
        _replace(file, path, data)


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines as they come, so that ``path`` holds either all of them or what it held before; returns how many.

    Raises:
        StorageError: the disk is full, read-only or the folder cannot be made.
    """
    number = 0
    with storage_errors(path), _temporary(path) as file:
        try:
            file.truncate(0)
            with BufferedWriter(FileIO(file.fileno(), "wb", closefd=False)) as buffered:
                for line in lines:
                    buffered.write(line)
                    number += 1
            os.fsync(file.fileno())
            path.with_name(path.name + TEMPORARY).replace(path)
        except BaseException:
            path.with_name(path.name + TEMPORARY).unlink(missing_ok=True)
            raise
    return number


def write_once(path: Path, data: bytes) -> None:
    """Write a file whose name follows from its content; does nothing when it is there.

    Raises:
        StorageError: the disk is full, read-only or the folder cannot be made.
    """
    if path.exists():
        return
    with storage_errors(path), _temporary(path) as file:
        if path.exists():
            path.with_name(path.name + TEMPORARY).unlink()  # somebody else was quicker
        else:
            _replace(file, path, data)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_locked(path: Path, *, wait: bool) -> BinaryIO:
    """Open a file to append to it, unbuffered, and lock it. Closing it gives the lock back.

    Whoever had the lock before may have renamed or deleted the file; then the one now at ``path`` is locked instead.

    Raises:
        BlockingIOError: another process holds the lock, and ``wait`` is false.
        OSError: the file cannot be opened.
    """
    while True:
        file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if os.fstat(file.fileno()).st_ino == _inode(path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


@contextmanager
def locked_folder(path: Path) -> Iterator[None]:
    """Keep other processes out of a piece of work on a folder, which is made if need be.

    Raises:
        StorageError: the folder cannot be made.
    """
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_all(file: BinaryIO, data: bytes, *, wait: bool = True) -> None:
    """Write ``data`` to an unbuffered file and wait until it is on the disk, unless it may be lost."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    if wait:
        os.fsync(file.fileno())


@contextmanager
def _temporary(path: Path) -> Iterator[BinaryIO]:
    """The temporary file of ``path``, locked: what a crash left of it is written over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_locked(path.with_name(path.name + TEMPORARY), wait=True) as file:
        yield file


def _replace(file: BinaryIO, path: Path, data: bytes) -> None:
    file.truncate(0)
    write_all(file, data)
    path.with_name(path.name + TEMPORARY).replace(path)
