"""``corpusbuilder init``."""

from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.report import reporting_errors
from corpusbuilder.errors import UsageError


def init(
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="Folder to begin a corpus in.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
) -> None:
    """Write a commented corpusbuilder.toml."""
    with reporting_errors(as_json=False):
        from corpusbuilder.config import FILE_NAME, commented
        from corpusbuilder.store.files import write_whole

        path = workspace / FILE_NAME
        if path.exists() and not force:
            raise UsageError(f"{path}: exists already", hint="--force writes over it")
        write_whole(path, commented().encode())
        typer.echo(f"{path}: every key with its default; change what you like, then:")
        typer.echo(f"corpusbuilder build BOOK.pdf -w {workspace}")
