"""Requests that wait, and which of them are answered together."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from corpusbuilder.backends.models.base import ModelRequest, TextPart
from corpusbuilder.records.call import CallAnswer

_IMAGE_CHARACTERS: Final = 2000
"""About as much prompt as an image stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A request and where its answer goes."""

    request: ModelRequest
    answer: "Future[CallAnswer]" = field(default_factory=Future)

    @property
    def length(self) -> int:
        """About how long the prompt is, in characters."""
        texts = [part.text for message in self.request.messages for part in message.parts if isinstance(part, TextPart)]
        return sum(map(len, texts)) + _IMAGE_CHARACTERS * len(self.request.images)

    def goes_with(self, other: "Waiting") -> bool:
        """Whether the two can be in one batch: many processors take images for all rows or for none."""
        mine, theirs = self.request, other.request
        return (
            bool(mine.images) == bool(theirs.images)
            and mine.sampling.temperature == theirs.sampling.temperature
            and mine.sampling.top_p == theirs.sampling.top_p
        )


def in_length(waiting: Waiting, first: Waiting) -> float:
    """How far apart two requests are where little is to be padded."""
    return abs(waiting.length - first.length)


def in_image(waiting: Waiting, first: Waiting) -> float:
    """How far apart two requests are where those about one image are to meet."""
    return float(waiting.request.images != first.request.images)


class Queue:
    """Requests of any thread, for the one thread that answers them."""

    def __init__(
        self, batch_size: int, *, gather_s: float, distance: Callable[[Waiting, Waiting], float] = in_length
    ) -> None:
        """Make an empty queue.

        Args:
            batch_size: at most so many requests make a batch.
            gather_s: a batch that is not full waits so long for others.
            distance: the nearest to the first go with it.
        """
        self._batch_size = batch_size
        self._gather_s = gather_s
        self._distance = distance
        self._waiting: list[Waiting] = []
        self._taken: list[Waiting] = []
        self._changed = threading.Condition()
        self._closed = False
        self._failure: Exception | None = None

    def put(self, request: ModelRequest) -> "Future[CallAnswer]":
        """Have a request answered. When nothing can be answered any more, the future says why."""
        waiting = Waiting(request)
        with self._changed:
            if self._failure:
                waiting.answer.set_exception(self._failure)
            elif self._closed:
                waiting.answer.cancel()
            else:
                self._waiting.append(waiting)
                self._changed.notify()
        return waiting.answer

    def batches(self) -> Iterator[list[Waiting]]:
        """Batch after batch, each as soon as there is one, until the queue is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                self._changed.wait_for(lambda: self._closed or len(self._waiting) >= self._batch_size, self._gather_s)
                if self._closed:
                    return
                batch = self._next()
                self._waiting = [waiting for waiting in self._waiting if waiting not in batch]
                # One whose caller went away is not answered.
                self._taken = [waiting for waiting in batch if waiting.answer.set_running_or_notify_cancel()]
            if self._taken:
                yield self._taken

    def fail(self, error: Exception) -> None:
        """Tell all who wait, and all who will ask, that nothing can be answered."""
        with self._changed:
            self._failure = error
            for waiting in (*self._taken, *self._waiting):
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            self._taken, self._waiting = [], []

    def close(self) -> None:
        """Take no more; what waits is cancelled."""
        with self._changed:
            self._closed = True
            for waiting in self._waiting:
                waiting.answer.cancel()
            self._waiting = []
            self._changed.notify_all()

    def _next(self) -> list[Waiting]:
        """The first in order, and those that go with it and are nearest to it."""
        first = min(self._waiting, key=lambda waiting: waiting.request.order)
        others = [waiting for waiting in self._waiting if waiting.goes_with(first)]
        others.sort(key=lambda waiting: (waiting is not first, self._distance(waiting, first)))
        return others[: self._batch_size]
