"""An example with everything that a person changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpusbuilder.backends.labelstudio.reading.base import Change
from corpusbuilder.backends.labelstudio.reading.fields import EditedStep, Head
from corpusbuilder.backends.labelstudio.reading.marks import EditedGrounding
from corpusbuilder.records.example import Example, GroundedExample, ReasoningStep, StepGrounding


@dataclass(frozen=True, slots=True)
class Edited:
    """An example as a person left it."""

    grounded: GroundedExample
    changes: tuple[Change, ...]
    """In the order of the page; none when it was left as it was."""


def apply(example: Example, head: Head, steps: Sequence[EditedStep], groundings: Sequence[EditedGrounding]) -> Edited:
    """Put together what was read of the parts of an annotation; ``steps`` and ``groundings`` go in pairs.

    A dropped step takes its evidence with it. Who rested on it rests on what it rested on.
    """
    changes = [*head.changes]
    for step, grounding in zip(steps, groundings, strict=True):
        changes += step.changes if step.dropped else (*step.changes, *grounding.changes)
    left = [(s.step, _settled(s, g)) for s, g in zip(steps, groundings, strict=True) if not s.dropped]
    numbers = {step.index: number for number, (step, _) in enumerate(left, start=1)}
    premises = _premises([edited.step for edited in steps], numbers)
    fields = {
        **dict(example),
        "question": head.question,
        "answer": head.answer,
        "choices": head.choices,
        "distractors": tuple(d for d in example.distractors if d.text in head.choices and d.text != head.answer),
        "steps": tuple(_renumbered(step, numbers, premises) for step, _ in left),
    }
    if head.choices == example.choices and head.answer == example.answer:
        fields["distractors"] = example.distractors
    kept = tuple(grounding.model_copy(update={"step": numbers[grounding.step]}) for _, grounding in left)
    return Edited(GroundedExample(example=Example(**fields), groundings=kept), tuple(changes))


def _settled(step: EditedStep, edited: EditedGrounding) -> StepGrounding:
    """The evidence of a step; what was not found is of no interest when a person says that the step is of a kind."""
    is_new_kind = any(change.field.endswith(".kind") for change in step.changes)
    update: dict[str, object] = {"unresolved": (), "candidates": ()} if is_new_kind else {}
    return edited.grounding.model_copy(update=update)


def _premises(steps: Sequence[ReasoningStep], left: dict[int, int]) -> dict[int, tuple[int, ...]]:
    """The premises of all steps among those that are left, with the old numbers."""
    found: dict[int, tuple[int, ...]] = {}
    for step in steps:
        reached = [(premise,) if premise in left else found[premise] for premise in step.premises]
        found[step.index] = tuple(dict.fromkeys(old for some in reached for old in some))
    return found


def _renumbered(step: ReasoningStep, numbers: dict[int, int], premises: dict[int, tuple[int, ...]]) -> ReasoningStep:
    if len(numbers) == len(premises):
        return step  # none was dropped
    renumbered = tuple(numbers[old] for old in premises[step.index])
    return step.model_copy(update={"index": numbers[step.index], "premises": renumbered})
