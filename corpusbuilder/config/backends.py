"""Tables that configure a backend: which options model they are, by their ``kind``."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from corpusbuilder.backends.registry import Backend, Family, Options, find
from corpusbuilder.config.problems import BACKEND, Problem, first_problem
from corpusbuilder.errors import ConfigError


def known_ocr(kind: str) -> str:
    """The kind of an OCR engine that is there."""
    found("ocr", kind)
    return kind


def layout_options(value: object) -> object:
    """The options model of the layout backend: ``layout = "pymupdf"`` is short for ``{ kind = "pymupdf" }``."""
    return options_of("layout", {"kind": value} if isinstance(value, str) else value, default="none")


def known_grounder(kind: str) -> str:
    """The kind of a grounder that is there."""
    found("grounders", kind)
    return kind


def detector_options(value: object) -> object:
    """The options model of the detector: its table needs no ``kind``."""
    return options_of("grounders", value, default="detector")


def encoder_options(value: object) -> object:
    """The options model of the encoder: its table needs no ``kind``."""
    return options_of("grounders", value, default="encoder")


def vlm_table(value: object) -> object:
    """The options model of the model that draws boxes; ``kind`` says where it runs, as a teacher's does."""
    if isinstance(value, Options) or not isinstance(value, Mapping):
        return value
    from corpusbuilder.backends.grounders.vlm import vlm_options

    try:
        return vlm_options(value)
    except ConfigError as error:
        context = {"message": error.message, "hint": error.hint, "place": ()}
        raise PydanticCustomError(BACKEND, "{message}", context) from None
    except ValidationError as error:
        raise _about(first_problem(error, Options)) from None


def teacher_options(value: object) -> object:
    """The options model of the teacher that ``value['kind']`` names."""
    return options_of("teachers", value, default="rules")


def options_of(family: Family, value: object, *, default: str) -> object:
    """The options model of the backend that ``value['kind']`` names."""
    if isinstance(value, Options) or not isinstance(value, Mapping):
        return value
    kind = str(value.get("kind", default))
    options = found(family, kind, key="kind").options
    try:
        return options.model_validate({**value, "kind": kind})
    except ValidationError as error:
        raise _about(first_problem(error, options)) from None


def found(family: Family, kind: str, *, key: str | None = None) -> Backend[Any]:
    """A backend; one that is not there is a problem of the value, or of the ``key`` of the table, under validation."""
    try:
        return find(family, kind)
    except ConfigError as error:
        context = {"message": error.message, "hint": error.hint, "place": (key,) if key else ()}
        raise PydanticCustomError(BACKEND, "{message}", context) from None


def _about(problem: Problem) -> PydanticCustomError:
    """A problem inside a backend's table, as an error of the value under validation."""
    context = {"message": problem.message, "hint": problem.hint, "place": problem.place}
    return PydanticCustomError(BACKEND, "{message}", context)
