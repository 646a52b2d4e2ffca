"""A question as the scripted teacher plans it, with ids of the records, before it goes into the JSON of the passes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from corpusbuilder.backends.teachers.rules.candidate import Candidate
from corpusbuilder.records.example import AnswerType, StepKind

Quote: TypeAlias = tuple[str, str]
"""The id of a passage and words of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reasoning."""

    text: str
    kind: StepKind
    elements: tuple[str, ...] = ()
    """Ids of elements of the figure."""
    quotes: tuple[Quote, ...] = ()
    premises: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its answer and reasoning."""

    question: str
    answer: str
    form: AnswerType
    wrong: tuple[str, ...]
    """Wrong choices; empty unless the form is ``multiple_choice``."""
    steps: tuple[Step, ...]
    plan: Candidate = field(repr=False)
    """What it was made from."""

    def with_step(self, place: int, step: Step) -> "Item":
        """The item with the step at ``place`` (from 0; -1 is the last) replaced."""
        steps = [*self.steps]
        steps[place] = step
        return replace(self, steps=tuple(steps))

    def renamed(self, rename: Callable[[str], str]) -> "Item":
        """The item with every text that a reader sees changed by ``rename``."""
        return replace(
            self,
            question=rename(self.question),
            answer=rename(self.answer),
            steps=tuple(replace(step, text=rename(step.text)) for step in self.steps),
        )

    def places(self, kind: StepKind) -> list[int]:
        """Places (from 0) of the steps of one kind."""
        return [place for place, step in enumerate(self.steps) if step.kind is kind]

    def first(self, kind: StepKind) -> int | None:
        """Place of the first step of a kind; None when there is none."""
        return next(iter(self.places(kind)), None)


def swapped(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """``text`` with each first of a pair replaced by the second, all at once."""
    marks = {f"\0{number}\0": new for number, (_, new) in enumerate(pairs)}
    for mark, (old, _) in sorted(zip(marks, pairs, strict=True), key=lambda entry: -len(entry[1][0])):
        text = text.replace(old, mark)
    for mark, new in marks.items():
        text = text.replace(mark, new)
    return text
