"""``corpusbuilder build``."""

import typer

from corpusbuilder.cli.options import BuildOptions, with_options
from corpusbuilder.cli.parse import PasswordOption, PdfsArgument


@with_options(BuildOptions)
def build(options: BuildOptions, pdfs: PdfsArgument = None, password_env: PasswordOption = None) -> None:
    """Do everything that is stale, from PDFs to a release folder."""
    from corpusbuilder.cli.run import conclude, run
    from corpusbuilder.cli.summary import summarise

    options = options.with_settings()
    report = run(options, None, paths=pdfs or [], password_env=password_env)
    if not options.as_json:
        typer.echo(summarise(options.workspace.resolve(), report))
    conclude(options, report)
