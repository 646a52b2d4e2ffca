"""One event loop in a thread of its own: all calls of a process meet there, whoever asks."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """An event loop that runs until it is closed. The thread begins with the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin some work; its result or error comes with the future. May be called from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self._started())

    def call(self, function: Callable[[], None]) -> None:
        """Have something done in the loop, without waiting for it. Does nothing when the loop never began."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """Cancel what still runs, and end the thread. Does nothing when it never began."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # A daemon: a second Ctrl-C must end the program even while calls are under way.
                self._thread = threading.Thread(target=self._loop.run_forever, name="model calls", daemon=True)
                self._thread.start()
            return self._loop


async def _cancel_all() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
