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
    min_pixels: int | None = None
    """The least pixels to which the model's processor scales an image up; None: as its makers have set it."""
    max_pixels: int | None = None
    """The most pixels to which the model's processor scales an image down; None: as its makers have set it."""
    passages: bool = True
    """Whether the passages that belong to a question are given with it."""


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
    usage: str = ""
    """What to type next, or to put into a trainer's settings; ``{folder}``, in double quotes, is where it is."""


class Export(Protocol):
    """What a module of `corpusbuilder.exports.formats` offers as ``export``."""

    def __call__(self, release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
        """Write ``release`` into ``folder``, which is there and empty.

        Raises:
            StorageError: the release cannot be read, or the folder not be written.
            UsageError: the format has no place for what ``options`` ask.
        """
        ...
