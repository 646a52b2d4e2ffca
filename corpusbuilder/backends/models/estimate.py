"""What calls would come to, without sending any."""

from collections import Counter
from dataclasses import dataclass, field

from corpusbuilder.backends.models.base import ModelRequest
from corpusbuilder.backends.models.budget import prompt_tokens
from corpusbuilder.errors import RecordError
from corpusbuilder.records.call import Call, CallAnswer


@dataclass(frozen=True, slots=True)
class WouldSend:
    """One call that is not in the ledger."""

    task: str
    unit_id: str | None
    prompt_tokens: int
    """Estimated."""
    subject: str | None
    """``figure`` or ``text``."""


@dataclass(slots=True)
class Estimate:
    """A `Source` that counts instead of asking. What comes after an answer that is missing cannot be seen."""

    would_send: list[WouldSend] = field(default_factory=list)

    async def obtain(self, call: Call, request: ModelRequest) -> CallAnswer:
        """See `Source.obtain`."""
        tokens = prompt_tokens(request)
        self.would_send.append(WouldSend(call.task, call.unit_id, tokens, request.purpose.subject))
        raise RecordError("not_in_ledger", "nothing is sent in a dry run")

    def by_task(self) -> Counter[str]:
        """How many calls of each task."""
        return Counter(item.task for item in self.would_send)
