"""What the commands that run stages have in common: set up, run, tell."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from corpusbuilder.backends.models.access import Mode
from corpusbuilder.backends.models.calls import Source
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.cli.options import RunOptions
from corpusbuilder.cli.progress import display_for
from corpusbuilder.cli.report import emit_json, say
from corpusbuilder.config import FILE_NAME, Config, load
from corpusbuilder.engines.local import LocalEngine
from corpusbuilder.errors import MissingInputError, TooManyRejectedError, UsageError, command_line
from corpusbuilder.pipeline.batchstate import waiting_requests
from corpusbuilder.pipeline.build import BuildReport, build, gather, run_stages
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.runner import Runner, Selection
from corpusbuilder.store.workspace import Workspace

_MOST_NAMED: Final = 40
"""Rejects that are told one by one; a person reads no more."""
_MOST_NOTES: Final = 12


def config_of(workspace: Path, overrides: Sequence[str] | None) -> Config:
    """The configuration of a workspace: its file if there is one, the environment, ``--set``."""
    path = workspace / FILE_NAME
    return load(path if path.exists() else None, overrides=overrides or ())


@contextmanager
def workspace_of(options: RunOptions, *, mode: Mode = "live", batch: Source | None = None) -> Iterator[Runner]:
    """A runner over the workspace, with its engine, its display and its access to models open."""
    config = config_of(options.workspace, options.overrides)
    workspace = Workspace(options.workspace.resolve())
    selection = Selection(shard=options.part(), limit=options.limit, force=options.force)
    options.may_reject(0, 0)  # a bad --max-rejected must not be found out after an hour
    with (
        closing(access_for(workspace, config, mode=mode, gather=batch)) as access,
        LocalEngine(config.parse.workers) as engine,
        display_for(quiet=options.quiet, verbose=options.verbose) as display,
    ):
        yield Runner(workspace, config, engine, display, selection, access=access)


def run(
    options: RunOptions,
    stages: Sequence[str] | None,
    *,
    paths: Sequence[Path] = (),
    password_env: str | None = None,
    mode: Mode = "live",
    batch: Source | None = None,
) -> BuildReport:
    """Run ``stages`` (None: everything that is stale, and the release) over the workspace."""
    with workspace_of(options, mode=mode, batch=batch) as runner:
        if mode == "live" and (stages is None or "generate" in stages):
            _refuse_beside_batches(runner)
        if stages is None:
            return build(runner, paths, password_env=password_env)
        report = BuildReport()
        if "parse" in stages:
            gather(runner, paths, password_env=password_env, report=report)
        run_stages(runner, stages, report)
        return report


def _refuse_beside_batches(runner: Runner) -> None:
    """Stop before calls are made that are under way as a batch.

    Raises:
        UsageError: there are such.
    """
    waiting = waiting_requests(runner.workspace)
    if waiting and isinstance(runner.config.generate.teacher, OpenAIModelOptions):
        raise UsageError(
            f"{waiting:,} requests wait in batches: asked again live, they would be paid for twice",
            hint=f"{command_line('generate', '--collect', '-w', runner.workspace.root)}; to give them up, delete "
            f"{runner.workspace.root / 'generate' / 'batches'}",
        )


def conclude(options: RunOptions, report: BuildReport, more: Mapping[str, object] | None = None) -> None:
    """Print what a run did, and ``more`` of it, then fail if too much was rejected or a path could not be used.

    Raises:
        TooManyRejectedError: more rejects than ``--max-rejected`` allows.
        MissingInputError: a path that was given does not exist or cannot be read.
    """
    tell_problems(options, report)
    result = {**as_json(report), **(more or {})}
    for stage in report.stages:
        counts = stage.counts
        if not options.may_reject(counts.rejected, counts.inputs):
            raise TooManyRejectedError(
                f"{stage.stage}: {counts.rejected} of {counts.inputs} inputs rejected, over {options.max_rejected}",
                hint="each is named above; everything else is finished. --max-rejected sets another limit",
                result=result,
            )
    if report.unreadable:
        raise MissingInputError(
            f"{len(report.unreadable)} of the paths could not be used; everything else is finished",
            hint="each is named above: correct the path or its permissions",
            result=result,
        )
    if options.as_json:
        emit_json(result)


def tell_problems(options: RunOptions, report: BuildReport) -> None:
    """Warnings, unusable paths and rejects on stderr, each once."""
    for line in report.unreadable:
        say(f"unusable: {line}")
    rejected = report.rejected()
    for stage, reject in rejected[:_MOST_NAMED]:
        say(f"rejected by {stage}: {reject.message} [{reject.reason_code}]")
    if len(rejected) > _MOST_NAMED:
        say(f"… and {len(rejected) - _MOST_NAMED} more: {command_line('status', '-w', options.workspace)}")
    if options.quiet:
        return
    notes = [*report.warnings, *report.notes(), *report.release_notes()]
    for line in notes[:_MOST_NOTES]:
        say(f"note: {line}")
    if len(notes) > _MOST_NOTES:
        say(f"… and {len(notes) - _MOST_NOTES} more notes, in {options.workspace}/*/done/")


def as_json(report: BuildReport) -> dict[str, Any]:
    """A run as one JSON object."""
    return {
        "ok": True,
        "stages": {
            s.stage: {
                "made": s.made,
                "current": sum(shard.cached for shard in s.shards),
                **s.counts.model_dump(),
                **({"waiting": s.postponed} if s.postponed else {}),
                "reasons": dict(s.reasons),
            }
            for s in report.stages
        },
        "rejected": [{"stage": stage, **reject.model_dump()} for stage, reject in report.rejected()],
        "unusable": list(report.unreadable),
        "notes": [*report.warnings, *report.notes(), *report.release_notes()],
        "calls": report.calls,
        "release": json.loads(json.dumps(asdict(report.release), default=str)) if report.release else None,
    }
