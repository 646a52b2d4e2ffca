"""Money: set aside before a call is sent, settled when it is answered, so that calls in flight cannot pass the cap."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from corpusbuilder.backends.models.base import ModelRequest, TextPart
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BudgetReachedError
from corpusbuilder.records.call import Usage

_CHARACTERS_A_TOKEN: Final = 3.5
"""French schoolbook prose in the tokenisers of 2024 and later lies between 3.4 and 4.2."""
_PIXELS_A_TOKEN: Final = 28 * 28
"""Qwen2-VL and later; OpenAI's tiles come to about the same."""
_MOST_IMAGE_TOKENS: Final = 3000
_MESSAGE_TOKENS: Final = 8


def prompt_tokens(request: ModelRequest, *, max_image_side: int = 1536) -> int:
    """About how many tokens a request has, without a tokeniser: within 20 % for prose."""
    total = 0.0
    for message in request.messages:
        total += _MESSAGE_TOKENS
        for part in message.parts:
            if isinstance(part, TextPart):
                total += len(part.text) / _CHARACTERS_A_TOKEN
            else:
                shrunk = min(1.0, max_image_side / max(part.width, part.height, 1))
                pixels = part.width * part.height * shrunk * shrunk
                total += min(pixels / _PIXELS_A_TOKEN, _MOST_IMAGE_TOKENS)
    if request.output is not None:
        total += len(request.output.instruction) / _CHARACTERS_A_TOKEN
    return round(total)


class Budget:
    """A cap on what a workspace spends. It belongs to one event loop.

    Args:
        cap_usd: the most that all calls together may cost, those of earlier runs included; None for no cap.
        spent_usd: what earlier runs have cost.
    """

    def __init__(self, cap_usd: float | None, spent_usd: float = 0.0) -> None:
        self.cap_usd = cap_usd
        self.spent_usd = spent_usd
        """Of a call of which nobody knows what it cost, the most that it may have cost."""
        self._uncounted = 0
        self._reserved = 0.0
        self._dearer = 1.0
        """How many times as much as was set aside a call has cost, at worst."""
        self._in_flight = 0
        self._changed = asyncio.Condition()

    def add_earlier(self, usages: Iterable[Usage], price: Price) -> None:
        """Take in calls of earlier runs whose price was not known then."""
        for usage in usages:
            cost = price.cost_usd(usage)
            self._uncounted += cost is None
            self.spent_usd += cost or 0.0

    @asynccontextmanager
    async def reserve(self, price: Price | None, request: ModelRequest) -> AsyncIterator["Reservation"]:
        """Room for one call: taken when it is about to be sent, and given back when this ends."""
        reservation = Reservation(self, self._most(price, request))
        try:
            yield reservation
        finally:
            if reservation.is_taken:
                reservation.settle(0.0)
                async with self._changed:
                    self._in_flight -= 1
                    if not self._in_flight:
                        self._reserved = 0.0
                    self._changed.notify_all()

    async def take(self, amount_usd: float) -> float:
        """Set money aside; when the cap leaves no room, wait for calls in flight to give some back.

        Returns:
            How much: more than asked for, where calls have cost more.

        Raises:
            BudgetReachedError: there is no room, and nothing is in flight.
        """
        async with self._changed:
            self.spent_usd += self._uncounted * amount_usd
            self._uncounted = 0
            while self.cap_usd is not None and self._spoken_for() + amount_usd * self._dearer > self.cap_usd:
                if not self._in_flight:
                    raise BudgetReachedError(
                        f"the budget of ${self.cap_usd:g} is reached: ${self.spent_usd:.4f} is spent, and the next "
                        f"call may cost ${amount_usd * self._dearer:.4f}",
                        hint="everything answered is kept; go on with a larger --budget (or generate.budget_usd)",
                    )
                await self._changed.wait()
            amount_usd *= self._dearer
            self._reserved += amount_usd
            self._in_flight += 1
            return amount_usd

    def settle(self, taken_usd: float, cost_usd: float, expected_usd: float) -> None:
        """Put what a call cost in the place of what was set aside; next time expect no less."""
        self._reserved -= taken_usd
        self.spent_usd += cost_usd
        if expected_usd > 0:
            self._dearer = max(self._dearer, cost_usd / expected_usd)

    def _spoken_for(self) -> float:
        return self.spent_usd + self._reserved

    @staticmethod
    def _most(price: Price | None, request: ModelRequest) -> float:
        if price is None:
            return 0.0
        usage = Usage(prompt_tokens=prompt_tokens(request), completion_tokens=request.sampling.max_tokens)
        return price.cost_usd(usage) or 0.0


class Reservation:
    """Money for one call."""

    def __init__(self, budget: Budget, amount_usd: float) -> None:
        self.is_taken = False
        self._is_settled = False
        self._expected_usd = amount_usd
        """The most that it should cost."""
        self._taken_usd = 0.0
        self._budget = budget

    async def take(self) -> None:
        """Set the money aside, once.

        Raises:
            BudgetReachedError: see `Budget.take`.
        """
        if not self.is_taken:
            self._taken_usd = await self._budget.take(self._expected_usd)
            self.is_taken = True

    def settle(self, cost_usd: float | None) -> None:
        """Say what it cost, once, as soon as that is known; None when nobody counted: then it may be all of it.

        At once, for the next call looks at what is left as soon as this one's place is free.
        """
        if self.is_taken and not self._is_settled:
            self._is_settled = True
            cost_usd = self._taken_usd if cost_usd is None else cost_usd
            self._budget.settle(self._taken_usd, cost_usd, self._expected_usd)
