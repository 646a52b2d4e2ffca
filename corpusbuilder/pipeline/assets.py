"""Images that no record shows any more."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from corpusbuilder.errors import storage_errors
from corpusbuilder.store.journal import SUFFIX
from corpusbuilder.store.workspace import Workspace

_SHA256: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def collect_assets(workspace: Workspace) -> int:
    """Delete the images that no record of any stage names; returns how many.

    None is deleted while a run is under way or waits to be resumed, and none when one ended meanwhile: it may have
    stored images, or found them stored, that were not yet named when the records were read.
    """
    with storage_errors(workspace.root / "assets"):
        stored = sorted((workspace.root / "assets").glob("??/*.*"))
        records = _records(workspace)
        if not stored or any(path.endswith(SUFFIX) for path in records):
            return 0
        shown = {digest for path in records for digest in _digests(Path(path))}
        unused = [path for path in stored if _is_digest(path.stem) and path.stem not in shown]
        if not unused or _records(workspace) != records:
            return 0
        for path in unused:
            path.unlink(missing_ok=True)
    return len(unused)


def _records(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Time of change in nanoseconds and size of every file of records, finished or not."""
    states = {str(path): path.stat() for path in sorted(workspace.root.glob("*/*.jsonl*"))}
    return {path: (state.st_mtime_ns, state.st_size) for path, state in states.items()}


def _digests(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for line in file:
            yield from (found.decode() for found in _SHA256.findall(line))


def _is_digest(name: str) -> bool:
    return _SHA256.fullmatch(name.encode()) is not None
