"""The model on this machine as a `Model`: requests of the event loop, answers of one thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Final

from corpusbuilder.backends.models.base import ModelRequest
from corpusbuilder.backends.models.local.batches import Queue, Waiting
from corpusbuilder.backends.models.local.generation import Generation, free_memory
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import BackendError, MissingExtraError, RecordError
from corpusbuilder.records.call import CallAnswer

GATHER_S: Final = 0.05
"""So long a batch that is not full waits for others: those who were just answered ask again."""


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
        self.name = options.identity
        self._options = options
        self._read_image = read_image
        self._queue = Queue(options.batch_size, gather_s=GATHER_S)
        # A daemon: a second Ctrl-C must end the program even while the model is at work.
        self._thread = threading.Thread(target=self._work, name=f"model {options.model}", daemon=True)
        self._starting = threading.Lock()

    async def answer(self, request: ModelRequest) -> CallAnswer:
        """See `Model.answer`."""
        with self._starting:
            if not self._thread.ident:
                self._thread.start()
        return await asyncio.wrap_future(self._queue.put(request))

    async def close(self) -> None:
        """See `Model.close`. Waits for the batch under way."""
        self._queue.close()
        if self._thread.ident:
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        """Answer batches until the queue is closed. Torch is touched in this thread alone."""
        generation: Generation | None = None
        while not self._queue.is_closed:
            batch = self._queue.take()
            if not batch:
                continue
            try:
                generation = generation or self._generation()
                outcomes = generation.answers([waiting.request for waiting in batch])
            except Exception as error:  # noqa: BLE001 - raised where the answers are waited for
                for waiting in batch:
                    waiting.answer.set_exception(error)
            else:
                _deliver(batch, outcomes)
        ...
