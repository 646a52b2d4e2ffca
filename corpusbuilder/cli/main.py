"""The ``corpusbuilder`` command. Commands import what they need when they run, so that ``--help`` is quick."""

import signal
from typing import Annotated

import typer

from corpusbuilder import __version__
from corpusbuilder.cli.build import build
from corpusbuilder.cli.demo import demo
from corpusbuilder.cli.doctor import doctor
from corpusbuilder.cli.export import export
from corpusbuilder.cli.forget import forget
from corpusbuilder.cli.generate import generate
from corpusbuilder.cli.ground import ground
from corpusbuilder.cli.hydrate import hydrate
from corpusbuilder.cli.init import init
from corpusbuilder.cli.inspect import inspect
from corpusbuilder.cli.ledger import ledger
from corpusbuilder.cli.parse import parse
from corpusbuilder.cli.publish import publish
from corpusbuilder.cli.release import release
from corpusbuilder.cli.review import review
from corpusbuilder.cli.schema import schema
from corpusbuilder.cli.status import status
from corpusbuilder.cli.verify import verify

app = typer.Typer(
    name="corpusbuilder",
    help="Grounded, explainable multimodal QA corpora from schoolbook PDFs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
STAGES = "The stages, in order"
AFTERWARDS = "With a release"
WHOLE = "The whole way"
ABOUT = "About a corpus and this installation"

for command in (build, demo):
    app.command(rich_help_panel=WHOLE)(command)
for command in (parse, generate, ground, verify):
    app.command(rich_help_panel=STAGES)(command)
for command in (publish, hydrate, export):
    app.command(rich_help_panel=AFTERWARDS)(command)
for command in (init, status, inspect, forget, schema, doctor):
    app.command(rich_help_panel=ABOUT)(command)
app.add_typer(review, rich_help_panel=STAGES)
app.add_typer(release, rich_help_panel=STAGES)
app.add_typer(ledger, rich_help_panel=ABOUT)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"corpusbuilder {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Build grounded, explainable multimodal QA corpora from schoolbook PDFs.

    Begin with: corpusbuilder build BOOK.pdf -w WORKSPACE
    """


def main() -> None:
    """Entry point of the ``corpusbuilder`` script."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: in order, saying how to go on
    app()
