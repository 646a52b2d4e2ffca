"""What a publication is to be, and what became of it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from corpusbuilder.backends.hub.repository import Gate
from corpusbuilder.errors import UsageError
from corpusbuilder.stages.release import FIRST_VERSION

_VERSION: Final = re.compile(r"v?\d+(\.\d+){0,3}([-.+][0-9A-Za-z.-]+)?")
_RELEASED: Final = ("data/", "card/")
"""Folders of the repository that hold nothing but the release."""
_NEVER_OURS: Final = re.compile(r"\..*|(licen[cs]e|copying|notice)[^/]*", re.IGNORECASE)
"""What is not deleted even where an earlier list of checksums names it."""


class Observer(Protocol):
    """Is told how far it has come."""

    def __call__(self, text: str) -> None:
        """A step begins."""

    def sent(self, files: int, of_files: int, size: int, of_size: int) -> None:
        """So many of the large files, and so many of their bytes, are on the server."""


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """Where to, and who may see it."""

    tag: str | None = None
    branch: str = "main"
    private: bool = False
    """Make it so when it is made; a repository with content is not changed."""
    gated: Gate | None = None
    """Likewise."""
    read_back: bool = True
    """Read what was sent from the server again, before the tag is made."""
    dry_run: bool = False


@dataclass(slots=True)
class PublishReport:
    """What became of it."""

    url: str
    repo: str
    version: str
    kind: str
    branch: str
    tag: str | None
    state: Literal["published", "current", "would_publish"] = "published"
    """``current``: it was there already."""
    commit: str | None = None
    """That holds the release."""
    parent: str | None = None
    """The head of the branch before."""
    created: bool = False
    """Whether the repository is new."""
    private: bool | None = None
    gated: str | bool | None = None
    configs: tuple[str, ...] = ()
    """That can be loaded."""
    files: int = 0
    """Of the release."""
    changed: tuple[str, ...] = ()
    """Files that the commit adds or replaces."""
    changed_bytes: int = 0
    sent_bytes: int = 0
    """Of large files, in this run: what the server had already is not sent."""
    deleted: tuple[str, ...] = ()
    """Files of earlier releases."""
    kept: tuple[str, ...] = ()
    """Files that are no part of any release."""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


def version_of(revision: str) -> str:
    """The version that a tag such as ``v1.2.0`` is for.

    Raises:
        UsageError: it is for none.
    """
    if not _VERSION.fullmatch(revision) or ".." in revision or revision.endswith((".", ".lock")):
        raise UsageError(f"--revision {revision}: not a version", hint="such as v1.2.0")
    return revision.removeprefix("v")


def tag_for(version: str, revision: str | None) -> str | None:
    """The tag of a release; None for a version that nobody has chosen.

    Raises:
        UsageError: the release is of another version than ``revision``.
    """
    if revision is None:
        chosen = version != FIRST_VERSION
        return f"v{version.removeprefix('v')}" if chosen else None
    if version_of(revision) != version.removeprefix("v"):
        raise UsageError(
            f"--revision {revision}: the release says of itself that it is version {version}",
            hint=f"make it again with --set release.version={version_of(revision)}, or leave --folder out: then "
            "publish makes it",
        )
    return revision


def stale_files(before: Iterable[str], names: Sequence[str], earlier: Collection[str]) -> tuple[str, ...]:
    """Files of earlier releases that this one does not have, sorted.

    Those are all below ``data/`` and ``card/``, which the card would load with this release; what ``earlier``, the
    checksums of the release that is there, names; and what cannot stand beside a file of this release, as a file where
    it has a folder. What people have added, such as a licence, stays.
    """
    ours = set(names)
    folders = {str(parent) for name in names for parent in Path(name).parents}

    def is_stale(name: str) -> bool:
        if name.startswith(_RELEASED) or name in folders:
            return True
        if any(str(parent) in ours for parent in Path(name).parents):
            return True
        return name in earlier and not _NEVER_OURS.fullmatch(name)

    return tuple(sorted(name for name in set(before) - ours if is_stale(name)))
