"""``corpusbuilder release``."""

import typer

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def release(options: RunOptions) -> None:
    """Make the dataset: Parquet with images, splits without leakage, and a data card."""
    from dataclasses import asdict

    from corpusbuilder.cli.report import emit_json
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.cli.summary import load_line
    from corpusbuilder.pipeline.releasing import release as make_release
    from corpusbuilder.store.workspace import Workspace

    config = config_of(options.workspace, options.overrides)
    report = make_release(Workspace(options.workspace.resolve()), config, force=options.force)
    if options.as_json:
        emit_json({"ok": True, "release": asdict(report)})
        return
    state = "is current" if report.cached else "made"
    typer.echo(f"release {state}: {report.examples} examples in {report.folder}")
    typer.echo(load_line(report.folder))
