"""The formats of ``corpusbuilder export`` by name. A format's module is imported when it is asked for."""

import difflib
import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast, get_args

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import Export, Trace


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a release can be exported to."""

    module: str
    """Below ``corpusbuilder.exports.formats``."""
    about: str
    """One line for whoever looks for a format."""
    target: str = "qwen2.5-vl"
    """The family of models that is meant when none is named."""


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "llava": Format("llava", "LLaVA conversations: JSON, and images in a folder", target="llava-1.5"),
        "qwen": Format("qwen", "Conversations for qwen-vl-finetune of the Qwen-VL repository"),
        "trl": Format("trl", "TRL messages with images, as Parquet"),
        "trl-stepwise": Format("trl_stepwise", "TRL stepwise supervision: prompt, completions, labels, as Parquet"),
        "llama-factory": Format("llama_factory", "LLaMA-Factory: ShareGPT with a dataset_info.json"),
        "ms-swift": Format("ms_swift", "ms-swift: JSONL with boxes as objects"),
        "lmms-eval": Format("lmms_eval", "A task of lmms-eval: YAML and its functions"),
        "vlmevalkit": Format("vlmevalkit", "A TSV of VLMEvalKit"),
        "coco": Format("coco", "COCO: figures with their regions as annotations"),
        "ai2d": Format("ai2d", "The JSON of AI2D, one file a diagram"),
        "cquae": Format("cquae", "Questions and answers as JSON, as in CQuAE"),
    }
)


def find_format(name: str) -> Export:
    """The function that exports to the format ``name``.

    Raises:
        UsageError: there is no such format; the message names the closest one.
    """
    module = importlib.import_module(f"corpusbuilder.exports.formats.{FORMATS[format_name(name)].module}")
    return cast(Export, module.export)


def format_name(name: str) -> str:
    """``name`` as `FORMATS` has it.

    Raises:
        UsageError: there is no such format; the message names the closest one.
    """
    known = name.replace("_", "-").lower()
    if known not in FORMATS:
        raise unknown("format", name, FORMATS, hint="corpusbuilder export --list shows all of them")
    return known


def find_trace(name: str) -> Trace:
    """``name`` as a trace.

    Raises:
        UsageError: there is no such trace; the message names the closest one.
    """
    if name not in get_args(Trace):
        raise unknown("trace", name, get_args(Trace))
    return cast(Trace, name)


def unknown(what: str, name: str, known: Collection[str], *, hint: str | None = None) -> UsageError:
    """An error about a name that does not exist, with the closest one that does."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    advice = f"did you mean {close[0]}?" if close else f"choose one of: {', '.join(known)}"
    return UsageError(f"there is no {what} called {name!r}: {advice}", hint=hint)
