"""What passes between the steps of resolving a reference."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

from corpusbuilder.records.document import Figure, Passage, WordBox
from corpusbuilder.stages.parse.mentions.grammar import Reference
from corpusbuilder.stages.parse.mentions.numbers import LONGEST_RANGE, key

Method: TypeAlias = Literal["number", "link", "position"]


class Spot(NamedTuple):
    """Where in the book a reference stands."""

    page_no: int
    heading: tuple[str, ...]
    word: WordBox | None
    """The word with which it begins; None for a passage without boxes."""


class Resolved(NamedTuple):
    """A figure, and the characters that call it."""

    figure: Figure
    start: int
    end: int
    method: Method
    score: float


class Bears(Protocol):
    """Tells which figures bear a number."""

    def bearing(self, kind: str, number: str) -> Sequence[Figure]:
        """The figures that a word of this kind with this number may call."""
        ...


def spot_of(passage: Passage, start: int) -> Spot:
    """Where the character ``start`` of a passage stands."""
    place = bisect_right(passage.words, start, key=lambda word: word.start) - 1
    word = passage.words[max(place, 0)] if passage.words else None
    return Spot(word.page_no if word else passage.page_no, passage.heading, word)


def between(first: str, last: str) -> list[str]:
    """The whole numbers between two; none when they are no range."""
    if not (first.isdecimal() and last.isdecimal() and 0 < int(last) - int(first) < LONGEST_RANGE):
        return []
    return [str(number) for number in range(int(first) + 1, int(last))]


def numbers_called(
    passages: Sequence[Passage], found: Mapping[str, Sequence[Reference]], index: Bears
) -> dict[str, list[int]]:
    """The keys of the numbers that the text calls and no figure bears, with the pages where it does."""
    called: dict[str, list[int]] = defaultdict(list)
    for passage in passages:
        for reference in found[passage.id]:
            if reference.kind not in ("figure", "plate", "illustration", "diagram"):
                continue
            page_no = spot_of(passage, reference.start).page_no
            for member in reference.members:
                if not index.bearing(reference.kind, member.number):
                    called[key(member.number)].append(page_no)
    return dict(called)
