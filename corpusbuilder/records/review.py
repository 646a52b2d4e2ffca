"""What people say of examples: an annotation as the server holds it, the review it amounts to, and what comes of all.

An `Annotation` is kept word for word, so that it can be read again; a `Review` is what it means; a `ReviewedExample`
is what the reviews of one example come to together.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self, TypeAlias

from pydantic import Field, JsonValue, model_validator

from corpusbuilder.records.base import Record
from corpusbuilder.records.correction import Correction
from corpusbuilder.records.evidence import Evidence
from corpusbuilder.records.example import Example, GroundedExample, VerifiedExample
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.verdict import Verdict


class Decision(StrEnum):
    """What a person decides about an example."""

    ACCEPT = "accept"
    """It is right as it was shown."""
    CORRECT = "correct"
    """It is right with the changes that were made."""
    REJECT = "reject"
    """It cannot be saved."""
    SKIP = "skip"
    """No decision: somebody else may make one. Never an acceptance."""


Purpose: TypeAlias = Literal["withheld", "audit", "gold"]
"""Why an example is shown: verification withheld it; it is a sample of what was accepted; or the right decision is
known, and the annotator's care is tested."""


class Annotation(Record):
    """What one person said by one annotation, as the server gave it. Of several with the same id the last one counts.

    Where somebody changed the annotation of somebody else, what either of them said last stands.
    """

    example_id: str
    version: str
    """Which version of the example was on the page: see `version_of`."""
    task_id: int = Field(ge=0)
    """Label Studio's."""
    annotation_id: int = Field(ge=0)
    """Label Studio's."""
    annotator: str
    """Pseudonym; never an e-mail address."""
    author: str | None = None
    """Pseudonym of who made the annotation, where ``annotator`` changed what somebody else had made; else null."""
    created_at: datetime
    updated_at: datetime
    seconds: float | None = None
    """How long it took, as the page measured it; null where ``author`` is given: the page adds up both."""
    cancelled: bool = False
    """Skipped."""
    deleted: bool = False
    """No longer on the server. What it said is kept, in the state before."""
    result: tuple[JsonValue, ...] = ()
    """Label Studio's result objects, unread."""


class Shown(Record):
    """A version of an example as it was sent to the annotators."""

    key: str
    """The id under which they see it: the example's own, or for a gold task one that does not give it away."""
    version: str
    purpose: Purpose
    grounded: GroundedExample
    expected: Literal["accept", "correct", "reject"] | None = None
    """What a careful annotator decides; only of gold tasks. ``accept`` and ``correct`` mean just that; ``reject`` means
    that something is wrong and has to be noticed: whatever is not an acceptance is right."""
    reference: GroundedExample | None = None
    """What the example should become, under its own id; only of gold tasks, where it is known. Of a planted error it is
    the example before it was broken."""


class Review(Record):
    """What one person said of one version of an example."""

    example_id: str
    version: str
    decision: Decision
    annotator: str
    """Pseudonym; never an e-mail address."""
    comment: str = ""
    corrections: tuple[Correction, ...] = ()
    """What differs from the version on the page, in the order of the page; empty unless ``decision`` is ``correct``."""
    corrected: GroundedExample | None = None
    """The example with all corrections; null unless ``decision`` is ``correct``."""
    task_id: int
    annotation_id: int
    time: datetime
    """When it was last changed."""
    seconds: float | None = None
    """How long it took."""

    @model_validator(mode="after")
    def _corrections_come_with_what_they_make(self) -> Self:
        is_correct = self.decision is Decision.CORRECT
        if is_correct != (self.corrected is not None) or is_correct != bool(self.corrections):
            raise ValueError(f"annotation {self.annotation_id}: decision {self.decision} does not fit its corrections")
        return self


class ReviewedExample(Record):
    """An example and what people said of it."""

    verified: VerifiedExample
    """The example as the reviews leave it, with the verdict of the checks on just that."""
    status: Literal["accepted", "corrected", "rejected", "disputed"]
    """``disputed``: people disagree, and the rule does not settle it."""
    accepted: bool
    """Whether it may be released: what people and checks say, weighed by the policy."""
    annotator: str | None = None
    """Whose version it is; null when it is disputed."""
    machine: Verdict
    """What the checks said before anybody looked."""
    corrections: tuple[Correction, ...] = ()
    """What led from the example as generated to this one."""
    reviews: tuple[Review, ...]
    """Everything that was said, oldest first."""

    @property
    def id(self) -> str:
        """The example's id: corrections do not change it."""
        return self.verified.id

    @property
    def example(self) -> Example:
        """The example as the reviews leave it."""
        return self.verified.example


def version_of(grounded: GroundedExample, beside: tuple[str, ...] = ()) -> str:
    """What names a version of an example as it is shown to people: its content, evidence and candidates.

    Args:
        grounded: the example.
        beside: what else is on the page, such as why it is there.
    """
    return content_id("ver", grounded.model_dump(mode="json"), list(beside))


def confirmed(evidence: Evidence) -> Evidence:
    """The same evidence, with a person's word for it."""
    return evidence.model_copy(update={"confirmed": True})
