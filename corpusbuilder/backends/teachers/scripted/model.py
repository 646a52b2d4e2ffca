"""The scripted model: answers requests of the passes as a chat endpoint would, without any model."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.models.base import Admit, ImagePart, ModelRequest, Sampling, TextPart
from corpusbuilder.backends.models.budget import prompt_tokens
from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.teachers.base import GenerationRequest
from corpusbuilder.backends.teachers.passes.groups import group_for
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure, figures_to_ask_about
from corpusbuilder.backends.teachers.passes.prompting import Opening, Pieces
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.scripted import ScriptedOptions
from corpusbuilder.backends.teachers.scripted.plays import Part, play
from corpusbuilder.backends.teachers.scripted.script import read_script, scripted_answer
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.call import CallAnswer, Usage

NO_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When every answer is given: the same run gives the same bytes."""
_CHARACTERS_A_TOKEN: Final = 3.5
_LONGEST_SHOWN: Final = 1000


class ScriptedModel:
    """Answers each request in a way that depends on the request, the unit and the options alone.

    Args:
        options: what it says, and which mistakes it makes.
    """

    producer = "scripted"

    def __init__(self, options: ScriptedOptions) -> None:
        self.name = self.producer
        self.identity = options.identity
        self._settings = options.passes(Sampling())
        self._options = options
        self._script = read_script(options.script)
        self._known: dict[str, GenerationRequest] = {}
        self._parts: dict[str, dict[str, Part]] = {}

    def know(self, request: GenerationRequest) -> None:
        """Learn of a unit before it is asked about. May be called from any thread."""
        self._parts[request.unit.id] = {}
        self._known[request.unit.id] = request

    def forget(self, unit_id: str) -> None:
        """Nothing more is asked about a unit."""
        self._known.pop(unit_id, None)
        self._parts.pop(unit_id, None)

    async def answer(self, request: ModelRequest, admit: Admit | None = None) -> CallAnswer:
        """See `Model.answer`.

        Raises:
            RecordError: it does not know the unit.
        """
        if admit is not None:
            await admit()
        if self._options.latency_s:
            await asyncio.sleep(self._options.latency_s)
        said = json.dumps(self._said(request), ensure_ascii=False)
        usage = Usage(prompt_tokens=prompt_tokens(request), completion_tokens=round(len(said) / _CHARACTERS_A_TOKEN))
        return CallAnswer(
            body=_completion(said, self.name, usage),
            usage=usage,
            latency_s=self._options.latency_s,
            served_model=self.name,
            mode="json_schema",
            time=NO_TIME,
        )

    def stop(self, cause: CorpusbuilderError) -> None:
        """Nobody waits for a turn."""

    async def close(self) -> None:
        """Nothing to give back."""

    def _said(self, request: ModelRequest) -> JsonValue:
        task, unit_id = request.purpose.task, request.purpose.unit_id or ""
        if line := scripted_answer(self._script, task, _all_text(request), unit_id):
            return line.answer
        part = self._part(request)
        if task == "inventory":
            return part.inventory()
        if task == "questions":
            return part.questions()
        return part.chains(_asked(part, request))

    def _part(self, request: ModelRequest) -> Part:
        """What is said about the group that a request is about."""
        known = self._known.get(request.purpose.unit_id or "")
        if known is None:
            raise RecordError("request_refused", f"the scripted teacher does not know unit {request.purpose.unit_id}")
        scope = self._scope(request, known)
        parts = self._parts[known.unit.id]
        if scope.name not in parts:
            opening = Opening(Pieces(known.prompts), (), Sampling(), known.unit.document.id, known.unit.id, ())
            group = group_for(scope, opening, known, self._settings)
            parts[scope.name] = play(known, scope, group.slots if group else (), self._options)
        return parts[scope.name]

    def _scope(self, request: ModelRequest, known: GenerationRequest) -> Scope:
        material = Material(known.unit)
        shown = figures_to_ask_about(known.unit, images=self._settings.images)
        figures: list[ShownFigure | None] = list(shown) if known.per_figure else []
        place = request.order[1]
        return Scope(material, figures[place] if place < len(figures) else None, known.language)


def _asked(part: Part, request: ModelRequest) -> dict[str, str]:
    """From the slots that a request for reasoning is about to its names for them."""
    task = request.messages[1].parts[-1]
    prompt = task.text if isinstance(task, TextPart) else ""
    found = [(prompt.find(as_line(question, _LONGEST_SHOWN)), slot) for slot, question in part.written()]
    met = [slot for place, slot in sorted(found) if place >= 0]
    return dict(zip(met, _names(request), strict=False))


def _names(request: ModelRequest) -> Sequence[str]:
    """The names that the schema lets a chain have."""
    if request.output is None:
        return ()
    value: JsonValue = dict(request.output.schema)
    for key in ("properties", "chains", "items", "properties", "question", "enum"):
        value = value.get(key) if isinstance(value, dict) else None
    return [str(name) for name in value] if isinstance(value, list) else ()


def _all_text(request: ModelRequest) -> str:
    return "\n".join(_texts(part for message in request.messages for part in message.parts))


def _texts(parts: Iterable[TextPart | ImagePart]) -> Iterable[str]:
    return (part.text for part in parts if isinstance(part, TextPart))


def _completion(said: str, model: str, usage: Usage) -> bytes:
    prompt, completion = usage.prompt_tokens or 0, usage.completion_tokens or 0
    body = {
        "id": "scripted",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    }
    return json.dumps(body, ensure_ascii=False).encode()
