"""Numbers of figures that print none, told by the text and the order of the book.

In old schoolbooks the number is engraved in the plate, where OCR reads 16 as 46 or nothing at all. The text calls the
figures in the order in which they stand. So the numbers that the text asks for and that no figure bears are aligned
with the figures that bear none, in order (Needleman and Wunsch 1970), by what was read in the picture and by how near
the text stands. Only a match without a rival is taken.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from corpusbuilder.records.document import Figure

_KEY: Final = re.compile(r"(\d{1,3})(bis|ter|quater)?$")
_TOKEN: Final = re.compile(r"[0-9A-Za-z]{1,3}(?:\s?(?:bis|ter))?(?![0-9A-Za-z])", re.IGNORECASE)
_LATER: Final = {"": 0.0, "bis": 0.25, "ter": 0.5, "quater": 0.75}
_EXACT, _ALMOST = 3.0, 1.5
_NEARNESS: Final = {0: 1.5, 1: 1.0, 2: 0.4}
"""By the pages between the figure and the nearest text that asks for the number."""
_LEAST: Final = 1.0
_MARGIN: Final = 0.75
"""By so much a match must be better than the best without it."""
_LARGEST: Final = 40_000
"""Cells of one alignment; a book with more open figures and numbers between two certain ones tells nothing."""
_SCORES: Final = {"exact": 0.9, "almost": 0.7, "none": 0.5}


class Inferred(NamedTuple):
    """A number that a figure bears by inference."""

    number: str
    score: float
    was_read: bool
    """Whether the picture shows it, well or badly."""


def inferred_numbers(
    figures: Sequence[Figure], borne: Sequence[Sequence[str]], asked: Mapping[str, Sequence[int]]
) -> dict[str, list[Inferred]]:
    """Numbers by figure id.

    Args:
        figures: in reading order.
        borne: the keys of the numbers that each figure is known to bear.
        asked: keys of numbers that the text calls and no figure bears, with the pages where it does.
    """
    captioned = sum(bool(figure.number and figure.caption) for figure in figures)
    by_place_alone = 5 * captioned <= len(figures)
    found: dict[str, list[Inferred]] = defaultdict(list)
    for run, low, high in _gaps(figures, borne):
        numbers = sorted((n for n in asked if (v := _value(n)) is not None and low < v < high), key=_sort_key)
        if not numbers or len(run) * len(numbers) > _LARGEST:
            continue
        scores = [[_support(f, n, asked[n], by_place_alone=by_place_alone) for n in numbers] for f in run]
        for i, j in _sure(scores):
            found[run[i].id].append(_inferred(run[i], numbers[j]))
    _add_exact(figures, borne, asked, found)
    return dict(found)


def _gaps(figures: Sequence[Figure], borne: Sequence[Sequence[str]]) -> list[tuple[list[Figure], float, float]]:
    """Runs of figures without a number, with the numbers before and after; where these do not ascend, no bounds."""
    gaps: list[tuple[list[Figure], float, float]] = []
    run: list[Figure] = []
    low = 0.0
    for figure, numbers in zip(figures, borne, strict=True):
        values = [value for number in numbers if (value := _value(number)) is not None]
        if values:
            high = min(values)
            gaps.append((run, low, high if high > low else float("inf")))
            run, low = [], max(values)
        elif not numbers and figure.kind != "table":
            run.append(figure)
    gaps.append((run, low, float("inf")))
    return [gap for gap in gaps if gap[0]]


def _value(number: str) -> float | None:
    match = _KEY.match(number)
    return int(match[1]) + _LATER[match[2] or ""] if match else None


def _sort_key(number: str) -> tuple[float, str]:
    return _value(number) or 0.0, number


def _support(figure: Figure, number: str, pages: Sequence[int], *, by_place_alone: bool) -> float:
    reading = {"exact": _EXACT, "almost": _ALMOST, "none": 0.0}[_reading(figure, number)]
    nearness = _NEARNESS.get(min(abs(page - figure.page_no) for page in pages), 0.0)
    if not nearness and reading < _EXACT:
        return 0.0
    return reading + nearness if reading or by_place_alone else 0.0


def _reading(figure: Figure, number: str) -> str:
    """How well a label of the picture reads as the number."""
    tokens = {re.sub(r"\s", "", t).casefold() for label in figure.diagram.labels for t in _TOKEN.findall(label.text)}
    if number in tokens:
        return "exact"
    digits = number.rstrip("abceiqrstu")
    if number != digits and any(_differ(digits, token) <= 1 for token in tokens):
        return "almost"
    return "almost" if len(digits) > 1 and any(_differ(digits, token) == 1 for token in tokens) else "none"


def _differ(number: str, token: str) -> int:
    """In how many places two strings differ; as many as there are when they are not of one length."""
    if len(number) != len(token) or not any(map(str.isdigit, token)):
        return max(len(number), 2)
    return sum(a != b for a, b in zip(number, token, strict=True))


def _sure(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The matches of the best alignment without which every other is clearly worse."""
    rows, columns = len(scores), len(scores[0])
    before = _best(scores)
    after = _best([row[::-1] for row in scores[::-1]])
    best = before[rows][columns]
    sure = []
    for i in range(rows):
        rest = [before[i][j] + after[rows - i - 1][columns - j] for j in range(columns + 1)]
        paired = [before[i][j] + scores[i][j] + after[rows - i - 1][columns - j - 1] for j in range(columns)]
        j = max(range(columns), key=lambda column: (paired[column], -column))
        rival = max([*rest, *(value for column, value in enumerate(paired) if column != j)])
        if paired[j] >= best - 1e-9 and scores[i][j] >= _LEAST and paired[j] - rival >= _MARGIN:
            sure.append((i, j))
    return sure


def _best(scores: Sequence[Sequence[float]]) -> list[list[float]]:
    """The best sum of matches in order among the first i rows and j columns."""
    table = [[0.0] * (len(scores[0]) + 1)]
    for row in scores:
        line = [0.0]
        for j, score in enumerate(row):
            line.append(max(line[j], table[-1][j + 1], table[-1][j] + score))
        table.append(line)
    return table


def _inferred(figure: Figure, number: str) -> Inferred:
    reading = _reading(figure, number)
    return Inferred(number, _SCORES[reading], reading != "none")


def _add_exact(
    figures: Sequence[Figure],
    borne: Sequence[Sequence[str]],
    asked: Mapping[str, Sequence[int]],
    found: dict[str, list[Inferred]],
) -> None:
    """Numbers that just one picture shows, next to the text that asks: plates with several, and plates out of order."""
    taken = {inferred.number for numbers in found.values() for inferred in numbers}
    bare = [f for f, numbers in zip(figures, borne, strict=True) if not numbers and f.kind != "table"]
    for number in sorted(asked.keys() - taken, key=_sort_key):
        if not _KEY.match(number) or len(number) < 2:
            continue
        near = [f for f in bare if min(abs(page - f.page_no) for page in asked[number]) <= 1]
        showing = [f for f in near if _reading(f, number) == "exact"]
        if len(showing) == 1:
            found[showing[0].id].append(Inferred(number, _SCORES["almost"], was_read=True))
