"""Text on its baselines: runs of characters as the PDF draws them, put into rows whatever the order of the stream.

Superscripts and subscripts go into the row of the text that they stand beside.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

from corpusbuilder.backends.pdf.text import Piece, words_of_run
from corpusbuilder.records.page import Rect, Word

_SAME_BASE: Final = 0.2
"""Baselines that differ by less, as a share of the type size, are one."""
_JITTER: Final = 0.45
"""The same for recognised text, as a share of the usual size on the page."""
_NOTE_CHARS: Final = 24
"""Superscripts and subscripts are no longer than this."""
_NEAR_ROWS: Final = 12
"""So many rows up and down are searched for the text that a superscript belongs to."""
_LEVEL: Final = (1.0, 0.0)
"""The writing direction of text from left to right."""
_LONGEST_RUN: Final = 60
"""So many words to each side of a gap are asked where their line begins and ends."""


@dataclass(slots=True)
class Chunk:
    """Words of one style on one baseline, as the PDF draws them. Places are along and across the writing direction."""

    base: float
    start: float
    end: float
    size: float
    words: tuple[Word, ...]
    leads: bool
    """Whether a blank precedes."""
    trails: bool
    """Whether a blank follows."""


@dataclass(slots=True)
class _Segment:
    """Chunks of a row that follow one another closely."""

    row: int
    chunks: list[Chunk]
    host: "tuple[Chunk, _Segment] | None" = None
    """What it is a superscript or subscript of."""

    @property
    def size(self) -> float:
        """Of the largest type."""
        return max(chunk.size for chunk in self.chunks)

    @property
    def chars(self) -> int:
        """Length of the text."""
        return sum(len(word.text) for chunk in self.chunks for word in chunk.words)


@dataclass(slots=True)
class Row:
    """What stands on one baseline."""

    base: float
    chunks: list[Chunk]
    spans: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of every chunk, in order; filled when it is first asked for."""
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    def hole(self, start: float, end: float) -> float:
        """The widest part of an interval that is free of words."""
        widest, reach = 0.0, start
        for a, b in self._between(start, end):
            widest = max(widest, a - reach)
            reach = max(reach, b)
        return max(widest, end - reach)

    def reaches(self, start: float, end: float) -> bool:
        """Whether words begin before and end after an interval."""
        self._fill()
        return bool(self.spans) and self.spans[0][0] < start and self.spans[-1][1] > end

    def touches(self, start: float, end: float) -> bool:
        """Whether a word stands in an interval."""
        return any(b > start for _, b in self._between(start, end))

    def run_at(self, start: float, end: float, space: float) -> tuple[float, float]:
        """Where the text that runs across an interval begins and ends: its words are no more than ``space`` apart."""
        self._fill()
        at = max(bisect_left(self.spans, (start, start)) - 1, 0)
        first = last = at
        while first > max(at - _LONGEST_RUN, 0) and self.spans[first][0] - self.spans[first - 1][1] <= space:
            first -= 1
        while (
            last + 1 < min(at + _LONGEST_RUN, len(self.spans))
            and self.spans[last + 1][0] - self.spans[last][1] <= space
        ):
            last += 1
        return self.spans[first][0], max(self.spans[last][1], end)

    def has_edge(self, start: float, end: float, slack: float) -> bool:
        """Whether a word begins at ``start`` or one ends at ``end``."""
        self._fill()
        return _is_near(self.starts, start, slack) or _is_near(self.ends, end, slack)

    def _between(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        self._fill()
        at = bisect_left(self.spans, (start, start))
        for place in range(max(at - 1, 0), len(self.spans)):
            if self.spans[place][0] >= end:
                return
            yield self.spans[place]

    def _fill(self) -> None:
        if not self.spans:
            self.spans = sorted((chunk.start, chunk.end) for chunk in self.chunks)
            self.starts = [start for start, _ in self.spans]
            self.ends = sorted(end for _, end in self.spans)


def _is_near(places: Sequence[float], place: float, slack: float) -> bool:
    at = bisect_left(places, place - slack)
    return at < len(places) and places[at] <= place + slack


def chunks_of(piece: Piece) -> Iterator[Chunk]:
    """The runs of a piece that hold words."""
    dx, dy = piece.direction
    for run in piece.runs:
        words = words_of_run(run)
        if words:
            x, y = run.origin or piece.origin
            text, first, last = run.text, words[0].box, words[-1].box
            if (dx, dy) == _LEVEL:  # nearly all text
                start, end = min(first[0], last[0]), max(first[2], last[2])
            else:
                start = min(start_of(first, dx, dy), start_of(last, dx, dy))
                end = max(end_of(first, dx, dy), end_of(last, dx, dy))
            yield Chunk(y * dx - x * dy, start, end, run.style.size, words, text[0].isspace(), text[-1].isspace())


def start_of(box: Rect, dx: float, dy: float) -> float:
    """Where a box begins along a writing direction, in points."""
    return min(box[0] * dx, box[2] * dx) + min(box[1] * dy, box[3] * dy)


def end_of(box: Rect, dx: float, dy: float) -> float:
    """Where a box ends along a writing direction, in points."""
    return max(box[0] * dx, box[2] * dx) + max(box[1] * dy, box[3] * dy)


def _place(chunk: Chunk) -> tuple[float, float, float, str]:
    return chunk.start, chunk.end, chunk.base, chunk.words[0].text


def without_repeats(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Bold that is faked by printing text twice, and shadows, are one."""
    kept: list[Chunk] = []
    seen: dict[tuple[str, int, int], list[Chunk]] = {}
    for chunk in sorted(chunks, key=lambda chunk: (chunk.base, *_place(chunk))):
        text = " ".join(word.text for word in chunk.words)
        cell = max(chunk.size, 1.0)
        column, row = int(chunk.start // cell), int(chunk.base // cell)
        slack = 0.15 * chunk.size
        nearby = (
            other for i in (-1, 0, 1) for j in (-1, 0, 1) for other in seen.get((text, column + i, row + j), ())[-4:]
        )
        if any(
            abs(other.start - chunk.start) <= slack
            and abs(other.base - chunk.base) <= slack
            and abs(other.end - chunk.end) <= slack
            for other in nearby
        ):
            continue
        seen.setdefault((text, column, row), []).append(chunk)
        kept.append(chunk)
    return kept


def levelled(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Chunks of recognised text with one baseline a line, and the usual size where theirs is near it."""
    usual = median(chunk.size for chunk in chunks) if chunks else 0.0
    # Boxes of recognised words are as wide as their letters, without the space around them.
    wide = 1.5 * usual
    level: list[Chunk] = []
    base = 0.0
    for chunk in sorted(chunks, key=lambda chunk: (chunk.base, *_place(chunk))):
        if not level or chunk.base - base > _JITTER * usual:
            base = chunk.base
        size = wide if 0.7 * usual <= chunk.size <= 1.4 * usual else 1.5 * chunk.size
        level.append(replace(chunk, base=base, size=size))
    return level


def make_rows(chunks: Iterable[Chunk]) -> list[Row]:
    """Chunks on one baseline, rows from top to bottom and chunks along the line."""
    rows: list[Row] = []
    first: Chunk | None = None
    for chunk in sorted(chunks, key=lambda chunk: (chunk.base, *_place(chunk))):
        if first is None or chunk.base - first.base > _SAME_BASE * min(chunk.size, first.size):
            first = chunk
            rows.append(Row(chunk.base, []))
        rows[-1].chunks.append(chunk)
    for row in rows:
        row.chunks.sort(key=_place)
    return rows


def attach_marks(rows: list[Row]) -> list[Row]:
    """The rows with superscripts and subscripts in the row of the text that they stand beside."""
    segments = [list(_segments(place, row)) for place, row in enumerate(rows)]
    places = [[(chunk, segment) for segment in row for chunk in segment.chunks] for row in segments]
    starts = [[chunk.start for chunk in row.chunks] for row in rows]
    small = [segment for row in segments for segment in row if segment.chars <= _NOTE_CHARS]
    for segment in small:
        segment.host = _host(segment, rows, places, starts)
    if all(segment.host is None for segment in small):
        return rows
    merged = [Row(row.base, []) for row in rows]
    for segment in (segment for row in segments for segment in row):
        merged[_root(segment).row].chunks.extend(_raised(segment))
    for target in merged:
        target.chunks.sort(key=_place)
    return [row for row in merged if row.chunks]


def _segments(place: int, row: Row) -> Iterator[_Segment]:
    open_: list[Chunk] = []
    for chunk in row.chunks:
        if open_ and chunk.start - open_[-1].end > 0.35 * max(chunk.size, open_[-1].size):
            yield _Segment(place, open_)
            open_ = []
        open_.append(chunk)
    if open_:
        yield _Segment(place, open_)


def _host(
    segment: _Segment,
    rows: Sequence[Row],
    places: Sequence[Sequence[tuple[Chunk, _Segment]]],
    starts: Sequence[Sequence[float]],
) -> tuple[Chunk, _Segment] | None:
    """The larger text on another baseline that this directly follows or precedes."""
    best: tuple[float, tuple[Chunk, _Segment]] | None = None
    start, end, base = segment.chunks[0].start, segment.chunks[-1].end, rows[segment.row].base
    for step in (-1, 1):
        for other in range(segment.row + step, segment.row + step * (_NEAR_ROWS + 1), step):
            if not 0 <= other < len(rows) or abs(rows[other].base - base) > 0.85 * segment.size:
                break
            at = bisect_left(starts[other], start)
            for chunk, owner in places[other][max(at - 1, 0) : at + 1]:
                gap = max(start - chunk.end, chunk.start - end)
                distance = abs(gap) + abs(rows[other].base - base)
                if _is_mark(segment, chunk, gap) and (best is None or distance < best[0]):
                    best = distance, (chunk, owner)
    return best[1] if best else None


def _is_mark(segment: _Segment, host: Chunk, gap: float) -> bool:
    """Whether text of a smaller size, ``gap`` points beside a host, is raised or lowered as marks are."""
    large, up = host.size, host.base - segment.chunks[0].base
    return (
        0.4 * large <= segment.size <= 0.97 * large
        and -0.2 * large <= gap <= 0.3 * large
        and -0.55 * large <= up <= 0.6 * large
    )


def _root(segment: _Segment) -> _Segment:
    while segment.host is not None:
        segment = segment.host[1]
    return segment


def _raised(segment: _Segment) -> list[Chunk]:
    """The chunks of a segment, marked as superscript when they stand above the text of their host."""
    if segment.host is None or segment.host[0].base - segment.chunks[0].base <= 0.1 * segment.size:
        return segment.chunks
    for chunk in segment.chunks:
        chunk.words = tuple(replace(word, superscript=True) for word in chunk.words)
    return segment.chunks
