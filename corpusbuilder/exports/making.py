"""Makes an export: its folder changes from the old to the new one at once, and nobody else's file is ever deleted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from corpusbuilder import __version__
from corpusbuilder.errors import MissingInputError, StorageError, UsageError, storage_errors
from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.registry import find_format
from corpusbuilder.exports.safetext import SafeText
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records.base import Record
from corpusbuilder.store.files import locked_folder, sha256_of, write_whole
from corpusbuilder.store.folders import replaced_folder
from corpusbuilder.store.release import CHECKSUMS, MANIFEST, ReleaseFolder

MARK: Final = ".corpusbuilder-export.json"
"""Hidden, so that no loader takes it for data."""
NOTICE: Final = "NOTICE.txt"


class ExportMark(Record):
    """What an export says of itself: the proof that its folder may be replaced."""

    made_from: dict[str, JsonValue]
    """All that it depends on: format, options, release, version of corpusbuilder."""
    files: dict[str, int]
    """Size in bytes of every file but the mark, by its place in the folder."""
    rows: dict[str, int]
    images: int
    left_out: dict[str, int]
    notes: tuple[str, ...]
    usage: str
    """With ``{folder}`` for the folder, which may be moved."""


@dataclass(frozen=True, slots=True)
class Made:
    """An export that is there."""

    folder: Path
    report: ExportReport
    cached: bool
    """Whether it was there already, made from the same release with the same options."""


def make_export(
    name: str, release: ReleaseFolder, folder: Path, options: ExportOptions, *, force: bool = False
) -> Made:
    """Write ``release`` in the format ``name`` to ``folder``.

    Args:
        name: of a format.
        release: a full one; a stand-off release has nothing to show.
        folder: absent, empty, or an earlier export; anything else is refused.
        options: of the export.
        force: make it also when it is there already, or when its files were changed by hand.

    Raises:
        UsageError: there is no such format; the options contradict one another or the release; the release is a
            stand-off one; or ``folder`` holds what is not ours.
        MissingInputError: the release has no example that the format can hold.
        StorageError: the release cannot be read or is not whole, or the folder cannot be written.
    """
    export = find_format(name)
    if release.manifest.kind == "stand_off":
        raise UsageError(
            f"{release.path}: this stand-off release holds no word and no image of its sources: nothing to export",
            hint=f"corpusbuilder hydrate {release.path} --pdf FOLDER_OF_PDFS makes it whole",
        )
    folder, inside = folder.resolve(), release.path.resolve()
    if folder == inside or inside in folder.parents:
        raise UsageError(f"-o {folder}: an export cannot stand inside of the release", hint="name another folder")
    with storage_errors(folder):
        above = next(parent for parent in (*folder.parents, folder) if parent.exists())
    if not above.is_dir() and above != folder:
        raise UsageError(f"-o {folder}: {above} is a file, not a folder", hint="name another folder")
    release.check_rows()
    made_from = _made_from(name, release, options)
    with locked_folder(folder.parent):
        mark = _mark_of(folder, force=force)
        if mark and mark.made_from == made_from and not force:
            return Made(folder, _placed(_report(mark), folder), cached=True)
        with replaced_folder(folder) as fresh:
            with storage_errors(fresh):
                fresh.mkdir()
            report = export(release, fresh, options)
            _refuse_nothing(name, report)
            _finish(fresh, release, made_from, report)
    return Made(folder, _placed(report, folder), cached=False)


def _placed(report: ExportReport, folder: Path) -> ExportReport:
    """The report with the folder's place in ``usage``, as it is typed between double quotes."""
    place = json.dumps(str(folder), ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace").decode()
    return replace(report, usage=report.usage.replace("{folder}", place))


def _refuse_nothing(name: str, report: ExportReport) -> None:
    if not any(report.rows.values()):
        why = "; ".join(f"{number:,} are left out: {reason}" for reason, number in report.left_out.items())
        raise MissingInputError(f"no example of this release can be written as {name}: {why or 'there are none'}")


def _finish(fresh: Path, release: ReleaseFolder, made_from: dict[str, JsonValue], report: ExportReport) -> None:
    write_whole(fresh / NOTICE, notice(release).encode())
    mark = ExportMark(
        made_from=made_from,
        files=_files(fresh),
        rows=dict(report.rows),
        images=report.images,
        left_out=dict(report.left_out),
        notes=tuple(report.notes),
        usage=report.usage,
    )
    write_whole(fresh / MARK, mark.model_dump_json(indent=2).encode() + b"\n")


def notice(release: ReleaseFolder) -> str:
    """Whose work stands in an export: each source with its licence, one a line."""
    manifest = release.manifest
    safe = SafeText()
    lines = {
        safe(f"- {row['title'] or row['file_name']}: {row['licence'] or 'licence not stated'}")
        for row in release.rows("documents", columns=("title", "file_name", "licence"))
    }
    head = safe(f"Made by corpusbuilder {__version__} from the release {manifest.name}, version {manifest.version}.")
    return "\n".join(
        [head, "What is quoted and shown here is the work of others, under their licences:", *sorted(lines), ""]
    )


def _made_from(name: str, release: ReleaseFolder, options: ExportOptions) -> dict[str, JsonValue]:
    proof = release.path / CHECKSUMS
    with storage_errors(release.path):
        digest = sha256_of(proof if proof.is_file() else release.path / MANIFEST)
    return {
        "format": name,
        "corpusbuilder": __version__,
        "release": digest,
        "prompts": sorted(prompt.sha256 for prompt in load_prompts("export", "en").values())
        + sorted(prompt.sha256 for prompt in load_prompts("export", "fr").values()),
        **asdict(options),
    }


def _mark_of(folder: Path, *, force: bool) -> ExportMark | None:
    """What an earlier export in ``folder`` says of itself; None when there is nothing.

    Raises:
        UsageError: ``folder`` holds what no export has made, or, without ``force``, what was changed since.
    """
    with storage_errors(folder):
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return None
        if not folder.is_dir():
            raise UsageError(f"-o {folder}: this is a file, not a folder", hint="name a folder, or a new one")
        place = folder / MARK
        content = place.read_bytes() if place.is_file() else None
    if content is None:
        raise UsageError(
            f"-o {folder}: this folder holds files and is no earlier export; nothing in it is touched",
            hint="name a new or an empty folder",
        )
    try:
        mark = ExportMark.model_validate_json(content)
    except ValidationError:
        raise StorageError(f"{place}: damaged: nothing in its folder is touched", hint="name a new folder") from None
    _refuse_changes(folder, mark.files, force=force)
    return mark


def _refuse_changes(folder: Path, written: Mapping[str, int], *, force: bool) -> None:
    found = _files(folder)
    if foreign := sorted(found.keys() - written.keys()):
        raise UsageError(
            f"-o {folder}: {foreign[0]} was not made by an export; nothing is touched",
            hint="move it elsewhere, or name another folder",
        )
    changed = sorted(name for name, size in written.items() if found.get(name) != size)
    if changed and not force:
        raise UsageError(
            f"-o {folder}: {changed[0]} was changed or deleted since it was exported",
            hint="--force writes the export anew; or name another folder",
        )


def _files(folder: Path) -> dict[str, int]:
    with storage_errors(folder):
        paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
        # Python leaves compiled files where it runs the functions of an lmms-eval task.
        paths = [path for path in paths if path.parent.name != "__pycache__"]
        return {path.relative_to(folder).as_posix(): path.lstat().st_size for path in paths if path.name != MARK}


def _report(mark: ExportMark) -> ExportReport:
    return ExportReport(mark.rows, mark.images, mark.left_out, mark.notes, mark.usage)
