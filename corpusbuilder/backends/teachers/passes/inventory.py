"""The first pass: facts worth asking about, and where they stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.teachers.passes.reading import Remarks, UnusableItemError, known_ids, objects, text

_LONGEST: Final = 600
_MOST: Final = 40
"""Facts that are used of one answer."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the material says or shows. The ids are those that were shown."""

    statement: str
    elements: tuple[str, ...]
    passages: tuple[str, ...]


def read_facts(
    value: JsonValue, remarks: Remarks, *, elements: Collection[str], passages: Collection[str], seen: bool
) -> list[Fact]:
    """The facts of an answer.

    Args:
        value: the JSON.
        remarks: where to write what is wrong.
        elements: ids that may be pointed at.
        passages: likewise.
        seen: whether there is a figure: without one a fact must stand in a passage.
    """
    facts = []
    for place, item in objects(value, "facts", "statement", remarks):
        try:
            facts.append(_fact(item, place, elements, passages, seen=seen))
        except UnusableItemError as error:
            remarks.faults.append(str(error))
    return facts[:_MOST]


def _fact(
    item: Mapping[str, JsonValue], place: str, elements: Collection[str], passages: Collection[str], *, seen: bool
) -> Fact:
    fact = Fact(
        text(item, "statement", place, _LONGEST),
        known_ids(item, "elements", place, elements),
        known_ids(item, "passages", place, passages),
    )
    if not seen and not fact.passages:
        raise UnusableItemError(f"{place}: it names no passage in which the fact is stated")
    return fact
