"""A model on this machine as a `Model`: requests of the event loop, answers of one thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from corpusbuilder.backends.models.base import Admit, ModelRequest
from corpusbuilder.backends.models.gate import Gate
from corpusbuilder.backends.models.local.batches import Queue, Waiting, in_length
from corpusbuilder.backends.models.local.portions import Outcome, free_memory
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.call import CallAnswer

GATHER_S: Final = 0.05
"""So long a batch that is not full waits for others: those who were just answered ask again."""

BATCHES_AHEAD: Final = 3
"""So many batches may wait, for requests of like length to meet; what waits longer can still be called off."""


class Answering(Protocol):
    """A loaded model."""

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """An answer, or why there is none, for each request of a batch."""
        ...


class BatchedModel:
    """Answers requests in batches; it is loaded with the first of them.

    Args:
        name: the model, as users know it.
        identity: the same with all that changes its answers.
        batch_size: at most so many requests are answered together.
        load: makes it ready; called from the thread that alone touches torch, as is what it returns.
        distance: see `Queue`.
    """

    producer = "transformers"

    def __init__(
        self,
        name: str,
        identity: str,
        *,
        batch_size: int,
        load: Callable[[], Answering],
        distance: Callable[[Waiting, Waiting], float] = in_length,
    ) -> None:
        self.name = name
        self.identity = identity
        self._load = load
        self._queue = Queue(batch_size, gather_s=GATHER_S, distance=distance)
        self._gate = Gate(BATCHES_AHEAD * batch_size)
        # A daemon: a second Ctrl-C must end the program even while the model is at work.
        self._thread = threading.Thread(target=self._work, name=f"model {name}", daemon=True)

    async def answer(self, request: ModelRequest, admit: Admit | None = None) -> CallAnswer:
        """See `Model.answer`."""
        ticket = await self._gate.enter(request.order)
        try:
            if admit is not None:
                await admit()
            if not self._thread.ident:
                self._thread.start()
            return await asyncio.wrap_future(self._queue.put(request))
        finally:
            self._gate.leave(ticket)

    def stop(self, cause: CorpusbuilderError) -> None:
        """See `Model.stop`."""
        self._gate.stop(cause)

    async def close(self) -> None:
        """See `Model.close`. Waits for the batch under way."""
        self._queue.close()
        if self._thread.ident:
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        """Answer batches until the queue is closed. Torch is touched in this thread alone."""
        try:
            model = self._load()
            for batch in self._queue.batches():
                outcomes = model.answers([waiting.request for waiting in batch])
                _deliver(batch, outcomes)
            del model
            free_memory()
        except Exception as error:  # noqa: BLE001 - it is raised where the answers are waited for
            self._queue.fail(error)


def _deliver(batch: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, RecordError):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)
