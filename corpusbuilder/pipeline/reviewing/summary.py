"""Where the review of a workspace stands, from what lies in the workspace. No server is asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from corpusbuilder.backends.labelstudio.reading import read_annotation
from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.glimpses import ReviewedGlimpse, glimpse_reviewed, glimpse_verified
from corpusbuilder.pipeline.reviewfiles import Annotators, ProjectState, ReviewFiles
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import GroundedExample
from corpusbuilder.records.review import Annotation, Decision, Purpose, Review, Shown
from corpusbuilder.records.verdict import VerdictLabel
from corpusbuilder.stages.review import reviews_of
from corpusbuilder.stages.review.quality import agreement_report
from corpusbuilder.store.workspace import Workspace


@dataclass(slots=True)
class ReviewSurvey:
    """The review of one workspace."""

    project: ProjectState | None
    annotators: Annotators
    sent: Counter[str] = field(default_factory=Counter)
    """Examples by why they were sent: withheld, audit, gold."""
    unanswered: int = 0
    """Sent, wanted, and not even skipped by anybody."""
    unwanted: int = 0
    """Sent, answered by nobody, and no longer wanted: the example is gone or has become right."""
    skipped: int = 0
    """Skipped, and decided by nobody."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Decided examples, by status."""
    fit: int = 0
    """Of those, how many a release takes."""
    fit_on_word: Counter[VerdictLabel] = field(default_factory=Counter)
    """Of those, how many on a person's word alone, by what the checks say, where that is not ``supported``."""
    unfit: int = 0
    """Accepted or corrected by people, and not fit for release by the policy all the same."""
    unfit_by_check: Counter[str] = field(default_factory=Counter)
    """Of those, how many each check objects to."""
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
            "unwanted": self.unwanted,
            "skipped": self.skipped,
            "decided": dict(sorted(self.outcomes.items())),
            "fit": self.fit,
            "fit_on_word": dict(sorted(self.fit_on_word.items())),
            "unfit": self.unfit,
            "unfit_by_check": dict(sorted(self.unfit_by_check.items())),
            "disputed": self.disputed,
            "orphans": self.orphans,
            "problems": self.problems,
            "agreement": self.agreement.model_dump(mode="json") if self.agreement else None,
        }

    def add(self, record: ReviewedGlimpse) -> None:
        """Count an example about which people have decided."""
        self.outcomes[record.status] += 1
        if record.accepted:
            self.fit += 1
            self.fit_on_word.update([record.label] if record.label != "supported" else ())
        elif record.status == "disputed":
            self.disputed.append(record.id)
        elif record.status != "rejected":
            self.unfit += 1
            self.unfit_by_check.update(record.objecting)


def survey_reviews(workspace: Workspace) -> ReviewSurvey:
    """Everything that can be said of the review of a workspace.

    Raises:
        StorageError: a file of it is damaged.
    """
    files = ReviewFiles(workspace)
    survey = ReviewSurvey(files.read_project(), files.read_annotators())
    survey.agreement = _Reading(workspace, survey).report()
    for document in workspace.document_ids("review"):
        for record in glimpse_reviewed(workspace, document):
            survey.add(record)
    return survey


def statuses_of(workspace: Workspace, documents: Iterable[str]) -> dict[str, str]:
    """What people have decided about examples of some documents, by example; a damaged shard counts as none."""
    found: dict[str, str] = {}
    for document in documents:
        with suppress(StorageError):  # the stage makes it again
            found.update({record.id: record.status for record in glimpse_reviewed(workspace, document)})
    return found


def agreement_of(workspace: Workspace) -> AgreementReport | None:
    """The figures of the reviews of a workspace; None when nobody has said anything about what it generates now."""
    if not any(ReviewFiles(workspace).annotations(d).path.exists() for d in ReviewFiles(workspace).documents()):
        return None
    report = _Reading(workspace, ReviewSurvey(None, Annotators())).report()
    return report if report.annotators else None


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
        """Examples that are still generated, with their reviews; those of gold tasks go aside."""
        for document in self._files.documents():
            shown = self._files.shown_by_key(document)
            said = self._files.current_annotations(document)
            purposes = {key: next(reversed(versions.values())).purpose for key, versions in shown.items()}
            self._survey.sent.update(purposes.values())
            alive = self._labels(document)
            self._note_unanswered({key: purpose for key, purpose in purposes.items() if key not in said}, alive)
            if not said:
                continue
            is_parsed = self._workspace.shard("parse", document).read_done() is not None
            units = {unit.id: unit for unit in load_units(self._workspace, document)} if is_parsed else {}
            for key, annotations in sorted(said.items()):
                versions = shown.get(key, {})
                self._versions.clear()
                self._versions.update({version: sent.grounded for version, sent in versions.items()})
                reviews = self._reviews(versions, annotations, units)
                if purposes.get(key) == "gold":
                    self._gold += [(versions[review.version], review) for review in reviews]
                    continue
                if key not in alive:
                    self._survey.orphans += 1
                    continue
                self._note_skipped(reviews)
                yield key, reviews

    def _labels(self, document: str) -> dict[str, VerdictLabel]:
        """What the checks say of the examples of a document that are still generated."""
        if self._workspace.shard("verify", document).read_done() is None:
            return {}
        return {record.id: record.label for record in glimpse_verified(self._workspace, document)}

    def _note_unanswered(self, purposes: Mapping[str, Purpose], alive: Mapping[str, VerdictLabel]) -> None:
        for key, purpose in purposes.items():
            has_become_right = purpose == "withheld" and alive.get(key) == "supported"
            if purpose == "gold" or (key in alive and not has_become_right):
                self._survey.unanswered += 1
            else:
                self._survey.unwanted += 1

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

    def _note_skipped(self, reviews: list[Review]) -> None:
        if reviews and all(review.decision is Decision.SKIP for review in reviews):
            self._survey.skipped += 1
