"""Runs stages over a workspace: what is current is left alone, what is stale is made, what fails is named."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from pydantic import JsonValue

from corpusbuilder.config import Config
from corpusbuilder.engines.base import Crashed, Engine
from corpusbuilder.errors import MissingInputError
from corpusbuilder.pipeline.shards import (
    ShardJob,
    ShardReport,
    built,
    fingerprint_of,
    record_crash,
    run_shard,
    total,
    why_stale,
)
from corpusbuilder.pipeline.sources import describe, known_sources
from corpusbuilder.pipeline.specs import SPECS, StageSpec
from corpusbuilder.records.document import Unit
from corpusbuilder.records.ids import canonical_json
from corpusbuilder.stages.contract import Source
from corpusbuilder.store.workspace import Counts, Workspace

SCHEMA_VERSION: Final = "1.0"
"""Version of the records and of the workspace's layout."""


class Observer(Protocol):
    """Is told how a run goes. Prints or does not."""

    def stage_begins(self, stage: str, *, stale: int, current: int) -> None:
        """A stage is about to make ``stale`` shards; ``current`` others need nothing."""
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
        return sum(not shard.cached for shard in self.shards)


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

    def run(self, stage: str) -> StageReport:
        """Make every stale shard of a stage.

        Raises:
            MissingInputError: the stage before it has not run.
            BackendError, BudgetReachedError, MissingExtraError, StorageError: the run cannot go on.
        """
        spec = SPECS[stage]
        jobs, reasons, current = self._plan(spec)
        self.observer.stage_begins(stage, stale=len(jobs), current=len(current))
        reports = list(current)
        for outcome in self.engine.run(run_shard, jobs) if jobs else ():
            made = record_crash(outcome.job, outcome.reason) if isinstance(outcome, Crashed) else outcome.value
            reports.append(made)
            self.observer.shard_ends(stage, made)
        report = StageReport(stage, tuple(sorted(reports, key=lambda r: r.document_id)), reasons)
        self._check(report)
        self._write_manifest(spec)
        self.observer.stage_ends(report)
        return report

    def staleness(self, stage: str) -> dict[str, str | None]:
        """Why each document's shard of a stage is stale, or None when it is current."""
        spec = SPECS[stage]
        return {
            document: why_stale(self.workspace.shard(stage, document), self._fingerprint(spec, document, source))
            for document, source in self._documents(spec).items()
        }

    def _plan(self, spec: StageSpec) -> tuple[list[ShardJob], dict[str, str], list[ShardReport]]:
        """Jobs for stale shards, why they are stale, and reports of current ones."""
        jobs: list[ShardJob] = []
        reasons: dict[str, str] = {}
        current: list[ShardReport] = []
        documents = self._documents(spec)
        if not documents and spec.upstream:
            raise MissingInputError(
                f"{self.workspace.root}: nothing to {spec.name}: no document has come through {spec.upstream[-1]}",
                hint=f"corpusbuilder {spec.upstream[-1]} -w {self.workspace.root}",
            )
        self._remove_orphans(spec, documents)
        for document, source in self._selected(documents).items():
            fingerprint = self._fingerprint(spec, document, source)
            shard = self.workspace.shard(spec.name, document)
            reason = why_stale(shard, fingerprint) or ("--force" if self.selection.force else None)
            if reason is None:
                current.append(self._cached(spec.name, document))
            elif self.selection.limit is None or len(jobs) < self.selection.limit:
                reasons[document] = reason
                jobs.append(self._job(spec, document, source, fingerprint))
        return jobs, reasons, current

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
        )

    def _documents(self, spec: StageSpec) -> dict[str, Source | None]:
        """Documents that a stage has work on, sorted by id."""
        if not spec.upstream:
            sources = describe(known_sources(self.workspace), self.config.corpus, self.environ)
            return {source.document_id: source for source in sorted(sources, key=lambda s: s.document_id)}
        documents: dict[str, Source | None] = {}
        for document in self.workspace.document_ids(spec.upstream[-1]):
            done = self.workspace.shard(spec.upstream[-1], document).read_done()
            if done is not None and done.counts.outputs:
                documents[document] = None
        return documents

    def _selected(self, documents: Mapping[str, Source | None]) -> dict[str, Source | None]:
        part, parts = self.selection.shard
        return {document: documents[document] for document in list(documents)[part - 1 :: parts]}

    def _fingerprint(self, spec: StageSpec, document: str, source: Source | None) -> dict[str, JsonValue]:
        stage = built(spec.name, self.workspace.root, self.config)
        if source is not None:
            about = {"PDF": source.sha256, **_facts(source)}
            return fingerprint_of(spec, stage, "", about)
        inputs = {f"from {name}": self.workspace.shard(name, document).output_sha256() or "" for name in spec.upstream}
        return fingerprint_of(spec, stage, self._language(document), inputs)

    def _language(self, document: str) -> str:
        first = next(self.workspace.shard("parse", document).read(Unit), None)
        return first.document.language if first else ""

    def _cached(self, stage: str, document: str) -> ShardReport:
        shard = self.workspace.shard(stage, document)
        done = shard.read_done()
        if done is None:
            raise AssertionError(f"{shard.done} vanished")
        return ShardReport(document, done.counts, tuple(shard.read_rejected()), done.notes, done.seconds, cached=True)

    def _remove_orphans(self, spec: StageSpec, documents: Mapping[str, Source | None]) -> None:
        """Shards of documents that are gone: a replaced PDF, or nothing left from the stage before."""
        for document in self.workspace.document_ids(spec.name):
            if document not in documents:
                self.workspace.shard(spec.name, document).remove()

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
        stage = built(spec.name, self.workspace.root, self.config)
        self.workspace.write_json(
            {
                "schema_version": SCHEMA_VERSION,
                "stage": spec.name,
                "stage_version": stage.version,
                "fingerprint": {language: dict(stage.fingerprint(language)) for language in ("en", "fr")},
                "documents": len(counts),
                "counts": total([ShardReport("", c) for c in counts]).model_dump(),
            },
            spec.name,
            "manifest.json",
        )


def _facts(source: Source) -> dict[str, str]:
    """What the owner said of a PDF, as part of its shard's fingerprint."""
    facts = {
        name: getattr(source, name) for name in ("title", "language", "subject", "grade", "licence", "attribution")
    }
    known = canonical_json({**facts, "file_name": source.file_name, "password": bool(source.password)})
    return {"description in sources.toml or [corpus]": known.decode()}


def workspace_at(path: Path) -> Workspace:
    """The workspace in a folder, which need not exist yet."""
    return Workspace(path.resolve())
