"""The JSON that each pass has to answer with: OpenAI's strict subset, shallow, every id an enum."""

import json
from collections.abc import Iterable
from typing import Final, get_args

from pydantic import JsonValue

from corpusbuilder.backends.models.base import OutputSchema
from corpusbuilder.backends.teachers.passes.prompting import Pieces
from corpusbuilder.records.example import DistractorType, StepKind

_TEXT: Final[JsonValue] = {"type": "string"}
_TRUTH: Final[JsonValue] = {"type": "boolean"}
_WHOLE: Final[JsonValue] = {"type": "integer"}
DISTRACTOR_TYPES: Final[tuple[str, ...]] = get_args(DistractorType)


def inventory_output(pieces: Pieces, elements: Iterable[str], passages: Iterable[str]) -> OutputSchema:
    """``{"facts": [{"statement", "elements", "passages"}]}``; a list without any id to choose from is left out."""
    fact = {"statement": _TEXT, **_ids("elements", elements), **_ids("passages", passages)}
    schema = _object({"facts": _list(_object(fact))})
    return _output(pieces, "inventory", schema, elements="elements" in fact, passages="passages" in fact)


def questions_output(pieces: Pieces, slots: Iterable[str]) -> OutputSchema:
    """``{"questions": [{"slot", "possible", "question", "answer", "distractors": [{"text", "type"}]}]}``."""
    distractor = _object({"text": _TEXT, "type": _one_of(DISTRACTOR_TYPES)})
    question = {
        "slot": _one_of(slots),
        "possible": _TRUTH,
        "question": _TEXT,
        "answer": _TEXT,
        "distractors": _list(distractor),
    }
    return _output(pieces, "questions", _object({"questions": _list(_object(question))}))


def steps_output(
    pieces: Pieces, questions: Iterable[str], elements: Iterable[str], passages: Iterable[str]
) -> OutputSchema:
    """``{"chains": [{"question", "steps": [{"text", "kind", "elements", "quotes", "premises"}]}]}``."""
    step = {"text": _TEXT, "kind": _one_of(str(kind) for kind in StepKind), **_ids("elements", elements)}
    known = list(passages)
    if known:
        step["quotes"] = _list(_object({"passage": _one_of(known), "quote": _TEXT}))
    step["premises"] = _list(_WHOLE)
    chain = _object({"question": _one_of(questions), "steps": _list(_object(step))})
    schema = _object({"chains": _list(chain)})
    return _output(pieces, "steps", schema, elements="elements" in step, passages="quotes" in step)


def _output(pieces: Pieces, name: str, schema: dict[str, JsonValue], **lists: bool) -> OutputSchema:
    """``lists`` says which lists of ids the schema has."""
    text = json.dumps(schema, separators=(",", ":"))
    return OutputSchema(name, schema, pieces.render("format", schema=name, json_schema=text, **lists))


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: JsonValue) -> JsonValue:
    return {"type": "array", "items": items}


def _one_of(values: Iterable[str]) -> JsonValue:
    return {"type": "string", "enum": list(values)}


def _ids(name: str, values: Iterable[str]) -> dict[str, JsonValue]:
    """A list of ids, or nothing where there is none to choose from: an empty enum is no schema."""
    known = list(values)
    return {name: _list(_one_of(known))} if known else {}
