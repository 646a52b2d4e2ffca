"""A call of a model as the ledger keeps it: what was asked, what came back, what it cost, what became of it."""

from datetime import datetime
from enum import StrEnum

from corpusbuilder.records.base import Record


class CallState(StrEnum):
    """How far a call has come."""

    PLANNED = "planned"
    """About to be sent, or sent and lost: no answer is on the disk."""
    ANSWERED = "answered"
    """The raw answer is on the disk, and nobody has read it yet."""
    PARSED = "parsed"
    """The answer was read and used."""
    MALFORMED = "malformed"
    """The answer was cut off or is not what was asked for."""
    REFUSED = "refused"
    """The model declined to answer, or a content filter did."""
    REJECTED = "rejected"
    """The endpoint refused this one request, or failed on it until the last attempt."""


class Usage(Record):
    """Tokens of a call, as the endpoint counts them. Null when it does not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    """Reasoning included."""
    cached_tokens: int | None = None
    """Those of the prompt that a prefix cache served."""
    reasoning_tokens: int | None = None


class Call(Record):
    """What was asked of which model."""

    key: str
    """SHA-256 of the model and of ``request``: the same question has the same key, whoever asks and wherever."""
    producer: str
    """The backend, such as ``openai``."""
    model: str
    """As the endpoint knows it."""
    task: str
    """What it was asked for, such as ``questions``."""
    prompt_id: str | None = None
    prompt_sha256: str | None = None
    document_id: str | None = None
    unit_id: str | None = None
    request: str
    """Canonical JSON of messages, output schema and sampling; an image stands as its SHA-256."""


class CallAnswer(Record):
    """What came back, as it came."""

    body: bytes
    """A chat completion in JSON, byte for byte; a key that a server repeats in it is blotted out."""
    usage: Usage = Usage()
    price_usd: float | None = None
    """Null when the model's price is not known."""
    latency_s: float
    """Of the attempt that was answered."""
    attempts: int = 1
    """How often it was sent until it was answered."""
    response_id: str | None = None
    served_model: str | None = None
    """What the endpoint says answered."""
    mode: str | None = None
    """How structure was asked for: ``json_schema``, ``structured_outputs``, ``json_object`` or ``fenced``."""
    time: datetime
    """When it was answered, in UTC."""


class LedgerEntry(Record):
    """One call with what became of it."""

    call: Call
    state: CallState
    reason: str = ""
    """Why it is malformed, refused or rejected."""
    answer: CallAnswer | None = None


class Spending(Record):
    """What all calls of a workspace have come to, those included of which nothing was released."""

    calls: int
    """Answers that were paid for."""
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    """Of the calls whose price is known."""
    unpriced: int
    """Calls whose price is not known."""

    def per_example_usd(self, examples: int) -> float | None:
        """What each of so many accepted examples has cost; None when a price is not known or there is no example."""
        return None if self.unpriced or not examples else self.cost_usd / examples
