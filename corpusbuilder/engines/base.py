"""What an engine does: run a function over jobs, wherever it likes. Correctness never depends on it."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Finished(Generic[Job, Value]):
    """A job came to its end."""

    job: Job
    value: Value


@dataclass(frozen=True, slots=True)
class Crashed(Generic[Job]):
    """The process that ran a job died under it."""

    job: Job
    reason: str


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


class Engine(Protocol):
    """Runs jobs."""

    def run(
        self, function: Callable[[Job], Value], jobs: Iterable[Job]
    ) -> Iterator[Finished[Job, Value] | Crashed[Job]]:
        """One outcome per job, in the order in which they end. Function and jobs must pickle.

        Raises:
            CorpusbuilderError: as raised by ``function``; jobs that have not begun are dropped.
        """
        ...
