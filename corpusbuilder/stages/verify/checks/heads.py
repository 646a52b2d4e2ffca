"""The check of how lines end: in a bar, in two heads, at another arrow."""

import re
from collections.abc import Iterator
from typing import Final

from corpusbuilder.language.lexicon import ACTION_WORDS, ARROW_WORDS, INHIBITION_WORDS
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.text import contains, fold, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed
from corpusbuilder.stages.verify.checks.relations import Arrows, speaks_of

_TWO_HEADS: Final = re.compile(
    r"\b(?:double[- ]headed|heads? at (?:each|both) ends?|two heads"
    r"|deux pointes|fleche double|double fleche|double sens)\b"
)


def heads_agree(case: Case) -> Iterator[Finding]:
    """What is called an inhibition ends in a bar, and what acts on a change is joined to its arrow.

    A line with a bar at its end that is called an arrow is not believed: an arrow says the opposite.
    """
    places: list[tuple[int | None, str, list[ReasoningStep]]] = [
        (step.index, step.text, [step] if step.kind is StepKind.PERCEIVE else list(case.reach(step)))
        for step in case.example.steps
        if step.kind in (StepKind.PERCEIVE, StepKind.INFER)
    ]
    for index, text, steps in [*places, (None, case.example.question, list(case.example.steps))]:
        arrows = Arrows(case, steps)
        if any(case.spans(step) for step in steps) or not arrows.cited:
            continue  # what a text says of inhibition is for the checks of texts
        problem = _bars(arrows, text) or _doubles(arrows, text)
        if problem:
            yield abstained(problem, index, arrows.ids)
        else:
            yield _action(case, arrows, text, index)


def _bars(arrows: Arrows, text: str) -> str:
    bars = [connector.head_style == "bar" for _, connector in arrows.cited]
    if speaks_of(text, INHIBITION_WORDS):
        return "" if all(bars) else "it speaks of inhibition, and a line at which it points does not end in a bar"
    return "it calls a line an arrow that ends in a bar" if any(bars) and speaks_of(text, ARROW_WORDS) else ""


def _doubles(arrows: Arrows, text: str) -> str:
    said = _TWO_HEADS.search(fold(text))
    return "the arrow has not two heads" if said and not all(c.double for _, c in arrows.cited) else ""


def _action(case: Case, arrows: Arrows, text: str, index: int | None) -> Finding:
    """That what is said to act on a change is at the other end of the line that ends at its arrow."""
    words = ACTION_WORDS.get(case.language[:2], frozenset())
    actions = arrows.actions()
    if not actions or not any(token.text in words for token in tokens(text)):
        return passed(index, arrows.ids)
    said = [*stems(text), *(stems(case.example.answer) if index is None else ())]
    for actor, ends in actions:
        if all(name and contains(said, name) for name in (actor, *ends)):
            return passed(index, arrows.ids)
    return failed("what it says acts on the change is not joined to its arrow", index, arrows.ids)
