"""Furniture beside the text: turned words at the edge of a page, and page numbers in the outer margin."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.page import RawPage

_FOLIO: Final = re.compile(r"\D?(\d{1,4})\D?")
_MAX_TURNED: Final = 80
"""Characters of a turned line; a longer one is text."""
_MOSTLY: Final = 0.3
"""A page of which a greater share of the characters is turned is a sheet laid sideways."""
_LONG: Final = 0.25
"""Lines of the text are longer than this share of the width of a page."""


def side_lines(pages: Sequence[RawPage]) -> list[set[int]]:
    """For each page the indices of its lines that stand up or down the page, or number it beside the text.

    Turned words are tabs, credits or titles of axes, never body. A number in a margin is a page number when the numbers
    of several pages rise with the pages.
    """
    folios = [_margin_numbers(page) for page in pages]
    offsets = Counter(
        offset
        for page, numbers in zip(pages, folios, strict=True)
        for offset in {number - page.page_no for _, number in numbers}
    )
    usual = max(offsets, key=lambda offset: (offsets[offset], -abs(offset), offset), default=0)
    counts = bool(offsets) and offsets[usual] >= max(3, 0.4 * len(pages))
    return [
        _turned(page) | {i for i, number in numbers if counts and number - page.page_no == usual}
        for page, numbers in zip(pages, folios, strict=True)
    ]


def _turned(page: RawPage) -> set[int]:
    """Indices of the short lines that run up or down a page of upright text."""
    turned = {i for i, line in enumerate(page.lines) if abs(line.direction[1]) > 0.9}
    if not turned:
        return turned
    total = sum(len(line.text) for line in page.lines)
    if sum(len(page.lines[i].text) for i in turned) > _MOSTLY * total:
        return set()
    return {i for i in turned if len(page.lines[i].text) <= _MAX_TURNED}


def _margin_numbers(page: RawPage) -> list[tuple[int, int]]:
    """Numbers left or right of all lines of the text, with the index of the line."""
    text = [line.box for line in page.lines if line.box[2] - line.box[0] >= _LONG * page.width]
    left, right = min((box[0] for box in text), default=0.0), max((box[2] for box in text), default=page.width)
    return [
        (i, int(match[1]))
        for i, line in enumerate(page.lines)
        if (line.box[2] <= left or line.box[0] >= right) and (match := _FOLIO.fullmatch(line.text))
    ]
