"""``corpusbuilder forget``."""

from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.options import JsonOption, WorkspaceOption, check_workspace
from corpusbuilder.cli.report import emit_json, reporting_errors, tell
from corpusbuilder.errors import command_line


def forget(
    names: Annotated[
        list[str],
        typer.Argument(metavar="PATH_OR_ID", help="PDFs by path, file name or document id, or folders of them."),
    ],
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Take PDFs off a corpus, with all that was made of them. The PDFs themselves stay where they are."""
    with reporting_errors(as_json=as_json):
        from corpusbuilder.pipeline.forgetting import forget as take_off
        from corpusbuilder.records.ids import document_id
        from corpusbuilder.store.workspace import Workspace

        check_workspace(workspace, writes=True)
        done = take_off(Workspace(workspace.resolve()), names)
        follows = command_line("build", *([] if done.left else ["BOOK.pdf"]), "-w", workspace)
        if as_json:
            found = [{"path": source.path, "document_id": document_id(source.sha256)} for source in done.sources]
            emit_json({"ok": True, "forgotten": found, "left": done.left, "images": done.assets, "next": follows})
            return
        for source in done.sources:
            tell(f"forgotten: {source.path}")
        if not done.left:
            typer.echo("no PDF is left; a release that was made stays until there is another")
        typer.echo(f"to bring the release up to date: {follows}")
