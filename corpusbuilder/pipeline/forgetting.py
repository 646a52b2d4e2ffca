"""Takes PDFs off a workspace's list, with what was made of them."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpusbuilder.errors import MissingInputError, UsageError, command_line
from corpusbuilder.pipeline.sources import KnownSource, known_sources, write_sources
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.records.ids import document_id
from corpusbuilder.store.files import locked_folder, storage_errors
from corpusbuilder.store.workspace import Workspace

_SHA256: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out of a workspace."""

    sources: tuple[KnownSource, ...]
    left: int
    """Number of PDFs still on the list."""
    assets: int
    """Number of images that nothing showed any more; they are deleted."""


def forget(workspace: Workspace, names: Sequence[str]) -> Forgotten:
    """Take PDFs off the list and delete their shards: all of ``names``, or none when one is not on the list.

    Args:
        workspace: with PDFs.
        names: document ids, paths of PDFs (they need not exist any more) or of folders, or bare file names.

    Raises:
        MissingInputError: no PDF was given to this workspace, or one of ``names`` is not on its list.
        UsageError: a file name stands for several PDFs.
        StorageError: the workspace cannot be written, or another run is working on such a document.
    """
    if not known_sources(workspace):
        raise MissingInputError(
            f"{workspace.root}: no PDF has been given to this workspace",
            hint=command_line("build", "BOOK.pdf", "-w", workspace.root),
        )
    with locked_folder(workspace.stage_folder("parse")):
        known = known_sources(workspace)
        gone = {source.sha256: source for name in names for source in _meant(name, known)}
        write_sources(workspace, [source for source in known if source.sha256 not in gone])
    for source in gone.values():
        for stage in reversed(SPECS):
            if document_id(source.sha256) in workspace.traces(stage):
                workspace.shard(stage, document_id(source.sha256)).remove()
    return Forgotten(tuple(gone.values()), len(known) - len(gone), collect_assets(workspace))


def collect_assets(workspace: Workspace) -> int:
    """Delete the images that no record of any stage names; returns how many.

    None is deleted while a run is under way or was interrupted: it may have stored images that its records do not
    name yet.
    """
    shown = {digest for path in _shards(workspace) for digest in _digests(path)}
    deleted = 0
    with storage_errors(workspace.root / "assets"):
        for path in sorted((workspace.root / "assets").glob("??/*.*")):
            if path.stem not in shown and len(path.stem) == 64:
                if any(workspace.root.glob("*/*.partial")):
                    break
                path.unlink()
                deleted += 1
    return deleted


def _meant(name: str, known: Sequence[KnownSource]) -> list[KnownSource]:
    """The PDFs that a person means by an id, a path or a file name."""
    path = Path(name).resolve()
    for matches in (
        [s for s in known if document_id(s.sha256) == name],
        [s for s in known if Path(s.path).is_relative_to(path)],
    ):
        if matches:
            return matches
    named = [s for s in known if Path(s.path).name == name]
    if len(named) > 1:
        raise UsageError(
            f"{name}: {len(named)} PDFs of this workspace have this name", hint=", ".join(s.path for s in named)
        )
    if not named:
        raise MissingInputError(f"{name}: not on this workspace's list of PDFs", hint=_closest(name, known))
    return named


def _closest(name: str, known: Sequence[KnownSource]) -> str:
    """The names most like ``name``; the first ones when none is."""
    spelt = {spelling: s.path for s in known for spelling in (s.path, Path(s.path).name, document_id(s.sha256))}
    close = difflib.get_close_matches(name, spelt, n=3, cutoff=0.5)
    close += difflib.get_close_matches(Path(name).name, spelt, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(dict.fromkeys(spelt[spelling] for spelling in close))}?"
    paths = sorted(s.path for s in known)
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"on the list: {', '.join(paths[:3])}{more}"


def _shards(workspace: Workspace) -> Iterator[Path]:
    yield from workspace.root.glob("*/*.jsonl")


def _digests(path: Path) -> Iterator[str]:
    with storage_errors(path), path.open("rb") as file:
        for line in file:
            yield from (found.decode() for found in _SHA256.findall(line))
