"""Writes one file of the ledger: a thread of its own commits everything that waits at once."""

import asyncio
import errno
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.store.files import locked_folder, open_locked
from corpusbuilder.store.ledger.reading import (
    BUSY_S,
    SUFFIX,
    check_version,
    host_digest,
    lock_path,
    unreadable,
)
from corpusbuilder.store.ledger.tables import SCHEMA

Change: TypeAlias = Callable[[sqlite3.Connection], None]
PATIENCE_S: Final = 0.2
"""How long a change that nobody waits for may wait for one that somebody does."""
_LONGEST_LOG: Final = 64 * 2**20
"""Bytes that a write-ahead log is cut back to."""


@dataclass(slots=True)
class _Batch:
    """Changes of one commit, and who waits for it."""

    changes: list[Change] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def wake(self, failure: StorageError | None) -> None:
        """Tell everybody, each loop once."""
        by_loop = defaultdict(list)
        for future in self.waiting:
            by_loop[future.get_loop()].append(future)
        for loop, futures in by_loop.items():
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(_resolve, futures, failure)


def _resolve(futures: list[asyncio.Future[None]], failure: StorageError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(StorageError(failure.message, hint=failure.hint))


class GroupWriter:
    """The writer of one file. All methods may be called from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: BinaryIO) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._ready = threading.Condition()
        self._batch = _Batch()
        self._closing = False
        self._failure: StorageError | None = None
        self._thread = threading.Thread(target=self._run, name=f"ledger {path.name}", daemon=True)
        self._thread.start()

    def add(self, change: Change) -> None:
        """Have a change written with the next commit.

        Raises:
            StorageError: the last commit failed, so this one might be lost.
        """
        with self._ready:
            self._check_open()
            if self._failure is not None:
                raise StorageError(self._failure.message, hint=self._failure.hint)
            self._batch.changes.append(change)
            if len(self._batch.changes) == 1:
                self._ready.notify()

    async def write(self, change: Change) -> None:
        """Have a change written. It is on the disk when this returns.

        Raises:
            StorageError: it could not be written.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._ready:
            self._check_open()
            self._batch.changes.append(change)
            self._batch.waiting.append(future)
            if len(self._batch.waiting) == 1:
                self._ready.notify()
        await future

    def close(self) -> None:
        """Write what waits, and give the file back."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()
        self._connection.close()
        self._lock.close()

    def _check_open(self) -> None:
        if self._closing:
            raise StorageError(f"{self.path}: the ledger is closed, or its writer died", hint="run the command again")

    def _run(self) -> None:
        batch = _Batch()
        try:
            while (batch := self._take()).changes:
                self._failure = self._commit(batch.changes)
                batch.wake(self._failure)
        finally:
            with self._ready:
                self._closing = True
            lost = StorageError(f"{self.path}: the ledger's writer died", hint="run the command again")
            batch.wake(lost)
            self._batch.wake(lost)

    def _take(self) -> _Batch:
        """Everything that waits, once somebody waits for it or it has waited long enough; nothing at the end."""
        with self._ready:
            while not (self._closing or self._batch.waiting):
                if not self._ready.wait(PATIENCE_S if self._batch.changes else None):
                    break
            batch, self._batch = self._batch, _Batch()
            return batch

    def _commit(self, changes: list[Change]) -> StorageError | None:
        try:
            with _writing(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
                for change in changes:
                    change(self._connection)
                self._connection.execute("COMMIT")
        except StorageError as error:
            with suppress(sqlite3.Error):  # what failed has been undone already
                self._connection.rollback()
            return error
        return None


def claim(folder: Path) -> GroupWriter:
    """Begin to write a file of this host that nobody uses, or else a new one.

    The folder is made if need be.

    Raises:
        StorageError: the folder cannot be made or written.
    """
    with locked_folder(folder), storage_errors(folder):
        for path in _candidates(folder):
            try:
                lock = open_locked(lock_path(path), wait=False)
            except BlockingIOError:
                continue
            try:
                with _writing(path):
                    connection = _open(path)
                _sync(folder)
                _sync(folder.parent)
            except BaseException:
                lock.close()
                raise
            return GroupWriter(path, connection, lock)
    raise StorageError(f"{folder}: too many files", hint="move those of finished corpora elsewhere")


def _candidates(folder: Path) -> Iterator[Path]:
    """Names of this host's files: those that exist first, in order, then the free ones."""
    return (folder / f"{host_digest()}-{number:04d}{SUFFIX}" for number in range(1, 10_000))


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")
        if not check_version(path, connection):
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say what an error of SQLite means."""
    with storage_errors(path):
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise unreadable(path, error) from error


def _sync(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
