"""Helper processes that share the work on the PDFs of one backend.

Each is driven by a thread of its own that lives as long as the crew: on Linux a helper ends with the thread that
started it. Meanwhile the process that asked is free for other work.
"""

import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from corpusbuilder.backends.pdf.helper import Helper

Value = TypeVar("Value")
_Task: TypeAlias = tuple[Future[Any], Callable[[Helper], Any]]


class Crew:
    """Up to ``size`` helpers, hired as there is work for them.

    Args:
        size: number of helpers.
        memory_mb: the most memory that one may take, in MiB; see `Helper`.
    """

    def __init__(self, size: int, *, memory_mb: int | None = None) -> None:
        self.size = size
        self._memory_mb = memory_mb
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._helpers: list[Helper] = []

    def submit(self, task: Callable[[Helper], Value]) -> Future[Value]:
        """Have the next free helper do ``task``: it is called with that helper, in that helper's thread."""
        if self._owner != os.getpid():  # threads do not survive a fork, and the helpers are still the parent's
            self._begin()
        future: Future[Value] = Future()
        self._tasks.put((future, task))
        if len(self._helpers) < self.size and not self._idle.acquire(blocking=False):
            self._hire()
        return future

    def _hire(self) -> None:
        helper = Helper(memory_mb=self._memory_mb)
        self._helpers.append(helper)
        threading.Thread(target=_drive, args=(helper, self._tasks, self._idle), daemon=True).start()
        weakref.finalize(self, self._tasks.put, None)

    @property
    def helpers(self) -> tuple[Helper, ...]:
        """Those that were hired so far."""
        return tuple(self._helpers)


def _drive(helper: Helper, tasks: "SimpleQueue[_Task | None]", idle: threading.Semaphore) -> None:
    while (work := _next(tasks, idle)) is not None:
        future, task = work
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(task(helper))
            except BaseException as error:  # noqa: BLE001 - it is raised again where the result is asked for
                future.set_exception(error)
        del work, future, task  # a result must not stay in memory until the next one comes
    helper.stop()


def _next(tasks: "SimpleQueue[_Task | None]", idle: threading.Semaphore) -> _Task | None:
    try:
        return tasks.get_nowait()
    except Empty:
        idle.release()
        return tasks.get()
