"""Numbers that stand in the picture itself ("Fig. 12."), as in old plates without captions."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.document import Figure
from corpusbuilder.stages.parse.labels import read_label

_SURE: Final = 0.8
"""How sure a label must be to give its figure a number."""


def with_engraved_numbers(figures: Sequence[Figure]) -> list[Figure]:
    """The same figures; those without a number get the one in their picture, if it fits the order of the book.

    OCR reads 16 as 46. Figures are numbered upwards, so a reading counts only when it lies on every longest ascending
    run of the readings of the document; where the order leaves a doubt, the figure stays without a number.
    """
    read = [(place, number) for place, f in enumerate(figures) if f.number is None and (number := _read(f.diagram))]
    kept = {place: str(number) for place, number in _ascending(read)}
    return [
        figure.model_copy(update={"number": kept[place]}) if place in kept else figure
        for place, figure in enumerate(figures)
    ]


def _read(diagram: Diagram) -> int | None:
    """The one number that labels of the picture give; None when there is none, or more than one."""
    labels = [(read_label(label.text), label.text) for label in diagram.labels if label.score >= _SURE]
    numbers = {found.number for found, text in labels if found and found.end == len(text)}
    number = numbers.pop() if len(numbers) == 1 else ""
    return int(number) if number.isdecimal() else None


def _ascending(readings: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The members of ``readings`` (place, number) that lie on every longest strictly ascending run of numbers."""
    up = _run_lengths([number for _, number in readings])
    down = _run_lengths([-number for _, number in reversed(readings)])[::-1]
    longest = max(up, default=0)
    on_one = [i for i in range(len(readings)) if up[i] + down[i] - 1 == longest]
    rivals = Counter(up[i] for i in on_one)
    return [readings[i] for i in on_one if rivals[up[i]] == 1]


def _run_lengths(numbers: Sequence[int]) -> list[int]:
    """For each number the length of the longest ascending run that ends with it."""
    lengths: list[int] = []
    for i, number in enumerate(numbers):
        lengths.append(1 + max((lengths[k] for k in range(i) if numbers[k] < number), default=0))
    return lengths
