"""From the characters of a page to words and lines. Knows no PDF library.

MuPDF breaks lines wherever a gap is wide: inside justified lines, after list markers, in OCR text layers. Pieces on one
baseline are put together again here, and cut where a gap is out of proportion to the others of the line (columns).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
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
_MARKER: Final = re.compile(r"[•◦▪●■□‣∙⁃▸►–—*-]|\(?[0-9]{1,3}[.)°]?|\(?[A-Za-z][.)]|[ivxIVX]{1,4}[.)]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of characters is set."""

    size: float
    font: str = ""
    bold: bool = False
    italic: bool = False
    superscript: bool = False
    color: str = "#000000"


class Run(NamedTuple):
    """Characters in one style."""

    style: Style
    text: str
    boxes: Sequence[Rect]
    """One per character, in page coordinates."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What the library takes for a line."""

    runs: tuple[Run, ...]
    direction: XY
    origin: XY
    """A point of the baseline."""
    block: int


def make_lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """The lines of a page, in the order of the content stream."""
    rows = _Rows()
    for piece in pieces:
        if words := join_letterspaced(tuple(split_words(piece.runs)), piece.direction):
            rows.add(words, piece)
    return tuple(_without_repeats(rows.lines()))


def split_words(runs: Iterable[Run]) -> Iterator[Word]:
    """Cuts at blanks; a word takes the style of most of its characters. Invisible characters are dropped."""
    parts: list[tuple[Style, str, Rect]] = []
    for style, text, boxes in runs:
        end = 0
        for match in _SOLID.finditer(text):
            start = match.start()
            if parts and start > end:
                yield from _word(parts)
                parts = []
            end = match.end()
            # The characters of a run stand on one line, so that the first and the last bound the others.
            parts.append((style, match.group(), _hull(boxes[start], boxes[end - 1])))
            if end < len(text):
                yield from _word(parts)
                parts = []
        if parts and end < len(text):
            yield from _word(parts)
            parts = []
    if parts:
        yield from _word(parts)


def _hull(a: Rect, b: Rect) -> Rect:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _word(parts: Sequence[tuple[Style, str, Rect]]) -> Iterator[Word]:
    style, text, box = parts[0]
    superscript = style.superscript
    if len(parts) > 1:
        text, box = "".join([part[1] for part in parts]), union([part[2] for part in parts])
        style = max(parts, key=lambda part: len(part[1]))[0]
        superscript = all(part[0].superscript for part in parts)
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if text:
        yield Word(text, box, style.size, style.font, style.bold, style.italic, superscript, style.color)


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


class _Row(NamedTuple):
    order: int
    baseline: float
    start: float
    end: float
    size: float
    words: tuple[Word, ...]
    block: int


class _Rows:
    """Pieces of lines by direction, to be joined along their baselines."""

    def __init__(self) -> None:
        self._count = 0
        self._by_direction: dict[XY, list[_Row]] = {}

    def add(self, words: tuple[Word, ...], piece: Piece) -> None:
        """Keep one piece."""
        dx, dy = piece.direction
        box = union([word.box for word in words])
        row = _Row(
            self._count,
            piece.origin[1] * dx - piece.origin[0] * dy,
            _start(box, piece.direction),
            _end(box, piece.direction),
            max(word.size for word in words),
            words,
            piece.block,
        )
        self._count += 1
        self._by_direction.setdefault(piece.direction, []).append(row)

    def lines(self) -> Iterator[Line]:
        """The joined lines in stream order."""
        found = [
            (order, line)
            for direction, rows in self._by_direction.items()
            for group in _same_baseline(rows)
            for order, line in _join(group, direction)
        ]
        yield from (line for _, line in sorted(found, key=lambda pair: pair[0]))


def _same_baseline(rows: list[_Row]) -> Iterator[list[_Row]]:
    group: list[_Row] = []
    for row in sorted(rows, key=lambda r: (r.baseline, r.start, r.order)):
        if group and row.baseline - group[0].baseline > 0.2 * min(row.size, group[0].size):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _join(group: list[_Row], direction: XY) -> Iterator[tuple[tuple[int, int], Line]]:
    """Chains pieces that follow one another, then cuts the chains at gaps out of proportion."""
    chain: list[_Row] = []
    for row in sorted(group, key=lambda r: (r.start, r.order)):
        if chain and not _follows(chain[-1], row):
            yield from _cut(chain, direction)
            chain = []
        chain.append(row)
    yield from _cut(chain, direction)


def _follows(left: _Row, right: _Row) -> bool:
    size = max(left.size, right.size)
    gap = right.start - left.end
    # Text of another block may be another column: only a gap as between words may be closed.
    return -0.3 * size <= gap <= (2.5 if left.block == right.block else 0.6) * size


def _cut(chain: list[_Row], direction: XY) -> Iterator[tuple[tuple[int, int], Line]]:
    words = [word for row in chain for word in row.words]
    size = max(row.size for row in chain)
    gaps = [_start(b.box, direction) - _end(a.box, direction) for a, b in pairwise(words)]
    order = min(row.order for row in chain)
    start = 0
    for index, gap in enumerate(gaps, start=1):
        others = gaps[: index - 1] + gaps[index:]
        usual = max(median(others) if others else 0.0, 0.3 * size)
        is_marker = index == 1 and _MARKER.fullmatch(words[0].text) is not None
        if gap > 2.5 * size or (gap > 1.1 * size and gap > 2.5 * usual and not is_marker):
            yield (order, start), _line(words[start:index], direction, chain[0].block)
            start = index
    yield (order, start), _line(words[start:], direction, chain[0].block)


def _line(words: Sequence[Word], direction: XY, block: int) -> Line:
    return Line(words=tuple(words), box=union([word.box for word in words]), direction=direction, block=block)


def _without_repeats(lines: Iterable[Line]) -> Iterator[Line]:
    """Bold that is faked by printing a line twice, and shadows, are one line."""
    seen: dict[str, list[Rect]] = {}
    for line in lines:
        boxes = seen.setdefault(line.text, [])
        slack = 0.15 * line.size
        if any(all(abs(a - b) <= slack for a, b in zip(box, line.box, strict=True)) for box in boxes):
            continue
        boxes.append(line.box)
        yield line


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
