"""What is wrong with a configuration, in a sentence, and where."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from pydantic import BaseModel, ValidationError

SECRET: Final = re.compile(r"key|token|secret|password", re.IGNORECASE)
"""In the names of settings whose values are not repeated in messages: somebody may have put the secret itself there."""
BACKEND: Final = "backend"
"""Type of the validation errors that are about a backend; their context says what is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the value at ``place``."""

    place: tuple[str, ...]
    message: str
    hint: str | None = None


def first_problem(error: ValidationError, model: type[BaseModel]) -> Problem:
    """The first thing that is wrong with a table, in terms of the ``model`` that it should be."""
    problems = error.errors(include_url=False)
    # A key that is misspelt is why another one is missing.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    place = tuple(part for part in problem["loc"] if isinstance(part, str))  # a number is a place in a list
    key = ".".join(place)
    if problem["type"] == BACKEND:
        context = problem["ctx"]
        return Problem((*place, *context["place"]), f"{key}: {context['message']}", context["hint"])
    if problem["type"] == "extra_forbidden":
        known = known_keys(model, place[:-1])
        close = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
        advice = f"did you mean {'.'.join([*place[:-1], close[0]])!r}?" if close else f"known keys: {', '.join(known)}"
        hint = None
        if SECRET.search(place[-1]):
            hint = "a key itself stands nowhere: export OPENAI_API_KEY=…, and name another variable in api_key_env"
        return Problem(place, f"unknown key {key!r}: {advice}", hint)
    if problem["type"] == "missing":
        return Problem(place[:-1], f"{key}: a value is needed")
    message = problem["msg"].removeprefix("Value error, ")
    got = "" if SECRET.search(key) else f" (got {problem['input']!r})"
    return Problem(place, f"{key or 'value'}: {message}{got}")


def known_keys(model: type[BaseModel], path: Iterable[str]) -> list[str]:
    """Keys of the table at ``path``."""
    for part in path:
        field = model.model_fields.get(part)
        candidates = [field.annotation, *get_args(field.annotation)] if field else []
        model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return sorted(model.model_fields)
