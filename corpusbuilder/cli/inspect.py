"""``corpusbuilder inspect``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.cli.report import counted, emit_json, tell
from corpusbuilder.errors import UsageError, command_line

if TYPE_CHECKING:
    from corpusbuilder.pipeline.figures import FoundFigure
    from corpusbuilder.records.document import Figure
    from corpusbuilder.store.workspace import Workspace

FORMATS: Final[Mapping[str, str]] = {"ai2d": ".ai2d.json", "networkx": ".networkx.json", "dot": ".dot"}
"""What a graph can be written as, and how such a file's name ends."""
_COLUMNS: Final = ("id", "page_no", "number", "kind", "labels", "connectors", "regions", "caption")
_LONGEST_CAPTION: Final = 60
_TABLE_WIDTH: Final = 160
"""Ids are copied from the table: they are not cut off where a terminal is narrow."""


@dataclass(frozen=True, slots=True)
class InspectOptions(WorkspaceOptions):
    """What to make of a figure's graph."""

    overlay: Annotated[
        Path | None,
        typer.Option("--overlay", metavar="PNG", help="Draw the figure with its graph over it; a folder with --all."),
    ] = None
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="Write the graph as ai2d, networkx or dot.")
    ] = None
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to write it; a folder with --all.", show_default="-"),
    ] = None
    every: Annotated[bool, typer.Option("--all", help="Every figure of the workspace.")] = False


@with_options(InspectOptions)
def inspect(
    options: InspectOptions,
    figure_id: Annotated[
        str | None,
        typer.Argument(
            metavar="FIGURE_ID", help="Its id, or how it begins, or its printed number.", show_default="list all"
        ),
    ] = None,
) -> None:
    """Show the graph of a figure: its labels, connectors and regions. Without FIGURE_ID: list the figures."""
    from corpusbuilder.pipeline.figures import figures_of, find_figure
    from corpusbuilder.store.workspace import Workspace

    _check(options, figure_id)
    workspace = Workspace(options.workspace.resolve())
    if options.every:
        _make_all(options, workspace, figures_of(workspace))
    elif figure_id is None:
        _list(list(figures_of(workspace)), as_json=options.as_json)
    else:
        _show(options, workspace, find_figure(workspace, figure_id))


def _check(options: InspectOptions, figure_id: str | None) -> None:
    """Refuse what makes no sense before anything is read.

    Raises:
        UsageError: options that do not go together, or an unknown format.
    """
    if options.format is not None and options.format not in FORMATS:
        raise UsageError(f"--format {options.format}: unknown", hint=f"one of {', '.join(FORMATS)}")
    if options.out is not None and options.format is None:
        raise UsageError("-o is where the graph is written: say as what", hint=f"--format {' | '.join(FORMATS)}")
    if figure_id is not None and options.every:
        raise UsageError("--all and a FIGURE_ID", hint="leave out one of them")
    wanted = options.overlay is not None or options.format is not None
    if figure_id is None and wanted and not options.every:
        raise UsageError("of which figure?", hint="name one, or all of them with --all; inspect alone lists them")
    if options.every and not (options.overlay or options.out):
        raise UsageError("--all needs a folder", hint="--overlay FOLDER, or --format dot -o FOLDER")
    if options.as_json and options.format is not None and options.out is None:
        raise UsageError("--json and the graph would both go to stdout", hint="name a file for the graph with -o")


def _list(found: "list[FoundFigure]", *, as_json: bool) -> None:
    if as_json:
        emit_json({"ok": True, "figures": [one.as_json() for one in found]})
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from corpusbuilder.cli.report import printable
    from corpusbuilder.records.text import shortened

    table = Table(*(Column(name, no_wrap=True) for name in _COLUMNS), box=None, header_style="bold")
    for one in found:
        row = one.as_json() | {"caption": shortened(one.figure.caption or "", _LONGEST_CAPTION)}
        values = ("" if row[name] is None else str(row[name]) for name in _COLUMNS)
        table.add_row(*(Text(printable(value)) for value in values))
    Console(width=_TABLE_WIDTH, soft_wrap=True).print(table)
    tell(f"{counted(len(found), 'figure')}; to see one: {command_line('inspect')} FIGURE_ID --overlay FIGURE.png")


def _show(options: InspectOptions, workspace: "Workspace", found: "FoundFigure") -> None:
    written = _make(options, workspace, found.figure, overlay=options.overlay, out=options.out)
    if options.as_json:
        diagram = found.figure.diagram.model_dump(mode="json")
        emit_json({"ok": True, "figure": found.as_json(), "diagram": diagram, "written": written})
    elif options.format is not None and options.out is None:
        typer.echo(_graph(found.figure, options.format), nl=False)
    else:
        for line in (*_told(found), *(f"written: {path}" for path in written)):
            tell(line)


def _told(found: "FoundFigure") -> Iterator[str]:
    from corpusbuilder.inspect.elements import listed

    figure = found.figure
    place = f"{found.document.file_name}, page {figure.page_no}"
    yield f"{figure.id}  {figure.kind}, {place}, {figure.image.width} x {figure.image.height} px"
    if figure.caption:
        yield figure.caption
    for line in listed(figure.diagram):
        yield f"{line.tag:>5}  {line.what}  {line.found}{'  doubtful' if line.doubtful else ''}"


def _make_all(options: InspectOptions, workspace: "Workspace", figures: "Iterator[FoundFigure]") -> None:
    written: list[str] = []
    for found in figures:
        name = found.figure.id
        overlay = options.overlay / f"{name}.png" if options.overlay else None
        out = options.out / f"{name}{FORMATS[options.format]}" if options.out and options.format else None
        written += _make(options, workspace, found.figure, overlay=overlay, out=out)
    if options.as_json:
        emit_json({"ok": True, "written": written})
    else:
        tell(f"{counted(len(written), 'file')} written")


def _make(
    options: InspectOptions, workspace: "Workspace", figure: "Figure", *, overlay: Path | None, out: Path | None
) -> list[str]:
    """Write the drawing and the graph of a figure, as far as they are wanted; returns where."""
    from corpusbuilder.inspect.overlay import overlay as draw
    from corpusbuilder.store.files import write_whole

    written = []
    if overlay is not None:
        write_whole(overlay, draw(figure, workspace.read_asset(figure.image.sha256)))
        written.append(str(overlay))
    if out is not None and options.format is not None:
        write_whole(out, _graph(figure, options.format).encode())
        written.append(str(out))
    return written


def _graph(figure: "Figure", name: str) -> str:
    """The graph in a format, with a line end."""
    import json

    from corpusbuilder.exports.graphs import to_ai2d, to_dot, to_node_link

    writers: dict[str, Callable[[Figure], dict[str, Any]]] = {"ai2d": to_ai2d, "networkx": to_node_link}
    if name == "dot":
        return to_dot(figure)
    return json.dumps(writers[name](figure), ensure_ascii=False, indent=1) + "\n"
