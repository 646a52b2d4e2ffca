"""The config file that ``init`` writes: every key with its default and its meaning, all commented out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from corpusbuilder.backends.registry import available, find
from corpusbuilder.config import Config


def commented() -> str:
    """A config file with every key, its default and its meaning, all commented out."""
    lines = [
        "# corpusbuilder configuration. Every key is shown with its default; take away a leading # to change it.",
        "",
    ]
    lines += ["# Precedence: command line > CORPUSBUILDER_<TABLE>__<KEY> variables > this file > default.", ""]
    defaults = Config()
    for name, field in Config.model_fields.items():
        section: BaseModel = getattr(defaults, name)
        lines += [f"[{name}]", f"# {(type(section).__doc__ or field.description or '').strip()}"]
        lines += _commented_keys(type(section), section.model_dump(mode="json"))
        lines.append("")
        if name == "generate":
            lines += _commented_teachers()
        if name == "ground":
            lines += _commented_grounders()
    return "\n".join(lines)


def _commented_teachers() -> Iterator[str]:
    """A table for each teacher that has anything to set."""
    for kind in available("teachers"):
        options = find("teachers", kind).options
        defaults = {key: field.get_default(call_default_factory=True) for key, field in options.model_fields.items()}
        if defaults.pop("kind") and defaults:
            yield f"## To have questions written by the teacher {kind!r}, take away both #:"
            yield from ("##" + line for line in (" [generate.teacher]", f' kind = "{kind}"'))
            yield from (f"#{line}" for line in _commented_keys(options, defaults))
            yield ""


def _commented_grounders() -> Iterator[str]:
    """A table for each grounder that is a model."""
    for kind in available("grounders"):
        backend = find("grounders", kind)
        if not backend.calls_models:
            continue
        fields = backend.options.model_fields
        defaults = {key: field.get_default(call_default_factory=True) for key, field in fields.items()}
        if defaults.get("kind") == kind:
            del defaults["kind"]
        yield f"## To have boxes found by the grounder {kind!r}, take away both # and name it in grounders:"
        yield f"## [ground.{kind}]"
        yield from (f"#{line}" for line in _commented_keys(backend.options, defaults))
        yield ""


def _commented_keys(model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        field = model.model_fields[key]
        comment = f"  # {_first_sentence(field.description)}" if field.description else ""
        is_open = value is None or value is PydanticUndefined
        shown = (field.examples or ["…"])[0] if is_open else value
        yield f"# {key} = {_toml(shown)}{comment}"


def _first_sentence(text: str) -> str:
    sentence, stop, _ = " ".join(text.split()).partition(". ")
    return sentence + stop.rstrip()


def _toml(value: object) -> str:
    """Scalars, lists and tables as TOML, which writes scalars as JSON does."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items() if item is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
