"""Asks a model: through the ledger, within the budget, and until the answer can be used or is given up with a reason.

One call is one row of the ledger. An answer that was cut off is asked for again with more room, one that makes no sense
once more with what is wrong with it; either is another request with a key of its own, so that a run that was killed
finds each of them again and pays for none twice.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from pydantic import JsonValue

from corpusbuilder.backends.models.base import Ledger, Message, Model, ModelRequest, TextPart
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.completion import Completion, NotACompletionError, read_completion
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import RecordError
from corpusbuilder.records.call import Call, CallAnswer, CallState
from corpusbuilder.records.text import shortened

T = TypeVar("T")
MORE_ROOM: Final = 2
"""How many times as long an answer may be when the first one was cut off."""
_HALF_A_PAIR: Final = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST_ECHO: Final = 8000
"""Characters of an unusable answer that are shown to the model again."""


class UnusableAnswerError(ValueError):
    """An answer is not what was asked for. The message tells the model what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """An answer that was read."""

    value: T
    key: str
    """Of the call that gave it."""
    reasoning: str | None
    mode: str | None
    served_model: str | None
    time: datetime


class Source(Protocol):
    """Where an answer comes from that is not in the ledger."""

    async def obtain(self, call: Call, request: ModelRequest) -> CallAnswer:
        """The answer to a call, kept already where it is worth keeping.

        Raises:
            RecordError: there is none for this request.
            BackendError, BudgetReachedError: there will be none for others either.
        """
        ...


class Calls:
    """All calls of one model in one run. It belongs to one event loop."""

    def __init__(self, model: Model, ledger: Ledger, source: Source, meter: Meter) -> None:
        self.model = model
        self.meter = meter
        self._ledger = ledger
        self._source = source
        self._under_way: dict[str, asyncio.Future[CallAnswer]] = {}

    async def ask(
        self, request: ModelRequest, read: Callable[[JsonValue], T], repair: Callable[[str], str]
    ) -> Asked[T]:
        """The answer to a request, read.

        Args:
            request: what to ask.
            read: makes sense of the JSON; raises `UnusableAnswerError` when it is not what was asked for.
            repair: from what is wrong with an answer to what the model is told about it.

        Raises:
            RecordError: ``refused``, ``truncated``, ``malformed_answer``, or what the source says of this request.
            BackendError, BudgetReachedError: no call can be made any more.
        """
        try:
            return await self._ask(request, read, repair)
        except RecordError as error:
            self.meter.failed += error.reason_code not in POSTPONED
            raise

    async def take(self, request: ModelRequest, read: Callable[[bytes], T]) -> Asked[T]:
        """The answer to a request when it is no chat completion, such as boxes.

        The same question has the same answer: one that cannot be read is not asked for again.

        Args:
            request: what to ask.
            read: makes sense of the answer's body; raises `UnusableAnswerError` when it is not what was asked for.

        Raises:
            RecordError: ``malformed_answer``, or what the source says of this request.
            BackendError, BudgetReachedError: no call can be made any more.
        """
        key = request.key(self.model.identity)
        try:
            answer = await self._answer(key, request)
            self.meter.attribute(request.purpose.unit_id, answer)
            value = self._read(key, answer, read)
        except RecordError as error:
            self.meter.failed += error.reason_code not in POSTPONED
            raise
        return Asked(value, key, None, answer.mode, answer.served_model, answer.time)

    def _read(self, key: str, answer: CallAnswer, read: Callable[[bytes], T]) -> T:
        try:
            value = read(answer.body)
        except UnusableAnswerError as error:
            self._ledger.settle(key, CallState.MALFORMED, str(error))
            raise RecordError("malformed_answer", f"the answer cannot be used: {error}") from None
        self._ledger.settle(key, CallState.PARSED)
        return value

    async def _ask(
        self, request: ModelRequest, read: Callable[[JsonValue], T], repair: Callable[[str], str]
    ) -> Asked[T]:
        roomy = repaired = False
        while True:
            key = request.key(self.model.identity)
            answer = await self._answer(key, request)
            self.meter.attribute(request.purpose.unit_id, answer)
            completion = self._completion(key, answer)
            if completion.finish == "length":
                self._ledger.settle(key, CallState.MALFORMED, "cut off")
                if roomy:
                    limit = request.sampling.max_tokens
                    raise RecordError("truncated", f"the answer was still cut off after {limit} tokens")
                roomy, request = True, _with_more_room(request)
                continue
            try:
                value = read(_json(completion.text))
            except UnusableAnswerError as error:
                self._ledger.settle(key, CallState.MALFORMED, str(error))
                if repaired:
                    raise RecordError(
                        "malformed_answer", f"asked twice, the model gave no usable answer: {error}"
                    ) from None
                repaired, request = True, _with_complaint(request, completion.text, repair(str(error)))
                continue
            self._ledger.settle(key, CallState.PARSED)
            return Asked(value, key, completion.reasoning, answer.mode, answer.served_model, answer.time)

    def _completion(self, key: str, answer: CallAnswer) -> Completion:
        try:
            completion = read_completion(answer.body)
        except NotACompletionError as error:
            self._ledger.settle(key, CallState.REJECTED, str(error))
            raise RecordError("malformed_answer", f"what the endpoint sent is no chat completion: {error}") from None
        if completion.finish in {"refusal", "content_filter"}:
            words = shortened(completion.refusal or completion.finish, 200)
            self._ledger.settle(key, CallState.REFUSED, words)
            raise RecordError("refused", f"the model refused: {words}")
        return completion

    async def _answer(self, key: str, request: ModelRequest) -> CallAnswer:
        """From the ledger, from the same call under way, or from the source."""
        if waiting := self._under_way.get(key):
            return await asyncio.shield(waiting)
        if found := self._ledger.find(key):
            self.meter.found += 1
            return found
        future = asyncio.ensure_future(self._obtain(key, request))
        self._under_way[key] = future
        try:
            return await future
        finally:
            self._under_way.pop(key, None)

    async def _obtain(self, key: str, request: ModelRequest) -> CallAnswer:
        purpose = request.purpose
        call = Call(
            key=key,
            producer=self.model.producer,
            model=self.model.name,
            task=purpose.task,
            prompt_id=purpose.prompt_id,
            prompt_sha256=purpose.prompt_sha256,
            document_id=purpose.document_id,
            unit_id=purpose.unit_id,
            request=request.canonical.decode(),
        )
        try:
            return await self._source.obtain(call, request)
        except RecordError as error:
            if error.reason_code not in POSTPONED:
                state = CallState.REFUSED if error.reason_code == "refused" else CallState.REJECTED
                self._ledger.settle(key, state, error.message)
            raise


