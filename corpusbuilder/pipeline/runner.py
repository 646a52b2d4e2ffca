"""Runs stages over a workspace: what is current is left alone, what is stale is made, what fails is named."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Protocol

from pydantic import JsonValue

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.config import Config
from corpusbuilder.engines.base import Crashed, Engine, Finished, cores
from corpusbuilder.engines.threads import ThreadEngine
from corpusbuilder.errors import MissingInputError, StorageError, command_line
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.forecast import Forecast
from corpusbuilder.pipeline.glimpses import language_of
from corpusbuilder.pipeline.pilot import run_pilot
from corpusbuilder.pipeline.shards import (
    RETRIED,
    UNANSWERED,
    ShardJob,
    ShardReport,
    built,
    cached_report,
    fingerprint_of,
    record_crash,
    run_shard,
    sum_of,
    total,
    why_stale,
)
from corpusbuilder.pipeline.sources import describe, known_sources
from corpusbuilder.pipeline.specs import SPECS, StageSpec
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Source, Stage
from corpusbuilder.store.workspace import Counts, Workspace

_THREADS: Final = 64
"""Documents at a time in a stage that calls models; the model says how many calls are under way."""
SCHEMA_VERSION: Final = "1.0"
"""Version of the records and of the workspace's layout."""


class Observer(Protocol):
    """Is told how a run goes. Prints or does not."""

    def stage_begins(self, stage: str, *, stale: int, current: int, inputs: int, meter: Meter | None) -> None:
        """A stage is about to make ``stale`` shards of ``inputs`` records; ``current`` others need nothing.

        ``meter`` counts its calls when it calls models.
        """
        ...

    def forecast(self, forecast: Forecast, budget_usd: float | None) -> None:
        """A pilot has shown what the rest of the stage will come to."""
        ...

    def shard_ends(self, stage: str, report: ShardReport) -> None:
        """A shard was made."""
        ...

    def stage_ends(self, report: "StageReport") -> None:
        """All shards of a stage are done."""
        ...


