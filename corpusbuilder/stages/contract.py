"""What a stage is. It opens no file, prints nothing, and knows neither shards nor engines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import JsonValue

from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", bound=Record, covariant=True)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Source:
    """A PDF to parse, with what its owner says of it. The input of ``parse``."""

    path: Path
    sha256: str
    document_id: str
    file_name: str
    password: str | None = field(default=None, repr=False)
    title: str | None = None
    language: str | None = None
    subject: str | None = None
    grade: str | None = None
    licence: str | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True)
class InUnit(Generic[R]):
    """A record together with the unit it is about. The runner joins them."""

    record: R
    unit: Unit


@dataclass(frozen=True, slots=True)
class Asset:
    """An image for the workspace's asset store, where the runner puts it under its SHA-256."""

    sha256: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done(Generic[Out_co]):
    """An input was processed. It may have yielded any number of records, also none."""

    input_id: str
    outputs: tuple[Out_co, ...]
    assets: tuple[Asset, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the person at the keyboard: what was skipped and why. They are not part of the data."""
    characters: Mapping[str, int] = field(default_factory=dict)
    """Of a PDF: how many characters were read, and how many ended where, for the done-file and the manifest."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input could not be processed. A reject is data: counted, kept and explained."""

    input_id: str
    reason_code: str
    message: str


class Stage(Protocol[In_contra, Out_co]):
    """Turns inputs into records: one result per input, in any order."""

    name: ClassVar[str]
    reads: ClassVar[type]
    """What the inputs are; where the runner joins a record with its unit (`InUnit`), the record."""
    writes: ClassVar[type[Record]]
    version: ClassVar[int]
    """Goes up when the same input would give another output."""
    needs_all: ClassVar[bool]
    """Whether `process` must see all records of a document at once: an interrupted shard then starts again."""

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:
        """All that the output for a document in ``language`` depends on, apart from the input.

        Keys are names that a person understands (``config.dpi``, ``prompt rules/definition.v1.en``): when one differs,
        ``status`` says so.
        """
        ...

    def process(self, records: Sequence[In_contra]) -> Iterable["Done[Out_co] | Rejected"]:
        """One `Done` or `Rejected` per input.

        Raises:
            RecordError: never; it is turned into a `Rejected` inside.
            BackendError, BudgetReachedError, MissingExtraError: the stage cannot go on at all.
        """
        ...
