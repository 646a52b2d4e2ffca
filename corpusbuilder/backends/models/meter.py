"""What calls have come to in this run, for the person who watches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corpusbuilder.records.call import CallAnswer


@dataclass(slots=True)
class UnitUsage:
    """What the calls about one unit came to, whether they were sent now or earlier."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0


@dataclass(slots=True)
class Meter:
    """Counts. Written in one thread, read in any."""

    sent: int = 0
    """Calls answered in this run."""
    found: int = 0
    """Calls whose answer was in the ledger: nothing was sent."""
    pilot: int = 0
    """Those of ``sent`` that a pilot made: the run finds them in the ledger."""
    failed: int = 0
    """Calls that came to nothing: refused, malformed twice, or never answered."""
    in_flight: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    """Calls of which nobody knows what they cost."""
    trouble: Callable[[], str] = field(default=lambda: "", repr=False)
    """What keeps calls from being answered just now, in words; empty when nothing does."""
    inputs: int = 0
    """Units done."""
    units: dict[str, UnitUsage] | None = field(default=None, repr=False)
    """Usage by unit, as long as somebody wants to know: set it to an empty dict to begin, to None to end."""

    @property
    def found_before(self) -> int:
        """Calls that an earlier run had paid for."""
        return max(0, self.found - self.pilot)

    def as_json(self) -> dict[str, Any] | None:
        """As one JSON object; None when no call was made."""
        if not (self.sent or self.found or self.failed):
            return None
        return {
            "sent": self.sent,
            "from_ledger": self.found_before,
            "failed": self.failed,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost_usd": None if self.unpriced else round(self.cost_usd, 6),
        }

    def count(self, answer: CallAnswer) -> None:
        """Add an answer that was sent for."""
        self.sent += 1
        self.prompt_tokens += answer.usage.prompt_tokens or 0
        self.completion_tokens += answer.usage.completion_tokens or 0
        if answer.price_usd is None:
            self.unpriced += 1
        else:
            self.cost_usd += answer.price_usd

    def attribute(self, unit_id: str | None, answer: CallAnswer) -> None:
        """Put an answer down to the unit that it is about."""
        if self.units is None or unit_id is None:
            return
        usage = self.units.setdefault(unit_id, UnitUsage())
        usage.calls += 1
        usage.prompt_tokens += answer.usage.prompt_tokens or 0
        usage.completion_tokens += answer.usage.completion_tokens or 0
        usage.cost_usd += answer.price_usd or 0.0
        usage.unpriced += answer.price_usd is None
