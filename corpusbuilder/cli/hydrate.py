"""``corpusbuilder hydrate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import JsonOption
from corpusbuilder.cli.parse import PasswordOption

if TYPE_CHECKING:
    from corpusbuilder.config import Config
    from corpusbuilder.pipeline.runner import StageReport
    from corpusbuilder.pipeline.standoff.hydrating import HydrationReport
    from corpusbuilder.store.workspace import Workspace


def hydrate(  # noqa: PLR0917 - typer passes each by name
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help="Folder of a stand-off release.")],
    pdf: Annotated[
        list[Path], typer.Option("--pdf", metavar="FOLDER|BOOK.pdf", help="Your PDFs, whatever they are called.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the dataset; the release's name if not given."),
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes.")] = None,
    password_env: PasswordOption = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Use only the very files of the release; read no other PDF of the folder.")
    ] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Make a stand-off release whole with your own PDFs of its sources: every text and image is checked by its hash."""
    from corpusbuilder.cli.report import emit_json, reporting_errors, say

    with reporting_errors(as_json=as_json):
        from dataclasses import asdict

        from corpusbuilder.cli.progress import display_for
        from corpusbuilder.engines.local import LocalEngine
        from corpusbuilder.pipeline.runner import Runner
        from corpusbuilder.pipeline.standoff.hydrating import hydrate as restore

        with LocalEngine(workers) as engine, display_for(quiet=quiet, verbose=False) as display:

            def run(workspace: "Workspace", config: "Config") -> "StageReport":
                return Runner(workspace, config, engine, display).run("parse")

            report = restore(release, pdf, out, run=run, password_env=password_env, exact=exact)
        for line in () if quiet else report.refused:
            say(f"note: {line}")
        if as_json:
            emit_json({"ok": True, "hydrated": asdict(report)})
            return
        _tell(report)


def _tell(report: "HydrationReport") -> None:
    from corpusbuilder.cli.report import counted, say, tell

    rows = sum(sum(document.restored.values()) for document in report.documents)
    tell(f"restored: {counted(rows, 'row')} of {counted(len(report.documents), 'document')} in {report.folder}")
    printings = [document for document in report.documents if document.printing is not None]
    for document in printings:
        tell(f"{document.pdf} is another printing of {document.title}: page coordinates are those of the release's")
    if report.identical:
        tell("every file of the full release came out byte for byte")
        return
    tell(f"all rows are there; other files than in the full release: {', '.join(report.differing)}")
    for name, (theirs, ours) in report.versions.items():
        say(f"note: the release was made with {name} {theirs}, and this is {ours}")
