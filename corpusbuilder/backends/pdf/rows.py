"""From pieces of text to the lines of a page, by where they stand alone: the order of the content stream plays no part.

A PDF may draw a page word by word in any order, and a library that follows the stream then breaks lines at every
accent, mark and column. Here runs of characters are put on baselines, superscripts and subscripts are joined to the
text that they stand beside, and a row is cut where a gap is a gutter and not a space: the rows above and below tell.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Final

from corpusbuilder.backends.pdf.text import MARKER, Piece, join_letterspaced, words_of_run
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import XY, Line, Rect, Word

_SAME_BASE: Final = 0.2
"""Baselines that differ by less, as a share of the type size, are one."""
_JITTER: Final = 0.45
"""The same for recognised text, as a share of the usual size on the page."""
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
_NOTE_CHARS: Final = 24
"""Superscripts and subscripts are no longer than this."""
_NEAR_ROWS: Final = 12
"""So many rows up and down are searched for the text that a superscript belongs to."""


@dataclass(slots=True)
class _Chunk:
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
    chunks: list[_Chunk]
    host: "tuple[_Chunk, _Segment] | None" = None
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
class _Row:
    """What stands on one baseline."""

    base: float
    chunks: list[_Chunk]
    spans: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of every word, in order; filled when it is first asked for."""

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
        while first > 0 and self.spans[first][0] - self.spans[first - 1][1] <= space:
            first -= 1
        while last + 1 < len(self.spans) and self.spans[last + 1][0] - self.spans[last][1] <= space:
            last += 1
        return self.spans[first][0], max(self.spans[last][1], end)

    def has_edge(self, start: float, end: float, slack: float) -> bool:
        """Whether a word begins at ``start`` or one ends at ``end``."""
        self._fill()
        return any(abs(a - start) <= slack or abs(b - end) <= slack for a, b in self.spans)

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


