"""The contract of an export: what is asked of it, and what it says it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from corpusbuilder.store.release import ReleaseFolder

Trace: TypeAlias = Literal["plain", "grounded", "tagged", "think", "answer", "visual_tokens"]
"""How the reasoning is written: steps as they are; steps with boxes; ``<memory>`` and ``<reason>`` (Jin et al.);
inside ``<think>``; the answer alone; steps with the indices of the visual tokens that show their regions."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is wanted of an export."""

    trace: Trace = "plain"
    target: str = "qwen2.5-vl"
    """The family of the model that is to read boxes or visual tokens: it decides their convention."""
    split: str | None = None
    """One split, or all."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written."""

    rows: Mapping[str, int]
    """Number of written records, by file relative to the folder."""
    images: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Number of examples that the format cannot hold, by the reason in plain words."""
    notes: tuple[str, ...] = ()
    """Sentences for the person at the keyboard."""


class Export(Protocol):
    """What a module of `corpusbuilder.exports.formats` offers as ``export``."""

    def __call__(self, release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
        """Write ``release`` into ``folder``, which is there and empty.

        Raises:
            StorageError: the release cannot be read, or the folder not be written.
            UsageError: the format has no place for what ``options`` ask.
        """
        ...
