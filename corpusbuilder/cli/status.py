"""``corpusbuilder status``."""

from collections import Counter

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options


@with_options(WorkspaceOptions)
def status(options: WorkspaceOptions) -> None:
    """Say what is done, what is stale and why, and what was rejected."""
    from corpusbuilder.cli.report import emit_json
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.pipeline.status import StageStatus, survey
    from corpusbuilder.store.workspace import Workspace

    found = survey(Workspace(options.workspace.resolve()), config_of(options.workspace, options.overrides))
    if options.as_json:
        emit_json({"ok": True, **found.as_json()})
        return

    def show(stage: StageStatus) -> None:
        counts = stage.counts
        line = f"{stage.name:<9}{stage.current:>5} current {len(stage.stale):>5} stale {counts.outputs:>8} records"
        typer.echo(f"{line}{f' {counts.rejected:>5} rejected' if counts.rejected else ''}")
        for reason, number in Counter(stage.stale.values()).most_common():
            typer.echo(f"            {number} stale: {reason}")
        for name, code, message in stage.rejected:
            typer.echo(f"            rejected {name}: {message} [{code}]")

    typer.echo(f"{found.root}: {found.documents} documents")
    for stage in found.stages:
        show(stage)
    typer.echo(f"{'release':<9}{found.release}")
    typer.echo("everything is current" if found.is_current else f"to do it: corpusbuilder build -w {options.workspace}")