@dataclass(frozen=True, slots=True)
class StageReport:
    """What became of a stage."""

    stage: str
    shards: tuple[ShardReport, ...]
    """By document id."""
    reasons: Mapping[str, str]
    """Why each shard that was made was stale, by document id."""

    @property
    def counts(self) -> Counts:
        """The sum over all shards, those that were current included."""
        return total(self.shards)

    @property
    def made(self) -> int:
        """Number of shards made in this run."""
        return sum(not shard.cached and not shard.postponed for shard in self.shards)

    @property
    def postponed(self) -> int:
        """Number of inputs whose answers are not there yet."""
        return sum(shard.postponed for shard in self.shards)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which shards a run may touch."""

    shard: tuple[int, int] = (1, 1)
    """``(i, n)``: the i-th of n equal parts of the documents, from 1."""
    limit: int | None = None
    """At most so many stale shards in each stage."""
    force: bool = False
    """Make shards that are current, too."""


@dataclass(slots=True)
class Runner:
    """Runs stages over one workspace."""

    workspace: Workspace
    config: Config
    engine: Engine
    observer: Observer
    selection: Selection = field(default_factory=Selection)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    access: Access = None  # type: ignore[assignment]  # made from the above unless given

    def __post_init__(self) -> None:
        if self.access is None:
            self.access = access_for(self.workspace, self.config, environ=self.environ)

    def run(self, stage: str) -> StageReport:
        """Make every stale shard of a stage.

        Raises:
            MissingInputError: the stage before it has not run.
            BackendError, BudgetReachedError, MissingExtraError, StorageError: the run cannot go on.
        """
        spec = SPECS[stage]
        jobs, reasons, current = self._plan(spec)
        if spec.has_work is not None and not jobs and not current:
            return StageReport(stage, (), {})
        meter = self.access.meter if spec.calls_models(self.config) else None
        self.observer.stage_begins(
            stage, stale=len(jobs), current=len(current), inputs=self._inputs(spec, jobs), meter=meter
        )
        reports = list(current)
        for outcome in self._outcomes(spec, jobs) if jobs else ():
            made = record_crash(outcome.job, outcome.reason) if isinstance(outcome, Crashed) else outcome.value
            reports.append(made)
            self.observer.shard_ends(stage, made)
        report = StageReport(stage, tuple(sorted(reports, key=lambda r: r.document_id)), reasons)
        self._check(report)
        self._write_manifest(spec)
        self.observer.stage_ends(report)
        return report

    def _outcomes(
        self, spec: StageSpec, jobs: Sequence[ShardJob]
    ) -> Iterator[Finished[ShardJob, ShardReport] | Crashed[ShardJob]]:
        """Shards as they end: in processes, or in threads of this one when they call models."""
        if not spec.calls_models(self.config):
            yield from self.engine.run(run_shard, jobs)
            return
        is_paid = any(map(self.access.costs_money, spec.models(self.config)))
        if spec.pilot and self.access.mode == "live" and is_paid:
            forecast = run_pilot(self._built(spec), spec, jobs, self.access)
            if forecast is not None:
                self.observer.forecast(forecast, self.config.generate.budget_usd)
        yield from ThreadEngine(_THREADS, self.access.stop).run(partial(run_shard, access=self.access), jobs)

    def _inputs(self, spec: StageSpec, jobs: Sequence[ShardJob]) -> int:
        """How many records the jobs will read."""
        if not spec.upstream:
            return len(jobs)
        dones = (self.workspace.shard(spec.upstream[-1], job.document_id).read_done() for job in jobs)
        return sum(done.counts.outputs for done in dones if done is not None)

    def staleness(self, stage: str) -> dict[str, str | None]:
        """Why each document's shard of a stage is stale, or None when it is current."""
        spec = SPECS[stage]
        return {
            document: self._why_stale(spec, document, source, self._fingerprint(spec, document, source))
            for document, source in self._documents(spec).items()
        }

    def unfinished(self) -> dict[str, str]:
        """Documents that some stage has still to work on, with the stage and the reason."""
        found: dict[str, str] = {}
        for stage in SPECS:
            for document, reason in self.staleness(stage).items():
                if reason is not None:
                    found.setdefault(document, f"{stage}: {reason}")
        return found

    def built(self, stage: str) -> Stage[Any, Any]:
        """A stage, ready to process records."""
        return self._built(SPECS[stage])

    def plan(self, stage: str) -> list[ShardJob]:
        """The shards of a stage that a run would make. Nothing is written, apart from orphans that go."""
        return self._plan(SPECS[stage])[0]

    def _plan(self, spec: StageSpec) -> tuple[list[ShardJob], dict[str, str], list[ShardReport]]:
        """Jobs for stale shards, why they are stale, and reports of current ones."""
        jobs: list[ShardJob] = []
        reasons: dict[str, str] = {}
        current: list[ShardReport] = []
        self._remove_orphans(spec)
        documents = self._documents(spec)
        if not documents and spec.upstream and self.workspace.read_json(spec.upstream[-1], "manifest.json") is None:
            raise MissingInputError(
                f"{self.workspace.root}: nothing to {spec.name}: {spec.upstream[-1]} has not run",
                hint=command_line(spec.upstream[-1], "-w", self.workspace.root),
            )
        for document, source in documents.items():
            if not self._is_mine(document):
                continue
            fingerprint = self._fingerprint(spec, document, source)
            reason = self._why_stale(spec, document, source, fingerprint)
            reason = reason or ("--force" if self.selection.force else None)
            if reason is None:
                current.append(self._cached(spec.name, document))
            elif self.selection.limit is None or len(jobs) < self.selection.limit:
                reasons[document] = reason
                jobs.append(self._job(spec, document, source, fingerprint))
        return [replace(job, config=self._shared(spec, len(jobs))) for job in jobs], reasons, current

    def _shared(self, spec: StageSpec, jobs: int) -> Config:
        """The configuration for each of so many jobs: where there are few documents, the spare workers help to read."""
        if spec.name != "parse" or not jobs:
            return self.config
        workers = max(1, -(-(self.config.parse.workers or cores()) // jobs))
        return self.config.model_copy(update={"parse": self.config.parse.model_copy(update={"workers": workers})})

    def _why_stale(
        self, spec: StageSpec, document: str, source: Source | None, fingerprint: Mapping[str, JsonValue]
    ) -> str | None:
        shard = self.workspace.shard(spec.name, document)
        return why_stale(shard, fingerprint, retried=self._retried(spec, source))

    def _retried(self, spec: StageSpec, source: Source | None) -> frozenset[str]:
        """Reasons of an earlier rejection that may be gone."""
        if source is not None and source.password:
            return RETRIED | {"encrypted"}
        return RETRIED | UNANSWERED if spec.calls_models(self.config) else RETRIED

    def _job(
        self, spec: StageSpec, document: str, source: Source | None, fingerprint: Mapping[str, JsonValue]
    ) -> ShardJob:
        return ShardJob(
            root=self.workspace.root,
            stage=spec.name,
            config=self.config,
            document_id=document,
            fingerprint=fingerprint,
            source=source,
            fresh=self.selection.force,
            retried=self._retried(spec, source),
        )

    def _documents(self, spec: StageSpec) -> dict[str, Source | None]:
        """Documents that a stage has work on, sorted by id."""
        if not spec.upstream:
            sources = describe(known_sources(self.workspace), self.config.corpus, self.environ)
            return {source.document_id: source for source in sorted(sources, key=lambda s: s.document_id)}
        documents: dict[str, Source | None] = {}
        for document in self.workspace.document_ids(spec.upstream[-1]):
            done = self.workspace.shard(spec.upstream[-1], document).read_done()
            concerns = spec.has_work is None or spec.has_work(self.workspace, document)
            if done is not None and done.counts.outputs and concerns:
                documents[document] = None
        return documents

    def _is_mine(self, document: str) -> bool:
        """Whether a document is in this run's part: told from its id alone, so that all stages and runs agree."""
        part, parts = self.selection.shard
        place = int.from_bytes(hashlib.blake2b(document.encode(), digest_size=8).digest(), "big")
        return place % parts == part - 1

    def _fingerprint(self, spec: StageSpec, document: str, source: Source | None) -> dict[str, JsonValue]:
        stage = self._built(spec)
        if source is not None:
            return {**fingerprint_of(spec, stage, "", {"PDF": source.sha256}), **_facts(source)}
        inputs = {f"from {name}": self.workspace.shard(name, document).output_sha256() or "" for name in spec.upstream}
        inputs.update(spec.more_inputs(self.workspace, document))
        return fingerprint_of(spec, stage, language_of(self.workspace, document), inputs)

    def _built(self, spec: StageSpec) -> Stage[Any, Any]:
        access = self.access if spec.calls_models(self.config) else None
        return built(spec.name, self.workspace.root, self.config, access)

    def _cached(self, stage: str, document: str) -> ShardReport:
        shard = self.workspace.shard(stage, document)
        done = shard.read_done()
        if done is None:
            raise StorageError(f"{shard.done}: it vanished while it was looked at", hint="is another run at work?")
        return cached_report(shard, done)

    def _remove_orphans(self, spec: StageSpec) -> None:
        """Shards of documents that are gone: of a PDF that was replaced, or of which the stage before has nothing."""
        alive = {document_id(source.sha256) for source in known_sources(self.workspace)}
        for document in self.workspace.traces(spec.name):
            if self._is_mine(document) and (document not in alive or self._is_exhausted(spec, document)):
                self.workspace.shard(spec.name, document).remove()

    def _is_exhausted(self, spec: StageSpec, document: str) -> bool:
        """Whether the stages before are done with a document and left nothing of it."""
        if not spec.upstream:
            return False
        before = self.workspace.shard(spec.upstream[-1], document).read_done()
        if before is None:
            return self._is_exhausted(SPECS[spec.upstream[-1]], document)
        return not before.counts.outputs

    def _check(self, report: StageReport) -> None:
        counts = report.counts
        if counts.inputs != counts.done + counts.rejected:
            raise AssertionError(
                f"{report.stage}: {counts.inputs} inputs, but {counts.done} + {counts.rejected} results"
            )

    def _write_manifest(self, spec: StageSpec) -> None:
        """Counts over all shards on disk, also those of other runs and machines."""
        dones = [
            self.workspace.shard(spec.name, document).read_done() for document in self.workspace.document_ids(spec.name)
        ]
        counts = [done.counts for done in dones if done is not None]
        characters = sum_of(done.characters for done in dones if done is not None)
        stage = self._built(spec)
        self.workspace.write_json(
            {
                "schema_version": SCHEMA_VERSION,
                "stage": spec.name,
                "stage_version": stage.version,
                "fingerprint": {language: dict(stage.fingerprint(language)) for language in ("en", "fr")},
                "documents": len(counts),
                "counts": total([ShardReport("", c) for c in counts]).model_dump(),
                **({"characters": {**characters}} if characters else {}),
            },
            spec.name,
            "manifest.json",
        )


def _facts(source: Source) -> dict[str, str]:
    """What the owner said of a PDF, as part of its shard's fingerprint."""
    names = ("file_name", "title", "language", "subject", "grade", "licence", "attribution")
    return {f"stated {name}": str(getattr(source, name) or "") for name in names}
