"""Reads JSON that a model wrote: forgiving where it is harmless, with a sentence on all that is not.

Whatever can be improved is sent back once. Of the second answer the good part is used, and what is left out is told.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pydantic import JsonValue

from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.backends.prompting.pagetext import said
from corpusbuilder.records.text import listed, shortened

T = TypeVar("T")
_MOST_REMARKS: Final = 8
"""Remarks that are sent back: more would only confuse."""


@dataclass(slots=True)
class Remarks:
    """What is wrong with an answer."""

    faults: list[str] = field(default_factory=list)
    """For which an item cannot be used."""
    wishes: list[str] = field(default_factory=list)
    """What could be better; the item can be used as it is."""

    def sentence(self) -> str:
        """All that the model is told."""
        every = list(dict.fromkeys([*self.faults, *self.wishes]))
        more = f" (and {len(every) - _MOST_REMARKS} more)" if len(every) > _MOST_REMARKS else ""
        return "; ".join(every[:_MOST_REMARKS]) + more


class UnusableItemError(ValueError):
    """One item of an answer cannot be used. The message says where and why."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What of an answer can be used."""

    items: tuple[T, ...]
    left_out: tuple[str, ...] = ()
    """Why other items are not used."""


class Reader(Generic[T]):
    """Reads the answers to one question: the first, and the one that comes after a complaint.

    Args:
        parse: from the JSON to its usable items; writes down what is wrong.
        complaint: from what is wrong to what the model is told.
    """

    def __init__(self, parse: Callable[[JsonValue, Remarks], list[T]], complaint: Callable[[str], str]) -> None:
        self._parse = parse
        self._complaint = complaint
        self._has_complained = False

    def read(self, value: JsonValue) -> Reading[T]:
        """The usable items.

        Raises:
            UnusableAnswerError: nothing is usable, or something is wrong and the model was not yet told.
        """
        remarks = Remarks()
        items = self._parse(value, remarks)
        if remarks.faults and not items:
            raise UnusableAnswerError(remarks.sentence())
        if (remarks.faults or remarks.wishes) and not self._has_complained:
            raise UnusableAnswerError(remarks.sentence())
        return Reading(tuple(items), tuple(remarks.faults))

    def repair(self, error: str) -> str:
        """What the model is told; from now on the good part of an answer is enough."""
        self._has_complained = True
        return self._complaint(error)


def objects(value: JsonValue, name: str, mark: str, remarks: Remarks) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    """The objects of the list called ``name``, each with words for its place.

    The list may stand alone, and an object that has the key ``mark`` may stand for a list of one.
    """
    found: JsonValue = value
    if isinstance(value, dict):
        found = value.get(name, [value] if mark in value else None)
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        remarks.faults.append(f'the JSON must be an object with the list "{name}"')
        return
    for number, item in enumerate(found, start=1):
        place = f'number {number} of "{name}"'
        if isinstance(item, dict):
            yield place, item
        else:
            remarks.faults.append(f"{place} is not an object")


def text(item: Mapping[str, JsonValue], key: str, place: str, limit: int) -> str:
    """A text that is not empty.

    Raises:
        UnusableItemError: it is missing, empty or longer than ``limit`` characters.
    """
    found = optional_text(item, key)
    if not any(map(str.isalnum, found)):
        raise UnusableItemError(f'{place}: "{key}" is missing or empty')
    if len(found) > limit:
        raise UnusableItemError(f'{place}: "{key}" has more than {limit} characters')
    return found


def optional_text(item: Mapping[str, JsonValue], key: str) -> str:
    """A text, or nothing. A number is as good as its digits."""
    value = item.get(key)
    if isinstance(value, str):
        return said(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def truth(item: Mapping[str, JsonValue], key: str, *, default: bool) -> bool:
    """True or false, also in words."""
    value = item.get(key, default)
    return value.strip().casefold() not in {"false", "no", "0", "non", ""} if isinstance(value, str) else bool(value)


def whole_numbers(item: Mapping[str, JsonValue], key: str, place: str) -> tuple[int, ...]:
    """A list of whole numbers, each once and in order; one alone and digits in quotation marks will do.

    Raises:
        UnusableItemError: something else stands there.
    """
    return tuple(sorted({_whole(value, key, place) for value in _values(item, key)}))


def _whole(value: JsonValue, key: str, place: str) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip()[:9])
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise UnusableItemError(f'{place}: "{key}" must be a list of whole numbers, not {shortened(str(value))!r}')


def known_ids(item: Mapping[str, JsonValue], key: str, place: str, known: Collection[str]) -> tuple[str, ...]:
    """A list of ids, each once; a missing list is empty.

    Raises:
        UnusableItemError: one of them is not known.
    """
    found = [said(value) if isinstance(value, str) else str(value) for value in _values(item, key)]
    if unknown := [value for value in found if value not in known]:
        raise UnusableItemError(f'{place}: there is no {listed(unknown)} to choose from in "{key}"')
    return tuple(dict.fromkeys(found))


def one_of(item: Mapping[str, JsonValue], key: str, place: str, known: Collection[str]) -> str:
    """One of some words; ``Perceive`` is ``perceive``.

    Raises:
        UnusableItemError: it is none of them.
    """
    value = optional_text(item, key)
    for shape in (value, value.casefold()):
        if shape in known:
            return shape
    shown = ", ".join(known) if len(known) <= 12 else "those listed"
    raise UnusableItemError(f'{place}: "{key}" is {shortened(value)!r}; left to choose from: {shown or "nothing"}')


def nested(item: Mapping[str, JsonValue], key: str, place: str) -> list[Mapping[str, JsonValue]]:
    """A list of objects; a missing list is empty.

    Raises:
        UnusableItemError: something else stands there.
    """
    found: list[Mapping[str, JsonValue]] = []
    for value in _values(item, key):
        if not isinstance(value, dict):
            raise UnusableItemError(f'{place}: "{key}" must be a list of objects')
        found.append(value)
    return found


def _values(item: Mapping[str, JsonValue], key: str) -> list[JsonValue]:
    value = item.get(key)
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]
