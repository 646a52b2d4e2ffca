"""What a release folder says of itself in its ``release.json``."""

from typing import Final, Literal, TypeAlias, get_args

from pydantic import JsonValue

from corpusbuilder.records.base import Record

Split: TypeAlias = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = get_args(Split)
"""From least to most held out."""
ReleaseKind: TypeAlias = Literal["full", "stand_off"]
"""``stand_off``: without a word or pixel of the sources; ``corpusbuilder hydrate`` makes it whole."""


class ReleaseChange(Record):
    """What a version changed against the one before it."""

    version: str
    documents: int
    """In this version."""
    examples: int
    """In this version."""
    documents_added: int = 0
    documents_removed: int = 0
    documents_changed: int = 0
    """Documents of both versions of which an example, a figure or a passage is another."""


class ReleasedDocument(Record):
    """What stands in a release of one document."""

    digest: str
    """SHA-256 of all its rows: equal digests mean equal rows."""
    examples: int
    figures: int
    passages: int


class ReleaseManifest(Record):
    """The content of ``release.json``."""

    format: Literal[1] = 1
    name: str
    kind: ReleaseKind = "full"
    version: str
    """Of the dataset, as its makers count."""
    tool_version: str
    split_by: Literal["document", "unit"]
    shares: dict[str, float]
    """Share of each split, as asked for."""
    splits: dict[str, Split]
    """Split of every document, or unit, that was ever in a release of this name: it keeps it."""
    rows: dict[str, dict[str, int]]
    """Number of rows by config and split."""
    documents: dict[str, ReleasedDocument]
    """By id."""
    previous: dict[str, ReleasedDocument] | None = None
    """The documents of the last version before this one; null in a first version."""
    changes: tuple[ReleaseChange, ...] = ()
    """One entry a version, the oldest first."""
    settings: dict[str, JsonValue]
    """The settings under which the sources were read: ``hydrate`` reads them in the same way."""
    card: dict[str, JsonValue]
    """Every number and name of the card, for whoever wants to compute with them."""
