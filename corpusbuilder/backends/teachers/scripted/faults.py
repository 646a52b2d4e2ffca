"""Mistakes of a careless model. Each makes a wrong example of a good one, or None where it is not sure that it does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from corpusbuilder.backends.teachers.scripted import faults_answer, faults_figure, faults_text
from corpusbuilder.backends.teachers.scripted.item import Item
from corpusbuilder.backends.teachers.scripted.scene import Scene

Fault: TypeAlias = Callable[[Item, Scene, int], Item | None]
"""From an item, what is around it and a large number to draw with."""

FAULTS: Final[Mapping[str, Fault]] = {
    "altered_quote": faults_text.altered_quote,
    "duplicate_choice": faults_answer.duplicate_choice,
    "invented_attribute": faults_figure.invented_attribute,
    "invented_quote": faults_text.invented_quote,
    "irrelevant_evidence": faults_text.irrelevant_evidence,
    "leak": faults_answer.leak,
    "missing_step": faults_text.missing_step,
    "nonexistent_arrow": faults_figure.nonexistent_arrow,
    "opposite": faults_text.opposite,
    "recall_presented_as_read": faults_text.recall_presented_as_read,
    "reversed_arrow": faults_figure.reversed_arrow,
    "swapped_entities": faults_text.swapped_entities,
    "two_right_choices": faults_answer.two_right_choices,
    "wrong_answer": faults_answer.wrong_answer,
    "wrong_count": faults_figure.wrong_count,
    "wrong_element": faults_figure.wrong_element,
    "wrong_language": faults_answer.wrong_language,
    "wrong_number": faults_text.wrong_number,
    "wrong_passage": faults_text.wrong_passage,
}


def spoilt(item: Item, names: Sequence[str], scene: Scene, pick: int) -> Item | None:
    """The item with one of the named mistakes: the drawn one, or else the next that can be made of it."""
    first = pick % len(names)
    for name in (*names[first:], *names[:first]):
        told = FAULTS[name](item, scene, pick // len(names))
        if told is not None and told != item:
            return told
    return None
