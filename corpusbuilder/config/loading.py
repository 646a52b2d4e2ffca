"""Reads the configuration: flags over ``CORPUSBUILDER_*`` over the file over defaults."""

import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from corpusbuilder.config.problems import SECRET, Problem, first_problem
from corpusbuilder.config.sections import Config
from corpusbuilder.errors import ConfigError, MissingInputError

FILE_NAME: Final = "corpusbuilder.toml"
ENV_PREFIX: Final = "CORPUSBUILDER_"


def load(path: Path | None, *, overrides: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Config:
    """The configuration from a file, the environment and ``table.key=value`` overrides.

    Args:
        path: a TOML file, or None for the defaults.
        overrides: as given to ``--set``; values are TOML, and a bare word is a string.
        environ: ``CORPUSBUILDER_<TABLE>__<KEY>`` variables are read from it; ``os.environ`` when None.

    Raises:
        MissingInputError: ``path`` does not exist.
        ConfigError: a file, key or value is wrong; the message names where it comes from and the closest known key.
    """
    tree = _read(path) if path else {}
    settings = [*_from_environment(os.environ if environ is None else environ), *_from_flags(overrides)]
    _forget_other_teacher(tree, settings)
    for setting in settings:
        _put(tree, setting)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        problem = first_problem(error, Config)
        where = _origin(problem, settings) or path or "the configuration"
        raise ConfigError(f"{where}: {problem.message}", hint=problem.hint) from None


def _forget_other_teacher(tree: dict[str, Any], settings: Sequence["_Setting"]) -> None:
    """Drop the file's table of a teacher when a flag or variable chooses another one, which would not know its keys."""
    chosen = [setting.text for setting in settings if setting.key == ("generate", "teacher", "kind")]
    section = tree.get("generate")
    table = section.get("teacher") if isinstance(section, dict) else None
    if chosen and isinstance(table, dict) and table.get("kind", "rules") != _value(chosen[-1]):
        table.clear()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingInputError(f"{path}: there is no such config file", hint="corpusbuilder init writes one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class _Setting:
    """One value from outside the config file."""

    key: tuple[str, ...]
    text: str
    origin: str


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Setting]:
    for name, text in sorted(environ.items()):
        if not name.startswith(ENV_PREFIX):
            continue
        if "__" not in name:
            _refuse_single_underscores(name)
            continue
        yield _Setting(tuple(name.removeprefix(ENV_PREFIX).lower().split("__")), text, name)


def _refuse_single_underscores(name: str) -> None:
    """``CORPUSBUILDER_PARSE_DPI`` is a slip and not a variable of somebody else's."""
    rest = name.removeprefix(ENV_PREFIX).lower()
    for table in sorted(_tables(Config), key=len, reverse=True):
        joined = "_".join(table)
        if rest == joined or rest.startswith(f"{joined}_"):
            meant = ENV_PREFIX + "__".join([*table, rest[len(joined) + 1 :] or "<key>"]).upper()
            raise ConfigError(f"{name}: two underscores stand between table and key: did you mean {meant}?")


def _tables(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of all tables in the config file."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield (*above, name)
            yield from _tables(field.annotation, (*above, name))


def _from_flags(overrides: Iterable[str]) -> Iterator[_Setting]:
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or "." not in key:
            raise ConfigError(f"--set {override}: expected table.key=value", hint="for example --set parse.dpi=200")
        shown = f"{key}=…" if SECRET.search(key) else override
        yield _Setting(tuple(key.strip().split(".")), text.strip(), f"--set {shown}")


def _value(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """``text`` as a TOML value; what is not one is a string, so that ``--set corpus.name=cells`` needs no quotes.

    A table may also be written as in JSON.
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        pass
    try:
        return json.loads(text) if text.startswith(("{", "[")) else text
    except ValueError:
        return text


def _put(tree: dict[str, Any], setting: _Setting) -> None:
    *tables, last = setting.key
    for table in tables:
        tree = tree.setdefault(table, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"{setting.origin}: {table} is not a table")
    tree[last] = _value(setting.text)


def _origin(problem: Problem, settings: Sequence[_Setting]) -> str | None:
    """The last setting of the value in question, of a table around it or of a key inside it."""
    for setting in reversed(settings):
        shared = min(len(setting.key), len(problem.place))
        if setting.key[:shared] == problem.place[:shared]:
            return setting.origin
    return None
