"""The passages of an example as one text, as the page shows them, and where each one stands in it.

All offsets are code points, the end excluded, as everywhere in the records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.document import Figure, Passage, Unit
from corpusbuilder.records.example import Example

SEPARATOR: Final = "\n\n"
"""Between two passages; belongs to neither."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Passages in reading order as one text."""

    text: str
    starts: tuple[tuple[str, int, int], ...]
    """Of each passage its id and where it begins and ends in ``text``."""

    def place(self, passage_id: str, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start`` to ``end`` of a passage stand in the text.

        Raises:
            ValueError: no such passage, or the characters are not in it.
        """
        for known, begins, ends in self.starts:
            if known == passage_id:
                if not 0 <= start < end <= ends - begins:
                    raise ValueError(f"characters {start} to {end} are not in passage {passage_id}")
                return begins + start, begins + end
        raise ValueError(f"passage {passage_id} is not on the page")

    def parts(self, start: int, end: int) -> list[tuple[str, int, int]]:
        """What characters ``start`` to ``end`` of the text are, as ``(passage_id, start, end)`` in reading order.

        A span over a boundary is cut there, and what lies between the passages is dropped: the list is empty when
        nothing else was meant.

        Raises:
            ValueError: the characters are not in the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"characters {start} to {end} are not in a text of {len(self.text)}")
        cut = ((known, max(start, begins), min(end, ends), begins) for known, begins, ends in self.starts)
        return [(known, first - begins, last - begins) for known, first, last, begins in cut if first < last]


def join_passages(passages: Sequence[Passage]) -> Joined:
    """The passages as one text, an empty line between two of them."""
    starts: list[tuple[str, int, int]] = []
    begins = 0
    for passage in passages:
        starts.append((passage.id, begins, begins + len(passage.text)))
        begins += len(passage.text) + len(SEPARATOR)
    return Joined(SEPARATOR.join(passage.text for passage in passages), tuple(starts))


def passages_on_page(example: Example, unit: Unit) -> list[Passage]:
    """The passages that are given with the question, as far as the unit has them, each one once."""
    found = (unit.passage(passage_id) for passage_id in dict.fromkeys(example.passage_ids))
    return [passage for passage in found if passage is not None]


def figure_on_page(example: Example, unit: Unit) -> Figure | None:
    """The main figure of the question, the only one that the page shows; None for a question on text alone."""
    return unit.figure(example.figure_ids[0]) if example.figure_ids else None
