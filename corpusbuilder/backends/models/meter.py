"""What calls have come to in this run, for the person who watches."""

from dataclasses import dataclass

from corpusbuilder.records.call import CallAnswer


@dataclass(slots=True)
class Meter:
    """Counts. Written in one thread, read in any."""

    sent: int = 0
    """Calls answered in this run."""
    found: int = 0
    """Calls whose answer was in the ledger: nothing was sent."""
    failed: int = 0
    """Calls that came to nothing: refused, malformed twice, or never answered."""
    in_flight: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    """Calls of which nobody knows what they cost."""

    def count(self, answer: CallAnswer) -> None:
        """Add an answer that was sent for."""
        self.sent += 1
        self.prompt_tokens += answer.usage.prompt_tokens or 0
        self.completion_tokens += answer.usage.completion_tokens or 0
        if answer.price_usd is None:
            self.unpriced += 1
        else:
            self.cost_usd += answer.price_usd
