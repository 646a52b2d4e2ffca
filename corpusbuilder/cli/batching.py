"""``generate --batch``, ``--collect``, ``--batch-file`` and ``--answers``."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import typer

from corpusbuilder.cli.options import GenerateOptions
from corpusbuilder.cli.report import counted, emit_json, say
from corpusbuilder.cli.run import as_json, conclude, tell_problems, workspace_of
from corpusbuilder.errors import BudgetReachedError, CorpusbuilderError, UsageError, command_line
from corpusbuilder.pipeline.batches import BatchReport, EndpointBatches, batchable
from corpusbuilder.pipeline.batchfiles import FileBatches, check_target
from corpusbuilder.pipeline.batchstate import BatchFolder
from corpusbuilder.pipeline.gathering import Gather
from corpusbuilder.pipeline.runner import Runner
from corpusbuilder.store.files import TEMPORARY
from corpusbuilder.store.workspace import Workspace

_FLAGS: Final = frozenset({"--batch", "--collect"})
_WITH_FILE: Final = frozenset({"--batch-file", "--answers"})


def run_batch(options: GenerateOptions) -> None:
    """Run ``generate`` by way of batches or files, and print what waits and how to go on.

    Raises:
        UsageError: the options or the teacher do not allow it.
        BackendError, MissingExtraError: the endpoint cannot be used.
        BudgetReachedError: some requests could not be submitted.
    """
    if options.batch and options.collect:
        raise UsageError(
            "--batch and --collect exclude one another", hint="--collect also submits what comes next, as --batch does"
        )
    if options.batch_file is not None:
        check_target(options.batch_file)
    if options.batch or options.collect:
        _by_endpoint(options)
    else:
        _by_file(options)


@contextmanager
def _prepared(options: GenerateOptions) -> Iterator[tuple[Runner, BatchFolder, Gather]]:
    """A runner whose calls are gathered, with the folder of its batches locked."""
    folder = BatchFolder(Workspace(options.workspace.resolve()))
    gather = Gather(folder.path / f"spool{TEMPORARY}")
    with workspace_of(options, mode="batch", batch=gather) as runner:
        batchable(runner, _way(options))
        with folder.locked():
            yield runner, folder, gather


def _by_endpoint(options: GenerateOptions) -> None:
    with _prepared(options) as (runner, folder, gather), closing(EndpointBatches(runner, folder, gather)) as batches:
        try:
            report = batches.collect() if options.collect else batches.submit()
        except CorpusbuilderError as error:
            error.result = {**error.result, **batches.report.as_json()}
            raise
        cap = runner.config.generate.budget_usd
    _tell_notes(options, report)
    following = _typed_again("--collect") if report.waiting else None
    more = {**report.as_json(), "next": following}
    if not options.as_json:
        for standing in report.open:
            typer.echo(f"{standing.id}: {standing.status}, {standing.done:,} of {standing.requests:,} done")
        if following:
            cost = "" if report.most_usd is None else f", at most ${report.most_usd:.2f}"
            typer.echo(f"{counted(report.waiting, 'request')} in batches{cost}. Come back with: {following}")
    if report.left_out:
        tell_problems(options, report.build)
        raise BudgetReachedError(
            f"the budget of ${cap or 0.0:g} has no room for {counted(report.left_out, 'more request')}; "
            f"{report.waiting:,} wait in batches",
            hint="--collect may make room: a request is reckoned at the most that it can cost until it is answered. "
            "Or go on with a larger --budget",
            result={**as_json(report.build), **more},
        )
    _conclude(options, report, more, is_over=not report.waiting)


def _by_file(options: GenerateOptions) -> None:
    with _prepared(options) as (runner, folder, gather), closing(FileBatches(runner, folder, gather)) as files:
        report = files.run(options.answers, options.batch_file)
        model = batchable(runner, _way(options)).model
    _tell_notes(options, report)
    commands = _file_commands(options, model) if report.submitted else []
    if not options.as_json:
        if report.submitted and options.batch_file is not None:
            typer.echo(f"{options.batch_file}: {counted(report.submitted, 'request')}")
        elif report.submitted:
            typer.echo(f"{counted(report.submitted, 'request')} come next")
        for number, command in enumerate(commands):
            typer.echo(f"{'then' if number else 'next'}: {command}")
    more = {"waiting": report.submitted, "collected": report.collected, "next": commands}
    _conclude(options, report, more, is_over=not report.submitted)


def _conclude(options: GenerateOptions, report: BatchReport, more: dict[str, Any], *, is_over: bool) -> None:
    """The summary of the run. Whether too much was rejected is seen when nothing waits any more."""
    if is_over:
        conclude(options, report.build, more)
        return
    tell_problems(options, report.build)
    if options.as_json:
        emit_json({**as_json(report.build), **more})


def _tell_notes(options: GenerateOptions, report: BatchReport) -> None:
    if report.collected and not options.quiet:
        say(f"{counted(report.collected, 'answer')} came back")
    for note in report.notes:
        say(f"note: {note}")


def _way(options: GenerateOptions) -> str:
    """The option that this run goes by."""
    given = {"--batch": options.batch, "--collect": options.collect, "--batch-file": options.batch_file is not None}
    return next((name for name, is_given in given.items() if is_given), "--answers")


def _file_commands(options: GenerateOptions, model: str) -> list[str]:
    """What to type next."""
    if options.batch_file is None:
        return [_typed_again("--batch-file", "requests.jsonl")]
    answers = options.batch_file.with_name(f"{options.batch_file.stem}.answers.jsonl")
    # `command_line` names this program; what runs the requests is another one.
    run = command_line("run-batch", "-i", options.batch_file, "-o", answers, "--model", model)
    again = _typed_again("--answers", answers, "--batch-file", options.batch_file)
    return [f"vllm {run.partition(' ')[2]}", again]


def _typed_again(*instead: str | Path) -> str:
    """The command of this run with other ways to go."""
    return command_line(*_without_ways(sys.argv[1:]), *instead)


def _without_ways(arguments: Sequence[str]) -> Iterator[str]:
    """The arguments of a command without the options of this module."""
    rest = iter(arguments)
    for argument in rest:
        if argument in _WITH_FILE:
            next(rest, None)
        elif argument not in _FLAGS and argument.partition("=")[0] not in _WITH_FILE:
            yield argument
