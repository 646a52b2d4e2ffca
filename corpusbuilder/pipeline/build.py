"""From PDFs to a release folder: every stage that is stale, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpusbuilder.pipeline.releasing import ReleaseReport, release
from corpusbuilder.pipeline.runner import Runner, StageReport
from corpusbuilder.pipeline.sources import collect
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.store.workspace import RejectedInput


@dataclass(slots=True)
class BuildReport:
    """What a run did and found."""

    stages: list[StageReport] = field(default_factory=list)
    release: ReleaseReport | None = None
    warnings: list[str] = field(default_factory=list)
    """Sentences on files that are the same, replaced or odd."""
    calls: dict[str, Any] | None = None
    """What the calls of this run came to, when there were any."""
    unreadable: tuple[str, ...] = ()
    """Sentences on paths that could not be used."""

    @property
    def made_nothing(self) -> bool:
        """Whether everything was current already."""
        return not any(stage.made for stage in self.stages) and (self.release is None or self.release.cached)

    def rejected(self) -> list[tuple[str, RejectedInput]]:
        """Every reject with its stage."""
        return [(s.stage, reject) for s in self.stages for shard in s.shards for reject in shard.rejected]

    def notes(self) -> list[str]:
        """What the stages want a person to know, of this run's shards."""
        return [note for s in self.stages for shard in s.shards if not shard.cached for note in shard.notes]

    def release_notes(self) -> tuple[str, ...]:
        """What the release wants a person to know, when this run has made it."""
        return self.release.notes if self.release and not self.release.cached else ()


def gather(runner: Runner, paths: Sequence[Path], *, password_env: str | None, report: BuildReport) -> None:
    """Put ``paths`` on the workspace's list of PDFs; what is odd about them goes into ``report``.

    Raises:
        MissingInputError: no PDF is left.
        ConfigError: a ``sources.toml`` is not as it should be.
    """
    collected = collect(
        runner.workspace, paths, runner.config.corpus, password_env=password_env, environ=runner.environ
    )
    report.unreadable = collected.unreadable
    report.warnings += [*collected.duplicates, *collected.replaced]


def run_stages(runner: Runner, stages: Sequence[str], report: BuildReport) -> None:
    """Run ``stages`` in order. One that concerns no document leaves no trace."""
    for stage in SPECS:
        if stage in stages:
            ended = runner.run(stage)
            if ended.shards or SPECS[stage].has_work is None:
                report.stages.append(ended)
    report.calls = runner.access.meter.as_json()


def build(runner: Runner, paths: Sequence[Path], *, password_env: str | None = None) -> BuildReport:
    """Do everything that is stale. A part of the documents (``--shard``) ends before the release."""
    report = BuildReport()
    gather(runner, paths, password_env=password_env, report=report)
    run_stages(runner, list(SPECS), report)
    if not report.stages[0].counts.outputs:
        return report
    if runner.selection.shard == (1, 1):
        without = runner.unfinished() if runner.selection.limit else {}
        report.release = release(runner.workspace, runner.config, without=without, force=runner.selection.force)
    else:
        report.warnings.append("one part of the documents: run `corpusbuilder release` when all parts are done")
    return report
