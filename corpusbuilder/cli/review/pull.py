"""``corpusbuilder review pull``."""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import RunOptions, with_options

if TYPE_CHECKING:
    from corpusbuilder.pipeline.reviewing.pulling import PullReport


@with_options(RunOptions)
def pull(
    options: RunOptions,
    whole: Annotated[
        bool, typer.Option("--whole", help="Look at every annotation again, not only at what changed.")
    ] = False,
) -> None:
    """Fetch what annotators did since the last time, and verify again what they changed."""
    from corpusbuilder.cli.report import say, tell
    from corpusbuilder.cli.run import conclude, workspace_of
    from corpusbuilder.pipeline.build import BuildReport, run_stages
    from corpusbuilder.pipeline.reviewing.project import server_of, state_of
    from corpusbuilder.pipeline.reviewing.pulling import pull as fetch
    from corpusbuilder.pipeline.reviewing.summary import statuses_of

    with workspace_of(options) as runner:
        state_of(runner.workspace)  # nothing to pull must not be found out after the server
        with server_of(runner.workspace, runner.config.review, os.environ) as server:
            fetched = fetch(server, runner.workspace, whole=whole)
        before = statuses_of(runner.workspace, fetched.documents)
        report = BuildReport()
        run_stages(runner, ["review"], report)
        after = statuses_of(runner.workspace, fetched.documents)
    for line in _noted(fetched):
        say(line)
    if not options.as_json:
        for line in _told(fetched, before, after):
            tell(line)
    conclude(options, report, {"pulled": fetched.as_json()})


def _noted(fetched: "PullReport") -> Iterator[str]:
    """What is out of the ordinary."""
    from corpusbuilder.cli.report import counted

    for note in fetched.notes:
        yield f"note: {note}"
    for problem in fetched.refused:
        yield f"refused: {problem}"
    if fetched.deleted_tasks:
        shown = ", ".join(map(str, fetched.deleted_tasks[:10]))
        number = counted(len(fetched.deleted_tasks), "task")
        yield (
            f"note: {number} that people had worked on {'is' if len(fetched.deleted_tasks) == 1 else 'are'} "
            f"gone from the server ({shown}); what was pulled still counts"
        )
    if fetched.unknown:
        yield (
            f"note: {counted(fetched.unknown, 'annotation')} passed over: not of tasks that are known here; if they "
            "were sent from here, `corpusbuilder review push` finds them again"
        )


def _told(fetched: "PullReport", before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    from corpusbuilder.cli.report import counted

    withdrawn = f", {fetched.withdrawn} withdrawn by their authors" if fetched.withdrawn else ""
    yield f"{fetched.project}: {counted(fetched.fetched, 'annotation')} fetched{withdrawn}"
    for number, what in (
        (len(after.keys() - before.keys()), "decided now"),
        (sum(before[key] != after[key] for key in before.keys() & after.keys()), "decided otherwise than before"),
        (len(before.keys() - after.keys()), "no longer decided"),
    ):
        if number:
            yield f"  {counted(number, 'example')} {what}"
