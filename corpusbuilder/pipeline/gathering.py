"""Gathers the calls that a stage would make, and writes them as files of requests."""

import asyncio
import hashlib
import os
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from corpusbuilder.backends.models.base import Ledger, ModelRequest
from corpusbuilder.backends.models.budget import prompt_tokens
from corpusbuilder.backends.models.openai.batchlines import Composer, request_line
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import RecordError, storage_errors
from corpusbuilder.pipeline.batchstate import Failure, Planned, call_line
from corpusbuilder.records.call import Call, CallAnswer, Usage

_A_HAIR: Final = 1e-9
"""What sums of dollars may be off by."""
_AT_ONCE: Final = 8
"""Requests with their images that are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a batch may be. OpenAI's own limits are 50,000 requests and 200 MB."""

    requests: int = 50_000
    bytes: int = 190_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Gathered:
    """A request in the spool."""

    place: tuple[str, tuple[int, ...], str]
    """Document, order within it, key: the same in every run, and those that share a prefix stand side by side."""
    start: int
    request_bytes: int
    call_bytes: int
    most_usd: float | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is needed to put requests into a batch."""

    composer: Composer
    ledger: Ledger
    price: Price | None
    max_image_side: int
    waiting: Container[str]
    """Keys of requests that are under way already."""
    given_up: Mapping[str, Failure]
    """Keys of requests that are not to be sent again."""


class Gather:
    """A `Source` that has no answers yet: it writes down what is asked for.

    Args:
        spool: file for the requests until all are known.
    """

    def __init__(self, spool: Path) -> None:
        self.found: dict[str, Gathered] = {}
        """What was gathered, by key."""
        self.skipped = 0
        """How often something was asked for that is under way already."""
        self._path = spool
        self._stack = ExitStack()
        self._spool: BinaryIO | None = None
        self._recipe: Recipe | None = None
        self._room = asyncio.Semaphore(_AT_ONCE)

    def begin(self, recipe: Recipe) -> None:
        """Be ready for calls."""
        with storage_errors(self._path):
            self._spool = self._stack.enter_context(self._path.open("w+b"))
        self._recipe = recipe

    def end(self) -> None:
        """Delete the spool."""
        self._stack.close()
        with storage_errors(self._path):
            self._path.unlink(missing_ok=True)

    async def obtain(self, call: Call, request: ModelRequest) -> CallAnswer:
        """See `Source.obtain`."""
        recipe = self._recipe
        if recipe is None:
            raise ValueError("begin() comes first")
        if failure := recipe.given_up.get(call.key):
            raise RecordError(failure.code, failure.message)
        if call.key in recipe.waiting:
            self.skipped += 1
        elif call.key not in self.found:
            async with self._room:
                body, dialect = await recipe.composer.compose(request)
                most = _most_usd(recipe, request)
                self._add(request, request_line(call.key, body), Planned(call=call, dialect=dialect, most_usd=most))
            recipe.ledger.plan(call)
        raise RecordError("awaiting_batch", f"the answer to call {call.key[:12]} ({call.task}) waits in a batch")

    def _add(self, request: ModelRequest, line: bytes, planned: Planned) -> None:
        if self._spool is None:
            raise ValueError("begin() comes first")
        call, about = planned.call, call_line(planned)
        with storage_errors(self._path):
            start = self._spool.tell()
            self._spool.write(line + b"\n" + about)
        place = (call.document_id or "", request.order, call.key)
        self.found[call.key] = Gathered(place, start, len(line) + 1, len(about), planned.most_usd)

    def in_order(self) -> list[Gathered]:
        """All requests, in the order in which they are best run."""
        return sorted(self.found.values(), key=lambda item: item.place)

    def write(self, items: Sequence[Gathered], requests: Path, calls: Path | None = None) -> str:
        """Write a file of requests, and what they are; returns the SHA-256 of the requests."""
        if self._spool is None:
            raise ValueError("begin() comes first")
        digest = hashlib.sha256()
        with storage_errors(requests), ExitStack() as stack:
            sent = stack.enter_context(requests.open("wb"))
            known = stack.enter_context(calls.open("wb")) if calls else None
            for item in items:
                self._spool.seek(item.start)
                line = self._spool.read(item.request_bytes)
                digest.update(line)
                sent.write(line)
                if known is not None:
                    known.write(self._spool.read(item.call_bytes))
            for file in filter(None, (sent, known)):
                file.flush()
                os.fsync(file.fileno())
        return digest.hexdigest()


def parts(items: Sequence[Gathered], limits: Limits) -> Iterator[list[Gathered]]:
    """Requests in files that are not too large, in order."""
    part: list[Gathered] = []
    size = 0
    for item in items:
        if part and (len(part) >= limits.requests or size + item.request_bytes > limits.bytes):
            yield part
            part, size = [], 0
        part.append(item)
        size += item.request_bytes
    if part:
        yield part


def affordable(items: Sequence[Gathered], room_usd: float | None) -> list[Gathered]:
    """The first requests that cost no more than ``room_usd`` together, whatever comes back; all when it is None."""
    taken: list[Gathered] = []
    total = 0.0
    for item in items:
        total += item.most_usd or 0.0
        if room_usd is not None and total > room_usd + _A_HAIR:
            break
        taken.append(item)
    return taken


def _most_usd(recipe: Recipe, request: ModelRequest) -> float | None:
    """The most that a request may cost in a batch."""
    if recipe.price is None:
        return None
    tokens = prompt_tokens(request, max_image_side=recipe.max_image_side)
    usage = Usage(prompt_tokens=tokens, completion_tokens=request.sampling.max_tokens)
    return recipe.price.cost_usd(usage, in_batch=True)
