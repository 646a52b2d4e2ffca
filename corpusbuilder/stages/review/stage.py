"""The `review` stage: verified examples and what people said of them -> reviewed examples.

An example that nobody has decided about yields nothing: it stands as verification left it. What people leave of one is
verified again, and the policy says whether it may be released.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from pydantic import JsonValue

from corpusbuilder.config import ReviewSection
from corpusbuilder.errors import RecordError
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example, GroundedExample, StepGrounding, VerifiedExample
from corpusbuilder.records.review import Annotation, Decision, Review, ReviewedExample, Shown, confirmed
from corpusbuilder.records.verdict import Verdict
from corpusbuilder.stages.contract import Done, Rejected
from corpusbuilder.stages.review.policy import may_be_released
from corpusbuilder.stages.review.resolving import Outcome, resolve

Reader: TypeAlias = Callable[[Annotation, Shown, Unit], Review]
"""Reads an annotation, or raises `RecordError`."""


class Verifier(Protocol):
    """Verifies examples of one document as people leave them."""

    def __call__(self, record: GroundedExample, unit: Unit) -> Verdict:
        """The verdict on one, beside those that stand."""
        ...

    def stands(self, example: Example) -> None:
        """The example is taken: no later one may ask the same."""
        ...


@dataclass(frozen=True, slots=True)
class InReview:
    """A verified example with all that was sent and said of it."""

    record: VerifiedExample
    unit: Unit
    shown: Mapping[str, Shown]
    """By version."""
    annotations: tuple[Annotation, ...]
    """The current state of each."""

    @property
    def id(self) -> str:
        """The example's id."""
        return self.record.id


class ReviewStage:
    """`VerifiedExample` to `ReviewedExample`. All records of one document belong into one call of `process`."""

    name: ClassVar[str] = "review"
    version: ClassVar[int] = 1
    needs_all: ClassVar[bool] = True
    reads: ClassVar[type] = VerifiedExample
    writes: ClassVar[type[Record]] = ReviewedExample

    def __init__(
        self,
        config: ReviewSection,
        read: Reader,
        verifier: Callable[[Iterable[Example]], Verifier],
        depends_on: Mapping[str, JsonValue],
    ) -> None:
        """Make a stage.

        Args:
            config: the rule and the policy.
            read: reads one annotation.
            verifier: makes the function that verifies beside the examples of the document that stand already.
            depends_on: what the outcome of ``read`` and ``verifier`` depends on, for the fingerprint.
        """
        self._config = config
        self._read = read
        self._verifier = verifier
        self._depends_on = depends_on

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the same for every language
        """The rule, the policy, and what reading and verifying depend on."""
        config = self._config
        return {
            **self._depends_on,
            "config.rule": config.rule,
            "config.adjudicators": ", ".join(sorted(config.adjudicators)) if config.rule == "adjudicator" else "",
            "config.overrides": config.overrides,
        }

    def process(self, records: Sequence[InReview]) -> Iterator[Done[ReviewedExample] | Rejected]:
        """One result per example, in order: `Rejected` when not a single annotation of it can be read."""
        read = [(item, *reviews_of(item.annotations, item.shown, item.unit, self._read)) for item in records]
        standing = (item.record.example for item, reviews, _ in read if item.record.accepted and not _decided(reviews))
        verify = self._verifier(standing)
        for item, reviews, problems in read:
            if problems and not reviews:
                yield Rejected(item.id, "malformed_annotation", "; ".join(problems))
                continue
            reviewed = self._reviewed(item, reviews, verify)
            yield Done(input_id=item.id, outputs=(reviewed,) if reviewed else (), notes=tuple(problems))

    def _reviewed(self, item: InReview, reviews: Sequence[Review], verify: Verifier) -> ReviewedExample | None:
        config = self._config
        outcome = resolve(reviews, config.rule, config.adjudicators, versions=tuple(item.shown))
        if outcome is None or _is_about_the_past(item, outcome, reviews):
            return None
        verified = _as_left(item, outcome, verify)
        review = outcome.review
        accepted = may_be_released(outcome.status, verified.verdict, config.overrides)
        if accepted:
            verify.stands(verified.example)
        return ReviewedExample(
            verified=verified,
            status=outcome.status,
            accepted=accepted,
            annotator=review.annotator if review else None,
            machine=item.record.verdict,
            corrections=review.corrections if review else (),
            reviews=tuple(reviews),
        )


def reviews_of(
    annotations: Iterable[Annotation], versions: Mapping[str, Shown], unit: Unit, read: Reader
) -> tuple[list[Review], list[str]]:
    """What was said of an example, oldest first, and one sentence for each annotation that cannot be read."""
    reviews: list[Review] = []
    problems: list[str] = []
    for annotation in annotations:
        if annotation.deleted:
            continue
        shown = versions.get(annotation.version)
        if shown is None:
            problems.append(_told(annotation, "it is about a version that was never sent from this workspace"))
            continue
        try:
            reviews.append(read(annotation, shown, unit))
        except RecordError as error:
            problems.append(_told(annotation, error.message))
    return sorted(reviews, key=lambda review: (review.time, review.annotation_id)), problems


def _decided(reviews: Sequence[Review]) -> bool:
    return any(review.decision is not Decision.SKIP for review in reviews)


def _is_about_the_past(item: InReview, outcome: Outcome, reviews: Sequence[Review]) -> bool:
    """Whether people refused a version that is no longer what the example is: the one of today stands as verified.

    What they accepted or corrected is another matter: that version is taken up again, with their word for it.
    """
    if outcome.status in {"accepted", "corrected"}:
        return False
    seen = {review.version for review in reviews if review.decision is not Decision.SKIP}
    return all(item.shown[version].grounded != item.record.grounded for version in seen)


def _as_left(item: InReview, outcome: Outcome, verify: Verifier) -> VerifiedExample:
    """The example as the outcome leaves it; what is rejected or disputed stays as the checks had it."""
    review = outcome.review
    if review is None or outcome.status == "rejected":
        return item.record
    version = review.corrected or item.shown[review.version].grounded
    vouched = vouched_for(version)
    return VerifiedExample(grounded=vouched, verdict=verify(vouched, item.unit))


def vouched_for(version: GroundedExample) -> GroundedExample:
    """A version for which a person answers: its evidence is confirmed, and what the teacher had cited is past."""
    steps = tuple(step.model_copy(update={"citations": ()}) for step in version.example.steps)
    groundings = tuple(
        StepGrounding(step=grounding.step, evidence=tuple(map(confirmed, grounding.evidence)))
        for grounding in version.groundings
    )
    return GroundedExample(example=version.example.model_copy(update={"steps": steps}), groundings=groundings)


def _told(annotation: Annotation, problem: str) -> str:
    place = f"task {annotation.task_id}, annotation {annotation.annotation_id} of {annotation.annotator}"
    return problem if problem.startswith("task ") else f"{place}: {problem}"
