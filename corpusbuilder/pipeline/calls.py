"""What the ledger of a workspace says: sums over calls, and calls as a person or a program reads them."""

import json
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.errors import MissingInputError, UsageError
from corpusbuilder.pipeline.calling import FOLDER
from corpusbuilder.records.call import CallState, LedgerEntry, Spending
from corpusbuilder.store.ledger import CallFilter, CallHead, CallLedger
from corpusbuilder.store.workspace import Workspace

_SHOWN_MATCHES: Final = 8
_DEEPEST: Final = 200
"""Levels of JSON. Python can nest some hundreds more before it fails, and no completion needs them."""
_BRACKETS: Final = re.compile(rb"[\[\]{}]")


@dataclass(slots=True)
class Totals:
    """Sums over calls."""

    calls: int = 0
    states: Counter[CallState] = field(default_factory=Counter)
    """Calls that are ``planned`` have no answer."""
    answers: int = 0
    """All that were paid for; a call that two runs made at the same time has two."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    """Answers whose price is not known."""
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds, of each answer."""

    def add(self, call: CallHead) -> None:
        """Count a call."""
        self.calls += 1
        self.states[call.state] += 1
        for answer in call.answers:
            self.answers += 1
            self.prompt_tokens += answer.prompt_tokens or 0
            self.completion_tokens += answer.completion_tokens or 0
            self.cached_tokens += answer.cached_tokens or 0
            self.reasoning_tokens += answer.reasoning_tokens or 0
            self.cost_usd += answer.price_usd or 0.0
            self.unpriced += answer.price_usd is None
            self.latencies.append(answer.latency_s)

    def as_json(self) -> dict[str, JsonValue]:
        """All sums by name; latencies as their quantiles."""
        latencies = sorted(self.latencies)
        return {
            "calls": self.calls,
            "answers": self.answers,
            "states": {state.value: self.states[state] for state in CallState},
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "cost_usd": round(self.cost_usd, 6),
            "answers_without_price": self.unpriced,
            "latency_p50_s": quantile(latencies, 0.5),
            "latency_p95_s": quantile(latencies, 0.95),
        }


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sums over a ledger."""

    all: Totals
    by_task_and_model: dict[tuple[str, str], Totals]
    """In order of the names."""


@contextmanager
def reading_ledger(workspace: Path) -> Iterator[CallLedger]:
    """The ledger of a workspace, to be read.

    Raises:
        MissingInputError: there is none.
        StorageError: a file of it is damaged.
    """
    with CallLedger.open_for_reading(workspace / FOLDER) as ledger:
        if not (ledger.files or ledger.skipped):
            raise MissingInputError(
                f"{workspace / FOLDER}: there is no ledger; no model has been called for this workspace",
                hint="name the workspace with -w, or make calls: corpusbuilder generate with a model as teacher",
            )
        yield ledger


def statistics(calls: Iterable[CallHead]) -> Statistics:
    """Sums over all of ``calls``, and over those of each task and model."""
    whole = Totals()
    groups: dict[tuple[str, str], Totals] = {}
    for call in calls:
        whole.add(call)
        groups.setdefault((call.task, call.model), Totals()).add(call)
    return Statistics(whole, dict(sorted(groups.items())))


def spending(workspace: Workspace) -> Spending | None:
    """What all calls have come to, or None when no model was ever called.

    Raises:
        StorageError: a file of the ledger is damaged.
    """
    folder = workspace.root / FOLDER
    if not folder.is_dir():
        return None
    with CallLedger.open_for_reading(folder) as ledger:
        whole = statistics(ledger.heads()).all
    if not whole.answers:
        return None
    return Spending(
        calls=whole.answers,
        prompt_tokens=whole.prompt_tokens,
        completion_tokens=whole.completion_tokens,
        cost_usd=round(whole.cost_usd, 6),
        unpriced=whole.unpriced,
    )


def quantile(ordered: list[float], share: float) -> float | None:
    """The smallest value that ``share`` of all do not exceed; None without values."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def the_call(ledger: CallLedger, prefix: str) -> LedgerEntry:
    """The one call whose key begins so.

    Raises:
        MissingInputError: there is none.
        UsageError: there are several.
    """
    first: list[LedgerEntry] = []
    for entry in ledger.entries(CallFilter(key=prefix)):
        first.append(entry)
        if len(first) > _SHOWN_MATCHES:
            break
    if not first:
        raise MissingInputError(
            f"no call in the ledger has a key that begins with {prefix!r}",
            hint="corpusbuilder ledger export lists all calls with their keys",
        )
    if len(first) > 1:
        listed = [f"{e.call.key[: len(prefix) + 12]} ({e.call.task}, {e.state})" for e in first[:_SHOWN_MATCHES]]
        more = " and more" if len(first) > _SHOWN_MATCHES else ""
        raise UsageError(
            f"{prefix!r} begins the keys of several calls: {', '.join(listed)}{more}", hint="give more of it"
        )
    return first[0]


def as_json(entry: LedgerEntry) -> dict[str, Any]:
    """A call as one JSON object: what was asked, what came back, what was read in it.

    The body is parsed where it is JSON, and text otherwise. ``text``, ``reasoning`` and ``reasoning_steps`` are what
    the answer says, and null when it is no completion.
    """
    answer = entry.answer
    call = entry.call.model_dump(mode="json")
    call["request"] = _json_or_text(entry.call.request.encode())
    plain = None
    if answer is not None:
        plain = {**answer.model_dump(mode="json", exclude={"body"}), "body": _json_or_text(answer.body)}
    return {"call": call, "state": entry.state.value, "reason": entry.reason, "answer": plain, **_read(entry)}


def line_of(entry: LedgerEntry) -> bytes:
    """The same as a line of JSON."""
    return json.dumps(as_json(entry), ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _read(entry: LedgerEntry) -> dict[str, JsonValue]:
    from corpusbuilder.backends.models.completion import NotACompletionError, read_completion, reasoning_steps

    unread: dict[str, JsonValue] = {"text": None, "reasoning": None, "reasoning_steps": None}
    if entry.answer is None:
        return unread
    try:
        completion = read_completion(entry.answer.body)
    except NotACompletionError:
        return unread
    reasoning = completion.reasoning
    steps: list[JsonValue] | None = None if reasoning is None else list(reasoning_steps(reasoning))
    return {"text": completion.text, "reasoning": reasoning, "reasoning_steps": steps}


def _json_or_text(data: bytes) -> JsonValue:
    """JSON that can be written as JSON again; all else is text."""
    if _depth(data) > _DEEPEST:
        return data.decode(errors="replace")
    try:
        value: JsonValue = json.loads(data, parse_constant=_refuse, parse_float=_finite)
        if b"\\ud" in data.lower():  # an escape may spell half a character, which no file can hold
            json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return data.decode(errors="replace")
    return value


def _depth(data: bytes) -> int:
    """How deep brackets are nested, at most."""
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(data):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refuse(text: str) -> None:
    raise ValueError(text)
