"""What the model is asked: one figure, and the steps of one question that are seen in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.grounders.vlm.options import VlmOptions
from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, OutputSchema, Purpose, TextPart
from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import CoordinateSpace
from corpusbuilder.records.prompt import Prompt

TASK: Final = "ground"
MOST_STEPS: Final = 12
"""Of one request; a question with more of them is asked about in parts."""
_LONGEST_STEP: Final = 600
_LONGEST_CAPTION: Final = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and to which step each of its ids belongs."""

    request: ModelRequest
    figure: Figure
    steps: Mapping[str, int]
    """From ``s1`` to the index of the query."""


def requests_about(
    figure: Figure,
    texts: Sequence[tuple[int, str]],
    *,
    prompts: Mapping[str, Prompt],
    options: VlmOptions,
    unit_id: str,
    order: tuple[int, ...],
) -> list[Asked]:
    """Requests that ask for the places of some steps in a figure.

    Args:
        figure: shown once in each request.
        texts: index of the query and text of each step.
        prompts: ``boxes`` and ``repair``, in the language of the steps.
        options: say how boxes are to be written.
        unit_id: for the ledger.
        order: place of the first request among those that wait.

    Raises:
        ConfigError: a prompt is missing or does not render.
    """
    parts = [texts[i : i + MOST_STEPS] for i in range(0, len(texts), MOST_STEPS)]
    found = [_request(figure, part, prompts, options) for part in parts]
    return [_placed(asked, unit_id, (*order, n)) for n, asked in enumerate(found)]


def _placed(asked: Asked, unit_id: str, order: tuple[int, ...]) -> Asked:
    """With its place in the run, which plays no part in the answer."""
    purpose = replace(asked.request.purpose, unit_id=unit_id)
    return replace(asked, request=replace(asked.request, purpose=purpose, order=order))


def _request(
    figure: Figure, texts: Sequence[tuple[int, str]], prompts: Mapping[str, Prompt], options: VlmOptions
) -> Asked:
    prompt = prompt_called("boxes", prompts)
    ids = {f"s{n}": query for n, (query, _) in enumerate(texts, start=1)}
    steps = [(f"s{n}", as_line(text, _LONGEST_STEP)) for n, (_, text) in enumerate(texts, start=1)]
    values = {
        "steps": steps,
        "caption": as_line(figure.caption or "", _LONGEST_CAPTION),
        "space": options.space.value,
        "y_first": options.is_y_first or options.space is CoordinateSpace.PALIGEMMA,
    }
    schema = _schema(list(ids))
    instruction = rendered(prompt_called("format", prompts), json_schema=json.dumps(schema, separators=(",", ":")))
    image = figure.image
    shown = ImagePart(image.sha256, image.media_type, image.width, image.height)
    request = ModelRequest(
        messages=(Message("user", (shown, TextPart(rendered(prompt, **values)))),),
        output=OutputSchema("boxes", schema, instruction),
        sampling=options.sampling(),
        purpose=Purpose(
            TASK,
            subject="figure",
            prompt_id=prompt.id,
            prompt_sha256=prompt.sha256,
            document_id=figure.document_id,
        ),
    )
    return Asked(request, figure, ids)


def prompt_called(name: str, prompts: Mapping[str, Prompt]) -> Prompt:
    """A prompt of the task.

    Raises:
        ConfigError: there is none.
    """
    if name not in prompts:
        raise ConfigError(f"there is no prompt {TASK}/{name} in this language", hint="install corpusbuilder again")
    return prompts[name]


def _schema(ids: list[str]) -> dict[str, JsonValue]:
    number: JsonValue = {"type": "number"}
    box = _object({"box": {"type": "array", "items": number}, "sure": {"type": "boolean"}})
    step = _object({"id": {"type": "string", "enum": list(ids)}, "boxes": {"type": "array", "items": box}})
    return _object({"steps": {"type": "array", "items": step}})


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
