"""From a model's answer to boxes in pixels of the figure. Nothing of it is believed unseen."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.grounders.snapping import clipped, covers_everything
from corpusbuilder.backends.grounders.vlm.seeing import Convention
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
_LEAST_PX: Final = 1.0
_LEAST_SIDE: Final = 0.01
"""Of the longer side of a box, as a share of the longer side of the image."""


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

    @property
    def is_nothing(self) -> bool:
        """Whether the model says that it does not see it."""
        return not self.boxes and not self.problems


def read_answer(
    value: JsonValue, ids: Collection[str], figure: Figure, view: ImageView, convention: Convention
) -> dict[str, Answer]:
    """The boxes of each step that was asked about; steps that were not are passed over.

    Args:
        value: the JSON of the answer.
        ids: of the steps that were asked about.
        figure: in which they are.
        view: what the model saw of it.
        convention: how it writes boxes.

    Raises:
        UnusableAnswerError: it is not in the form that was asked for.
    """
    steps = value.get("steps") if isinstance(value, Mapping) else value
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
        _add(answers.setdefault(step, Answer()), boxes, figure, view, convention)
    if not answers:
        raise UnusableAnswerError(f'no entry of "steps" has one of the ids {", ".join(ids)}')
    return {step: answers.get(step) or Answer(problems=["the model says nothing of this step"]) for step in ids}


def _add(answer: Answer, boxes: list[JsonValue], figure: Figure, view: ImageView, convention: Convention) -> None:
    if len(boxes) > MOST_BOXES:
        # That many point at nothing: not one of them is worth looking at.
        answer.problems.append(f"the model draws {len(boxes)} boxes")
        return
    for item in boxes:
        drawn = _drawn(item, figure, view, convention)
        if isinstance(drawn, str):
            answer.problems.append(drawn)
        elif drawn not in answer.boxes:
            answer.boxes.append(drawn)


def _drawn(item: JsonValue, figure: Figure, view: ImageView, convention: Convention) -> Drawn | str:
    """A box in pixels of the figure, or why it cannot be one."""
    numbers = _numbers(item.get("box")) if isinstance(item, Mapping) else None
    if numbers is None:
        return "a box of the model is not four finite numbers"
    x0, y0, x1, y1 = _x_first(numbers) if convention.counts_y_first else numbers
    # Pixels of the image as it was sent are those of the view: nothing was resized after that.
    original = convention.space is CoordinateSpace.ORIGINAL_PIXELS
    space = CoordinateSpace.RESIZED_PIXELS if original else convention.space
    width, height = view.full_scale(space)
    beyond = max(-x0, -x1, x0 - width, x1 - width) > _SLACK * width
    if beyond or max(-y0, -y1, y0 - height, y1 - height) > _SLACK * height:
        return f"a box of the model lies outside the figure, counted in {convention.space.value}"
    written = _x_first((x0, y0, x1, y1)) if space is CoordinateSpace.PALIGEMMA else (x0, y0, x1, y1)
    box = clipped(view.read(written, space), figure)
    if box is None or not _is_visible(box, figure):
        return "a box of the model is empty, or too small to be seen"
    if x0 > x1 or y0 > y1:
        return Drawn(box, sure=False, doubt="the corners of the model's box are the wrong way round")
    if covers_everything(box, figure):
        return Drawn(box, sure=False, doubt="the model points at the whole figure")
    sure = isinstance(item, Mapping) and item.get("sure") is True
    return Drawn(box, sure, "" if sure else "the model is not sure of its box")


def _x_first(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The same with x and y of each corner in each other's place."""
    return box[1], box[0], box[3], box[2]


def _is_visible(box: Box, figure: Figure) -> bool:
    """Whether anything can be seen in a box. Numbers from 0 to 1 where 0 to 1000 are expected give such specks."""
    sides = (box[2] - box[0], box[3] - box[1])
    return min(sides) >= _LEAST_PX and max(sides) >= _LEAST_SIDE * max(figure.image.width, figure.image.height)


def _numbers(raw: JsonValue) -> tuple[float, float, float, float] | None:
    if not isinstance(raw, list) or len(raw) != 4:
        return None
    numbers = [_number(value) for value in raw]
    a, b, c, d = numbers
    return None if a is None or b is None or c is None or d is None else (a, b, c, d)


def _number(value: JsonValue) -> float | None:
    """A finite number; a truth is an int of Python's, and no coordinate."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
