"""The model on this machine as a `Model`: requests of the event loop, answers of one thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Final

from corpusbuilder.backends.models.base import Admit, ModelRequest
from corpusbuilder.backends.models.gate import Gate
from corpusbuilder.backends.models.local.batches import Queue, Waiting
from corpusbuilder.backends.models.local.generation import Generation, Outcome, free_memory
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.call import CallAnswer

GATHER_S: Final = 0.05
"""So long a batch that is not full waits for others: those who were just answered ask again."""

BATCHES_AHEAD: Final = 3
"""So many batches may wait, for requests of like length to meet; what waits longer can still be called off."""


class LocalModel:
    """Answers requests in batches; it is loaded with the first of them.

    Under the same options the same request has the same answer, drawn or not, whichever others it is batched with; in
    16 bits the rounding of a batch may still turn one of two equally likely tokens into the other.

    Args:
        options: which model, and how.
        read_image: from the SHA-256 of an image to its bytes; called from another thread.
    """

    producer = "transformers"

    def __init__(self, options: LocalModelOptions, *, read_image: Callable[[str], bytes]) -> None:
        self.name = self.identity = options.identity
        self._options = options
        self._read_image = read_image
        self._queue = Queue(options.batch_size, gather_s=GATHER_S)
        self._gate = Gate(BATCHES_AHEAD * options.batch_size)
        # A daemon: a second Ctrl-C must end the program even while the model is at work.
        self._thread = threading.Thread(target=self._work, name=f"model {options.model}", daemon=True)

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
            generation = Generation(
                load(self._options),
                name=self.name,
                read_image=self._read_image,
                max_image_side=self._options.max_image_side,
            )
            for batch in self._queue.batches():
                outcomes = generation.answers([waiting.request for waiting in batch])
                _deliver(batch, outcomes)
            del generation
            free_memory()
        except Exception as error:  # noqa: BLE001 - it is raised where the answers are waited for
            self._queue.fail(error)


def _deliver(batch: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, RecordError):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)
