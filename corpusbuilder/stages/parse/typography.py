"""How a book sets its paragraphs: leading, space between them, first-line indents, justified or ragged.

Measured over the whole book, so that a page of one-line paragraphs is read by the custom of the others. Lengths are in
points unless a name says ``em``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.items import is_marked

_SENTENCE_END: Final = re.compile(r"[.!?…:;][\"'”’»)\]]*\d{0,3}$")
EDGE: Final = 0.22
"""In em: right edges of justified lines differ by so much where punctuation hangs in the margin."""
_MIN_SEEN: Final = 3
"""A custom is one when it is seen so often."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as paragraphs see it: superscripts and other small or tall type on it play no part."""

    line: Line
    left: float
    right: float
    foot: float
    """Bottom of the words in the size of most of the line: lines of one size are one leading apart here."""
    size: float
    bold: bool
    """Whether all of it is bold."""
    raised: float = 0.0
    """How far a superscript or the like stands out above, which pushes the line down in some typesetting."""
    lowered: float = 0.0
    """How far something stands out below."""
    reach: float | None = None
    """Lower edge of a drop cap that the line begins with."""

    @property
    def first(self) -> str:
        """The first word."""
        return self.line.words[0].text


def make_row(line: Line) -> Row:
    """The measures of a line."""
    size = line.size
    usual = [word for word in line.words if word.size == size]
    foot, head = _median([word.box[3] for word in usual]), _median([word.box[1] for word in usual])
    return Row(
        line=line,
        left=line.box[0],
        right=line.box[2],
        foot=foot,
        size=size,
        bold=all(word.bold for word in line.words),
        raised=head - line.box[1] if len(usual) < len(line.words) else 0.0,
        lowered=line.box[3] - foot if len(usual) < len(line.words) else 0.0,
        reach=line.words[0].box[3] if line.words[0].box[3] > line.box[3] + 0.5 * size else None,
    )


