"""Work for models done at once in their event loop, from whichever thread it is wanted."""

from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import Future, as_completed, wait
from typing import Any, TypeVar

from corpusbuilder.backends.models.access import Access
from corpusbuilder.errors import CorpusbuilderError

T = TypeVar("T")


def together(access: Access, work: Iterable[Coroutine[Any, Any, T]]) -> Iterator[T]:
    """The result of each coroutine, as they come. An error ends them all: nothing more is sent, and it is raised.

    Args:
        access: to the event loop.
        work: what is to be done. What concerns one record only should be a result, and no error.
    """
    futures: list[Future[T]] = []
    try:
        futures += [access.loop.submit(each) for each in work]
        for future in as_completed(futures):
            yield future.result()
    except BaseException as error:
        # One bad record ends no run; a model that cannot be asked, or Ctrl-C, does.
        if isinstance(error, CorpusbuilderError):
            access.stop(error)
        elif not isinstance(error, Exception):
            access.stop()
        wait(futures)  # calls in flight are paid for: they are kept
        raise
