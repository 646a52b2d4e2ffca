"""``corpusbuilder release``, without another word."""

import typer

from corpusbuilder.cli.options import RunOptions, with_options
from corpusbuilder.errors import UsageError


@with_options(RunOptions)
def make(options: RunOptions) -> None:
    """Make the dataset: Parquet with images, splits without leakage, and a data card."""
    from dataclasses import asdict

    from corpusbuilder.cli.report import emit_json, say
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.cli.summary import load_line
    from corpusbuilder.pipeline.releasing import release
    from corpusbuilder.pipeline.status import looker
    from corpusbuilder.store.workspace import Workspace

    if options.part() != (1, 1) or options.limit is not None:
        raise UsageError("a release is made from all documents: --shard and --limit have no meaning here")
    config = config_of(options.workspace, options.overrides)
    workspace = Workspace(options.workspace.resolve())
    without = looker(workspace, config).unfinished()
    report = release(workspace, config, without=without, force=options.force)
    for note in () if options.quiet else report.notes:
        say(f"note: {note}")
    if options.as_json:
        emit_json({"ok": True, "release": asdict(report)})
        return
    state = "is current" if report.cached else "made"
    typer.echo(f"release {state}: {report.examples} examples in {report.folder}")
    typer.echo(load_line(report))
