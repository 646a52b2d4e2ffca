"""Running heads, page numbers and the like: what repeats at the edge of pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.page import Line, RawPage
from corpusbuilder.stages.parse.sides import side_lines

_EDGE: Final = 0.13
"""Furniture stands in this share of the page height, at the top or at the bottom."""
_HEADING: Final = 1.25
"""Type that is this much larger than the body's heads a chapter, even when "Chapter 1" and "Chapter 2" look alike."""
_SLACK: Final = 3.0
"""Lines of different pages within so many points stand at the same height."""
_DIGITS: Final = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER: Final = re.compile(r"\W*(?:page|p\.)?\W*(?:\d{1,4}|[ivxlc]{1,7})\W*", re.IGNORECASE)


def furniture_lines(pages: Sequence[RawPage], *, em: float) -> list[frozenset[int]]:
    """For each page the indices of its lines that are furniture.

    A line is furniture when it stands at an edge of the page, is not set in the type of a heading, and either is a mere
    page number or its text (numbers apart) or its place recurs on other pages; or it stands beside the text (see
    `side_lines`). ``em`` is the size of the body text.
    """
    edges = [[i for i in _edge_lines(page) if page.lines[i].size < _HEADING * em] for page in pages]
    texts = Counter(
        key for page, found in zip(pages, edges, strict=True) for key in {_key(page.lines[i]) for i in found}
    )
    heights = _busy_heights(pages, edges, texts)
    running = _running_lines(pages, edges, em)
    return [
        frozenset({i for i in found if _is_furniture(page, i, texts, heights, len(pages))} | beside | close)
        for page, found, beside, close in zip(pages, edges, side_lines(pages), running, strict=True)
    ]


def _running_lines(pages: Sequence[RawPage], edges: Sequence[Sequence[int]], em: float) -> list[set[int]]:
    """Lines near an edge with the same words at the same height of several pages.

    On some of these pages the text may come close; on most it does not (``edges`` has the lines that stand apart).
    """
    places = [
        {
            i: (_key(line), round(line.box[3] / _SLACK))
            for i, line in enumerate(page.lines)
            if (line.box[3] <= _EDGE * page.height or line.box[1] >= (1 - _EDGE) * page.height)
            and line.size < _HEADING * em
            and sum(char.isalpha() for char in line.text) >= 4
        }
        for page in pages
    ]
    seen = Counter(place for found in places for place in set(found.values()))
    apart = Counter(
        place
        for found, outer in zip(places, edges, strict=True)
        for place in {place for i, place in found.items() if i in set(outer)}
    )
    least = max(3, 0.15 * len(pages))
    return [{i for i, p in found.items() if seen[p] >= least and apart[p] > 0.5 * seen[p]} for found in places]


def _edge_lines(page: RawPage) -> list[int]:
    """Indices of the outermost lines: from each edge inwards, as long as the gaps are wide."""
    horizontal = [i for i, line in enumerate(page.lines) if line.direction[0] > 0.9]
    top = sorted(
        (i for i in horizontal if page.lines[i].box[3] <= _EDGE * page.height), key=lambda i: page.lines[i].box[1]
    )
    bottom = sorted(
        (i for i in horizontal if page.lines[i].box[1] >= (1 - _EDGE) * page.height),
        key=lambda i: -page.lines[i].box[3],
    )
    return sorted({*_outer(page.lines, horizontal, top, 1), *_outer(page.lines, horizontal, bottom, -1)})


def _outer(lines: Sequence[Line], all_lines: Sequence[int], candidates: Sequence[int], sign: int) -> list[int]:
    """``candidates`` that are parted from the text within by more than the leading of a paragraph."""
    kept: list[int] = []
    for i in candidates:
        line = lines[i]
        inner = [
            lines[k]
            for k in all_lines
            if k != i and sign * (lines[k].box[1] - line.box[1]) > 0.6 * line.size and k not in kept
        ]
        gaps = [(other.box[1] - line.box[3]) if sign > 0 else (line.box[1] - other.box[3]) for other in inner]
        if not gaps or min(gaps) >= 0.45 * line.size:
            kept.append(i)
    return kept


def _key(line: Line) -> str:
    return _DIGITS.sub("#", line.text.casefold())


def _busy_heights(pages: Sequence[RawPage], edges: Sequence[Sequence[int]], texts: Counter[str]) -> list[float]:
    """Heights at which most pages have an edge line, some of them with a recurring text."""
    pages_at: dict[int, set[int]] = defaultdict(set)
    recurring_at: dict[int, set[int]] = defaultdict(set)
    for number, (page, found) in enumerate(zip(pages, edges, strict=True)):
        for i in found:
            height = round(page.lines[i].box[3] / _SLACK)
            pages_at[height].add(number)
            if texts[_key(page.lines[i])] > 1:
                recurring_at[height].add(number)
    least = max(3, 0.4 * len(pages))
    return [
        height * _SLACK
        for height, numbers in pages_at.items()
        if len(numbers) >= least and len(recurring_at[height]) >= 0.4 * len(numbers)
    ]


def _is_furniture(page: RawPage, index: int, texts: Counter[str], heights: Sequence[float], count: int) -> bool:
    line = page.lines[index]
    if _PAGE_NUMBER.fullmatch(line.text) and len(line.text) <= 12:
        return True
    recurs = texts[_key(line)] >= max(3, 0.15 * count) or (count < 8 and texts[_key(line)] >= 2)
    return recurs or any(abs(line.box[3] - height) <= _SLACK for height in heights)
