"""What is done in a workspace, and what is stale and why."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.config import Config
from corpusbuilder.engines.local import LocalEngine
from corpusbuilder.errors import MissingInputError, StorageError, command_line
from corpusbuilder.pipeline.batchstate import waiting_requests
from corpusbuilder.pipeline.calls import spending
from corpusbuilder.pipeline.forecast import Forecast
from corpusbuilder.pipeline.glimpses import ReviewedGlimpse, glimpse_reviewed, glimpse_verified
from corpusbuilder.pipeline.releasing import why_release_is_stale
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.runner import Runner, StageReport
from corpusbuilder.pipeline.shards import ShardReport, sum_of, total
from corpusbuilder.pipeline.sources import known_sources
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.records.call import Spending
from corpusbuilder.records.ids import document_id
from corpusbuilder.records.verdict import VerdictLabel
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.workspace import Counts, Workspace

ToReview: TypeAlias = Literal["push", "status"]
_FOR_PEOPLE: Final = frozenset({"not_enough_info", "refuted"})


@dataclass(frozen=True, slots=True)
class StageStatus:
    """One stage."""

    name: str
    current: int
    stale: dict[str, str]
    """Why, by document id."""
    counts: Counts
    rejected: tuple[tuple[str, str, str], ...]
    """Document or input, reason code, message."""
    characters: Mapping[str, int]
    """Of ``parse``: how many characters were read, and how many ended where."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A whole workspace."""

    root: Path
    documents: int
    stages: tuple[StageStatus, ...]
    release: str
    """``current``, or why it is stale."""
    withheld: Mapping[str, int]
    """Verified examples that no release takes, by the label of their verdict."""
    accepted: int
    """Examples that a release takes."""
    reviewed: Mapping[str, int]
    """Examples about which people have decided, by what they decided."""
    spending: Spending | None
    """What calls of models have come to; null when none were made."""
    in_batches: int
    """Requests that were submitted in batches whose answers nobody has fetched."""

    @property
    def is_current(self) -> bool:
        """Whether ``build`` would do nothing."""
        return self.release == "current" and not any(stage.stale for stage in self.stages)

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        stages = {s.name: {**asdict(s), "counts": s.counts.model_dump()} for s in self.stages}
        return {
            "workspace": str(self.root),
            "documents": self.documents,
            "is_current": self.is_current,
            "stages": stages,
            "release": self.release,
            "withheld": dict(self.withheld),
            "accepted": self.accepted,
            "reviewed": dict(self.reviewed),
            "calls": self._calls_as_json(),
            "in_batches": self.in_batches,
        }

    def _calls_as_json(self) -> dict[str, Any] | None:
        if self.spending is None:
            return None
        return {
            **self.spending.model_dump(),
            "usd_per_accepted_example": self.spending.per_example_usd(self.accepted),
        }


class _Silent:
    """An observer that says nothing."""

    def stage_begins(self, stage: str, *, stale: int, current: int, inputs: int, meter: Meter | None) -> None:
        pass

    def forecast(self, forecast: Forecast, budget_usd: float | None) -> None:
        pass

    def shard_ends(self, stage: str, report: ShardReport) -> None:
        pass

    def stage_ends(self, report: StageReport) -> None:
        pass


def looker(workspace: Workspace, config: Config) -> Runner:
    """A runner that is only asked what is stale."""
    return Runner(workspace, config, LocalEngine(1), _Silent(), environ=os.environ)


def survey(workspace: Workspace, config: Config) -> Survey:
    """Look at every shard of a workspace. Nothing is run.

    Raises:
        MissingInputError: the folder is not a workspace.
    """
    sources = known_sources(workspace)
    if not sources:
        raise MissingInputError(
            f"{workspace.root}: no PDF has been given to this workspace",
            hint=command_line("build", "BOOK.pdf", "-w", workspace.root),
        )
    changed = sorted(document_id(s.sha256) for s in sources if _changed(Path(s.path), s.sha256))
    reasons = _reasons(looker(workspace, config), changed)
    stages = tuple(_stage_status(workspace, name, reasons[name]) for name in SPECS)
    waits_for = (f"depends on {stage.name}" for stage in stages if stage.stale)
    release = why_release_is_stale(workspace, config) or next(waits_for, "current")
    labels = _labels(workspace)
    return Survey(
        root=workspace.root,
        documents=len(sources),
        stages=stages,
        release=release,
        withheld=_unsupported(labels),
        accepted=labels["supported"],
        reviewed=_reviewed(workspace),
        spending=spending(workspace),
        in_batches=waiting_requests(workspace),
    )


