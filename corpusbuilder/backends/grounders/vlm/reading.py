"""From a model's answer to boxes in pixels of the figure. Nothing of it is believed unseen."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.grounders.snapping import clipped, covers_everything
from corpusbuilder.backends.grounders.vlm.options import VlmOptions
from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import Box, CoordinateSpace
from corpusbuilder.records.imageview import ImageView

MOST_BOXES: Final = 20
"""Of one step. A model that draws more does not point at anything."""
MOST_ENTRIES: Final = 200
"""Of an answer."""
_SLACK: Final = 0.02
"""How far, as a share of the side, a box may reach beyond the image and still be one in these coordinates."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One box that a model drew for a step."""

    box: Box
    """Pixels of the figure's image."""
    sure: bool
    doubt: str = ""
    """Why it is no evidence."""


@dataclass
class Answer:
    """What a model says of one step."""

    boxes: list[Drawn] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_answer(
    value: JsonValue, ids: Collection[str], figure: Figure, view: ImageView, options: VlmOptions
) -> dict[str, Answer]:
    """The boxes of each step that was asked about; steps that were not are passed over.

    Args:
        value: the JSON of the answer.
        ids: of the steps that were asked about.
        figure: in which they are.
        view: the figure as the model sees it.
        options: say how it writes boxes.

    Raises:
        UnusableAnswerError: it is not of the form that was asked for.
    """
    steps = value.get("steps") if isinstance(value, Mapping) else None
    if not isinstance(steps, list):
        raise UnusableAnswerError('the key "steps" with a list of objects is missing')
    answers: dict[str, Answer] = {}
    for entry in steps[:MOST_ENTRIES]:
        if not isinstance(entry, Mapping) or not isinstance(boxes := entry.get("boxes"), list):
            raise UnusableAnswerError('each entry of "steps" is an object with the keys "id" and "boxes"')
        step = entry.get("id")
        if not isinstance(step, str) or step not in ids:
            continue
        if step in answers:
            answers[step].problems.append("the model answers twice")
        answer = answers.setdefault(step, Answer())
        if len(boxes) > MOST_BOXES:
            answer.problems.append(f"the model draws {len(boxes)} boxes")
        for drawn in _drawn(boxes[:MOST_BOXES], figure, view, options):
            if isinstance(drawn, str):
                answer.problems.append(drawn)
            else:
                answer.boxes.append(drawn)
    return answers


def _drawn(boxes: list[JsonValue], figure: Figure, view: ImageView, options: VlmOptions) -> Iterator[Drawn | str]:
    for item in boxes:
        raw = item.get("box") if isinstance(item, Mapping) else None
        numbers = _numbers(raw)
        if numbers is None:
            yield "a box of the model is not four finite numbers"
            continue
        sure = isinstance(item, Mapping) and item.get("sure") is True
        yield _placed(numbers, figure, view, options, sure=sure)


def _numbers(raw: JsonValue) -> tuple[float, float, float, float] | None:
    if not isinstance(raw, list) or len(raw) != 4:
        return None
    # bool is an int of Python's, and no coordinate
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in raw):
        return None
    try:
        numbers = tuple(float(value) for value in raw)  # type: ignore[arg-type]  # told above
    except OverflowError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None  # type: ignore[return-value]  # four of them


def _placed(
    numbers: tuple[float, float, float, float], figure: Figure, view: ImageView, options: VlmOptions, *, sure: bool
) -> Drawn | str:
    """A box in pixels of the figure, or why it cannot be one."""
    a, b, c, d = numbers
    if options.is_y_first:
        a, b, c, d = b, a, d, c
    space = options.space
    x0, y0, x1, y1 = (b, a, d, c) if space is CoordinateSpace.PALIGEMMA else (a, b, c, d)
    width, height = view.full_scale(space)
    beyond = max(-x0, -x1, x0 - width, x1 - width) > _SLACK * width
    if beyond or max(-y0, -y1, y0 - height, y1 - height) > _SLACK * height:
        return f"a box of the model lies outside the figure, counted in {space.value}"
    box = clipped(view.read((a, b, c, d), space), figure)
    if box is None:
        return "a box of the model is empty"
    if x0 > x1 or y0 > y1:
        return Drawn(box, sure, "the corners of the model's box are the wrong way round")
    if covers_everything(box, figure):
        return Drawn(box, sure, "the model points at the whole figure")
    return Drawn(box, sure, "" if sure else "the model is not sure of its box")
