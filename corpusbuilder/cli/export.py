"""``corpusbuilder export``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import JsonOption, WorkspaceOption, check_workspace
from corpusbuilder.cli.report import emit_json, reporting_errors, say, tell

if TYPE_CHECKING:
    from corpusbuilder.exports.base import ExportOptions
    from corpusbuilder.exports.making import Made


def export(
    *,
    format_: Annotated[
        str | None,
        typer.Argument(metavar="FORMAT", help="What to write; --list shows all formats.", show_default=False),
    ] = None,
    release: Annotated[
        Path | None,
        typer.Argument(metavar="RELEASE_FOLDER", help="A release.", show_default="the release of the workspace"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="New folder, or that of an earlier export.")
    ] = None,
    trace: Annotated[
        str, typer.Option("--trace", help="plain, grounded, tagged, think, answer or visual_tokens.")
    ] = "plain",
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="MODEL_FAMILY", help="Whose boxes or visual tokens.", show_default="that of the format"
        ),
    ] = None,
    split: Annotated[str | None, typer.Option("--split", help="One split only.", show_default="all")] = None,
    min_pixels: Annotated[
        int | None, typer.Option("--min-pixels", min=1, help="As the processor of the target will be set.")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option("--max-pixels", min=1, help="As the processor of the target will be set.")
    ] = None,
    passages: Annotated[
        bool, typer.Option("--passages/--no-passages", help="Give the passages that belong to a question with it.")
    ] = True,
    show_formats: Annotated[bool, typer.Option("--list", help="List the formats and targets, and stop.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write it again, current or not.")] = False,
    workspace: WorkspaceOption = Path(),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes on stderr.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a release in the format of a trainer or a benchmark."""
    with reporting_errors(as_json=as_json):
        from corpusbuilder.errors import UsageError
        from corpusbuilder.exports.base import ExportOptions
        from corpusbuilder.exports.registry import FORMATS, find_trace, format_name
        from corpusbuilder.exports.targets import find_target

        if show_formats:
            _list(as_json=as_json)
            return
        if format_ is None:
            raise UsageError("export to which format?", hint="corpusbuilder export --list shows all of them")
        name = format_name(format_)
        if out is None:
            raise UsageError("-o is missing: the folder to write into", hint=f"for example -o exports/{name}")
        options = ExportOptions(
            trace=find_trace(trace),
            target=target or FORMATS[name].target,
            split=split,
            min_pixels=min_pixels,
            max_pixels=max_pixels,
            passages=passages,
        )
        if target is not None or min_pixels is not None or max_pixels is not None:
            find_target(options)  # a misspelt one is refused whatever the trace
        made = _make(name, _release_folder(release, workspace), out, options, force=force)
        for note in () if quiet else _notes(made):
            say(f"note: {note}")
        _tell(name, made, as_json=as_json)


def _make(name: str, release: Path, out: Path, options: "ExportOptions", *, force: bool) -> "Made":
    from corpusbuilder.exports.making import make_export
    from corpusbuilder.store.release import ReleaseFolder

    return make_export(name, ReleaseFolder.open(release), out, options, force=force)


def _release_folder(release: Path | None, workspace: Path) -> Path:
    """The folder that is named, or else the release of the workspace."""
    if release is not None:
        return release
    from corpusbuilder.config import FILE_NAME, load

    check_workspace(workspace, writes=False)
    place = workspace / FILE_NAME
    return workspace / "release" / load(place if place.exists() else None).release_name


def _notes(made: "Made") -> list[str]:
    left_out = [f"{number:,} examples are left out: {why}" for why, number in sorted(made.report.left_out.items())]
    return [*left_out, *made.report.notes]


def _tell(name: str, made: "Made", *, as_json: bool) -> None:
    from dataclasses import asdict

    report = made.report
    if as_json:
        emit_json({"ok": True, "format": name, "folder": made.folder, "cached": made.cached, **asdict(report)})
        return
    state = "is current" if made.cached else "made"
    images = f" and {report.images:,} images" if report.images else ""
    tell(f"{name} export {state}: {sum(report.rows.values()):,} records{images} in {made.folder}")
    for file, rows in report.rows.items():
        tell(f"  {file}: {rows:,}")
    if report.usage:
        tell(report.usage)


def _list(*, as_json: bool) -> None:
    from corpusbuilder.exports.registry import FORMATS
    from corpusbuilder.exports.targets import FAMILIES

    if as_json:
        formats = {name: known.about for name, known in FORMATS.items()}
        emit_json({"ok": True, "formats": formats, "targets": {name: f.about for name, f in FAMILIES.items()}})
        return
    tell("formats:")
    for name, known in FORMATS.items():
        tell(f"  {name:15} {known.about}")
    tell("targets of --trace grounded and visual_tokens, and how they write boxes:")
    for name, family in FAMILIES.items():
        tell(f"  {name:15} {family.about}")
