"""Texts, choices and kinds of an annotation, compared with what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.labelstudio.reading.base import Change, MalformedError
from corpusbuilder.backends.labelstudio.reading.results import typed
from corpusbuilder.records.example import Example, ReasoningStep, StepKind
from corpusbuilder.records.review import Decision

DROP: Final = "drop"
"""The kind that removes a step."""
_DECISIONS: Final = (Decision.ACCEPT, Decision.CORRECT, Decision.REJECT)

Fields = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Head:
    """The question as a person left it."""

    question: str
    answer: str
    choices: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class EditedStep:
    """The words and the kind of a step as a person left them."""

    step: ReasoningStep
    """With the numbers of the version shown."""
    dropped: bool
    changes: tuple[Change, ...]


def read_decision(fields: Fields) -> Decision:
    """What was decided.

    Raises:
        MalformedError: nothing, several things, or nothing that can be decided.
    """
    decided = fields.get("decision", [])
    known = [decision for decision in _DECISIONS if decided == [decision.value]]
    if not known:
        raise MalformedError("several decisions were made" if len(decided) > 1 else "no decision was made")
    return known[0]


def read_comment(fields: Fields) -> str:
    """What was said beside the decision; empty when nothing was."""
    return typed("\n".join(fields.get("comment", [])))


def read_head(fields: Fields, example: Example) -> Head:
    """The question, the answer and the choices.

    Raises:
        MalformedError: one of them was emptied.
    """
    question = _text(fields, "question", example.question, "the question is empty")
    answer = _text(fields, "answer", example.answer, "the answer is empty")
    listed = "\n".join(example.choices)
    said = _text(fields, "choices", listed, "the choices are empty")
    choices = example.choices if said == listed else _choices(said, example.choices)
    pairs = (
        ("question", example.question, question),
        ("answer", example.answer, answer),
        ("choices", list(example.choices), list(choices)),
    )
    return Head(question, answer, choices, tuple(Change(*pair) for pair in pairs if pair[1] != pair[2]))


def read_steps(fields: Fields, example: Example) -> list[EditedStep]:
    """The steps in the order of the version shown, those that were dropped among them.

    Raises:
        MalformedError: a step was emptied, has no kind, is not in the version shown, or none is left.
    """
    places = {int(name.partition("_")[2]) for name in fields if name.startswith(("text_", "kind_"))}
    if beyond := sorted(place + 1 for place in places if place >= len(example.steps)):
        raise MalformedError(f"it has words for step {beyond[0]} of {len(example.steps)}")
    steps = [_step(fields, step) for step in example.steps]
    if steps and all(edited.dropped for edited in steps):
        raise MalformedError("every step was dropped: an example without steps is to be rejected")
    return steps


def _step(fields: Fields, step: ReasoningStep) -> EditedStep:
    number = step.index
    kind = fields.get(f"kind_{number - 1}", [])
    if kind == [DROP]:
        was: dict[str, JsonValue] = {"text": step.text, "kind": step.kind.value, "premises": list(step.premises)}
        return EditedStep(step, dropped=True, changes=(Change(f"steps.{number}", was, None),))
    known = [one for one in StepKind if kind == [one.value]]
    if not known:
        raise MalformedError(f"step {number} has no kind, several, or one that does not exist")
    text = _text(
        fields, f"text_{number - 1}", step.text, f"step {number} is empty: its kind {DROP!r} is what removes a step"
    )
    pairs = (
        (f"steps.{number}.text", step.text, text),
        (f"steps.{number}.kind", step.kind.value, known[0].value),
    )
    changes = tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])
    return EditedStep(step.model_copy(update={"text": text, "kind": known[0]}), dropped=False, changes=changes)


def _choices(said: str, sent: Sequence[str]) -> tuple[str, ...]:
    """The choices of a list with one on each line; one that had a line break keeps it where it was left alone."""
    known = {" ".join(choice.split()): choice for choice in sent if len(choice.splitlines()) > 1}
    lines = (typed(line) for line in said.split("\n"))
    return tuple(known.get(line, line) for line in lines if line)


def _text(fields: Fields, name: str, sent: str, when_empty: str) -> str:
    """What a field says: just what was sent, unless more than blanks around it and line ends differs."""
    said = fields.get(name, [])
    if len(said) > 1:
        raise MalformedError(f"{name} was written {len(said)} times")
    text = typed(said[0]) if said else ""
    if text == typed(sent):
        return sent
    if not text:
        raise MalformedError(when_empty)
    return text
