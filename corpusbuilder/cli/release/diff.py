"""``corpusbuilder release diff``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from corpusbuilder.cli.options import JsonOption

if TYPE_CHECKING:
    from corpusbuilder.pipeline.releasediff import ConfigDiff, Moved, ReleaseDiff

_SHOWN: Final = 5
"""Ids named of each kind of change; --json has all."""
_COUNTS: Final = ("before", "after", "added", "removed", "changed", "moved")


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A release folder.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    as_json: JsonOption = False,
) -> None:
    """Say what changed from release A to release B: rows added, removed, changed, or moved between splits."""
    from corpusbuilder.cli.report import emit_json, reporting_errors, tell

    with reporting_errors(as_json=as_json):
        from corpusbuilder.pipeline.releasediff import diff_releases
        from corpusbuilder.store.release import ReleaseFolder

        found = diff_releases(ReleaseFolder.open(before), ReleaseFolder.open(after))
        if as_json:
            emit_json(_as_json(found))
            return
        for line in _lines(found):
            tell(line)


def _as_json(found: "ReleaseDiff") -> dict[str, object]:
    from dataclasses import asdict

    configs = {name: {**asdict(config), "equal": config.is_empty} for name, config in found.configs.items()}
    return {"ok": True, "equal": found.is_empty, "about": found.about, "configs": configs}


def _lines(found: "ReleaseDiff") -> Iterator[str]:
    for key, (old, new) in found.about.items():
        yield f"{key}: {old} -> {new}"
    if found.is_empty:
        yield "the same rows in the same splits"
        return
    yield f"{'':<10}" + "".join(f"{name:>9}" for name in _COUNTS)
    for name, config in found.configs.items():
        counts = (config.before, config.after, *(len(getattr(config, kind)) for kind in _COUNTS[2:]))
        yield f"{name:<10}" + "".join(f"{count:>9}" for count in counts)
    for name, config in found.configs.items():
        yield from _details(name, config)
    if leaked := found.leaked:
        ids = _some([moved.id for moved in leaked])
        yield f"WARNING: {len(leaked)} examples were held out in A and are less so in B: {ids}"


def _details(name: str, config: "ConfigDiff") -> Iterator[str]:
    for kind in ("added", "removed"):
        if ids := getattr(config, kind):
            yield f"{name} {kind}: {_some(ids)}"
    if config.changed:
        columns = ", ".join(f"{column} ({count})" for column, count in config.changed_columns().most_common())
        yield f"{name} changed in {columns}: {_some(list(config.changed))}"
    for old, new in sorted({(moved.before, moved.after) for moved in config.moved}):
        yield f"{name} moved from {old} to {new}: {_some(_ids_moved(config.moved, old, new))}"
    for kind in ("columns_added", "columns_removed"):
        if columns_changed := getattr(config, kind):
            yield f"{name}: {kind.replace('_', ' ')}: {', '.join(columns_changed)}"


def _ids_moved(moved: Sequence["Moved"], before: str, after: str) -> list[str]:
    return [one.id for one in moved if (one.before, one.after) == (before, after)]


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
