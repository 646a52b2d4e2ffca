"""Jobs in processes of this machine. A process that dies costs its job only."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from corpusbuilder.engines.base import Crashed, Finished

Job = TypeVar("Job")
Value = TypeVar("Value")

_PRELOAD = ["corpusbuilder.pipeline.shards"]


class LocalEngine:
    """A pool of worker processes, kept from stage to stage.

    Args:
        workers: number of processes; the number of cores when None.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            if kind is None:
                self._pool.close()
            else:
                self._pool.stop()
            self._pool.join()

    def run(
        self, function: Callable[[Job], Value], jobs: Iterable[Job]
    ) -> Iterator[Finished[Job, Value] | Crashed[Job]]:
        """See `corpusbuilder.engines.base.Engine.run`."""
        pool = self._started()
        waiting: dict[Future[Value], Job] = {pool.schedule(function, args=[job]): job for job in jobs}
        try:
            while waiting:
                ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ended:
                    job = waiting.pop(future)
                    try:
                        yield Finished(job, future.result())
                    except ProcessExpired as death:
                        yield Crashed(job, _cause(death.exitcode))
        finally:
            for future in waiting:
                future.cancel()

    def _started(self) -> ProcessPool:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(_PRELOAD)
            self._pool = ProcessPool(max_workers=self.workers, context=context, initializer=_leave_interrupts_alone)
        return self._pool


def _leave_interrupts_alone() -> None:
    # Ctrl-C reaches the whole process group; only the parent may decide what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cause(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"the worker process was ended by signal {signal.Signals(-exit_code).name}"
    return f"the worker process ended with code {exit_code}"
