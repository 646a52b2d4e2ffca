"""``corpusbuilder parse``."""

from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.options import RunOptions, with_options

PdfsArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="BOOK.pdf|FOLDER...", help="PDFs and folders of PDFs.", show_default=False),
]
PasswordOption = Annotated[
    str | None,
    typer.Option("--password-env", metavar="NAME", help="Environment variable that holds the PDFs' password."),
]


@with_options(RunOptions)
def parse(options: RunOptions, pdfs: PdfsArgument = None, password_env: PasswordOption = None) -> None:
    """Read PDFs: passages in reading order, figures with captions, labels and arrows."""
    from corpusbuilder.cli.run import conclude, run

    report = run(options, ["parse"], paths=pdfs or [], password_env=password_env)
    conclude(options, report)
