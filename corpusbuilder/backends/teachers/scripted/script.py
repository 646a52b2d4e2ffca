"""Answers that somebody wrote beforehand: one JSON object a line."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from corpusbuilder.errors import ConfigError, MissingInputError


class ScriptLine(BaseModel):
    """One answer and when it is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    """The pass: ``inventory``, ``questions`` or ``steps``."""
    match: str
    """Words of the request, or the id of a unit."""
    answer: JsonValue


def read_script(path: str | None) -> tuple[ScriptLine, ...]:
    """The lines of a script; none without one.

    Raises:
        MissingInputError: the file does not exist.
        ConfigError: it cannot be read, or a line is not as it should be; the message names file and line.
    """
    if path is None:
        return ()
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise MissingInputError(f"{path}: there is no such script") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text in UTF-8") from None
    return tuple(_line(line, f"{path}, line {n}") for n, line in enumerate(text.splitlines(), start=1) if line.strip())


def _line(line: str, place: str) -> ScriptLine:
    try:
        return ScriptLine.model_validate(json.loads(line))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in problem["loc"])
        hint = 'a line is {"task": "questions", "match": "…", "answer": {"questions": […]}}'
        raise ConfigError(f"{place}: {key}: {problem['msg']}", hint=hint) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: not JSON: {error}") from None


def script_digest(path: str | None) -> str | None:
    """SHA-256 of the file; None without one, or where there is no file."""
    if path is None:
        return None
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def scripted_answer(lines: Sequence[ScriptLine], task: str, prompt: str, unit_id: str) -> ScriptLine | None:
    """The first line for a task whose words stand in the prompt, or whose unit it is."""
    return next((line for line in lines if line.task == task and (line.match in prompt or line.match == unit_id)), None)
