"""Folders that change from the old to the new one at once, whenever the machine stops."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpusbuilder.errors import storage_errors


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """A place for a new folder, where nothing is yet: it takes the place of ``folder`` when the block ends well.

    When it does not, the new one vanishes and ``folder`` is what it was. Who calls it keeps others from doing the same.

    Raises:
        StorageError: there is no right to write beside ``folder``, or no room.
    """
    put_back(folder)
    fresh = _beside(folder, "partial")
    with storage_errors(fresh):
        shutil.rmtree(fresh, ignore_errors=True)
    try:
        yield fresh
        _replace(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def put_back(folder: Path) -> None:
    """Bring back the old folder, if a process was killed when it had moved it away and not yet put the new one there.

    Raises:
        StorageError: there is no right to write beside ``folder``.
    """
    old = _beside(folder, "old")
    with storage_errors(folder):
        if old.exists() and not folder.exists():
            old.rename(folder)


def _replace(folder: Path, fresh: Path) -> None:
    old = _beside(folder, "old")
    with storage_errors(folder):
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            put_back(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, end: str) -> Path:
    """Hidden, and named so that nobody else has such a folder."""
    return folder.with_name(f".{folder.name}.corpusbuilder-{end}")