def make_lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """The lines of a page from top to bottom, the same whatever the order of ``pieces``."""
    drawn = list(pieces)
    recognised = _is_recognised(drawn)
    by_direction: dict[XY, list[_Chunk]] = {}
    for piece in _aligned(drawn) if recognised else drawn:
        by_direction.setdefault(piece.direction, []).extend(_chunks(piece))
    lines = [
        line
        for direction, chunks in by_direction.items()
        for line in _lines(_levelled(chunks) if recognised else _without_repeats(chunks), direction)
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


def _chunks(piece: Piece) -> Iterator[_Chunk]:
    dx, dy = piece.direction
    for run in piece.runs:
        words = words_of_run(run)
        if words:
            x, y = run.origin or piece.origin
            first, last = words[0].box, words[-1].box
            start = min(_start(first, dx, dy), _start(last, dx, dy))
            end = max(_end(first, dx, dy), _end(last, dx, dy))
            text = run.text
            yield _Chunk(y * dx - x * dy, start, end, run.style.size, words, text[0].isspace(), text[-1].isspace())


def _start(box: Rect, dx: float, dy: float) -> float:
    return min(box[0] * dx, box[2] * dx) + min(box[1] * dy, box[3] * dy)


def _end(box: Rect, dx: float, dy: float) -> float:
    return max(box[0] * dx, box[2] * dx) + max(box[1] * dy, box[3] * dy)


def _place(chunk: _Chunk) -> tuple[float, float, float, str]:
    return chunk.start, chunk.end, chunk.base, chunk.words[0].text


def _without_repeats(chunks: Iterable[_Chunk]) -> list[_Chunk]:
    """Bold that is faked by printing text twice, and shadows, are one."""
    kept: list[_Chunk] = []
    seen: dict[tuple[str, int, int], list[_Chunk]] = {}
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


def _levelled(chunks: Sequence[_Chunk]) -> list[_Chunk]:
    """Chunks of recognised text with one baseline a line, and the usual size where theirs is near it."""
    usual = median(chunk.size for chunk in chunks) if chunks else 0.0
    # Boxes of recognised words are as wide as their letters, without the space around them.
    wide = 1.5 * usual
    level: list[_Chunk] = []
    base = 0.0
    for chunk in sorted(chunks, key=lambda chunk: (chunk.base, *_place(chunk))):
        if not level or chunk.base - base > _JITTER * usual:
            base = chunk.base
        size = wide if 0.7 * usual <= chunk.size <= 1.4 * usual else 1.5 * chunk.size
        level.append(replace(chunk, base=base, size=size))
    return level


def _lines(chunks: Sequence[_Chunk], direction: XY) -> Iterator[Line]:
    """The lines of one writing direction."""
    rows = _attached(_rows(chunks))
    margins = _margins(rows)
    for place, row in enumerate(rows):
        chain: list[_Chunk] = []
        for chunk in row.chunks:
            if chain and chunk.start - chain[-1].end < -0.3 * max(chunk.size, chain[-1].size):
                yield from _cut(chain, rows, place, margins, direction)
                chain = []
            chain.append(chunk)
        if chain:
            yield from _cut(chain, rows, place, margins, direction)


def _rows(chunks: Iterable[_Chunk]) -> list[_Row]:
    """Chunks on one baseline, rows from top to bottom and chunks along the line."""
    rows: list[_Row] = []
    first: _Chunk | None = None
    for chunk in sorted(chunks, key=lambda chunk: (chunk.base, *_place(chunk))):
        if first is None or chunk.base - first.base > _SAME_BASE * min(chunk.size, first.size):
            first = chunk
            rows.append(_Row(chunk.base, []))
        rows[-1].chunks.append(chunk)
    for row in rows:
        row.chunks.sort(key=_place)
    return rows


def _attached(rows: list[_Row]) -> list[_Row]:
    """The rows with superscripts and subscripts in the row of the text that they stand beside."""
    segments = [list(_segments(place, row)) for place, row in enumerate(rows)]
    places = [[(chunk, segment) for segment in row for chunk in segment.chunks] for row in segments]
    starts = [[chunk.start for chunk in row.chunks] for row in rows]
    small = [segment for row in segments for segment in row if segment.chars <= _NOTE_CHARS]
    for segment in small:
        segment.host = _host(segment, rows, places, starts)
    if all(segment.host is None for segment in small):
        return rows
    merged = [_Row(row.base, []) for row in rows]
    for segment in (segment for row in segments for segment in row):
        merged[_root(segment).row].chunks.extend(_raised(segment))
    for target in merged:
        target.chunks.sort(key=_place)
    return [row for row in merged if row.chunks]


def _segments(place: int, row: _Row) -> Iterator[_Segment]:
    open_: list[_Chunk] = []
    for chunk in row.chunks:
        if open_ and chunk.start - open_[-1].end > 0.35 * max(chunk.size, open_[-1].size):
            yield _Segment(place, open_)
            open_ = []
        open_.append(chunk)
    if open_:
        yield _Segment(place, open_)


def _host(
    segment: _Segment,
    rows: Sequence[_Row],
    places: Sequence[Sequence[tuple[_Chunk, _Segment]]],
    starts: Sequence[Sequence[float]],
) -> tuple[_Chunk, _Segment] | None:
    """The larger text on another baseline that this directly follows or precedes."""
    best: tuple[float, tuple[_Chunk, _Segment]] | None = None
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


def _is_mark(segment: _Segment, host: _Chunk, gap: float) -> bool:
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


def _raised(segment: _Segment) -> list[_Chunk]:
    """The chunks of a segment, marked as superscript when they stand above the text of their host."""
    if segment.host is None or segment.host[0].base - segment.chunks[0].base <= 0.1 * segment.size:
        return segment.chunks
    for chunk in segment.chunks:
        chunk.words = tuple(replace(word, superscript=True) for word in chunk.words)
    return segment.chunks


def _margins(rows: Iterable[_Row]) -> Counter[int]:
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
    chain: Sequence[_Chunk], rows: Sequence[_Row], place: int, margins: Counter[int], direction: XY
) -> Iterator[Line]:
    """The lines of chunks that follow one another: one, unless a gap between two words is more than a space."""
    words, size = _fused(chain), max(chunk.size for chunk in chain)
    joined = join_letterspaced(tuple(words), direction)
    if len(joined) < len(words):
        words, size = list(joined), _LETTERSPACED * size
    spans = [(_start(word.box, *direction), _end(word.box, *direction)) for word in words]
    sizes = [_local_size(a, b, size) for a, b in pairwise(words)]
    wide = [i for i, (a, b) in enumerate(pairwise(spans), start=1) if b[0] - a[1] > _SPACE * sizes[i - 1]]
    if not wide:
        yield _line(words, direction)
        return
    cuts = [i for i in wide if spans[i][0] - spans[i - 1][1] > _APART * size]
    cuts = [i for i in cuts if not _is_stretched(i, spans, size, rows, place)]
    for start, end in pairwise([0, *cuts, len(words)]):
        inner = [i for i in wide if start < i < end and _parts(i, start, end, words, size, rows, place, spans, margins)]
        for first, last in pairwise([start, *inner, end]):
            yield _line(words[first:last], direction)


