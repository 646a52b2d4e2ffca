"""What is done in a workspace, and what is stale and why."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpusbuilder.config import Config
from corpusbuilder.engines.local import LocalEngine
from corpusbuilder.errors import MissingInputError, command_line
from corpusbuilder.pipeline.releasing import why_release_is_stale
from corpusbuilder.pipeline.runner import Runner, StageReport
from corpusbuilder.pipeline.shards import ShardReport, total
from corpusbuilder.pipeline.sources import known_sources
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.records.ids import document_id
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.workspace import Counts, Workspace


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


@dataclass(frozen=True, slots=True)
class Survey:
    """A whole workspace."""

    root: Path
    documents: int
    stages: tuple[StageStatus, ...]
    release: str
    """``current``, or why it is stale."""

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
        }


class _Silent:
    """An observer that says nothing."""

    def stage_begins(self, stage: str, *, stale: int, current: int) -> None:
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
    runner = looker(workspace, config)
    stages = tuple(_stage_status(workspace, runner, name) for name in SPECS)
    changed = {document_id(s.sha256) for s in sources if _changed(Path(s.path), s.sha256)}
    if changed:
        parse = stages[0]
        stale = {**parse.stale, **dict.fromkeys(sorted(changed), "the PDF has changed")}
        stages = (
            StageStatus(
                parse.name, parse.current - len(changed - parse.stale.keys()), stale, parse.counts, parse.rejected
            ),
            *stages[1:],
        )
    release = why_release_is_stale(workspace, config) or "current"
    return Survey(workspace.root, len(sources), stages, release)


def _stage_status(workspace: Workspace, runner: Runner, name: str) -> StageStatus:
    reasons = runner.staleness(name)
    shards = {document: workspace.shard(name, document) for document in workspace.document_ids(name)}
    dones = {document: done for document, shard in shards.items() if (done := shard.read_done())}
    counts = total(ShardReport(document, done.counts) for document, done in dones.items())
    rejected = [(r.input_id, r.reason_code, r.message) for shard in shards.values() for r in shard.read_rejected()]
    stale = {document: reason for document, reason in reasons.items() if reason is not None}
    return StageStatus(name, len(reasons) - len(stale), stale, counts, tuple(rejected))


def _changed(path: Path, digest: str) -> bool:
    return path.exists() and sha256_of(path) != digest
