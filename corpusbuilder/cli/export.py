"""``corpusbuilder export``."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.cli.report import emit_json, say, tell
from corpusbuilder.errors import UsageError

if TYPE_CHECKING:
    from corpusbuilder.exports.base import ExportOptions
    from corpusbuilder.exports.making import Made


@dataclass(frozen=True, slots=True)
class Asked(WorkspaceOptions):
    """Where to, and how the examples are written."""

    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="New folder, or that of an earlier export.")
    ] = None
    trace: Annotated[str, typer.Option("--trace", help="plain, grounded, tagged, think, answer or visual_tokens.")] = (
        "plain"
    )
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="MODEL_FAMILY", help="Whose boxes or visual tokens.", show_default="that of the format"
        ),
    ] = None
    split: Annotated[str | None, typer.Option("--split", help="One split only.", show_default="all")] = None
    min_pixels: Annotated[
        int | None, typer.Option("--min-pixels", min=1, help="As the processor of the target will be set.")
    ] = None
    max_pixels: Annotated[
        int | None, typer.Option("--max-pixels", min=1, help="As the processor of the target will be set.")
    ] = None
    passages: Annotated[
        bool, typer.Option("--passages/--no-passages", help="Give the passages that belong to a question with it.")
    ] = True
    show_formats: Annotated[bool, typer.Option("--list", help="List the formats and targets, and stop.")] = False
    force: Annotated[bool, typer.Option("--force", help="Write it again, current or not.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes on stderr.")] = False


@with_options(Asked)
def export(
    options: Asked,
    format_: Annotated[
        str | None,
        typer.Argument(metavar="FORMAT", help="What to write; --list shows all formats.", show_default=False),
    ] = None,
    release: Annotated[
        Path | None,
        typer.Argument(metavar="RELEASE_FOLDER", help="A release.", show_default="the release of the workspace"),
    ] = None,
) -> None:
    """Write a release in the format of a trainer or a benchmark."""
    from corpusbuilder.exports.making import make_export
    from corpusbuilder.exports.registry import format_name
    from corpusbuilder.store.release import ReleaseFolder

    if options.show_formats:
        _list(as_json=options.as_json)
        return
    if format_ is None:
        raise UsageError("export to which format?", hint="corpusbuilder export --list shows all of them")
    name = format_name(format_)
    if options.out is None:
        raise UsageError("-o is missing: the folder to write into", hint=f"for example -o exports/{name}")
    wanted = _wanted(name, options)
    source = ReleaseFolder.open(_release_folder(release, options))
    made = make_export(name, source, options.out, wanted, force=options.force)
    for note in () if options.quiet else _notes(made):
        say(f"note: {note}")
    _tell(name, made, as_json=options.as_json)


def _wanted(name: str, options: Asked) -> "ExportOptions":
    from corpusbuilder.exports.base import ExportOptions
    from corpusbuilder.exports.registry import FORMATS, find_trace
    from corpusbuilder.exports.targets import find_target

    wanted = ExportOptions(
        trace=find_trace(options.trace),
        target=options.target or FORMATS[name].target,
        split=options.split,
        min_pixels=options.min_pixels,
        max_pixels=options.max_pixels,
        passages=options.passages,
    )
    if (options.target, options.min_pixels, options.max_pixels) != (None, None, None):
        find_target(wanted)  # a misspelt one is refused whatever the trace
    return wanted


def _release_folder(release: Path | None, options: Asked) -> Path:
    """The folder that is named, or else the release of the workspace."""
    from corpusbuilder.cli.run import config_of

    if release is None:
        return options.workspace / "release" / config_of(options.workspace, options.overrides).release_name
    if options.overrides:
        raise UsageError("--set has no meaning for a release that is named by its folder", hint=f"leave out {release}")
    return release


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
