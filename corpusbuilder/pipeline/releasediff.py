"""What changed from one release to another: rows that came, went, changed or moved between splits."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from corpusbuilder.errors import StorageError
from corpusbuilder.records.release import SPLITS
from corpusbuilder.store.release import ReleaseFolder, Row

CONFIGS: Final = ("documents", "passages", "figures", "examples")
_DIGEST_BYTES: Final = 8

_Columns: TypeAlias = dict[str, bytes]
"""A digest of the value of each column."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that stands in another split."""

    id: str
    before: str
    after: str


@dataclass(slots=True)
class ConfigDiff:
    """What changed in one config. Ids are in the order of the release that has them."""

    before: int = 0
    """Number of rows."""
    after: int = 0
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    """Columns that differ, by id."""
    moved: list[Moved] = field(default_factory=list)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        differs = self.added or self.removed or self.changed or self.moved
        return not (differs or self.columns_added or self.columns_removed)

    def changed_columns(self) -> Counter[str]:
        """In how many rows each column differs."""
        return Counter(column for columns in self.changed.values() for column in columns)


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """What changed between two releases."""

    about: Mapping[str, tuple[Any, Any]]
    """What the releases say of themselves, where it differs: before and after."""
    configs: Mapping[str, ConfigDiff]

    @property
    def is_empty(self) -> bool:
        """Whether they hold the same rows in the same splits, whatever they say of themselves."""
        return all(config.is_empty for config in self.configs.values())

    @property
    def leaked(self) -> list[Moved]:
        """Examples that were held out and are not, or less so: who tests on the new release has trained on them."""
        return [m for m in self.configs["examples"].moved if SPLITS.index(m.after) < SPLITS.index(m.before)]


def diff_releases(before: ReleaseFolder, after: ReleaseFolder) -> ReleaseDiff:
    """Compare two release folders, row by row.

    Rows are the same when their ids are; a document of which the units are split counts in each of its splits.

    Raises:
        StorageError: a folder cannot be read, or rows of it are missing.
        MissingExtraError: `pyarrow` is not installed.
    """
    for release in (before, after):
        release.check_rows()
    return ReleaseDiff(
        about=_about(before, after), configs={config: _diff_config(before, after, config) for config in CONFIGS}
    )


def _about(before: ReleaseFolder, after: ReleaseFolder) -> dict[str, tuple[Any, Any]]:
    named = ("name", "kind", "version", "tool_version", "split_by", "shares")
    pairs = {key: (getattr(before.manifest, key), getattr(after.manifest, key)) for key in named}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _diff_config(before: ReleaseFolder, after: ReleaseFolder, config: str) -> ConfigDiff:
    known = dict(_digested(before, config))
    found = ConfigDiff(before=len(known))
    old_columns: set[str] = set().union(*(columns for _, columns in known.values()))
    new_columns: set[str] = set()
    for key, (split, columns) in _digested(after, config):
        found.after += 1
        new_columns |= columns.keys()
        if key not in known:
            found.added.append(key)
            continue
        old_split, old = known.pop(key)
        if old_split != split:
            found.moved.append(Moved(key, old_split, split))
        if different := [name for name in old.keys() & columns.keys() if old[name] != columns[name]]:
            found.changed[key] = sorted(different)
    found.removed.extend(known)
    if found.before and found.after:
        found.columns_added = sorted(new_columns - old_columns)
        found.columns_removed = sorted(old_columns - new_columns)
    return found


def _digested(release: ReleaseFolder, config: str) -> Iterator[tuple[str, tuple[str, _Columns]]]:
    """Id, split and columns of every row."""
    seen: Counter[str] = Counter()
    for split in SPLITS:
        for row in release.rows(config, split=split):
            if "id" not in row:
                raise StorageError(f"{release.path}: the rows of {config} in {split} have no id", repeat=False)
            identity = str(row["id"])
            seen[identity] += 1
            key = identity if seen[identity] == 1 else f"{identity} ({seen[identity]})"
            yield key, (split, _columns(row))


def _columns(row: Row) -> _Columns:
    """The columns that say what a row is; the id says which, and the split of a document is where it stands."""
    return {name: _digest(value) for name, value in row.items() if name not in {"id", "split"}}


def _digest(value: Any) -> bytes:  # noqa: ANN401 - any value of a column
    plain = value if isinstance(value, str) else json.dumps(value, default=_told_apart, ensure_ascii=False)
    return hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


def _told_apart(value: Any) -> str:  # noqa: ANN401 - what JSON does not know
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else repr(value)
