"""Takes PDFs off a workspace's list, with what was made of them."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpusbuilder.errors import MissingInputError, UsageError, command_line
from corpusbuilder.pipeline.assets import collect_assets
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.sources import KnownSource, known_sources, write_sources
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.records.ids import document_id
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.workspace import Workspace


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
        for stage in reversed(list(SPECS)):
            traces = set(workspace.traces(stage))
            for document in map(document_id, gone):
                if document in traces:
                    workspace.shard(stage, document).remove()
        for document in map(document_id, gone):
            ReviewFiles(workspace).forget(document)
        write_sources(workspace, [source for source in known if source.sha256 not in gone])
    return Forgotten(tuple(gone.values()), len(known) - len(gone), collect_assets(workspace))


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
