"""What can be set about a model on this machine, and the name by which its answers are kept."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.registry import Options

_SAMPLES: Final = 64
_SAMPLE_BYTES: Final = 4096
_READ_WHOLE: Final = 1 << 20
"""Bytes. Larger files are sampled: these are weights, and training changes them all over."""
_IGNORED: Final = (".md", ".png", ".jpg", ".gitattributes")


class PretrainedOptions(Options):
    """A model on this machine, of whatever kind, through the transformers library."""

    model: str = Field(min_length=1)
    """A folder as ``save_pretrained`` writes it, or an id of the Hugging Face hub such as ``org/name``."""
    revision: str | None = None
    """Branch, tag or commit on the hub. A commit makes sure that it is always the same model."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    """``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:1``."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """``auto`` takes that of the weights."""
    batch_size: int = Field(default=8, ge=1)
    """At most so many requests are answered together. Halved when memory runs out."""
    max_image_side: int = Field(default=1536, ge=32)
    """Pixels: larger images are scaled down before the model's own processor sees them."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model. It can do whatever you can do: read it first."""

    @property
    def folder(self) -> Path | None:
        """The model's folder; None when ``model`` is an id of the hub."""
        path = Path(self.model).expanduser()
        return path if path.is_dir() else None

    @cached_property
    def identity(self) -> str:
        """All about the model that its answers depend on, as one name, such as ``org/name@v1+float16``.

        A folder is named by itself and a digest of its files. What is on the hub is named as configured: what a branch
        points to today would have to be asked for; the commit stands in each answer.
        """
        folder = self.folder
        if folder:
            name = f"{folder.resolve().name}@{digest_of_folder(folder)[:12]}"
        else:
            name = f"{self.model}@{self.revision}" if self.revision else self.model
        defaults = type(self).model_fields
        if self.dtype != defaults["dtype"].default:
            name += f"+{self.dtype}"
        if self.max_image_side != defaults["max_image_side"].default:
            name += f"+{self.max_image_side}px"
        return name


class LocalModelOptions(PretrainedOptions):
    """A vision-language model on this machine."""

    kind: Literal["transformers"] = "transformers"
    attention: str | None = None
    """Implementation of attention, such as ``sdpa`` or ``flash_attention_2``; the library chooses when not set."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Not set or 0: the likeliest token each time."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(default=1024, ge=1)
    """Longest answer."""

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on; a folder counts by what is in it and not by where it lies."""
        return {
            "kind": self.kind,
            "model": self.identity,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
        }

    def sampling(self, seed: int | None = None) -> Sampling:
        """How requests for this model draw their answers; `LocalModel` obeys the request, not these options."""
        return Sampling(temperature=self.temperature, top_p=self.top_p, seed=seed, max_tokens=self.max_tokens)


def digest_of_folder(folder: Path) -> str:
    """A digest of a model's files, 64 hex digits, in milliseconds: of large files only the size and samples count."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.endswith(_IGNORED)):
        size = path.stat().st_size
        digest.update(f"{path.name}\n{size}\n".encode())
        for part in _samples(path, size):
            digest.update(part)
    return digest.hexdigest()


def _samples(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        if size <= _READ_WHOLE:
            yield file.read()
            return
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            yield file.read(_SAMPLE_BYTES)