def withheld_by_label(workspace: Workspace) -> dict[str, int]:
    """How many verified examples are not released, by the label of their verdict, sorted."""
    return _unsupported(_labels(workspace))


def to_review(workspace: Workspace) -> ToReview | None:
    """What is left to do about examples that are withheld and that no person has decided about.

    ``push`` while some of them were not sent, ``status`` when all were; None when there are none.
    """
    try:
        sent = ReviewFiles(workspace).purposes()
    except StorageError:
        return "status"  # which names what is damaged
    found: ToReview | None = None
    for document in workspace.document_ids("verify"):
        try:
            for identity, label in _standing(workspace, document):
                if label in _FOR_PEOPLE and identity not in sent:
                    return "push"
                found = "status" if label in _FOR_PEOPLE else found
        except StorageError:
            continue  # changed by hand: that it is stale is told with its stage
    return found


def _unsupported(labels: Counter[str]) -> dict[str, int]:
    return {label: labels[label] for label in sorted(labels) if label != "supported"}


def _labels(workspace: Workspace) -> Counter[str]:
    """How many examples have each label. What people made fit for release counts as supported."""
    labels: Counter[str] = Counter()
    for document in workspace.document_ids("verify"):
        try:
            labels.update(label for _, label in _standing(workspace, document))
        except StorageError:
            continue  # changed by hand: that it is stale is told with its stage
    return labels


def _standing(workspace: Workspace, document: str) -> Iterator[tuple[str, str]]:
    """Ids and labels of the verified examples of a document."""
    reviewed = {record.id: record for record in glimpse_reviewed(workspace, document)}
    for record in glimpse_verified(workspace, document):
        yield record.id, _label(record.label, reviewed.get(record.id))


def _label(label: VerdictLabel, reviewed: ReviewedGlimpse | None) -> str:
    if reviewed is None:
        return label
    return "supported" if reviewed.accepted else f"{reviewed.status} by people"


def _reviewed(workspace: Workspace) -> dict[str, int]:
    """How many examples people have decided about, by what they decided, sorted."""
    documents = workspace.document_ids("review")
    counts = Counter(record.status for document in documents for record in glimpse_reviewed(workspace, document))
    return dict(sorted(counts.items()))


def _reasons(runner: Runner, changed: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """Why each document is stale in each stage, or None: it is, too, when a stage before has still to make it.

    Args:
        runner: that is asked.
        changed: documents whose PDF has other content now.
    """
    found: dict[str, dict[str, str | None]] = {}
    first: dict[str, str] = {}
    for name in SPECS:
        found[name] = runner.staleness(name)
        if not SPECS[name].upstream:
            found[name].update(dict.fromkeys(changed, "the PDF has changed"))
        for document, reason in found[name].items():
            if reason is not None:
                first.setdefault(document, name)
            elif document in first:
                found[name][document] = f"depends on {first[document]}"
    return found


def _stage_status(workspace: Workspace, name: str, reasons: Mapping[str, str | None]) -> StageStatus:
    shards = {document: workspace.shard(name, document) for document in workspace.document_ids(name)}
    dones = {document: done for document, shard in shards.items() if (done := shard.read_done())}
    counts = total(ShardReport(document, done.counts) for document, done in dones.items())
    rejected = [(r.input_id, r.reason_code, r.message) for shard in shards.values() for r in shard.read_rejected()]
    stale = {document: reason for document, reason in reasons.items() if reason is not None}
    characters = sum_of(done.characters for done in dones.values())
    return StageStatus(name, len(reasons) - len(stale), stale, counts, tuple(rejected), characters)


def _changed(path: Path, digest: str) -> bool:
    return path.exists() and sha256_of(path) != digest
