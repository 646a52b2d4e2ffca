"""The numbers that figures bear: one, or those of a plate "Fig. 36. An acorn. 37. A seedling. 38, 39. Leaves."."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpusbuilder.records.document import Figure
from corpusbuilder.stages.parse.labels import LABEL_WORDS, WORD, read_label

LONGEST_RANGE: Final = 20
"""Further apart, two numbers are no range of figures."""
_PLATE_NUMBERS: Final = re.compile(
    r"(?:^|[.;:!?)]\s+(?:(?:et|and)\s+)?|,\s+(?:et|and)\s+)(?i:(?:fig|figs|figures?|nos?)\b\.?\s*)?"
    r"(?P<numbers>\d{1,3}(?:\s*(?:,|-|–|et|and|à|to)\s*\d{1,3})*)[.,]\s*(?=\S)"
)
"""Numbers at the head of a sentence or clause of a caption: "37. ", "12, 13. ", "Fig. 38. ", "; 122, spatulate"."""
_BARE_LABEL: Final = re.compile(rf"\s*(?P<word>(?i:{WORD}))\b\.?\s*(?P<number>\d{{1,3}})(?=\s*[,;])")
"""A label that runs on into its caption: "Fig. 121, oblanceolate; 122, spatulate"."""
_SKIPPED: Final = 2
"""A number of a plate may follow the one before the last: one between stands within a sentence."""
_RANGE: Final = re.compile(r"(\d{1,3})\s?[-–—]\s?(\d{1,3})$")


def key(number: str) -> str:
    """A number as it is compared: ``3-2`` and ``3.2`` are one, ``15 bis`` and ``15bis``, too."""
    return re.sub(r"\s", "", number).casefold().replace("-", ".").replace("–", ".").strip(". ")


def kind_of(figure: Figure) -> str:
    """What the caption calls the figure: a value of `LABEL_WORDS`, empty when it does not say."""
    label = read_label(figure.caption or "")
    if label is not None:
        return label.kind
    bare = _BARE_LABEL.match(figure.caption or "")
    return LABEL_WORDS[bare["word"].lower()] if bare else ""


def numbers_of(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """For each figure the keys of the numbers that it bears."""
    plain = sum(bool(figure.number and figure.number.isdecimal()) for figure in figures)
    counts_up = 2 * plain >= sum(figure.number is not None for figure in figures)
    return [tuple(dict.fromkeys(map(key, _borne(figure, counts_up=counts_up)))) for figure in figures]


def _borne(figure: Figure, *, counts_up: bool) -> Iterator[str]:
    """The number of a figure and, of a plate, those that follow.

    Only numbers that count up from the first, at the head of a sentence or between two such, are taken.
    """
    first, last = _first_numbers(figure, counts_up=counts_up)
    yield from first
    if last is None or not figure.caption:
        return
    for match in _PLATE_NUMBERS.finditer(figure.caption):
        named = [int(number) for number in re.findall(r"\d+", match["numbers"])]
        if last <= named[0] <= last + _SKIPPED and named[-1] - last < LONGEST_RANGE:
            yield from map(str, range(last + 1, named[-1] + 1))
            last = max(last, named[-1])


def _first_numbers(figure: Figure, *, counts_up: bool) -> tuple[list[str], int | None]:
    """The numbers of the label, and the last of them when it is one to count on from."""
    number = figure.number
    if number is None and (bare := _BARE_LABEL.match(figure.caption or "")):
        number = bare["number"]
    if number is None:
        return [], None
    if number.isdecimal():
        return [number], int(number)
    span = _RANGE.match(number) if counts_up else None
    if span and 0 < int(span[2]) - int(span[1]) < LONGEST_RANGE:
        return [number, *map(str, range(int(span[1]), int(span[2]) + 1))], int(span[2])
    return [number], None
