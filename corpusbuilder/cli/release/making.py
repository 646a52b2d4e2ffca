"""``corpusbuilder release``, without another word."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import RunOptions, with_options
from corpusbuilder.errors import UsageError

if TYPE_CHECKING:
    from corpusbuilder.pipeline.standoff.making import StandoffReport

StandOffOption = Annotated[
    bool, typer.Option("--stand-off", help="Also make a release without a word or pixel of the PDFs: see hydrate.")
]


@with_options(RunOptions)
def make(options: RunOptions, stand_off: StandOffOption = False) -> None:
    """Make the dataset: Parquet with images, splits without leakage, and a data card."""
    from dataclasses import asdict

    from corpusbuilder.cli.report import emit_json, say
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.cli.summary import load_line
    from corpusbuilder.pipeline.releasing import release
    from corpusbuilder.pipeline.standoff.making import standoff_release
    from corpusbuilder.pipeline.status import looker
    from corpusbuilder.store.workspace import Workspace

    if options.part() != (1, 1) or options.limit is not None:
        raise UsageError("a release is made from all documents: --shard and --limit have no meaning here")
    config = config_of(options.workspace, options.overrides)
    workspace = Workspace(options.workspace.resolve())
    without = looker(workspace, config).unfinished()
    report = release(workspace, config, without=without, force=options.force)
    apart = standoff_release(workspace, config, without=without, force=options.force) if stand_off else None
    for note in () if options.quiet else report.notes:
        say(f"note: {note}")
    if options.as_json:
        emit_json({"ok": True, "release": asdict(report), **({"stand_off": asdict(apart)} if apart else {})})
        return
    state = "is current" if report.cached else "made"
    typer.echo(f"release {state}: {report.examples} examples in {report.folder}")
    typer.echo(load_line(report))
    if apart is not None:
        _tell_stand_off(apart, quiet=options.quiet)


def _tell_stand_off(report: "StandoffReport", *, quiet: bool) -> None:
    from corpusbuilder.cli.report import say, tell

    tell(f"stand-off release {'is current' if report.cached else 'made'}: {report.folder}")
    if report.not_carried and not quiet:
        say(f"note: hydrate cannot make again {', '.join(report.not_carried)}: words of the documents stand in them")
