"""Jobs in threads of this process: for work that waits for something outside, such as an endpoint."""

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Final, TypeVar

from corpusbuilder.engines.base import Crashed, Finished

Job = TypeVar("Job")
Value = TypeVar("Value")
_COLLECT_AFTER: Final = 100_000
"""Objects made between two searches for circles: requests and answers hold none, and there are many of them."""


class ThreadEngine:
    """A pool of threads that share the memory of the process, its event loop and its models.

    Args:
        threads: how many jobs at a time.
        stop: called when the run ends early, before the jobs under way are waited for.
    """

    def __init__(self, threads: int, stop: Callable[[], None]) -> None:
        self._threads = threads
        self._stop = stop

    def run(
        self, function: Callable[[Job], Value], jobs: Iterable[Job]
    ) -> Iterator[Finished[Job, Value] | Crashed[Job]]:
        """See `corpusbuilder.engines.base.Engine.run`.

        The first error ends the run. The results of jobs under way are lost then; what they had written stays.
        """
        executor = ThreadPoolExecutor(self._threads, thread_name_prefix="shard")
        done = False
        thresholds = gc.get_threshold()
        gc.set_threshold(_COLLECT_AFTER, *thresholds[1:])
        try:
            waiting: dict[Future[Value], Job] = {executor.submit(function, job): job for job in jobs}
            for future in as_completed(waiting):
                yield Finished(waiting[future], future.result())
            done = True
        finally:
            gc.set_threshold(*thresholds)
            if not done:
                self._stop()
            executor.shutdown(wait=True, cancel_futures=True)
