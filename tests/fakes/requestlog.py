"""What the fake endpoint was asked and what it did, and questions that tests put to that."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass
class Record:
    """One request. Times are seconds of ``time.monotonic``, comparable between processes of one machine."""

    number: int
    """Of all requests, in the order of arrival, from 1."""
    method: str
    path: str
    """For a line of a batch: ``batch/BATCH_ID/CUSTOM_ID``."""
    received: float
    """When the body had arrived."""
    digest: str
    """Of the whole body."""
    asked: str
    """Of model and messages only: equal for retries that change a sampling parameter."""
    model: str | None
    authorization: bool
    """Whether a key came along."""
    in_flight: int
    """Requests open at that moment, this one included."""
    ended: float | None = None
    """Just before the answer was sent, or when the connection broke; None while open."""
    outcome: str = "open"
    """``open``, ``answered``, ``broken`` (by a fault), ``client_gone``, or ``crashed`` (this server, or ``answer``)."""
    status: int | None = None
    fault: str | None = None
    """The fault injected; ``overload`` and ``key`` are the endpoint's own refusals."""
    retry_after: float | None = None
    """Seconds that the answer asked to wait."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    headers: dict[str, str] | None = None
    body: Any = None

    @property
    def good(self) -> bool:
        """Whether a usable answer was sent."""
        return self.outcome == "answered" and self.status == 200 and self.fault in {None, "slow_body"}

    @property
    def is_completion(self) -> bool:
        return self.path.endswith("/chat/completions")

    def to_line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


def read_log(path: Path | str) -> list[Record]:
    """The records of a log file in the order of arrival; a last line that is being written is left out."""
    lines = Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
    records = [Record(**json.loads(line)) for line in lines if line.endswith("\n")]
    return sorted(records, key=lambda record: record.received)


def most_in_flight(records: Iterable[Record]) -> int:
    """The greatest number of requests that were open at the same time."""
    moments: list[tuple[float, int]] = []
    for record in records:
        moments.append((record.received, 1))
        if record.ended is not None:
            moments.append((record.ended, -1))
    most = now = 0
    for _, step in sorted(moments):
        now += step
        most = max(most, now)
    return most


def early_retries(records: Iterable[Record], *, tolerance: float = 0.002) -> list[tuple[Record, Record]]:
    """Pairs of a refusal and the next request for the same, where that came before the Retry-After was over.

    A moment is tolerated: the log notes a refusal a little after its HTTP date was computed.
    """
    waiting: dict[str, Record] = {}
    early = []
    for record in sorted(records, key=lambda record: record.received):
        refusal = waiting.pop(record.asked, None)
        if refusal is not None and record.received < refusal.ended + refusal.retry_after - tolerance:
            early.append((refusal, record))
        if record.retry_after is not None and record.ended is not None:
            waiting[record.asked] = record
    return early


def asked_again(records: Iterable[Record]) -> list[Record]:
    """Requests for what had been answered well before they arrived."""
    answered: dict[str, float] = {}
    again = []
    for record in sorted(records, key=lambda record: record.received):
        if record.asked in answered and answered[record.asked] <= record.received:
            again.append(record)
        if record.good:
            answered.setdefault(record.asked, record.ended)
    return again


def by_content(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The requests for each content, in the order of arrival."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.number):
        groups[record.asked].append(record)
    return dict(groups)


def summary(records: list[Record]) -> dict[str, int]:
    """Figures for a benchmark."""
    completions = [record for record in records if record.is_completion]
    return {
        "requests": len(completions),
        "answered": len({record.asked for record in completions if record.good}),
        "most_in_flight": most_in_flight(completions),
        "early_retries": len(early_retries(completions)),
        "asked_again": len(asked_again(completions)),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(summary(read_log(sys.argv[1]))) + "\n")
