"""Sends one request until it is answered or given up, and ends the run when there is no point in going on."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.backends.http.waiting import wait_before_next
from corpusbuilder.backends.models.base import Admit
from corpusbuilder.backends.models.gate import Gate, Ticket
from corpusbuilder.backends.models.openai.address import Address
from corpusbuilder.backends.models.openai.breaker import Breaker
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.openai.transport import Reply, Transport
from corpusbuilder.backends.models.openai.verdicts import Fate, Parameter, Verdict, judge
from corpusbuilder.errors import BackendError, CorpusbuilderError, RecordError
from corpusbuilder.records.text import shortened

_GIVEN_UP_IN_A_ROW: Final = 10
"""So many requests given up without one answered in between: it is the endpoint, and not the requests."""
_BUSY_FOR_EACH_RETRY: Final = 10
"""While others are answered, being told to wait costs a request a tenth of a retry."""
_BUSY_AND_SLOWER: Final = 4
"""Up to so often being told to wait doubles the next wait: the gate sees to it that fewer are sent."""

FAILS_THE_REQUEST: Final = {
    Fate.TOO_LONG: "context_too_long",
    Fate.FILTERED: "refused",
    Fate.REFUSED: "request_refused",
}
"""What ends one request for good, with the reason of its rejection."""


class ParameterRefusedError(Exception):
    """The endpoint does not take one of the parameters that a request can do without or say differently."""

    def __init__(self, parameter: Parameter, words: str) -> None:
        super().__init__(words)
        self.parameter: Parameter = parameter
        self.words = words


@dataclass(frozen=True, slots=True)
class Delivery:
    """A completion as it came."""

    document: Mapping[str, Any]
    body: bytes
    seconds: float
    attempts: int


@dataclass(slots=True)
class _Effort:
    """What one request has cost so far."""

    answered: int
    """How many requests had been answered in all when this one began or last failed."""
    sent: int = 0
    failed: int = 0
    busy: int = 0


class Sender:
    """All requests to one endpoint. It belongs to one event loop."""

    def __init__(self, address: Address, options: OpenAIModelOptions) -> None:
        self._address = address
        self._options = options
        self._transport = Transport(address, timeout_s=options.timeout_s, connections=options.concurrency)
        self.gate = Gate(options.concurrency)
        self._breaker = Breaker(self.gate, max_probes=max(1, options.max_retries))
        self._answered = 0
        self._given_up = 0
        self._trouble = ""

    async def send(
        self,
        order: tuple[int, ...],
        build: Callable[[], Awaitable[bytes]],
        admit: Admit | None = None,
        *,
        again: bool = False,
    ) -> Delivery:
        """One completion.

        Args:
            order: its place among the requests that wait.
            build: makes the body. It is called when it is the request's turn, once for each attempt, so that those
                who wait hold no memory.
            admit: see `Model.answer`.
            again: whether it was sent before, put differently. It then passes those who wait: they may wait for the
                money that was set aside for it.

        Raises:
            RecordError, BackendError, MissingExtraError: see `Model.answer`.
            ParameterRefusedError: the request has to be put differently.
        """
        effort = _Effort(answered=self._answered)
        while True:
            ticket = await self.gate.enter(order, again=again or effort.sent > 0 or admit is None)
            try:
                if admit is not None:
                    with self.gate.parked(ticket):
                        await admit()
                body = await build()
                # Somebody may have ended the run since the ticket was given out.
                self.gate.refuse_when_stopped()
                effort.sent += 1
                outcome = await self._transport.post(body)
                del body
                verdict = judge(outcome)
                self._note(ticket, verdict)
            finally:
                self.gate.leave(ticket)
            if verdict.document is not None and isinstance(outcome, Reply):
                return Delivery(verdict.document, outcome.body, outcome.seconds, effort.sent)
            await self._wait_or_give_up(verdict, effort)

    @property
    def trouble(self) -> str:
        """What keeps requests from being answered just now, in words; empty when nothing does."""
        if not self.gate.pausing:
            return ""
        return f"{self.gate.pausing} wait to try again: {shortened(self._trouble)}"

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def _note(self, ticket: Ticket, verdict: Verdict) -> None:
        """Let the gate and the breaker know, before the ticket goes to the next in line."""
        if verdict.fate in {Fate.LOST, Fate.UNREACHABLE}:
            if self._breaker.lost(ticket):
                words = self._address.secrets.words(verdict.words)
                self.stop(f"does not answer: {words}", hint=self._hint_unreachable(verdict))
            return
        self._breaker.reached()
        self.gate.count(ticket, throttled=verdict.fate is Fate.BUSY)
        if verdict.fate is Fate.ANSWERED:
            self._answered += 1
            self._given_up = 0

    async def _wait_or_give_up(self, verdict: Verdict, effort: _Effort) -> None:
        """Return when the request should be sent again; raise when it should not."""
        words = self._address.secrets.words(verdict.words)
        if verdict.fate is Fate.PARAMETER and verdict.parameter is not None:
            raise ParameterRefusedError(verdict.parameter, words)
        if reason := FAILS_THE_REQUEST.get(verdict.fate):
            raise RecordError(reason, f"{self._address.shown} refused this request: {words}")
        if verdict.fate is Fate.UNREACHABLE and not self._breaker.was_ever_reached:
            raise self.stop(f"cannot be reached: {words}", hint=self._hint_unreachable(verdict))
        if ending := endings_of(self._address, verdict.fate):
            raise self.stop(f"{ending[0]}: {words}" if words else ending[0], hint=ending[1])
        if verdict.retry_after is not None and verdict.retry_after > self._options.max_wait_s:
            longest = self._options.max_wait_s
            raise self.stop(
                f"asks to wait {verdict.retry_after:.0f} s, longer than max_wait_s = {longest:g}: {words}",
                hint="run again later, or raise max_wait_s",
            )
        self._charge(verdict, effort, words)
        self._trouble = words
        tries = max(1, effort.failed + min(effort.busy, _BUSY_AND_SLOWER))
        await self.gate.pause(wait_before_next(tries, verdict.retry_after))

    def _charge(self, verdict: Verdict, effort: _Effort, words: str) -> None:
        """Count a failed attempt, and give up after too many."""
        retries = self._options.max_retries
        others_fare_well = self._answered > effort.answered
        effort.answered = self._answered
        if verdict.fate is Fate.BUSY and others_fare_well:
            effort.busy += 1
        elif not (self._breaker.is_open and verdict.trouble in {"refused", "unresolved"}):
            # While there is nothing to connect to, it is the breaker that counts.
            effort.failed += 1
        if effort.failed <= retries and effort.busy <= retries * _BUSY_FOR_EACH_RETRY:
            return
        if not self._breaker.was_ever_reached:
            raise self.stop(f"does not answer: {words}", hint=self._hint_unreachable(verdict))
        self._given_up += 1
        if self._given_up >= _GIVEN_UP_IN_A_ROW:
            raise self.stop(
                f"failed on {self._given_up} requests in a row, each {retries + 1} times or more: {words}",
                hint="see what the endpoint's own log says, or run again later",
            )
        raise RecordError(
            "endpoint_failed", f"{self._address.shown} failed on this request {effort.sent} times: {words}"
        )

    def stop(self, what: str, hint: str) -> CorpusbuilderError:
        """End the run: whoever waits, and whoever comes, gets the error that this returns."""
        return self.gate.stop(BackendError(f"{self._address.shown} {what}", hint=hint))

    def _hint_unreachable(self, verdict: Verdict) -> str:
        if verdict.trouble == "timeout":
            return f"raise timeout_s, or see what keeps {self._address.shown} busy"
        return f"start the server, or set base_url to where it is; it is {self._address.shown} now"


def endings_of(address: Address, fate: Fate) -> tuple[str, str] | None:
    """What to say when the run ends, and what to do next."""
    key = f"set the environment variable {address.key_env} to a key that {address.shown} accepts"
    endings = {
        Fate.UNAUTHORISED: (
            f"does not accept the key in {address.key_env}"
            if address.key
            else f"wants a key, and {address.key_env} is not set",
            key,
        ),
        Fate.UNPAID: (
            f"has no quota or credit left for the key in {address.key_env}",
            f"look at the account behind {address.key_env}, or set that variable to the key of another one",
        ),
        Fate.NO_MODEL: (
            f"does not serve the model {address.model!r} there",
            f"set model to one that it serves, and base_url to where {address.shown}/chat/completions is served",
        ),
        Fate.NO_IMAGES: (f"serves {address.model!r} without images", "set model to one that takes images"),
        Fate.SETTING: ("refuses a setting", "change or leave out the setting that it names"),
        Fate.MOVED: ("sends its callers elsewhere", "set base_url to the address it names, if you trust it"),
    }
    return endings.get(fate)
