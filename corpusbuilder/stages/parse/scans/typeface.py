"""Size, weight and colour of the type of recognised labels, told by their pixels."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.scans.ink import Ink, Picture
from corpusbuilder.stages.parse.scans.sizes import advance_of

_ONE_SIZE: Final = (0.84, 1.2)
"""Measured sizes relative to the usual one that are the usual one: boxes of recognised words are not exact."""
_TELLING: Final = 4
"""Letters that a line needs for its width to tell its size."""
_GAP, _HEAVIER = 1.07, 1.14
"""Width of the strokes of bold type over that of regular type: of their nearest lines and of their usual ones, at
least. In print it is 1.4; blur makes thin strokes wider."""
_SOME: Final = 3
"""Letters that tell the weight of a line."""
_ONE_COLOUR: Final = 90
"""Levels by which inks of one colour differ: thin strokes are lighter than thick ones."""


class _Seen(NamedTuple):
    """What is measured of a line."""

    size: float
    stroke: float
    """Width of strokes over the size; 0 when there is no ink."""
    colour: tuple[int, int, int]
    letters: int


def with_type(lines: Sequence[Line], picture: Picture) -> list[Line]:
    """The lines with even sizes, bold type told from regular, and the same colour wherever it is nearly the same."""
    scale = picture.to_page[0]
    inks = [[picture.ink(word.box) for word in line.words] for line in lines]
    sizes = _even_sizes(lines, inks, scale)
    seen = [_measured(line, size, ink, scale) for line, size, ink in zip(lines, sizes, inks, strict=True)]
    bold, colours = _bold(seen), _colours(seen)
    return [
        replace(
            line,
            words=tuple(replace(word, size=size, bold=is_bold, color=colour) for word in line.words),
        )
        for line, size, is_bold, colour in zip(lines, sizes, bold, colours, strict=True)
    ]


def _letters(line: Line) -> int:
    return sum(len(word.text) for word in line.words)


def _em(line: Line) -> float:
    """Size that the width of the words tells; 0 for too few letters."""
    if _letters(line) < _TELLING:
        return 0.0
    axis = 0 if abs(line.direction[0]) >= abs(line.direction[1]) else 1
    width = sum(word.box[axis + 2] - word.box[axis] for word in line.words)
    return width / sum(advance_of(word.text) for word in line.words)


def _even_sizes(lines: Sequence[Line], inks: Sequence[Sequence[Ink | None]], scale: float) -> list[float]:
    """The size of each line in points: the usual one, unless both the height and the width of its ink say otherwise."""
    if not lines:
        return []
    tall = [_tall(line, ink, scale) for line, ink in zip(lines, inks, strict=True)]
    usual = median(tall)
    wide = median([em for line in lines if (em := _em(line))] or [0.0])
    out = []
    for line, size in zip(lines, tall, strict=True):
        ratio, em = size / usual, _em(line)
        if em and wide:
            ratio = math.sqrt(ratio * em / wide)
        out.append(round(usual * (1.0 if _ONE_SIZE[0] <= ratio <= _ONE_SIZE[1] else ratio), 2))
    return out


def _tall(line: Line, inks: Sequence[Ink | None], scale: float) -> float:
    """Size in points that the height of the ink tells; of turned lines, the size that they came with."""
    sizes = [
        ink.height * scale / share
        for word, ink in zip(line.words, inks, strict=True)
        if ink is not None and (share := _share(word.text)) and ink.height
    ]
    return median(sizes) if sizes and line.direction == (1.0, 0.0) else line.size or 1.0


def _share(text: str) -> float:
    """How high letters stand, in ems."""
    above = below = 0.0
    for char in filter(str.isalnum, text):
        plain = unicodedata.normalize("NFD", char)
        rises = plain[0].isupper() or plain[0].isdigit() or plain[0] in "bdfhijklt"
        height = 0.72 if rises else 0.53
        above = max(above, height + 0.2 if len(plain) > 1 else height)
        below = 0.21 if char in "gjpqyQçÇ" else below
    return above + below


def _measured(line: Line, size: float, inks: Sequence[Ink | None], scale: float) -> _Seen:
    found = [(len(word.text), ink) for word, ink in zip(line.words, inks, strict=True) if ink is not None]
    if not found or not size:
        return _Seen(size, 0.0, (0, 0, 0), 0)
    letters = sum(count for count, _ in found)
    stroke = median(ink.stroke for _, ink in found)
    return _Seen(size, stroke * scale / size, max(found, key=lambda item: item[0])[1].colour, letters)


def _bold(seen: Sequence[_Seen]) -> list[bool]:
    """Which lines have heavier strokes than others: those above the widest gap, if type on its two sides differs."""
    told = sorted(line.stroke for line in seen if line.letters >= _SOME and line.stroke)
    gaps = [
        (high / low, place)
        for place, (low, high) in enumerate(pairwise(told), start=1)
        if high >= _GAP * low and median(told[place:]) >= _HEAVIER * median(told[:place])
    ]
    if not gaps:
        return [False] * len(seen)
    place = max(gaps)[1]
    limit = math.sqrt(told[place - 1] * told[place])
    return [line.stroke > limit for line in seen]


def _colours(seen: Sequence[_Seen]) -> list[str]:
    """The colour of each line; those that differ little are one."""
    kept: list[tuple[int, int, int]] = []
    named: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for colour in sorted({line.colour for line in seen}):
        known = next((k for k in kept if max(abs(a - b) for a, b in zip(k, colour, strict=True)) <= _ONE_COLOUR), None)
        if known is None:
            kept.append(colour)
        named[colour] = known or colour
    return ["#{:02x}{:02x}{:02x}".format(*named[line.colour]) for line in seen]
