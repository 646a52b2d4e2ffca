"""Where the review of a workspace stands, from what lies in the workspace. No server is asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from corpusbuilder.backends.labelstudio.reading import read_annotation
from corpusbuilder.pipeline.reviewfiles import Annotators, ProjectState, ReviewFiles
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import GroundedExample, VerifiedExample
from corpusbuilder.records.review import Annotation, Decision, Review, Shown
from corpusbuilder.stages.review import reviews_of
from corpusbuilder.stages.review.quality import agreement_report
from corpusbuilder.store.workspace import Workspace


class _Named(BaseModel):
    id: str


class _WithExample(BaseModel):
    example: _Named


class _Label(BaseModel):
    label: str


class _Checked(BaseModel):
    grounded: _WithExample
    verdict: _Label


class _Outcome(BaseModel):
    """As much of a `ReviewedExample` as counting needs."""

    verified: _Checked
    status: str
    accepted: bool


@dataclass(slots=True)
class ReviewSurvey:
    """The review of one workspace."""

    project: ProjectState | None
    annotators: Annotators
    sent: Counter[str] = field(default_factory=Counter)
    """Examples by why they were sent: withheld, audit, gold."""
    unanswered: int = 0
    """Sent, and not even skipped by anybody."""
    skipped: int = 0
    """Skipped, and decided by nobody."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Decided examples, by status."""
    released: int = 0
    """Of those, how many a release takes."""
    overridden: int = 0
    """Of those, how many on a person's word alone: the checks do not support them."""
    withheld: int = 0
    """Accepted or corrected by people, and withheld by the policy."""
    disputed: list[str] = field(default_factory=list)
    orphans: int = 0
    """Examples that people have looked at and that are no longer generated. What was said is kept."""
    problems: list[str] = field(default_factory=list)
    """Annotations that cannot be read, each named."""
    agreement: AgreementReport | None = None

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "project": self.project.model_dump(mode="json") if self.project else None,
            "annotators": [{"annotator": n, "server": s, "user": u} for n, s, u in self.annotators.users],
            "sent": dict(sorted(self.sent.items())),
            "unanswered": self.unanswered,
            "skipped": self.skipped,
            "decided": dict(sorted(self.outcomes.items())),
            "released": self.released,
            "overridden": self.overridden,
            "withheld": self.withheld,
            "disputed": self.disputed,
            "orphans": self.orphans,
            "problems": self.problems,
            "agreement": self.agreement.model_dump(mode="json") if self.agreement else None,
        }


def survey_reviews(workspace: Workspace) -> ReviewSurvey:
    """Everything that can be said of the review of a workspace.

    Raises:
        StorageError: a file of it is damaged.
    """
    files = ReviewFiles(workspace)
    survey = ReviewSurvey(files.read_project(), files.read_annotators())
    survey.agreement = _Reading(workspace, survey).report()
    for document in workspace.document_ids("review"):
        for outcome in workspace.shard("review", document).read(_Outcome):
            if outcome.status == "disputed":
                survey.disputed.append(outcome.verified.grounded.example.id)
            survey.outcomes[outcome.status] += 1
            survey.released += outcome.accepted
            survey.overridden += outcome.accepted and outcome.verified.verdict.label != "supported"
            survey.withheld += outcome.status in {"accepted", "corrected"} and not outcome.accepted
    return survey


def agreement_of(workspace: Workspace) -> AgreementReport | None:
    """The figures of the reviews of a workspace; None when nobody has said anything."""
    if not any(ReviewFiles(workspace).annotations(d).path.exists() for d in ReviewFiles(workspace).documents()):
        return None
    return _Reading(workspace, ReviewSurvey(None, Annotators())).report()


class _Reading:
    """Reads all annotations of a workspace once, document by document."""

    def __init__(self, workspace: Workspace, survey: ReviewSurvey) -> None:
        self._workspace = workspace
        self._files = ReviewFiles(workspace)
        self._survey = survey
        self._gold: list[tuple[Shown, Review]] = []
        self._versions: dict[str, GroundedExample] = {}
        self._examples = 0

    def report(self) -> AgreementReport:
        """The figures; what else is seen on the way is noted in the survey."""
        self._examples = sum(
            done.counts.outputs
            for document in self._workspace.document_ids("verify")
            if (done := self._workspace.shard("verify", document).read_done()) is not None
        )
        return agreement_report(self._reviewed(), self._gold, shown=self._versions.get, of=self._examples or None)

    def _reviewed(self) -> Iterator[tuple[str, list[Review]]]:
        """Examples with their reviews; those of gold tasks go aside."""
        for document in self._files.documents():
            shown = self._files.shown_by_key(document)
            said = self._files.current_annotations(document)
            purposes = {key: next(reversed(versions.values())).purpose for key, versions in shown.items()}
            self._survey.sent.update(purposes.values())
            self._survey.unanswered += sum(key not in said for key in shown)
            if not said:
                continue
            units = {unit.id: unit for unit in load_units(self._workspace, document)}
            alive = {record.id for record in self._workspace.shard("verify", document).read(VerifiedExample)}
            for key, annotations in sorted(said.items()):
                versions = shown.get(key, {})
                self._versions.clear()
                self._versions.update({version: sent.grounded for version, sent in versions.items()})
                reviews = self._reviews(versions, annotations, units)
                if purposes.get(key) == "gold":
                    self._gold += [(versions[review.version], review) for review in reviews]
                    continue
                self._survey.orphans += key not in alive
                self._note(reviews)
                yield key, reviews

    def _reviews(
        self, versions: dict[str, Shown], annotations: tuple[Annotation, ...], units: dict[str, Unit]
    ) -> list[Review]:
        sent = next(reversed(versions.values()), None)
        unit = units.get(sent.grounded.example.unit_id) if sent else None
        if unit is None:
            return []
        reviews, problems = reviews_of(annotations, versions, unit, read_annotation)
        self._survey.problems += problems
        return reviews

    def _note(self, reviews: list[Review]) -> None:
        if reviews and all(review.decision is Decision.SKIP for review in reviews):
            self._survey.skipped += 1
