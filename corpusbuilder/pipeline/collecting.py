"""Puts the answers of batches into the ledger, joined on the key of each call."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from corpusbuilder.backends.http.secrets import Secrets
from corpusbuilder.backends.models.base import Ledger
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.openai.batch import Feed
from corpusbuilder.backends.models.openai.batchlines import LineResult, NotALineError, read_line
from corpusbuilder.backends.models.openai.payload import Dialect
from corpusbuilder.backends.models.openai.sender import FAILS_THE_REQUEST
from corpusbuilder.backends.models.openai.verdicts import Fate, Verdict
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.pipeline.batchstate import CallIndex, Failure
from corpusbuilder.records.call import Call, CallAnswer

_KEPT_AT_ONCE: Final = 256
"""Answers that wait for the disk together."""
_REFUSALS: Final = 3
"""So many requests refused and none answered: it is not the requests."""
_STOPS: Final = frozenset({Fate.UNAUTHORISED, Fate.UNPAID, Fate.NO_MODEL, Fate.NO_IMAGES, Fate.SETTING, Fate.MOVED})
"""What would happen to every other request, too."""
NO_SECRETS: Final = Secrets()


@dataclass(slots=True)
class _Read:
    """One file of answers."""

    seen: set[str] = field(default_factory=set)
    unknown: int = 0
    repeated: int = 0
    unreadable: int = 0


class Joiner:
    """Takes in the lines of files of answers, in any order.

    Args:
        index: the calls that are waited for.
        ledger: where answers are kept.
        meter: counts them.
        price: of the model, or None when nobody knows it.
        secrets: what failures must not be quoted with.
        learns: whether a request of which a parameter was refused can be put differently.
    """

    def __init__(
        self,
        index: CallIndex,
        ledger: Ledger,
        meter: Meter,
        price: Price | None,
        *,
        secrets: Secrets = NO_SECRETS,
        learns: bool = True,
    ) -> None:
        self.answered: set[str] = set()
        self.missed: dict[str, str] = {}
        """Keys without an answer that may get one another time, with the reason."""
        self.refused: dict[str, Failure] = {}
        """Keys that failed for good."""
        self.learned: dict[Dialect, Verdict] = {}
        """Ways to ask of which a parameter was refused."""
        self.ending: Verdict | None = None
        """Why it makes no sense to send any more."""
        self._index = index
        self._ledger = ledger
        self._meter = meter
        self._price = price
        self._secrets = secrets
        self._final = FAILS_THE_REQUEST | ({} if learns else {Fate.PARAMETER: "request_refused"})
        self._reads: dict[str, _Read] = {}
        self._pending: list[tuple[Call, CallAnswer]] = []

    def begin(self, name: str) -> Feed:
        """Take in a file, from its beginning; what an earlier try said of it is forgotten."""
        read = self._reads[name] = _Read()

        async def feed(line: bytes) -> None:
            if line.strip():
                await self._take(read, line)

        return feed

    async def end(self) -> None:
        """Keep what is not kept yet. It is on the disk when this returns."""
        pending, self._pending = self._pending, []
        await asyncio.gather(*(self._ledger.keep(call, answer) for call, answer in pending))
        for _, answer in pending:
            self._meter.count(answer)

    def miss(self, reason: str) -> None:
        """Of calls that no line was about, say why."""
        seen = {key for read in self._reads.values() for key in read.seen}
        self.missed.update({key: reason for key in self._index if key not in seen})

    @property
    def none_accepted(self) -> str | None:
        """What was said of the requests, if none was answered and so many were refused that it is not them."""
        words = [failure.message for failure in self.refused.values() if failure.code == "request_refused"]
        return words[0] if len(words) >= _REFUSALS and not self.answered else None

    @property
    def knows_nothing(self) -> bool:
        """Whether no line was about any call of this workspace."""
        return not any(read.seen or read.repeated for read in self._reads.values())

    @property
    def unreadable(self) -> int:
        """Number of lines that are none."""
        return sum(read.unreadable for read in self._reads.values())

    def notes(self, where: str) -> Iterator[str]:
        """What is odd about the files."""
        reads = self._reads.values()
        counts = {
            "about requests that are not ours": sum(read.unknown for read in reads),
            "about requests that were answered before": sum(read.repeated for read in reads),
            "that make no sense": self.unreadable,
        }
        for what, count in counts.items():
            if count:
                yield f"{where}: {count} lines {what} were ignored"

    async def _take(self, read: _Read, line: bytes) -> None:
        try:
            result = read_line(line)
        except NotALineError:
            read.unreadable += 1
            return
        key = result.custom_id
        if key not in self._index:
            if self._ledger.find(key) is not None:
                read.repeated += 1
            else:
                read.unknown += 1
        elif key in read.seen:
            read.repeated += 1
        else:
            read.seen.add(key)
            await self._settle(key, result)

    async def _settle(self, key: str, result: LineResult) -> None:
        if key in self.answered:
            return
        if result.verdict.document is None:
            self._fail(key, result.verdict)
            return
        self.answered.add(key)
        self.missed.pop(key, None)
        self.refused.pop(key, None)
        if self._ledger.find(key) is not None:
            return
        planned = self._index.get(key)
        answer = result.answer(planned.dialect)
        cost = self._price.cost_usd(answer.usage, in_batch=True) if self._price else None
        self._pending.append((planned.call, answer.model_copy(update={"price_usd": cost})))
        if len(self._pending) >= _KEPT_AT_ONCE:
            await self.end()

    def _fail(self, key: str, verdict: Verdict) -> None:
        words = self._secrets.words(verdict.words)
        if verdict.fate in _STOPS:
            self.ending = self.ending or verdict
        elif code := self._final.get(verdict.fate):
            self.refused[key] = Failure(code=code, message=f"the request was refused in a batch: {words}")
        else:
            self.missed[key] = words
            if verdict.fate is Fate.PARAMETER:
                self.learned.setdefault(self._index.get(key).dialect, verdict)
