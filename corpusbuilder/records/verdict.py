"""What verification found."""

from typing import Literal, TypeAlias

from corpusbuilder.records.base import Record

Outcome: TypeAlias = Literal["pass", "fail", "abstain"]
VerdictLabel: TypeAlias = Literal["supported", "refuted", "not_enough_info"]


class CheckResult(Record):
    """The outcome of one named check on an example or on one of its steps."""

    name: str
    """Such as ``quote_matches``."""
    version: int
    step: int | None = None
    """Index of the step it looked at; null for the whole example."""
    outcome: Outcome
    reason: str = ""
    """One plain sentence; empty on a pass."""
    element_ids: tuple[str, ...] = ()
    """Elements, passages or figures it looked at."""


class StepVerdict(Record):
    """The verdict on one step."""

    step: int
    label: VerdictLabel


class Verdict(Record):
    """The verdict on one example, in FEVER's terms (Thorne et al. 2018)."""

    label: VerdictLabel
    """``supported``: every check that could decide passed. ``refuted``: one showed it wrong."""
    steps: tuple[StepVerdict, ...]
    checks: tuple[CheckResult, ...]
