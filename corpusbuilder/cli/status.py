"""``corpusbuilder status``."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.errors import command_line

if TYPE_CHECKING:
    from corpusbuilder.pipeline.status import StageStatus, Survey

_INDENT = " " * 12


@with_options(WorkspaceOptions)
def status(options: WorkspaceOptions) -> None:
    """Say what is done, what is stale and why, and what was rejected."""
    from corpusbuilder.cli.report import counted, emit_json, tell
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.cli.summary import told_spending
    from corpusbuilder.pipeline.status import survey
    from corpusbuilder.store.workspace import Workspace

    found = survey(Workspace(options.workspace.resolve()), config_of(options.workspace, options.overrides))
    if options.as_json:
        emit_json({"ok": True, **found.as_json()})
        return
    tell(f"{found.root}: {counted(found.documents, 'document')}")
    for stage in found.stages:
        if stage.name != "review" or stage.current or stage.stale:
            for line in _told(stage, found, options.workspace):
                tell(line)
    tell(f"{'release':<9}{found.release}")
    if found.spending is not None:
        tell(f"{'calls':<9}{told_spending(found.spending, found.accepted)}")
    if found.in_batches:
        tell(f"{'batches':<9}{counted(found.in_batches, 'request')} wait for answers")
    again = [word for value in options.overrides or () for word in ("--set", value)]
    to_do = command_line("build", "-w", options.workspace, *again)
    if found.in_batches:
        to_do = command_line("generate", "--collect", "-w", options.workspace, *again)
    tell("everything is current" if found.is_current else f"to do it: {to_do}")


def _told(stage: "StageStatus", found: "Survey", workspace: Path) -> Iterator[str]:
    """Where one stage stands."""
    from corpusbuilder.cli.summary import told_to_review, told_withheld

    counts = stage.counts
    line = f"{stage.name:<9}{stage.current:>5} current {len(stage.stale):>5} stale {counts.outputs:>8} records"
    yield f"{line}{f' {counts.rejected:>5} rejected' if counts.rejected else ''}"
    for reason, number in Counter(stage.stale.values()).most_common():
        yield f"{_INDENT}{number} stale: {reason}"
    lost, twice = (stage.characters.get(name, 0) for name in ("lost", "counted_twice"))
    if lost or twice:
        read = stage.characters["read"]
        where = f"{stage.name}/done/ names the pages"
        yield f"{_INDENT}of {read} characters {lost} were lost and {twice} kept twice: {where}"
    for name, code, message in stage.rejected:
        yield f"{_INDENT}rejected {name}: {message} [{code}]"
    if stage.name == "verify" and found.withheld:
        yield f"{_INDENT}{told_withheld(found.withheld)}"
        if told := told_to_review(workspace):
            yield f"{_INDENT}{told}"
    if stage.name == "review" and found.reviewed:
        yield _INDENT + ", ".join(f"{number} {what}" for what, number in found.reviewed.items())
