"""Finds backends by kind. The built-ins register through the same entry points as a plugin.

A backend module exposes one `Backend`, named in an entry point of the group ``corpusbuilder.<family>``, such as::

    [project.entry-points."corpusbuilder.teachers"]
    rules = "corpusbuilder.backends.teachers.rules:BACKEND"

The module is light to import: what is heavy is imported in ``create``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from corpusbuilder.errors import ConfigError

Family: TypeAlias = Literal["teachers", "grounders", "layout", "ocr", "pdf"]
T = TypeVar("T")


class Options(BaseModel):
    """Base of every backend's options: the table in the config file. ``kind`` selects the backend."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: str

    def __hash__(self) -> int:
        # A configuration is the key of a cache, and options may hold tables.
        return hash(self.model_dump_json())

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on. Override to leave out time limits, workers and addresses."""
        return self.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Backend(Generic[T]):
    """One selectable implementation: its options and how to make it."""

    options: type[Options]
    create: Callable[..., T]
    """Gets the validated options, and a `models.access.Access` when it ``calls_models``. Raises `MissingExtraError`
    when a package is missing."""
    calls_models: bool = False
    """Whether it calls vision-language models: its shards then run as threads of one process, which share one event
    loop, one rate of calls and one budget."""
    extra: str | None = None
    """The extra of corpusbuilder that brings its packages; None when the core install does."""
    packages: tuple[str, ...] = ()
    """What the extra brings, by import name; ``doctor`` looks for them without importing."""


@cache
def available(family: Family) -> dict[str, Any]:
    """Entry points of a family by kind, unloaded."""
    return {point.name: point for point in sorted(entry_points(group=f"corpusbuilder.{family}"), key=lambda p: p.name)}


@cache
def find(family: Family, kind: str) -> Backend[Any]:
    """The backend registered as ``kind``.

    Raises:
        ConfigError: nothing is registered under that name.
    """
    points = available(family)
    if kind not in points:
        raise ConfigError(
            f"there is no {family.rstrip('s')} backend called {kind!r}",
            hint=f"choose one of: {', '.join(points) or 'none is installed'}",
        )
    backend = points[kind].load()
    if not isinstance(backend, Backend):
        raise ConfigError(f"the entry point {points[kind].value!r} is not a corpusbuilder Backend")
    return backend


def create(family: Family, options: Options, access: object = None) -> Any:  # noqa: ANN401 - whatever it names
    """The backend for ``options``, ready for use.

    Args:
        family: which kind of backend.
        options: say which one.
        access: to models and their ledger, for a backend that calls models.
    """
    backend = find(family, options.kind)
    return backend.create(options, access) if backend.calls_models else backend.create(options)
