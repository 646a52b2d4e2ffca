"""What a grounder does: find the evidence for a reasoning step, or abstain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example, StepGrounding


@dataclass(frozen=True, slots=True)
class GroundingQuery:
    """One step of an example in its unit."""

    unit: Unit
    example: Example
    step: int
    """Index of the step."""


class Grounder(Protocol):
    """Finds evidence."""

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterable[StepGrounding]:
        """One grounding per query, in order. Doubtful evidence goes to ``candidates``, never to ``evidence``."""
        ...
