"""What a grounder does: find the evidence for a reasoning step, or abstain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from corpusbuilder.backends.models.calls import POSTPONED
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example, StepGrounding
from corpusbuilder.records.prompt import Prompt


@dataclass(frozen=True, slots=True)
class GroundingQuery:
    """One step of an example in its unit."""

    unit: Unit
    example: Example
    step: int
    """Index of the step."""
    prompts: Mapping[str, Prompt] = field(default_factory=dict, compare=False)
    """The prompts of the task ``ground`` in the example's language, by name; for grounders that ask a model."""


class Grounder(Protocol):
    """Finds evidence."""

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterable[StepGrounding | RecordError]:
        """One grounding per query, in order. Doubtful evidence goes to ``candidates``, never to ``evidence``.

        A `RecordError` in place of a grounding says that the model could not be asked this time: the example is
        rejected with its reason, and another run asks again. What will never be answered is a grounding with the
        reason in ``unresolved``.

        Raises:
            BackendError: the grounder cannot be used at all.
            BudgetReachedError: the money set aside is spent.
        """
        ...


def settles(error: RecordError) -> bool:
    """Whether an error in a call is the last word, and not one of circumstances that may change."""
    return error.reason_code not in POSTPONED | {"endpoint_failed"}
