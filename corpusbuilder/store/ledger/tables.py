"""What is in a file of the ledger, and how records become rows.

Long texts stand in tables of their own, so that sums over all calls do not read them. They are not compressed: at
level 1, zlib makes 2 KB of JSON 2.7 times smaller for 72 µs, which is more than all the rest of keeping an answer.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from corpusbuilder.records.call import Call, CallAnswer, CallState, Usage

Row: TypeAlias = tuple[Any, ...]

APPLICATION_ID: Final = 0x63624C31
"""Tells a ledger from any other SQLite file."""
VERSION: Final = 1

CALL_FIELDS: Final = ("producer", "model", "task", "prompt_id", "prompt_sha256", "document_id", "unit_id")
_TOKENS: Final = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
_ABOUT_ANSWER: Final = ("price_usd", "latency_s", "attempts", "response_id", "served_model", "mode", "time")
ANSWER_FIELDS: Final = (*_TOKENS, *_ABOUT_ANSWER)

SCHEMA: Final = f"""
CREATE TABLE calls (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, {", ".join(CALL_FIELDS)});
CREATE TABLE requests (id INTEGER PRIMARY KEY REFERENCES calls, request TEXT NOT NULL);
CREATE TABLE answers (id INTEGER PRIMARY KEY, key TEXT NOT NULL, kept_ns INTEGER NOT NULL, {", ".join(ANSWER_FIELDS)});
CREATE INDEX answers_by_key ON answers (key);
CREATE TABLE bodies (id INTEGER PRIMARY KEY REFERENCES answers, body BLOB NOT NULL);
CREATE TABLE outcomes (key TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, at_ns INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE facts (fact TEXT PRIMARY KEY, value TEXT NOT NULL, at_ns INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""

_ANSWER: Final = ", ".join(f"a.{name}" for name in ANSWER_FIELDS)
_CALL: Final = ", ".join(f"c.{name}" for name in CALL_FIELDS)
NEWEST_ANSWER: Final = (
    f"SELECT a.kept_ns, {_ANSWER}, b.body FROM answers a JOIN bodies b ON b.id = a.id "  # noqa: S608 - our own names
    "WHERE a.key = ? ORDER BY a.id DESC LIMIT 1"
)
OUTCOME: Final = "SELECT at_ns, state, reason FROM outcomes WHERE key = ?"
FACT: Final = "SELECT at_ns, value FROM facts WHERE fact = ?"
SPENT_SINCE: Final = "SELECT max(id), total(price_usd) FROM answers WHERE id > ?"
UNPRICED: Final = (
    "SELECT a.prompt_tokens, a.completion_tokens, a.cached_tokens FROM answers a JOIN calls c ON c.key = a.key "
    "WHERE a.price_usd IS NULL AND c.model = ? ORDER BY a.id"
)
KEYS_FROM: Final = (
    f"SELECT o.key, o.at_ns, o.state, o.reason, c.id, {_CALL}, a.id, a.kept_ns, {_ANSWER} FROM outcomes o "  # noqa: S608
    "LEFT JOIN calls c ON c.key = o.key LEFT JOIN answers a ON a.key = o.key "
    "WHERE o.key >= ? AND o.key < ? ORDER BY o.key, a.id"
)
REQUEST: Final = "SELECT request FROM requests WHERE id = ?"
BODY: Final = "SELECT body FROM bodies WHERE id = ?"

_INSERT_CALL: Final = (
    f"INSERT OR IGNORE INTO calls (key, {', '.join(CALL_FIELDS)}) "  # noqa: S608
    f"VALUES (?{', ?' * len(CALL_FIELDS)})"
)
_INSERT_ANSWER: Final = (
    f"INSERT INTO answers (key, kept_ns, {', '.join(ANSWER_FIELDS)}) "  # noqa: S608
    f"VALUES (?, ?{', ?' * len(ANSWER_FIELDS)})"
)
_SET_OUTCOME: Final = "INSERT OR REPLACE INTO outcomes (key, state, reason, at_ns) VALUES (?, ?, ?, ?)"
_HAS_ANSWER: Final = "SELECT 1 FROM answers WHERE key = ? LIMIT 1"
_LARGEST: Final = 2**63 - 1


def call_row(call: Call) -> Row:
    """A call as ``key``, the columns of `CALL_FIELDS` and the request."""
    return (call.key, *[getattr(call, name) for name in CALL_FIELDS], call.request)


def answer_row(answer: CallAnswer) -> Row:
    """An answer as the columns of `ANSWER_FIELDS` and the body. A count that no integer column holds becomes null."""
    tokens = [getattr(answer.usage, name) for name in _TOKENS]
    counts = [count if count is None or abs(count) <= _LARGEST else None for count in tokens]
    about = [getattr(answer, name) for name in _ABOUT_ANSWER[:-1]]
    return (*counts, *about, answer.time.isoformat(), answer.body)


def answer_of(columns: Sequence[Any], body: bytes) -> CallAnswer:
    """The answer of which `ANSWER_FIELDS` and the body were read."""
    known = dict(zip(_ABOUT_ANSWER[:-1], columns[len(_TOKENS) : -1], strict=True))
    usage = Usage(**dict(zip(_TOKENS, columns, strict=False)))
    return CallAnswer(body=body, usage=usage, time=datetime.fromisoformat(columns[-1]), **known)


def write_plan(connection: sqlite3.Connection, call: Row, at_ns: int) -> None:
    """Note that a call is about to be sent, unless its answer is here."""
    _write_call(connection, call)
    if connection.execute(_HAS_ANSWER, call[:1]).fetchone() is None:
        connection.execute(_SET_OUTCOME, (call[0], CallState.PLANNED.value, "", at_ns))


def write_answer(connection: sqlite3.Connection, call: Row, answer: Row, at_ns: int) -> None:
    """Keep an answer. One that was kept before under this key stays: it was paid for, too."""
    _write_call(connection, call)
    row_id = connection.execute(_INSERT_ANSWER, (call[0], at_ns, *answer[:-1])).lastrowid
    connection.execute("INSERT INTO bodies (id, body) VALUES (?, ?)", (row_id, answer[-1]))
    connection.execute(_SET_OUTCOME, (call[0], CallState.ANSWERED.value, "", at_ns))


def write_outcome(connection: sqlite3.Connection, key: str, state: CallState, reason: str, at_ns: int) -> None:
    """Say what became of a call."""
    connection.execute(_SET_OUTCOME, (key, state.value, reason, at_ns))


def write_fact(connection: sqlite3.Connection, fact: str, value: str, at_ns: int) -> None:
    """Keep a fact, in place of what it was before."""
    connection.execute("INSERT OR REPLACE INTO facts (fact, value, at_ns) VALUES (?, ?, ?)", (fact, value, at_ns))


def _write_call(connection: sqlite3.Connection, call: Row) -> None:
    inserted = connection.execute(_INSERT_CALL, call[:-1])
    if inserted.rowcount == 1:
        connection.execute("INSERT INTO requests (id, request) VALUES (?, ?)", (inserted.lastrowid, call[-1]))
