"""From pieces of text to the lines of a page, by where they stand alone: the order of the content stream plays no part.

A PDF may draw a page word by word in any order, and a library that follows the stream then breaks lines at every
accent, mark and column. Here a row of text is cut where a gap is a gutter and not a space: its other gaps, the rows
above and below and the margins of the page tell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Final

from corpusbuilder.backends.pdf.rows import (
    Chunk,
    Row,
    attach_marks,
    chunks_of,
    end_of,
    levelled,
    make_rows,
    start_of,
    without_repeats,
)
from corpusbuilder.backends.pdf.text import MARKER, Piece, join_letterspaced
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import XY, Line, Word

_LEVEL: Final = 0.98
"""Cosine of the slant up to which a scanned line counts as level."""
_MANY_SIZES: Final = 12
"""Typeset pages have fewer sizes of type."""
_FUSED: Final = 0.15
"""A smaller gap, in sizes, does not part words."""
_SPACE: Final = 0.6
"""A gap up to this many sizes is a space between words."""
_APART: Final = 2.5
"""A gap of more sizes parts lines, unless text above and below runs across it."""
_PROSE_CHARS: Final = 40
"""A row of so many characters may be a line of prose; labels in a row are shorter."""
_LETTERSPACED: Final = 1.6
"""Spaces between letterspaced words are wider by this."""
_MARGIN_ROWS: Final = 4
"""Where so many rows begin is the margin of a column."""
_ALIKE: Final = 1.25
"""The gaps of a stretched line differ by no more than this factor."""
_FEW_GAPS: Final = 4
"""Fewer gaps do not tell what is usual in a row."""


def make_lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """The lines of a page from top to bottom, the same whatever the order of ``pieces``."""
    drawn = list(pieces)
    recognised = _is_recognised(drawn)
    by_direction: dict[XY, list[Chunk]] = {}
    for piece in _aligned(drawn) if recognised else drawn:
        by_direction.setdefault(piece.direction, []).extend(chunks_of(piece))
    lines = [
        line
        for direction, chunks in by_direction.items()
        for line in _lines(levelled(chunks) if recognised else without_repeats(chunks), direction)
    ]
    return tuple(sorted(lines, key=lambda line: (line.box[1], line.box[0], line.box, line.direction, line.text)))


def _is_recognised(pieces: Iterable[Piece]) -> bool:
    """Whether OCR wrote the text: it gives nearly every word a size and a baseline of its own."""
    sizes = [run.style.size for piece in pieces for run in piece.runs if not run.text.isspace()]
    return len(set(sizes)) >= max(_MANY_SIZES, 0.2 * len(sizes))


def _aligned(pieces: Sequence[Piece]) -> list[Piece]:
    """Recognised text that runs nearly level gets one direction, the slant of the page."""
    level = [piece.direction[1] for piece in pieces if piece.direction[0] > _LEVEL]
    slant = median(level) if level else 0.0
    direction = (round(sqrt(1 - slant * slant), 3), round(slant, 3))
    return [replace(piece, direction=direction) if piece.direction[0] > _LEVEL else piece for piece in pieces]


def _lines(chunks: Sequence[Chunk], direction: XY) -> Iterator[Line]:
    """The lines of one writing direction."""
    rows = attach_marks(make_rows(chunks))
    margins = _margins(rows)
    for place, row in enumerate(rows):
        chain: list[Chunk] = []
        for chunk in row.chunks:
            if chain and chunk.start - chain[-1].end < -0.3 * max(chunk.size, chain[-1].size):
                yield from _cut(chain, rows, place, margins, direction)
                chain = []
            chain.append(chunk)
        if chain:
            yield from _cut(chain, rows, place, margins, direction)


def _margins(rows: Iterable[Row]) -> Counter[int]:
    """How many rows have text that begins at a place (in points) after nothing, or after a gap as wide as a gutter."""
    margins: Counter[int] = Counter()
    for row in rows:
        reach = float("-inf")
        for chunk in row.chunks:
            if chunk.start - reach > 0.9 * chunk.size:
                margins[round(chunk.start)] += 1
            reach = max(reach, chunk.end)
    return margins


def _cut(
    chain: Sequence[Chunk], rows: Sequence[Row], place: int, margins: Counter[int], direction: XY
) -> Iterator[Line]:
    """The lines of chunks that follow one another: one, unless a gap between two words is more than a space."""
    words, size = _fused(chain), max(chunk.size for chunk in chain)
    joined = join_letterspaced(tuple(words), direction)
    if len(joined) < len(words):
        words, size = list(joined), _LETTERSPACED * size
    spans = _spans(words, direction)
    wide = [
        i
        for i in range(1, len(words))
        if spans[i][0] - spans[i - 1][1] > _SPACE * _local_size(words[i - 1], words[i], size)
    ]
    if not wide:
        yield _line(words, direction)
        return
    gaps = _Gaps(words, spans, size, rows, place, margins)
    cuts = [i for i in wide if gaps.width(i) > _APART * size and not gaps.is_stretched(i)]
    for start, end in pairwise([0, *cuts, len(words)]):
        inner = gaps.parting(start, end, [i for i in wide if start < i < end])
        for first, last in pairwise([start, *inner, end]):
            yield _line(words[first:last], direction)


def _spans(words: Iterable[Word], direction: XY) -> list[tuple[float, float]]:
    """Where each word starts and ends along the line."""
    if direction == (1.0, 0.0):  # nearly all text
        return [(word.box[0], word.box[2]) for word in words]
    return [(start_of(word.box, *direction), end_of(word.box, *direction)) for word in words]


def _fused(chain: Sequence[Chunk]) -> list[Word]:
    """The words of chunks; what touches without a blank is one word in the style of most of its characters."""
    words: list[Word] = []
    parts: list[Word] = []
    for before, chunk in zip((None, *chain), chain, strict=False):
        touches = before is not None and not (before.trails or chunk.leads)
        if touches and before is not None:
            touches = chunk.start - before.end < _FUSED * max(chunk.size, before.size)
        if parts and not touches:
            words.append(_fuse(parts))
            parts = []
        parts.append(chunk.words[0])
        if len(chunk.words) > 1:
            words.append(_fuse(parts))
            words.extend(chunk.words[1:-1])
            parts = [chunk.words[-1]]
    words.append(_fuse(parts))
    return words


def _fuse(parts: Sequence[Word]) -> Word:
    if len(parts) == 1:
        return parts[0]
    return replace(
        max(parts, key=lambda word: len(word.text)),
        text="".join(word.text for word in parts),
        box=union([word.box for word in parts]),
        superscript=all(word.superscript for word in parts),
    )


def _local_size(left: Word, right: Word, size: float) -> float:
    """The measure of a gap: the size of the line, or of the smaller text where two sizes meet that are no marks."""
    if left.size == right.size:
        return size
    smaller, larger = sorted((left.size, right.size))
    is_mark = left.superscript or right.superscript or smaller > 0.8 * larger
    return size if is_mark else size * smaller / larger


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The gaps between the words of a row. Gap ``i`` is the one before word ``i``."""

    words: Sequence[Word]
    spans: Sequence[tuple[float, float]]
    """Start and end of every word along the line."""
    size: float
    rows: Sequence[Row]
    place: int
    """Of this row among ``rows``."""
    margins: Counter[int]

    def width(self, index: int) -> float:
        """In points."""
        return self.spans[index][0] - self.spans[index - 1][1]

    def parting(self, first: int, last: int, wide: Sequence[int]) -> list[int]:
        """Which of the wide gaps between the words ``first`` to ``last`` part two columns or labels."""
        if not wide:
            return []
        widths = [self.width(i) for i in range(first + 1, last)]
        if self._is_justified(first, last, widths):
            return []
        usual = max(median(widths) if len(widths) >= _FEW_GAPS else 0.0, 0.3 * self.size)
        is_long = sum(len(word.text) for word in self.words[first:last]) >= _PROSE_CHARS
        marked = first + 1 if MARKER.fullmatch(self.words[first].text) else None
        return [i for i in wide if i != marked and self._parts(i, usual, is_long=is_long)]

    def _parts(self, index: int, usual: float, *, is_long: bool) -> bool:
        gap, size = self.width(index), self.size
        if gap > _APART * size:
            return False  # such a gap is a stretched space, or it would have been cut before
        left, right = self.words[index - 1], self.words[index]
        least = size if left.font == right.font else min(left.size, right.size)
        if gap > 0.8 * least and self._leads_to_margin(index):
            return True
        if gap <= min(1.6 * usual, 1.3 * size):
            return False
        if self._changes_size(index):
            return True
        return not self.is_stretched(index) and self._is_gutter(index, usual, is_long=is_long)

    def _is_justified(self, first: int, last: int, widths: Sequence[float]) -> bool:
        """Whether gaps are alike and the words fill the width of a line of text above or below."""
        if len(widths) < 2 or max(widths) > _ALIKE * min(widths):
            return False
        start, end = self.spans[first][0], self.spans[last - 1][1]
        near = self._neighbours(self.spans[first][1], self.spans[last - 1][0], slack=0.0)
        runs = (row.run_at(start, start, _SPACE * self.size) for row in near)
        slack = 0.3 * self.size
        return any(abs(a - start) <= slack and abs(b - end) <= slack for a, b in runs)

    def _leads_to_margin(self, index: int) -> bool:
        start = round(self.spans[index][0])
        return sum(self.margins[start + i] for i in (-1, 0, 1)) >= _MARGIN_ROWS

    def _changes_size(self, index: int) -> bool:
        left, right = self.words[index - 1], self.words[index]
        return not (0.8 <= left.size / max(right.size, 0.1) <= 1.25 or left.superscript or right.superscript)

    def _is_gutter(self, index: int, usual: float, *, is_long: bool) -> bool:
        gap, size = self.width(index), self.size
        start, end = self.spans[index - 1][1], self.spans[index][0]
        around = self._neighbours(start, end)
        across = sum(row.hole(start, end) <= min(_SPACE * size, 0.75 * gap) for row in around)
        if 2 * across < len(around) and gap > 0.8 * size:
            return True
        return gap > (1.1 if across and is_long else 0.75) * size and gap > 2.2 * usual

    def is_stretched(self, index: int) -> bool:
        """Whether a wide gap is a space of a line that is justified to the margins of the lines above and below."""
        start, end = self.spans[index - 1][1], self.spans[index][0]
        around = self._neighbours(start, end)
        beside = [self.width(i) for i in (index - 1, index + 1) if 0 < i < len(self.spans)]
        is_even = any(gap >= 0.5 * (end - start) for gap in beside)
        enough = 1 if is_even and end - start <= _APART * self.size else 2
        space = _SPACE * self.size
        return len(around) >= enough and all(
            row.hole(start, end) <= space
            and self.rows[self.place].has_edge(*row.run_at(start, end, space), slack=0.5 * self.size)
            for row in around
        )

    def _neighbours(self, start: float, end: float, slack: float | None = None) -> list[Row]:
        """The nearest row above and below with text near an interval, if that stands on both sides of it."""
        slack = 2 * self.size if slack is None else slack
        found: list[Row] = []
        for step in (-1, 1):
            for other in range(self.place + step, self.place + 5 * step, step):
                if not 0 <= other < len(self.rows):
                    break
                row = self.rows[other]
                if abs(row.base - self.rows[self.place].base) > 2 * self.size:
                    break
                if row.touches(start - slack, end + slack):
                    if row.reaches(start, end):
                        found.append(row)
                    break
        return found


def _line(words: Sequence[Word], direction: XY) -> Line:
    return Line(words=tuple(words), box=union([word.box for word in words]), direction=direction)
