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
_OWN_NAME: Final = re.compile(r"\W*f[il1]g\W*\d", re.IGNORECASE)
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


class _Plate(NamedTuple):
    """A figure without a number, and what can be read in it."""

    figure: Figure
    tokens: frozenset[str]
    """The short words of its labels, in lower case."""
    names_itself: bool
    """Whether a label calls it by some number: "Fig. 12"."""


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
    calls = {number: sorted(set(pages)) for number, pages in asked.items() if _KEY.match(number)}
    gaps = _gaps(figures, borne)
    found: dict[str, list[Inferred]] = defaultdict(list)
    for run, low, high in gaps:
        numbers = sorted((n for n in calls if low < _value(n) < high), key=_value)
        if not numbers or len(run) * len(numbers) > _LARGEST:
            continue
        scores = [_supports(plate, numbers, calls, by_place_alone=by_place_alone) for plate in run]
        for i, j in _sure(scores):
            reading = _reading(run[i], numbers[j])
            found[run[i].figure.id].append(Inferred(numbers[j], _SCORES[reading], reading != "none"))
    _add_exact([plate for run, _, _ in gaps for plate in run], calls, found)
    return dict(found)


def _gaps(figures: Sequence[Figure], borne: Sequence[Sequence[str]]) -> list[tuple[list[_Plate], float, float]]:
    """Runs of figures without a number, with the numbers before and after; where these do not ascend, no bounds."""
    gaps: list[tuple[list[_Plate], float, float]] = []
    run: list[_Plate] = []
    low = 0.0
    for figure, numbers in zip(figures, borne, strict=True):
        values = [_value(number) for number in numbers if _KEY.match(number)]
        if values:
            high = min(values)
            gaps.append((run, low, high if high > low else float("inf")))
            run, low = [], max(values)
        elif not numbers and figure.kind != "table":
            run.append(_plate(figure))
    gaps.append((run, low, float("inf")))
    return [gap for gap in gaps if gap[0]]


def _plate(figure: Figure) -> _Plate:
    texts = [label.text for label in figure.diagram.labels]
    tokens = frozenset(re.sub(r"\s", "", token).casefold() for text in texts for token in _TOKEN.findall(text))
    return _Plate(figure, tokens, any(map(_OWN_NAME.match, texts)))


def _value(number: str) -> float:
    """Where a number stands in the order of the book: 15 bis between 15 and 16."""
    match = _KEY.match(number)
    if match is None:
        raise ValueError(f"{number!r} is no number of a figure")
    return int(match[1]) + _LATER[match[2] or ""]


def _supports(
    plate: _Plate, numbers: Sequence[str], calls: Mapping[str, Sequence[int]], *, by_place_alone: bool
) -> list[float]:
    """How much speaks for each number. Where one is read exactly, next to its text, nothing speaks for another."""
    readings = [_reading(plate, number) for number in numbers]
    apart = [min(abs(page - plate.figure.page_no) for page in calls[number]) for number in numbers]
    shown = {i for i, reading in enumerate(readings) if reading == "exact" and apart[i] <= 1}
    supports = []
    for i, reading in enumerate(readings):
        nearness = _NEARNESS.get(apart[i], 0.0)
        if shown and i not in shown:
            supports.append(0.0)
        elif reading == "exact":
            supports.append(_EXACT + nearness)
        elif reading == "almost":
            supports.append(_ALMOST + nearness if nearness else 0.0)
        else:
            supports.append(nearness if by_place_alone and not plate.names_itself else 0.0)
    return supports


def _reading(plate: _Plate, number: str) -> str:
    """How well the labels of the picture read as the number."""
    digits = number.rstrip("abceiqrstu")
    if number in plate.tokens or (number != digits and digits in plate.tokens):
        return "exact"
    if len(digits) > 1 and any(_differ(digits, token) == 1 for token in plate.tokens):
        return "almost"
    return "none"


def _differ(number: str, token: str) -> int:
    """In how many places two strings differ; as many as there are when they are not of one length."""
    if len(number) != len(token) or not any(map(str.isdigit, token)):
        return len(number)
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


def _add_exact(plates: Sequence[_Plate], calls: Mapping[str, Sequence[int]], found: dict[str, list[Inferred]]) -> None:
    """Numbers that just one picture shows, next to the text that asks: plates with several, and plates out of order."""
    taken = {inferred.number for numbers in found.values() for inferred in numbers}
    on_page: dict[int, list[_Plate]] = defaultdict(list)
    for plate in plates:
        on_page[plate.figure.page_no].append(plate)
    for number in sorted(calls.keys() - taken, key=_value):
        if len(number) < 2:
            continue
        pages = {near for page in calls[number] for near in (page - 1, page, page + 1)}
        showing = [plate for page in sorted(pages) for plate in on_page.get(page, ()) if number in plate.tokens]
        if len(showing) == 1:
            found[showing[0].figure.id].append(Inferred(number, _SCORES["almost"], was_read=True))
