"""The ledger of a workspace: all its files read as one, one of them written."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from corpusbuilder.errors import StorageError, storage_errors
from corpusbuilder.records.call import Call, CallAnswer, CallState, LedgerEntry, Usage
from corpusbuilder.store.ledger import merging, tables
from corpusbuilder.store.ledger.merging import CallFilter, CallHead
from corpusbuilder.store.ledger.reading import SUFFIX, LedgerFile, is_ours, open_file, unreadable
from corpusbuilder.store.ledger.tables import Row
from corpusbuilder.store.ledger.writing import Change, GroupWriter, claim

T = TypeVar("T")
_ALL: Final = CallFilter()
_SETTLED_NS: Final = 1_000_000_000
"""A folder changed so long ago does not change again under the same time."""
_OUTCOMES: Final = frozenset({CallState.PARSED, CallState.MALFORMED, CallState.REFUSED, CallState.REJECTED})


class CallLedger:
    """Keeps the calls of a workspace. See `corpusbuilder.backends.models.base.Ledger`.

    No file is made for good or changed before there is something to write: a run that finds all its answers leaves the
    folder as it was. All methods may be called from any thread.

    Args:
        folder: of the ledger; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._may_write = True
        self._lock = threading.RLock()
        self._files: dict[Path, LedgerFile] = {}
        self._skipped: tuple[Path, ...] = ()
        self._seen_ns: int | None = None
        self._writer: GroupWriter | None = None
        self._facts: dict[str, str] = {}
        self._last_ns = 0
        self._is_closed = False

    @classmethod
    def open_for_reading(cls, folder: Path) -> Self:
        """A ledger that never makes or changes a file.

        Raises:
            StorageError: a file is damaged, or of a newer version.
        """
        ledger = cls(folder)
        ledger._may_write = False
        with ledger._lock:
            ledger._look_for_files()
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that are read, in order of their names."""
        with self._lock:
            self._look_for_files()
            return tuple(self._files)

    @property
    def skipped(self) -> tuple[Path, ...]:
        """Those that are not read now: another host is writing them."""
        with self._lock:
            self._look_for_files()
            return self._skipped

    def find(self, key: str) -> CallAnswer | None:
        """The newest answer to a call that is on the disk, by whichever writer, or None.

        Raises:
            StorageError: a file is damaged.
        """
        with self._lock:
            rows = self._rows(LedgerFile.newest_answer, key)
        if not rows:
            return None
        _, *columns, body = max(rows, key=_time_of)
        return tables.answer_of(columns, body)

    def plan(self, call: Call) -> None:
        """Note that a call is about to be sent. Does not wait for the disk, but for the first call of a run.

        Raises:
            StorageError: the disk cannot be written, so that an answer would be lost.
        """
        row, now = tables.call_row(call), self._now_ns()
        self._writing().add(partial(tables.write_plan, call=row, at_ns=now))

    async def keep(self, call: Call, answer: CallAnswer) -> None:
        """Keep an answer. It is on the disk when this returns.

        Raises:
            StorageError: the disk is full or cannot be written.
        """
        rows, now = (tables.call_row(call), tables.answer_row(answer)), self._now_ns()
        await self._writing().write(partial(tables.write_answer, call=rows[0], answer=rows[1], at_ns=now))

    def settle(self, key: str, state: CallState, reason: str = "") -> None:
        """Say what became of a call. Does not wait for the disk; saying it again changes nothing.

        Raises:
            StorageError: the disk cannot be written.
            ValueError: the state is none that a call can end in.
        """
        if state not in _OUTCOMES:
            raise ValueError(f"no call ends up {state.value}")
        reason = reason.encode(errors="replace").decode()
        with self._lock:
            if self._writer is None and self._is_settled(key, state, reason, None):
                return
        self._writing().add(self._settling(key, state, reason))

    def spent_usd(self) -> float:
        """What all calls of this workspace have cost, as far as prices are known, in US dollars.

        Raises:
            StorageError: a file is damaged.
        """
        with self._lock:
            return sum(self._each(LedgerFile.spent_usd))

    def unpriced(self, model: str) -> list[Usage]:
        """What answers of a model used of which it was not known what they cost, file by file.

        Raises:
            StorageError: a file is damaged.
        """
        with self._lock:
            rows = [row for found in self._each(lambda file: file.unpriced(model)) for row in found]
        return [Usage(prompt_tokens=p, completion_tokens=c, cached_tokens=cached) for p, c, cached in rows]

    def recall(self, fact: str) -> str | None:
        """What `remember` kept under this name, or None."""
        with self._lock:
            if fact in self._facts:
                return self._facts[fact]
            rows = self._rows(LedgerFile.fact, fact)
        value: str | None = max(rows, key=_time_of)[1] if rows else None
        return value

    def remember(self, fact: str, value: str) -> None:
        """Keep a fact about an endpoint. Does not wait for the disk.

        Raises:
            StorageError: the disk cannot be written.
        """
        if self.recall(fact) == value:
            return
        self._writing().add(partial(tables.write_fact, fact=fact, value=value, at_ns=self._now_ns()))
        with self._lock:
            self._facts[fact] = value

    def entries(self, wanted: CallFilter = _ALL) -> Iterator[LedgerEntry]:
        """The calls in order of their keys, as they are on the disk when this begins. Memory holds one at a time.

        Raises:
            StorageError: a file is damaged.
        """
        return merging.entries(self._open_files(), wanted)

    def heads(self, wanted: CallFilter = _ALL) -> Iterator[CallHead]:
        """The same without the texts, which is several times as fast."""
        return merging.heads(self._open_files(), wanted)

    def close(self) -> None:
        """Write what waits, and give the files back."""
        if self._writer is not None:
            self._writer.close()  # its last changes may look into the other files
        with self._lock:
            self._is_closed = True
            for file in self._files.values():
                file.close()
            self._files = {}

    def _writing(self) -> GroupWriter:
        with self._lock:
            self._check_open()
            if not self._may_write:
                raise ValueError("this ledger was opened for reading")
            if self._writer is None:
                self._look_for_files()  # what is damaged is found before anything is sent
                self._writer = claim(self._folder)
                self._seen_ns = None
            return self._writer

    def _settling(self, key: str, state: CallState, reason: str) -> Change:
        def settle(connection: sqlite3.Connection) -> None:
            with self._lock:
                if not self._is_settled(key, state, reason, connection):
                    tables.write_outcome(connection, key, state, reason, self._now_ns())

        return settle

    def _is_settled(self, key: str, state: CallState, reason: str, own: sqlite3.Connection | None) -> bool:
        """Whether this was said last, by whichever writer. ``own`` sees what is not on the disk yet."""
        try:
            rows = self._rows(LedgerFile.outcome, key)
        except StorageError:
            rows = []  # a damaged file must not keep answers from the disk
        mine = own.execute(tables.OUTCOME, (key,)).fetchone() if own is not None else None
        if mine is not None:
            rows.append(mine)
        return bool(rows) and merging.newest_outcome(rows, answered=True) == (state.value, reason)

    def _rows(self, read: Callable[[LedgerFile, str], Row | None], key: str) -> list[Row]:
        """What the files have under a key, in order of the files."""
        found = self._each(lambda file: read(file, key))
        return [row for row in found if row is not None]

    def _each(self, read: Callable[[LedgerFile], T]) -> list[T]:
        """What is read from each file, in order of their names."""
        self._look_for_files()
        results = []
        for path, file in self._files.items():
            try:
                results.append(read(file))
            except sqlite3.Error as error:
                raise unreadable(path, error) from error
        return results

    def _open_files(self) -> list[LedgerFile]:
        with self._lock:
            self._look_for_files()
            return list(self._files.values())

    def _look_for_files(self) -> None:
        """Open files that others made since the last look.

        Raises:
            StorageError: a file is damaged, or of a newer version.
        """
        self._check_open()
        with storage_errors(self._folder):
            try:
                changed_ns = self._folder.stat().st_mtime_ns
            except FileNotFoundError:
                return
            if changed_ns == self._seen_ns:
                return
            new = [path for path in self._folder.glob(f"*{SUFFIX}") if path not in self._files]
            opened = {path: open_file(path, may_write=self._may_write) for path in sorted(new)}
        ready = {path: file for path, file in opened.items() if file is not None}
        missing = [path for path in opened if path not in ready]
        self._skipped = tuple(path for path in missing if not is_ours(path))
        self._files = dict(sorted({**self._files, **ready}.items()))
        is_settled = not missing and changed_ns < time.time_ns() - _SETTLED_NS
        self._seen_ns = changed_ns if is_settled else None

    def _check_open(self) -> None:
        if self._is_closed:
            raise StorageError(f"{self._folder}: the ledger is closed", hint="run the command again")

    def _now_ns(self) -> int:
        """The time, later than any before it."""
        with self._lock:
            self._last_ns = max(time.time_ns(), self._last_ns + 1)
            return self._last_ns


def _time_of(row: Row) -> int:
    at_ns: int = row[0]
    return at_ns