POSTPONED: Final = frozenset({"awaiting_batch", "not_in_ledger"})
"""Reasons for which a call was not made in this run."""


class Live:
    """Has the model answer, and keeps the answer before anybody reads it.

    Args:
        model: who answers.
        ledger: where answers are kept.
        price: of the model, or None when nobody knows it.
        budget: that must not be passed.
        meter: counts.
        refuse_when_stopped: raises when the run is to send nothing more.
    """

    def __init__(
        self,
        model: Model,
        ledger: Ledger,
        *,
        price: Price | None,
        budget: Budget,
        meter: Meter,
        refuse_when_stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._price = price
        self._budget = budget
        self._meter = meter
        self._refuse_when_stopped = refuse_when_stopped

    async def obtain(self, call: Call, request: ModelRequest) -> CallAnswer:
        """See `Source.obtain`."""
        is_counted = False
        async with self._budget.reserve(self._price, request) as reservation:

            async def admit() -> None:
                nonlocal is_counted
                self._refuse_when_stopped()
                if not reservation.is_taken:
                    await reservation.take()
                    self._refuse_when_stopped()  # taking may have had to wait
                    self._meter.in_flight += 1
                    is_counted = True
                    self._ledger.plan(call)

            try:
                answer = await self._model.answer(request, admit)
            finally:
                self._meter.in_flight -= is_counted
            cost = self._price.cost_usd(answer.usage) if self._price else None
            reservation.settle(cost)
            answer = answer.model_copy(update={"price_usd": cost})
            await self._ledger.keep(call, answer)
        self._meter.count(answer)
        return answer


class ReplayOnly:
    """Has nothing but the ledger."""

    async def obtain(self, call: Call, request: ModelRequest) -> CallAnswer:  # noqa: ARG002 - a source's signature
        """See `Source.obtain`."""
        raise RecordError("not_in_ledger", f"the answer to call {call.key[:12]} ({call.task}) is not in the ledger")


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        raise UnusableAnswerError(f"it is not JSON: {error}") from None
    except RecursionError:
        raise UnusableAnswerError("it is nested too deeply") from None
    return _whole(value) if _HALF_A_PAIR.search(text) else value


def _whole(value: JsonValue) -> JsonValue:
    """The same without halves of surrogate pairs, which JSON can spell and no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {str(_whole(key)): _whole(item) for key, item in value.items()}
    return value


def _with_more_room(request: ModelRequest) -> ModelRequest:
    longer = replace(request.sampling, max_tokens=request.sampling.max_tokens * MORE_ROOM)
    return replace(request, sampling=longer)


def _with_complaint(request: ModelRequest, text: str, complaint: str) -> ModelRequest:
    said = Message("assistant", (TextPart(text[:_LONGEST_ECHO] or "…"),))
    return replace(request, messages=(*request.messages, said, Message("user", (TextPart(complaint),))))
