"""Puts together what the files of the ledger know of each call."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from corpusbuilder.records.call import Call, CallAnswer, CallState, LedgerEntry
from corpusbuilder.store.ledger import tables
from corpusbuilder.store.ledger.reading import LedgerFile, Scan, damaged
from corpusbuilder.store.ledger.tables import CALL_FIELDS, Row

_KEY, _AT, _STATE, _REASON, _CALL_ID = range(5)
_CALL: Final = slice(_CALL_ID + 1, _CALL_ID + 1 + len(CALL_FIELDS))
_ANSWER_ID: Final = _CALL.stop
_KEPT: Final = _ANSWER_ID + 1
_ANSWER: Final = slice(_KEPT + 1, None)
_ABOUT: Final = slice(_ANSWER.start, _ANSWER.start + 7)
"""What `AnswerHead` holds of it."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are meant. None means all; a key may be given by its first digits."""

    state: CallState | None = None
    task: str | None = None
    model: str | None = None
    document_id: str | None = None
    unit_id: str | None = None
    prompt_id: str | None = None
    key: str = ""

    def takes(self, head: "CallHead") -> bool:
        """Whether it is one of them, by all but its key."""
        wanted = (self.state, self.task, self.model, self.document_id, self.unit_id, self.prompt_id)
        known = (head.state, head.task, head.model, head.document_id, head.unit_id, head.prompt_id)
        return all(w is None or w == k for w, k in zip(wanted, known, strict=True))


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """An answer without its body."""

    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    price_usd: float | None
    latency_s: float
    attempts: int


@dataclass(frozen=True, slots=True)
class CallHead:
    """A call without its texts."""

    key: str
    producer: str
    model: str
    task: str
    prompt_id: str | None
    prompt_sha256: str | None
    document_id: str | None
    unit_id: str | None
    state: CallState
    reason: str
    answers: tuple[AnswerHead, ...]
    """All that were paid for, oldest first. More than one when two runs asked the same at the same time."""


def heads(files: Iterable[LedgerFile], wanted: CallFilter) -> Iterator[CallHead]:
    """The calls in order of their keys, without their texts.

    Raises:
        StorageError: a file is damaged.
    """
    for head, _, _ in _found(files, wanted):
        yield head


def entries(files: Iterable[LedgerFile], wanted: CallFilter) -> Iterator[LedgerEntry]:
    """The calls in order of their keys. Memory holds one at a time.

    Raises:
        StorageError: a file is damaged.
    """
    for head, rows, scans in _found(files, wanted):
        asked = next(row for row in rows if row.columns[_CALL_ID] is not None)
        answered = _answered(rows)
        answer = _answer(answered[-1], scans) if answered else None
        call = _call(asked, scans)
        yield LedgerEntry(call=call, state=head.state, reason=head.reason, answer=answer)


@dataclass(frozen=True, slots=True)
class _Found:
    """A row of one of the files."""

    place: int
    """Of the file in the order of files."""
    columns: Row


def _call(row: _Found, scans: Sequence[Scan]) -> Call:
    scan, columns = scans[row.place], row.columns
    request = scan.request(columns[_CALL_ID])
    with _making_sense(scan, columns[_KEY]):
        return Call(key=columns[_KEY], request=request, **dict(zip(CALL_FIELDS, columns[_CALL], strict=True)))


def _answer(row: _Found, scans: Sequence[Scan]) -> CallAnswer:
    scan, columns = scans[row.place], row.columns
    body = scan.body(columns[_ANSWER_ID])
    with _making_sense(scan, columns[_KEY]):
        return tables.answer_of(columns[_ANSWER], body)


@contextmanager
def _making_sense(scan: Scan, key: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError) as error:
        raise damaged(scan.path, f"call {key} makes no sense: {error}") from error


def _found(
    files: Iterable[LedgerFile], wanted: CallFilter
) -> Iterator[tuple[CallHead, Sequence[_Found], Sequence[Scan]]]:
    """Each call with its rows in order of the files, and the files."""
    with ExitStack() as stack:
        scans = [stack.enter_context(closing(file.scan(wanted.key))) for file in files]
        streams = [_tagged(stack.enter_context(closing(scan.rows())), place) for place, scan in enumerate(scans)]
        for _, group in groupby(heapq.merge(*streams, key=_order), key=_key):
            rows = list(group)
            head = _head(rows, scans)
            if head is not None and wanted.takes(head):
                yield head, rows, scans


def _tagged(rows: Iterable[Row], place: int) -> Iterator[_Found]:
    return (_Found(place, row) for row in rows)


def _head(rows: Sequence[_Found], scans: Sequence[Scan]) -> CallHead | None:
    """None when nobody says what was asked: only an outcome is known."""
    asked = next((row for row in rows if row.columns[_CALL_ID] is not None), None)
    if asked is None:
        return None
    answers = _answered(rows)
    state, reason = newest_outcome((row.columns[_AT : _REASON + 1] for row in rows), answered=bool(answers))
    key = asked.columns[_KEY]
    producer, model, task, prompt_id, prompt_sha256, document_id, unit_id = asked.columns[_CALL]
    with _making_sense(scans[asked.place], key):
        return CallHead(
            key,
            producer,
            model,
            task,
            prompt_id,
            prompt_sha256,
            document_id,
            unit_id,
            CallState(state),
            reason,
            tuple(AnswerHead(*row.columns[_ABOUT]) for row in answers),
        )


def _answered(rows: Iterable[_Found]) -> list[_Found]:
    """Rows with answers, oldest first."""
    return sorted((row for row in rows if row.columns[_ANSWER_ID] is not None), key=_age)


def newest_outcome(outcomes: Iterable[Row], *, answered: bool) -> tuple[str, str]:
    """State and reason, of several files' time, state and reason. What is answered is not planned any more."""
    hidden = CallState.PLANNED.value if answered else None
    *_, state, reason = max(outcomes, key=lambda row: (row[1] != hidden, row[0]))
    return state, reason


def _order(row: _Found) -> tuple[str, int]:
    return row.columns[_KEY], row.place


def _key(row: _Found) -> str:
    key: str = row.columns[_KEY]
    return key


def _age(row: _Found) -> tuple[int, int, int]:
    return row.columns[_KEPT], row.place, row.columns[_ANSWER_ID]
