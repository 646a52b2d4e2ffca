"""``corpusbuilder init``."""

from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.options import JsonOption, check_workspace
from corpusbuilder.cli.report import emit_json, reporting_errors
from corpusbuilder.errors import UsageError, command_line


def init(
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="Folder to begin a corpus in.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a commented corpusbuilder.toml."""
    with reporting_errors(as_json=as_json):
        from corpusbuilder.cli.commented import commented
        from corpusbuilder.config import FILE_NAME
        from corpusbuilder.store.files import write_whole

        check_workspace(workspace, writes=True)
        path = workspace / FILE_NAME
        if path.exists() and not force:
            raise UsageError(f"{path}: exists already", hint="--force writes over it")
        write_whole(path, commented().encode())
        if as_json:
            emit_json({"ok": True, "path": path})
            return
        typer.echo(f"{path}: every key with its default; change what you like, then:")
        typer.echo(command_line("build", "BOOK.pdf", "-w", workspace))
