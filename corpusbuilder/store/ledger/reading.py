"""Opens one file of the ledger to read it, without changing anything."""

import fcntl
import hashlib
import os
import socket
import sqlite3
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from corpusbuilder.errors import StorageError
from corpusbuilder.store.ledger import tables
from corpusbuilder.store.ledger.tables import Row

SUFFIX: Final = ".sqlite"
BUSY_S: Final = 30.0
"""How long another process may keep the file to itself, as it does while it repairs it after a crash."""
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_END: Final = "\U0010ffff"


def host_digest() -> str:
    """Stands for this host in file names: 8 hex digits."""
    return hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()


def lock_path(path: Path) -> Path:
    """The file beside it that whoever uses it locks."""
    return path.with_name(path.name + ".lock")


def unreadable(path: Path, error: sqlite3.Error) -> StorageError:
    """What to say of a file that SQLite cannot read."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGED:
        return damaged(path, str(error))
    return StorageError(f"{path}: {error}", hint="check the disk, the folder and its permissions")


def damaged(path: Path, what: str) -> StorageError:
    """A file that holds something else than it should."""
    return StorageError(
        f"{path}: the ledger's file is damaged: {what}",
        hint=f"keep a copy; 'sqlite3 {path.name} .recover' saves what can be read. Moved out of the folder, it is "
        "left out: the other files are whole, and only the calls in this one would be made again",
    )


class LedgerFile:
    """One file, open for reading, from any thread but by one at a time."""

    def __init__(self, path: Path, uri: str, lock: BinaryIO | None) -> None:
        self.path = path
        self._uri = uri
        self._lock = lock
        self._connection = self._connect()
        self._spent = (0, 0.0)

    def newest_answer(self, key: str) -> Row | None:
        """When it was kept, the columns of `tables.ANSWER_FIELDS` and the body."""
        row: Row | None = self._connection.execute(tables.NEWEST_ANSWER, (key,)).fetchone()
        return row

    def outcome(self, key: str) -> Row | None:
        """When it was said, state and reason."""
        row: Row | None = self._connection.execute(tables.OUTCOME, (key,)).fetchone()
        return row

    def fact(self, fact: str) -> Row | None:
        """When it was kept, and its value."""
        row: Row | None = self._connection.execute(tables.FACT, (fact,)).fetchone()
        return row

    def spent_usd(self) -> float:
        """What its answers have cost. After the first time only new answers are read."""
        last, spent = self._spent
        newest, more = self._connection.execute(tables.SPENT_SINCE, (last,)).fetchone()
        if newest is not None:
            self._spent = (newest, spent + more)
        return self._spent[1]

    def unpriced(self, model: str) -> list[Row]:
        """Tokens of the prompt, of the answer and from the cache, of each answer of a model without a price."""
        return self._connection.execute(tables.UNPRICED, (model,)).fetchall()

    def scan(self, prefix: str) -> "Scan":
        """A look at all calls whose keys begin so, as they are now; from any thread."""
        return Scan(self.path, self._connect(), prefix)

    def close(self) -> None:
        """Give it back."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_S)


class Scan:
    """Goes through the calls of one file in order of their keys."""

    def __init__(self, path: Path, connection: sqlite3.Connection, prefix: str) -> None:
        self.path = path
        self._connection = connection
        self._prefix = prefix

    def rows(self) -> Generator[Row, None, None]:
        """The rows of `tables.KEYS_FROM`, one for every answer and one for a call without.

        Raises:
            StorageError: the file is damaged.
        """
        try:
            yield from self._connection.execute(tables.KEYS_FROM, (self._prefix, self._prefix + _END))
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    def request(self, row_id: int) -> str:
        """What was asked."""
        text: str = self._text(tables.REQUEST, row_id)
        return text

    def body(self, row_id: int) -> bytes:
        """What came back."""
        data: bytes = self._text(tables.BODY, row_id)
        return data

    def _text(self, sql: str, row_id: int) -> Any:  # noqa: ANN401 - text or bytes, as the table says
        try:
            row = self._connection.execute(sql, (row_id,)).fetchone()
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error
        if row is None:
            raise damaged(self.path, f"row {row_id} lacks its text")
        return row[0]

    def close(self) -> None:
        """Give it back."""
        self._connection.close()


def open_file(path: Path, *, may_write: bool) -> LedgerFile | None:
    """Open a file of the ledger, or return None while its writer is just making it, or writes it on another host.

    With ``may_write`` a file of this host is opened as SQLite does it, which makes two small files beside it while it
    is open, and takes in what a killed writer left. Else nothing is made: as long as nobody writes the file, it is
    locked against writers and read as it lies there.

    Raises:
        StorageError: it is damaged, no ledger, or of a newer version.
    """
    if may_write and is_ours(path):
        return _ready(path, _uri(path, "rw"), None)
    try:
        lock = _share(path)
    except BlockingIOError:
        return _ready(path, _uri(path, "ro"), None) if is_ours(path) else None
    file = None
    try:
        file = _ready(path, _uri(path, "ro" if _has_log(path) else "ro&immutable=1"), lock)
    finally:
        if file is None and lock is not None:
            lock.close()
    return file


def is_ours(path: Path) -> bool:
    """Whether this host writes the file."""
    return path.name.startswith(f"{host_digest()}-")


def check_version(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file has its tables yet.

    Raises:
        StorageError: it is no ledger, or of a newer version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables_there,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not (version or application or tables_there):
        return False
    if application != tables.APPLICATION_ID:
        raise StorageError(f"{path}: this SQLite file is no ledger of calls", hint="move it out of the folder")
    if version != tables.VERSION:
        raise StorageError(
            f"{path}: written by another version of corpusbuilder (ledger version {version}, this one reads "
            f"{tables.VERSION})",
            hint="use that version, or move the file out of the folder: only the calls in it would be made again",
        )
    return True


def _ready(path: Path, uri: str, lock: BinaryIO | None) -> LedgerFile | None:
    """The file, if it has its tables."""
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_S)) as connection:
            if not check_version(path, connection):
                return None
        return LedgerFile(path, uri, lock)
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def _share(path: Path) -> BinaryIO | None:
    """Keep writers off; None when there is nothing to lock, as in a copy."""
    try:
        file = lock_path(path).open("rb", buffering=0)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(os.fspath(path.resolve()))}?mode={mode}"


def _has_log(path: Path) -> bool:
    """Whether a write-ahead log waits to be taken in."""
    with suppress(FileNotFoundError):
        return path.with_name(path.name + "-wal").stat().st_size > 0
    return False
