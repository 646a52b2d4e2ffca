"""From the characters of a page to words. Knows no PDF library; `corpusbuilder.backends.pdf.lines` makes the lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import XY, Line, Rect, Word

SOFT_HYPHEN: Final = "\u00ad"
REPLACEMENT: Final = "\ufffd"

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)
_SOLID: Final = re.compile(r"\S+")
MARKER: Final = re.compile(
    r"[•◦▪●■□‣∙⁃▸►–—*-]|\(?[0-9]{1,3}[.)°]?|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}\.?|\(?[A-Za-z][.)]|[ivxIVX]{1,4}[.)]"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of characters is set."""

    size: float
    font: str = ""
    bold: bool = False
    italic: bool = False
    color: str = "#000000"


class Run(NamedTuple):
    """Characters in one style."""

    style: Style
    text: str
    boxes: Sequence[Rect]
    """One per character, in page coordinates."""
    origin: XY | None = None
    """A point of the baseline, when the run has one of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What the library takes for a line."""

    runs: tuple[Run, ...]
    direction: XY
    origin: XY
    """A point of the baseline."""


def words_of_run(run: Run) -> tuple[Word, ...]:
    """The words of a run, cut at blanks. Invisible characters are dropped."""
    style, text, boxes = run.style, run.text, run.boxes
    size, font, bold, italic, color = style.size, style.font, style.bold, style.italic, style.color
    words: list[Word] = []
    for match in _SOLID.finditer(text):
        start, end = match.span()
        content = match.group()
        if not content.isascii() or not content.isprintable():
            content = _INVISIBLE.sub("", content)
        if content:
            # The characters of a run stand on one line, so that the first and the last bound the others.
            box = _hull(boxes[start], boxes[end - 1])
            words.append(Word(content, box, size, font, bold, italic, False, color))  # noqa: FBT003 - half the time
    return tuple(words)


def _hull(a: Rect, b: Rect) -> Rect:
    if a[0] <= b[0] and a[1] == b[1] and a[2] <= b[2] and a[3] == b[3]:  # characters of one size on a level line
        return a[0], a[1], b[2], b[3]
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def join_letterspaced(words: tuple[Word, ...], direction: XY) -> tuple[Word, ...]:
    """``T I T L E`` becomes ``TITLE``: at least four single letters in a row, set wide but evenly."""
    if sum(len(word.text) == 1 for word in words) < 4:
        return words
    joined: list[Word] = []
    run: list[Word] = []
    for word in words:
        if len(word.text) == 1 and word.text.isalpha() and (not run or run[-1].font == word.font):
            run.append(word)
            continue
        joined += _join_run(run, direction)
        run = []
        joined.append(word)
    return (*joined, *_join_run(run, direction))


def _join_run(run: list[Word], direction: XY) -> list[Word]:
    if len(run) < 4:
        return run
    gaps = [_start(b.box, direction) - _end(a.box, direction) for a, b in pairwise(run)]
    usual = median(gaps)
    if not 0 <= usual <= 0.6 * run[0].size:
        return run
    groups = [[run[0]]]
    for gap, word in zip(gaps, run[1:], strict=True):
        if gap > 1.6 * usual + 0.05 * word.size:
            groups.append([])
        groups[-1].append(word)
    return [
        replace(group[0], text="".join(word.text for word in group), box=union([word.box for word in group]))
        for group in groups
    ]


def _start(box: Rect, direction: XY) -> float:
    dx, dy = direction
    return min(box[0] * dx, box[2] * dx) + min(box[1] * dy, box[3] * dy)


def _end(box: Rect, direction: XY) -> float:
    dx, dy = direction
    return max(box[0] * dx, box[2] * dx) + max(box[1] * dy, box[3] * dy)


def unreadable_share(lines: Iterable[Line]) -> tuple[int, int]:
    """``(unreadable, all)`` characters: replacement characters, private use and unassigned."""
    text = "".join(word.text for line in lines for word in line.words)
    bad = sum(char == REPLACEMENT or "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000" for char in text)
    return bad, len(text)


def is_sound(lines: Sequence[Line]) -> bool:
    """Whether a hidden OCR layer reads like text: mostly letters, in words of ordinary length."""
    words = [word.text for line in lines for word in line.words]
    text = "".join(words)
    if len(words) < 3:
        return False
    letters = sum(char.isalnum() for char in text)
    singles = sum(len(word) == 1 for word in words)
    return letters >= 0.75 * len(text) and singles <= 0.4 * len(words) and 2 <= len(text) / len(words) <= 15
