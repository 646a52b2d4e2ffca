"""Asks for one unit. Calls run side by side; once one of them shows that no other can succeed, no more are begun."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TypeVar

from corpusbuilder.backends.models.base import ModelRequest
from corpusbuilder.backends.models.calls import Asked, Calls
from corpusbuilder.backends.teachers.passes.reading import Reader, Reading
from corpusbuilder.errors import CorpusbuilderError, RecordError

T = TypeVar("T")


class Line:
    """The way to the model, until it is cut."""

    def __init__(self, calls: Calls) -> None:
        self.model = calls.model
        self._calls = calls
        self._cut: CorpusbuilderError | None = None

    async def ask(self, request: ModelRequest, reader: Reader[T]) -> Asked[Reading[T]]:
        """The answer to a request, read.

        Raises:
            RecordError: see `Calls.ask`.
            BackendError, BudgetReachedError: this call or an earlier one of the unit found out that none can succeed.
        """
        if self._cut is not None:
            raise self._cut
        try:
            return await self._calls.ask(request, reader.read, reader.repair)
        except RecordError:
            raise
        except CorpusbuilderError as error:
            self._cut = error
            raise


async def all_of(work: Sequence[Coroutine[object, object, T]]) -> list[T | RecordError]:
    """The results of work done side by side, in order; where a record cannot be processed, its error.

    Everything has ended when this returns or raises: an answer on its way is paid for and must be kept.

    Raises:
        Exception: the first error of another kind.
    """
    results = await asyncio.gather(*work, return_exceptions=True)
    settled: list[T | RecordError] = []
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, RecordError):
            raise result
        settled.append(result)
    return settled
