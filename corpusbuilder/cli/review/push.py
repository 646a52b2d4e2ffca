"""``corpusbuilder review push``."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.errors import UsageError

if TYPE_CHECKING:
    from corpusbuilder.pipeline.reviewing.pushing import PushReport


@dataclass(frozen=True, slots=True)
class Asked(WorkspaceOptions):
    """What to send."""

    writes: ClassVar[bool] = True

    sample_accepted: Annotated[
        str | None,
        typer.Option(
            "--sample-accepted", metavar="SHARE", help="Send such a share of the accepted examples, too: 5%, or 0.05."
        ),
    ] = None
    overlap: Annotated[int | None, typer.Option("--overlap", min=1, max=20, help="So many people see each one.")] = None
    gold: Annotated[
        int, typer.Option("--gold", min=0, help="Hide so many tasks with a known answer among the others.")
    ] = 0
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="Send at most so many new tasks.")] = None
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete tasks that are no longer wanted and that nobody has begun.")
    ] = False
    new_project: Annotated[bool, typer.Option("--new-project", help="Begin a new project on the server.")] = False
    restore_page: Annotated[
        bool, typer.Option("--restore-page", help="Put our labeling page back where it was changed by hand.")
    ] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent. Send nothing.")] = False


@with_options(Asked)
def push(options: Asked) -> None:
    """Send what verification withholds to annotators: each example once, the most telling first."""
    from corpusbuilder.cli.report import emit_json, say, tell
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.pipeline.reviewing.project import server_of
    from corpusbuilder.pipeline.reviewing.pushing import PushOptions
    from corpusbuilder.pipeline.reviewing.pushing import push as send
    from corpusbuilder.store.workspace import Workspace

    config = config_of(options.workspace, options.overrides)
    asked = PushOptions(
        sample_accepted=_share(options.sample_accepted, config.review.sample_accepted),
        overlap=options.overlap or config.review.overlap,
        gold=options.gold,
        limit=options.limit,
        new_project=options.new_project,
        restore_page=options.restore_page,
        prune=options.prune,
        dry_run=options.dry_run,
    )
    workspace = Workspace(options.workspace.resolve())
    with server_of(workspace, config.review, os.environ) as server:
        report = send(server, workspace, config, asked)
    for note in report.notes:
        say(f"note: {note}")
    for key, why in report.refused:
        say(f"not sent: {key}: {why}")
    if options.as_json:
        emit_json({"ok": True, **report.as_json()})
        return
    for line in _told(report, dry_run=options.dry_run):
        tell(line)


def _told(report: "PushReport", *, dry_run: bool) -> Iterator[str]:
    from corpusbuilder.cli.report import counted

    added = f"{counted(report.added, 'task')} {'would be ' if dry_run else ''}added"
    if report.gold:
        added += f" (of them {report.gold} with a known answer)"
    yield f"{report.project}: {added}, {report.updated} updated, {report.current} unchanged"
    unwanted = "on the server are no longer wanted (--prune deletes those that nobody has begun)"
    for number, what in (
        (report.recovered, "were no longer noted here, and are again: the next pull looks at everything"),
        (report.begun, "have changed since, and are left as they are: somebody has begun"),
        (report.settled, "are decided already and are not sent again"),
        (report.postponed, "are left for later by --limit"),
        (report.removed, "were no longer wanted and are deleted"),
        (report.obsolete - report.removed, unwanted),
    ):
        if number:
            yield f"  {number} {what}"
    yield f"annotate at: {report.url}"


def _share(text: str | None, default: float) -> float:
    """``5%`` or ``0.05`` as a number.

    Raises:
        UsageError: it is neither, or not between 0 and 1.
    """
    if text is None:
        return default
    plain = text.strip()
    try:
        value = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"--sample-accepted {text}: expected a share of at most 100%", hint="such as 5% or 0.05")
    return value
