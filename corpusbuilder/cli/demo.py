"""``corpusbuilder demo``."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from corpusbuilder.cli.options import RunOptions, with_options


@dataclass(frozen=True, slots=True)
class DemoOptions(RunOptions):
    """A run in a folder of its own, not among whatever the current folder holds."""

    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="Folder to build the corpus in.")] = Path(
        "demo-workspace"
    )


@with_options(DemoOptions)
def demo(
    options: DemoOptions,
    chapters: Annotated[bool, typer.Option("--list", help="Only say where the sample chapters are.")] = False,
) -> None:
    """Build a corpus from the two sample chapters that come with corpusbuilder."""
    from corpusbuilder.cli.run import conclude, run
    from corpusbuilder.cli.summary import summarise

    folder = Path(str(resources.files("corpusbuilder").joinpath("samples")))
    if chapters:
        for pdf in sorted(folder.glob("*.pdf")):
            typer.echo(pdf)
        return
    report = run(options, None, paths=[folder])
    if not options.as_json:
        typer.echo(summarise(options.workspace.resolve(), report))
    conclude(options, report)
