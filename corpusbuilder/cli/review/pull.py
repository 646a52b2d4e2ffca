"""``corpusbuilder review pull``."""

import os
from typing import Annotated

import typer

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def pull(
    options: RunOptions,
    whole: Annotated[
        bool, typer.Option("--whole", help="Look at every annotation again, not only at what changed.")
    ] = False,
) -> None:
    """Fetch what annotators did since the last time, and verify again what they changed."""
    from corpusbuilder.cli.report import counted, say, tell
    from corpusbuilder.cli.run import conclude, workspace_of
    from corpusbuilder.pipeline.build import BuildReport, run_stages
    from corpusbuilder.pipeline.reviewing.project import server_of, state_of
    from corpusbuilder.pipeline.reviewing.pulling import pull as fetch

    with workspace_of(options) as runner:
        state_of(runner.workspace)  # nothing to pull must not be found out after the server
        with server_of(runner.workspace, runner.config.review, os.environ) as server:
            fetched = fetch(server, runner.workspace, whole=whole)
        report = BuildReport()
        run_stages(runner, ["review"], report)
    for note in fetched.notes:
        say(f"note: {note}")
    for problem in fetched.refused:
        say(f"refused: {problem}")
    if fetched.deleted_tasks:
        shown = ", ".join(map(str, fetched.deleted_tasks[:10]))
        number = counted(len(fetched.deleted_tasks), "task")
        say(
            f"note: {number} that people had worked on {'is' if len(fetched.deleted_tasks) == 1 else 'are'} "
            f"gone from the server ({shown}); what was pulled still counts"
        )
    if fetched.unknown:
        say(
            f"note: {counted(fetched.unknown, 'annotation')} passed over: not of tasks that are known here; if they "
            "were sent from here, `corpusbuilder review push` finds them again"
        )
    if not options.as_json:
        tell(f"{fetched.project}: {counted(fetched.fetched, 'annotation')} fetched")
    conclude(options, report, {"pulled": fetched.as_json()})
