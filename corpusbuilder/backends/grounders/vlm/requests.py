"""What the model is asked: one figure, and the steps of one question that are seen in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.grounders.vlm.options import VlmOptions
from corpusbuilder.backends.grounders.vlm.screening import may_share
from corpusbuilder.backends.grounders.vlm.seeing import Convention, view_of
from corpusbuilder.backends.models.base import (
    ImagePart,
    Message,
    ModelRequest,
    OutputSchema,
    Purpose,
    Sampling,
    TextPart,
)
from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import CoordinateSpace
from corpusbuilder.records.imageview import ImageView
from corpusbuilder.records.prompt import Prompt

TASK: Final = "ground"
_LONGEST_STEP: Final = 600
_LONGEST_CAPTION: Final = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and to which step each of its ids belongs."""

    request: ModelRequest
    figure: Figure
    steps: Mapping[str, int]
    """From ``s1`` to the index of the query."""
    view: ImageView
    """What the model sees of the figure."""
    prompts: Mapping[str, Prompt]


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
        prompts: ``boxes``, ``format`` and ``repair``, in the language of the steps.
        options: say how boxes are to be written.
        unit_id: for the ledger.
        order: place of the first request among those that wait.

    Raises:
        UnseeableError: the model cannot be shown this figure.
        ConfigError: a prompt is missing or does not render.
    """
    convention = options.convention
    view = view_of(figure, convention)
    shared = [item for item in texts if may_share(item[1])]
    size = options.steps_per_call
    parts = [shared[i : i + size] for i in range(0, len(shared), size)]
    parts += [[item] for item in texts if not may_share(item[1])]
    found: list[Asked] = []
    for number, part in enumerate(parts):
        ids = {f"s{n}": place for n, (place, _) in enumerate(part, start=1)}
        steps = [(f"s{n}", as_line(text, _LONGEST_STEP)) for n, (_, text) in enumerate(part, start=1)]
        request = _request(figure, steps, prompts, options.sampling(), _way(convention, view))
        purpose = replace(request.purpose, unit_id=unit_id)
        request = replace(request, purpose=purpose, order=(*order, number))
        found.append(Asked(request, figure, ids, view, prompts))
    return found


def _way(convention: Convention, view: ImageView) -> dict[str, object]:
    """How boxes are to be written, as the prompt takes it."""
    in_pixels = convention.space in {CoordinateSpace.ORIGINAL_PIXELS, CoordinateSpace.RESIZED_PIXELS}
    return {
        "space": convention.space.value,
        "y_first": convention.counts_y_first,
        "size": view.canvas if in_pixels else None,
    }


def _request(
    figure: Figure,
    steps: Sequence[tuple[str, str]],
    prompts: Mapping[str, Prompt],
    sampling: Sampling,
    way: Mapping[str, object],
) -> ModelRequest:
    prompt = prompt_called("boxes", prompts)
    caption = as_line(figure.caption or "", _LONGEST_CAPTION)
    schema = _schema([step_id for step_id, _ in steps])
    instruction = rendered(prompt_called("format", prompts), json_schema=json.dumps(schema, separators=(",", ":")))
    image = figure.image
    shown = ImagePart(image.sha256, image.media_type, image.width, image.height)
    text = TextPart(rendered(prompt, steps=steps, caption=caption, **way))
    return ModelRequest(
        messages=(Message("user", (shown, text)),),
        output=OutputSchema("boxes", schema, instruction),
        sampling=sampling,
        purpose=Purpose(TASK, "figure", prompt.id, prompt.sha256, figure.document_id),
    )


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