def _median(values: Sequence[float]) -> float:
    """The median; of words that stand level, without sorting."""
    return values[0] if min(values) == max(values) else median(values)


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in a book."""

    em: float
    """Size of the body text."""
    leadings: dict[float, float] = field(default_factory=dict)
    """Distance of lines by size of type, in points; sizes are rounded to half a point."""
    skip: float | None = None
    """From how many leadings on a distance parts paragraphs, where the book sets space between them."""
    indent: float | None = None
    """Usual first-line indent, or None."""
    indents: bool = False
    """Whether nearly every paragraph is indented, so that a flush line goes on."""
    justified: bool = False
    """Whether lines end at one edge."""
    jitter: float = 0.1
    """How far apart, in em, edges are that the printer meant to be one: small in typeset text, larger in OCR."""

    hanging: bool = False
    """Whether the further lines of list items hang to the right of their mark, and never stand under it."""

    @property
    def tolerance(self) -> float:
        """Edges that differ by less, in points, are one."""
        return self.jitter * self.em

    def is_indent(self, step: float) -> bool:
        """Whether a line that begins ``step`` points to the right of its margin is indented as is usual here."""
        slack = max(0.3 * self.em, self.tolerance)
        return self.indent is not None and abs(step - self.indent) <= slack and step > slack / 2

    def parts(self, distance: float, size: float, local: float) -> bool:
        """Whether lines of ``size`` that are ``distance`` apart belong to two paragraphs.

        Args:
            distance: from foot to foot.
            size: of the type.
            local: distance usual nearby, which is held to where the book has no custom for this size.
        """
        leading = self.leadings.get(size_class(size)) or local
        if self.skip is not None and self.skip * leading < distance:
            return True
        return distance > 1.25 * max(leading, min(local, 1.1 * leading)) + 0.05 * size


def size_class(size: float) -> float:
    """Sizes of one class are set alike."""
    return round(size * 2) / 2


def ends_sentence(text: str) -> bool:
    """Whether a line ends as paragraphs do: a point, a colon, perhaps with quotation marks or a note mark after it."""
    return bool(_SENTENCE_END.search(text))


def opens_sentence(word: str) -> bool:
    """Whether a word can begin a sentence: a capital, also after the dash or quotation mark that opens speech."""
    bare = word.lstrip("—–-«“\"'‘(¿¡")
    return bare[:1].isupper() or (not bare and word[:1] in "—–«-")


def observe(columns: Iterable[Sequence[Row]], *, em: float) -> Typography:
    """The customs of a book.

    Args:
        columns: runs of lines one under the other, over all pages.
        em: size of the body text in points.
    """
    runs = list(columns)
    pairs = [pair for column in runs for pair in pairwise(column)]
    leadings = _leadings(pairs)
    body = [(a, b) for a, b in pairs if abs(a.size - em) <= 0.15 * em and abs(b.size - em) <= 0.15 * em]
    jitter = _jitter(body, em)
    begun = (
        (above, row, below)
        for column in runs
        for above, row, below in zip(column, column[1:], column[2:], strict=False)
        if ends_sentence(above.line.text) and opens_sentence(row.first) and above.right < row.right - 2 * em
    )
    indent, indents = _indent(body, begun, em)
    return Typography(
        em=em,
        leadings=leadings,
        skip=_skip(body, leadings),
        indent=indent,
        indents=indents,
        justified=_is_justified(body, max(EDGE, jitter) * em),
        jitter=jitter,
        hanging=_hangs(pairs, em),
    )


def _hangs(pairs: Iterable[tuple[Row, Row]], em: float) -> bool:
    """Whether what follows the first line of a list item and is no sentence of its own stands right of the mark."""
    steps = [
        row.left - item.left
        for item, row in pairs
        if is_marked(item.line) and not opens_sentence(row.first) and not is_marked(row.line)
    ]
    hung = sum(0.5 * em <= step <= 4 * em for step in steps)
    return hung >= _MIN_SEEN and hung >= 0.9 * len(steps)


def _leadings(pairs: Iterable[tuple[Row, Row]]) -> dict[float, float]:
    """The commonest distance of lines of each size."""
    seen: dict[float, list[float]] = {}
    for above, row in pairs:
        if above.size and size_class(above.size) == size_class(row.size):
            seen.setdefault(size_class(row.size), []).append(row.foot - above.foot)
    return {
        size: leading
        for size, distances in seen.items()
        if len(distances) >= 2 * _MIN_SEEN and (leading := _mode(distances, width=0.04 * max(size, 1.0))) is not None
    }


def _mode(values: Sequence[float], *, width: float) -> float | None:
    """The middle of the fullest bin, with its neighbours for those that a border cuts; None without values."""
    bins = Counter(round(value / width) for value in values)
    if not bins:
        return None
    best = max(bins, key=lambda b: (bins[b - 1] + 2 * bins[b] + bins[b + 1], -b))
    return median(value for value in values if abs(round(value / width) - best) <= 1)


def _jitter(pairs: Sequence[tuple[Row, Row]], em: float) -> float:
    """In em: how far left edges that are surely one lie apart for nine in ten."""
    steps = sorted(abs(b.left - a.left) for a, b in pairs if abs(b.left - a.left) < 0.5 * em)
    return min(max(0.1, 1.3 * steps[int(0.9 * len(steps))] / em), 0.5) if steps else 0.1


def _skip(pairs: Sequence[tuple[Row, Row]], leadings: dict[float, float]) -> float | None:
    """Half way between the leading and the space that the book sets between paragraphs, in leadings."""
    wide: list[tuple[float, bool]] = []
    for above, row in pairs:
        leading = leadings.get(size_class(row.size))
        ratio = (row.foot - above.foot) / leading if leading else 0.0
        if 1.06 < ratio < 2.2:
            wide.append((ratio, ends_sentence(above.line.text) and not row.first[:1].islower()))
    usual = _mode([ratio for ratio, _ in wide], width=0.05)
    if usual is None:
        return None
    told = [parts for ratio, parts in wide if abs(ratio - usual) <= 0.1]
    if len(told) < _MIN_SEEN or sum(told) < 0.7 * len(told):
        return None
    return max((1 + usual) / 2, 1.06)


def _indent(
    pairs: Sequence[tuple[Row, Row]], begun: Iterable[tuple[Row, Row, Row]], em: float
) -> tuple[float | None, bool]:
    """The usual first-line indent, and whether nearly all paragraphs have it.

    Args:
        pairs: of body lines.
        begun: the first line of what looks like a paragraph, between its neighbours.
        em: size of the body text.
    """
    steps = [
        a.left - b.left
        for a, b in pairs
        if 0.5 * em <= a.left - b.left <= 4.5 * em and opens_sentence(a.first) and b.right - b.left > 4 * em
    ]
    usual = _mode(steps, width=0.15 * em)
    if usual is None or sum(abs(step - usual) <= 0.3 * em for step in steps) < _MIN_SEEN:
        return None, False
    inset = flush = 0
    for above, row, below in begun:
        beside = (row.left - above.left, row.left - below.left)
        if any(abs(step - usual) <= 0.3 * em for step in beside):
            inset += 1
        elif all(abs(step) <= 0.3 * em for step in beside):
            flush += 1
    return usual, inset >= _MIN_SEEN and inset >= 3 * flush


def _is_justified(pairs: Sequence[tuple[Row, Row]], slack: float) -> bool:
    same = sum(abs(a.right - b.right) <= slack for a, b in pairs)
    return same >= 0.4 * len(pairs) > 0
