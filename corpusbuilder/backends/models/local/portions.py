"""As many requests at once as the memory does for, and those that a model does not take by themselves."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from corpusbuilder.backends.models.base import ModelRequest
from corpusbuilder.backends.models.local.pretrained import is_device_failure, is_out_of_memory
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.call import CallAnswer

Outcome: TypeAlias = CallAnswer | RecordError
R = TypeVar("R", bound="Row")


class Row(Protocol):
    """A request that is ready to be answered."""

    @property
    def place(self) -> int:
        """Which of the requests it is."""
        ...


class UnfitError(ValueError):
    """The processor or the model does not take these rows."""


class Portions(Generic[R]):
    """Has batches answered, however much memory there is.

    Args:
        name: of the model, for sentences.
        device: on which it runs.
        prepare: makes a row of a request and its place; raises `RecordError` when that cannot be done.
        answer: answers rows, in any order; raises `UnfitError` when the model does not take one of them.
        less_memory: what to set when the memory does not do for one request.
    """

    def __init__(
        self,
        name: str,
        device: str,
        *,
        prepare: Callable[[int, ModelRequest], R],
        answer: Callable[[Sequence[R]], list[tuple[R, Outcome]]],
        less_memory: str,
    ) -> None:
        self._name = name
        self._device = device
        self._prepare = prepare
        self._answer = answer
        self._less_memory = less_memory
        self._most: int | None = None
        """As many rows as the memory has been found to do for; None while it has not run out."""
        self._has_answered = False
        self._failure: str | None = None
        """What the model last failed with, other than for lack of memory."""

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """An answer, or why there is none, for each request.

        Raises:
            BackendError: there is not enough memory for a single request, the device failed, or the model fails and
                has never answered anything.
        """
        outcomes: dict[int, Outcome] = {}
        rows: list[R] = []
        for place, request in enumerate(requests):
            try:
                rows.append(self._prepare(place, request))
            except RecordError as error:
                outcomes[place] = error
        for row, outcome in self._in_parts(rows):
            outcomes[row.place] = outcome
        self._has_answered |= any(isinstance(outcome, CallAnswer) for outcome in outcomes.values())
        if self._failure and not self._has_answered:
            raise BackendError(f"{self._name}: the model fails: {self._failure}", hint=_OTHER_WAY)
        return [outcomes[place] for place in range(len(requests))]

    def _in_parts(self, rows: Sequence[R]) -> Iterator[tuple[R, Outcome]]:
        """As many rows at once as the memory does for; where some are unfit, by halves until it is known which."""
        most = self._most or max(len(rows), 1)
        parts = [rows[start : start + most] for start in range(0, len(rows), most)]
        while parts:
            part = parts.pop(0)
            try:
                done = self._fitting(part)
            except UnfitError as error:
                if len(part) == 1:
                    yield part[0], RecordError("request_refused", f"{self._name} does not take it: {error}")
                    continue
                done = None
            if done is None:
                middle = len(part) // 2
                parts[:0] = [part[:middle], part[middle:]]
            else:
                yield from done

    def _fitting(self, rows: Sequence[R]) -> list[tuple[R, Outcome]] | None:
        """What becomes of each row; None when the memory does not do for so many.

        Raises:
            UnfitError: the model does not take one of them.
            BackendError: the memory does not do for one, or the device failed.
        """
        try:
            return self._answer(rows)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                self._failure = " ".join(str(error).split())[:300]
                if is_device_failure(error):
                    raise BackendError(f"{self._name}: {self._failure}", hint=_OTHER_WAY) from None
                raise UnfitError(self._failure) from None
        # Not in the except clause: while the error lives, so do the tensors of the attempt.
        free_memory()
        if len(rows) == 1:
            raise BackendError(
                f"{self._name}: {self._device} has not enough memory for one request", hint=self._less_memory
            )
        self._most = len(rows) // 2
        return None


def free_memory() -> None:
    """Give back what no tensor uses any more."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


_OTHER_WAY: Final = 'try device = "cpu" or another dtype or attention; with CUDA_LAUNCH_BLOCKING=1 the error is exact'