def _fused(chain: Sequence[_Chunk]) -> list[Word]:
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
    smaller, larger = sorted((left.size, right.size))
    is_mark = left.superscript or right.superscript or smaller > 0.8 * larger
    return size if is_mark else size * smaller / larger


def _is_stretched(
    index: int, spans: Sequence[tuple[float, float]], size: float, rows: Sequence[_Row], place: int
) -> bool:
    """Whether a wide gap is a space of a line that is justified to the margins of the lines above and below."""
    start, end = spans[index - 1][1], spans[index][0]
    around = _neighbours(rows, place, start, end, size)
    beside = [spans[i][0] - spans[i - 1][1] for i in (index - 1, index + 1) if 0 < i < len(spans)]
    is_even = any(gap >= 0.5 * (end - start) for gap in beside)
    enough = 1 if is_even and end - start <= _APART * size else 2
    return len(around) >= enough and all(
        row.hole(start, end) <= _SPACE * size
        and rows[place].has_edge(*row.run_at(start, end, _SPACE * size), slack=0.5 * size)
        for row in around
    )


def _parts(
    index: int,
    first: int,
    last: int,
    words: Sequence[Word],
    size: float,
    rows: Sequence[_Row],
    place: int,
    spans: Sequence[tuple[float, float]],
    margins: Counter[int],
) -> bool:
    """Whether the gap before word ``index`` of the words ``first`` to ``last`` parts two columns or labels."""
    start, end = spans[index - 1][1], spans[index][0]
    gap = end - start
    if gap > _APART * size:
        return False  # such a gap is a stretched space, or it would have been cut before
    others = [spans[i][0] - spans[i - 1][1] for i in range(first + 1, last) if i != index]
    usual = max(median(others) if len(others) >= 3 else 0.0, 0.3 * size)  # noqa: PLR2004 - two tell nothing
    if index == first + 1 and MARKER.fullmatch(words[first].text):
        return False
    if gap > 0.8 * size and sum(margins[round(end) + i] for i in (-1, 0, 1)) >= _MARGIN_ROWS:
        return True
    if gap <= min(1.6 * usual, 1.3 * size):
        return False
    left, right = words[index - 1], words[index]
    if not 0.8 <= left.size / max(right.size, 0.1) <= 1.25 and not (left.superscript or right.superscript):
        return True
    if _is_stretched(index, spans, size, rows, place):
        return False
    around = _neighbours(rows, place, start, end, size)
    across = sum(row.hole(start, end) <= min(_SPACE * size, 0.75 * gap) for row in around)
    if 2 * across < len(around) and gap > 0.8 * size:
        return True
    is_prose = across > 0 and sum(len(word.text) for word in words[first:last]) >= _PROSE_CHARS
    return gap > (1.1 if is_prose else 0.75) * size and gap > 2.2 * usual


def _neighbours(rows: Sequence[_Row], place: int, start: float, end: float, size: float) -> list[_Row]:
    """The nearest row above and the nearest below that have text near a gap, if that stands on both sides of it."""
    found: list[_Row] = []
    for step in (-1, 1):
        for other in range(place + step, place + 5 * step, step):
            if not 0 <= other < len(rows) or abs(rows[other].base - rows[place].base) > 2 * size:
                break
            if rows[other].touches(start - 2 * size, end + 2 * size):
                if rows[other].reaches(start, end):
                    found.append(rows[other])
                break
    return found


def _line(words: Sequence[Word], direction: XY) -> Line:
    return Line(words=tuple(words), box=union([word.box for word in words]), direction=direction)
