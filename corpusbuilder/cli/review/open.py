"""``corpusbuilder review open``."""

from typing import Annotated

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options


@with_options(WorkspaceOptions)
def open_page(
    options: WorkspaceOptions,
    example: Annotated[
        str | None, typer.Argument(metavar="[EXAMPLE_ID]", help="An example that was sent; the project without it.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
) -> None:
    """Open the project, or the task of one example, in the browser, and print its address."""
    import os
    import webbrowser

    from corpusbuilder.cli.report import emit_json, tell
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.pipeline.reviewing.project import address_of
    from corpusbuilder.store.workspace import Workspace

    config = config_of(options.workspace, options.overrides)
    url = address_of(Workspace(options.workspace.resolve()), config.review, os.environ, example)
    opened = not (no_browser or options.as_json) and webbrowser.open(url)
    if options.as_json:
        emit_json({"ok": True, "url": url})
        return
    tell(url if opened or no_browser else f"{url}\n(no browser could be opened here: paste the address into one)")
