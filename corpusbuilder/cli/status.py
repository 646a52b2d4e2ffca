"""``corpusbuilder status``."""

from collections import Counter

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.errors import command_line


@with_options(WorkspaceOptions)
def status(options: WorkspaceOptions) -> None:
    """Say what is done, what is stale and why, and what was rejected."""
    from corpusbuilder.cli.report import counted, emit_json, tell
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.cli.summary import told_spending, told_withheld
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
            tell(f"            rejected {name}: {message} [{code}]")
        if stage.name == "verify" and found.withheld:
            typer.echo(f"            {told_withheld(found.withheld)}")
        if stage.name == "review":
            typer.echo(f"            {', '.join(f'{number} {what}' for what, number in found.reviewed.items())}")

    typer.echo(f"{found.root}: {counted(found.documents, 'document')}")
    for stage in found.stages:
        if stage.name != "review" or stage.current or stage.stale:
            show(stage)
    typer.echo(f"{'release':<9}{found.release}")
    if found.spending is not None:
        typer.echo(f"{'calls':<9}{told_spending(found.spending, found.accepted)}")
    if found.in_batches:
        typer.echo(f"{'batches':<9}{counted(found.in_batches, 'request')} wait for answers")
    again = [word for value in options.overrides or () for word in ("--set", value)]
    to_do = command_line("build", "-w", options.workspace, *again)
    if found.in_batches:
        to_do = command_line("generate", "--collect", "-w", options.workspace, *again)
    typer.echo("everything is current" if found.is_current else f"to do it: {to_do}")
