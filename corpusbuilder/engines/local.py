"""Jobs in processes of this machine. A process that dies costs its job only."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from types import TracebackType
from typing import Final, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from corpusbuilder.engines.base import Crashed, Finished, cores

Job = TypeVar("Job")
Value = TypeVar("Value")

_COLLECT_AFTER: Final = 100_000
"""Objects made between two searches for circles: records hold none, and there are many of them."""
_PRELOAD = ["corpusbuilder.pipeline.shards"]


class LocalEngine:
    """A pool of worker processes, kept from stage to stage.

    Args:
        workers: number of processes; the number of cores when None.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
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
            with _without_folder_on_path():
                resource_tracker.ensure_running()  # first, for it unblocks SIGINT
                with _interrupts_blocked():
                    forkserver.ensure_running()
            self._pool = ProcessPool(max_workers=self.workers, context=context, initializer=_begin)
        return self._pool


@contextmanager
def _without_folder_on_path() -> Iterator[None]:
    """Interpreters started meanwhile do not import from the current folder, where a user may have any struct.py."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes started meanwhile never see Ctrl-C, not even before they can ignore it; for us it waits."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Begin a worker process."""
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    # Ctrl-C reaches the whole process group; only the parent may decide what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A worker is a child of the fork server, which outlives the run as long as a worker does. The sentinel of
    # parent_process is a pipe that only the run's own process holds open.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _cause(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"the worker process was ended by signal {signal.Signals(-exit_code).name}"
    return f"the worker process ended with code {exit_code}"
