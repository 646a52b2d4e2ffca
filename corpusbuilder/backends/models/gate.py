"""Who may send now: so many at a time, in order, fewer while the endpoint complains."""

import asyncio
import copy
import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from corpusbuilder.errors import CorpusbuilderError

_TOO_MANY: Final = 0.2
"""Share of 429 in a window from which on fewer are let through. A few are normal, and waiting is enough for those."""
_FEW: Final = 0.1
_LEAST_CUT: Final = 0.25
_SMALLEST_WINDOW: Final = 8
_COOLS_S: Final = 0.5
"""While fewer are let through, a place that was answered 429 stays empty so long. Else, refusals being quick, all who
wait would be refused one after the other."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one request."""

    epoch: int
    """Changes with the limit: what was sent under another limit says nothing about this one."""


_Queue: TypeAlias = list[tuple[tuple[int, ...], int, asyncio.Future[Ticket]]]


class Gate:
    """Lets requests through in order. It belongs to one event loop.

    Args:
        most: how many may be on their way at the same time.
    """

    def __init__(self, most: int) -> None:
        self.limit = most
        """How many may be on their way now."""
        self._most = most
        self._cut_at = most
        """The limit that was too high when last seen."""
        self._epoch = 0
        self._in_flight = 0
        self._seen = self._throttled = 0
        self._arrivals = itertools.count()
        self._waiting: _Queue = []
        self._returning: _Queue = []
        """Those who were through before. They go first: others may wait for what they hold, such as money."""
        self._parked = 0
        self._pausing: set[asyncio.Future[None]] = set()
        self._narrow = False
        self._closed = False
        """While narrow: nobody may pass at the moment."""
        self._stopped: CorpusbuilderError | None = None

    @property
    def pausing(self) -> int:
        """How many requests wait for the time at which to try again."""
        return len(self._pausing)

    async def enter(self, order: tuple[int, ...], *, again: bool = False) -> Ticket:
        """Wait for one's turn. Every ticket has to be given back with `leave`.

        Args:
            order: those who wait pass in this order.
            again: whether this request was through before.

        Raises:
            CorpusbuilderError: the gate was shut for good, for this reason.
        """
        self.refuse_when_stopped()
        future: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._returning if again else self._waiting, (order, next(self._arrivals), future))
        self._admit()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave(future.result())
            raise

    def leave(self, ticket: Ticket) -> None:
        """Give a ticket back."""
        self._in_flight -= 1
        if self._narrow and ticket.epoch == self._epoch:
            self._closed = False
        self._admit()

    @contextmanager
    def parked(self, ticket: Ticket) -> Iterator[None]:
        """While a ticket's holder waits for something other than the endpoint, those who return may pass it."""
        self._parked += 1
        if self._narrow and ticket.epoch == self._epoch:
            self._closed = False
        self._admit()
        try:
            yield
        finally:
            self._parked -= 1

    async def pause(self, seconds: float) -> None:
        """Wait, without a ticket.

        Raises:
            CorpusbuilderError: the gate was shut for good meanwhile, for this reason.
        """
        self.refuse_when_stopped()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _wake, future)
        self._pausing.add(future)
        try:
            await future
        finally:
            timer.cancel()
            self._pausing.discard(future)

    def count(self, ticket: Ticket, *, throttled: bool) -> None:
        """Note how a request fared, to let more or fewer through."""
        if ticket.epoch != self._epoch or self._narrow:
            return
        self._seen += 1
        self._throttled += throttled
        if throttled and self.limit < self._most:
            self._in_flight += 1
            asyncio.get_running_loop().call_later(_COOLS_S, self._cooled)
        if self._seen < max(_SMALLEST_WINDOW, self.limit):
            return
        share = self._throttled / self._seen
        self._seen = self._throttled = 0
        if share > _TOO_MANY:
            self._cut_at = self.limit
            self.limit = max(1, int(self.limit * max(_LEAST_CUT, 1 - share)))
            self._epoch += 1
        elif share <= _FEW and self.limit < self._most:
            self._raise_limit()

    def _raise_limit(self) -> None:
        """By half, but by little where it was too high before, and by half again once that turns out to be over."""
        grown = self.limit + max(1, self.limit // 2)
        if self.limit < self._cut_at <= grown:
            grown = self.limit + max(1, self.limit // 8)
        self.limit = min(self._most, grown)

    def _cooled(self) -> None:
        self._in_flight -= 1
        self._admit()

    def narrow(self, seconds: float) -> None:
        """Let nothing through for a while, then one at a time."""
        self._narrow = self._closed = True
        self._epoch += 1
        asyncio.get_running_loop().call_later(seconds, self._reopen, self._epoch)

    def widen(self) -> None:
        """Undo `narrow`."""
        self._narrow = self._closed = False
        self._seen = self._throttled = 0
        self._epoch += 1

    def is_current(self, ticket: Ticket) -> bool:
        """Whether the ticket was given out under the present limit."""
        return ticket.epoch == self._epoch

    def stop(self, error: CorpusbuilderError) -> CorpusbuilderError:
        """Shut the gate for good: whoever waits, and whoever comes, gets the error. Returns the first that shut it."""
        if self._stopped is not None:
            return copy.copy(self._stopped)
        self._stopped = error
        waiting: list[asyncio.Future[Any]] = [future for _, _, future in (*self._returning, *self._waiting)]
        self._returning.clear()
        self._waiting.clear()
        for future in [*waiting, *self._pausing]:
            if not future.done():
                future.set_exception(copy.copy(error))
        return error

    def refuse_when_stopped(self) -> None:
        """Raise when the gate was shut for good.

        Raises:
            CorpusbuilderError: it was, for this reason.
        """
        if self._stopped is not None:
            raise copy.copy(self._stopped)

    def _admit(self) -> None:
        for queue, passed_over in ((self._returning, self._parked), (self._waiting, 0)):
            while queue and self._has_room(self._in_flight - passed_over):
                _, _, future = heapq.heappop(queue)
                if future.done():
                    continue
                self._in_flight += 1
                self._closed = self._narrow
                future.set_result(Ticket(self._epoch))

    def _reopen(self, epoch: int) -> None:
        if epoch == self._epoch:
            self._closed = False
            self._admit()

    def _has_room(self, in_flight: int) -> bool:
        return not self._closed if self._narrow else in_flight < self.limit


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
