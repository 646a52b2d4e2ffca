"""Lines of a page to blocks: paragraphs, list items, headings to be. Geometry and typography, no meaning."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.items import BULLET, DASHES, NUMBERED, is_next_item, starts_item
from corpusbuilder.stages.parse.labels import is_bare_label, read_label
from corpusbuilder.stages.parse.margins import is_full, is_inset
from corpusbuilder.stages.parse.model import TextBlock
from corpusbuilder.stages.parse.typography import (
    Row,
    Typography,
    ends_sentence,
    make_row,
    observe,
    opens_sentence,
    size_class,
)
from corpusbuilder.stages.parse.upright import upright_line

_HEADING_LINES: Final = 4
"""A heading has no more."""
_TERM_WORDS: Final = 4
"""A term that a glossary explains is no longer, its colon included."""


def make_blocks(
    lines: Sequence[Line], *, page_no: int, em: float, typography: Typography | None = None
) -> list[TextBlock]:
    """The blocks of a page, in no particular order.

    Args:
        lines: text outside figures; lines that run aslant become blocks of their own.
        page_no: from 1.
        em: size of the body text in points.
        typography: the customs of the book; without it those of this page are taken.
    """
    upright = [make_row(line) for line in lines if line.direction[0] > 0.9]
    blocks = _turned_blocks([line for line in lines if line.direction[0] <= 0.9], page_no=page_no, em=em)
    columns = _columns(upright, em=em)
    customs = typography or observe(columns, em=em)
    for column in columns:
        blocks += _Column(column, customs).blocks(page_no)
    return blocks


def _turned_blocks(lines: Sequence[Line], *, page_no: int, em: float) -> list[TextBlock]:
    """The blocks of text that runs up, down or upside down, each direction seen upright."""
    blocks: list[TextBlock] = []
    for direction in sorted({line.direction for line in lines}):
        turned = [line for line in lines if line.direction == direction]
        seen = [upright_line(line) for line in turned]
        if len(turned) == 1 or seen[0] is turned[0]:
            blocks += [TextBlock(page_no=page_no, box=line.box, lines=(line,)) for line in turned]
            continue
        by_seen = {id(upright): line for line, upright in zip(turned, seen, strict=True)}
        for block in make_blocks(seen, page_no=page_no, em=em):
            own = tuple(by_seen[id(line)] for line in block.lines)
            blocks.append(replace(block, lines=own, box=union([line.box for line in own])))
    return blocks


def observe_pages(pages: Iterable[Sequence[Line]], *, em: float) -> Typography:
    """The customs of a book, from the lines of its pages that are outside figures and furniture."""
    columns = (
        column
        for lines in pages
        for column in _columns([make_row(line) for line in lines if line.direction[0] > 0.9], em=em)
    )
    return observe(columns, em=em)


def _columns(rows: Sequence[Row], *, em: float) -> list[list[Row]]:
    """Runs of lines one under the other, close and of like size."""
    runs: list[list[Row]] = []
    live: list[list[Row]] = []
    tallest = max((row.size for row in rows), default=0.0)
    for row in sorted(rows, key=lambda row: (row.line.box[1], row.left, row.line.text)):
        live = [run for run in live if row.line.box[1] - run[-1].line.box[3] <= 0.75 * tallest]
        home = min(
            (run for run in live if _continues(run[-1], row, em=em)),
            key=lambda run: (row.line.box[1] - run[-1].line.box[3], abs(row.left - run[-1].left)),
            default=None,
        )
        if home is None:
            home = []
            runs.append(home)
            live.append(home)
        home.append(row)
    return [_beside_initials(run) for run in runs]


def _beside_initials(rows: Sequence[Row]) -> list[Row]:
    """Rows with those beside a drop cap beginning at the margin, where it stands."""
    level: list[Row] = []
    initial: Row | None = None
    for row in rows:
        if initial is not None and initial.reach is not None and row.foot <= initial.reach:
            level.append(replace(row, left=min(row.left, initial.left)))
        else:
            initial = row
            level.append(row)
    return level


def _continues(above: Row, row: Row, *, em: float) -> bool:
    gap = row.line.box[1] - above.line.box[3]
    size = max(above.size, row.size)
    if not -0.6 * size <= gap <= 0.75 * size or abs(above.size - row.size) > 0.12 * size:
        return False
    shared = min(above.right, row.right) - max(above.left, row.left)
    narrower = min(above.right - above.left, row.right - row.left)
    return shared > min(0.5 * narrower, 4 * em)


@dataclass(frozen=True, slots=True)
class _Column:
    """A run of lines, to be cut into paragraphs."""

    rows: Sequence[Row]
    customs: Typography

    def blocks(self, page_no: int) -> Iterator[TextBlock]:
        """One for each paragraph, or the part of it that stands here."""
        for start, end in self._paragraphs():
            lines = tuple(row.line for row in self.rows[start:end])
            yield TextBlock(
                page_no=page_no,
                box=union([line.box for line in lines]),
                lines=lines,
                label=BlockLabel.LIST_ITEM if starts_item(lines) else BlockLabel.TEXT,
                inset=is_inset(self.rows, start, self.customs),
                full=is_full(self.rows, end - 1, self.customs, strictly=True),
            )

    def _paragraphs(self) -> Iterator[tuple[int, int]]:
        """Cut at wider gaps, changes of style, list markers, indents and short last lines."""
        distances = [row.foot - above.foot for above, row in pairwise(self.rows)]
        leading = median(distances) if distances else 0.0
        start = 0
        for index in range(1, len(self.rows)):
            if self._breaks(start, index, leading):
                yield start, index
                start = index
        yield start, len(self.rows)

    def _breaks(self, start: int, index: int, leading: float) -> bool:
        """Whether a new block begins at ``index``, the open one having begun at ``start``."""
        above, row = self.rows[index - 1], self.rows[index]
        reach = self.rows[start].reach
        if reach is not None and row.foot <= reach:
            return False  # it stands beside the drop cap
        if self.customs.parts(
            row.foot - above.foot - row.raised - above.lowered, row.size, leading
        ) or self._changes_style(start, index):
            return True
        is_bullet = bool(BULLET.fullmatch(row.first)) and row.first not in DASHES
        if len(row.line.words) > 1 and (
            is_bullet
            or is_next_item(self.rows[start].first, row.first)
            or self._hangs_from_dash(index)
            or self._is_entry(start, index)
        ):
            return True
        item = starts_item([other.line for other in self.rows[start : min(start + 2, index)]])
        if item and self._leaves_item(start, index):
            return True
        is_short = above.right < row.right - 3 * self.customs.em
        if (is_short or ends_sentence(above.line.text)) and read_label(row.line.text):
            return True
        return self._begins(start, index, is_item=item)

    def _begins(self, start: int, index: int, *, is_item: bool) -> bool:
        """Whether a line is the first of a paragraph by its indent, or because the line above ends early."""
        above, row = self.rows[index - 1], self.rows[index]
        # Scanned pages are each a little larger or smaller, so that size alone does not make a heading.
        is_heading = row.size > 1.08 * self.customs.em and len(self.rows) <= _HEADING_LINES
        if is_heading or (row.bold and _are_centred(above, row, self.customs.em)):
            return False
        ended, opened = ends_sentence(above.line.text), opens_sentence(row.first)
        hangs = is_item and row.left > self._hanging(start, index) - self.customs.tolerance
        may_be_inset = not hangs and (ended or (opened and self.customs.indent is not None))
        if may_be_inset and is_inset(self.rows, index, self.customs):
            return True
        if is_full(self.rows, index - 1, self.customs):
            return False
        if NUMBERED.fullmatch(row.first) and len(row.line.words) > 1:
            return True
        return ended and opened and above.line.text[-1] != ";" and not hangs

    def _hangs_from_dash(self, index: int) -> bool:
        """Whether a line is a dash with text that hangs on the next line, too."""
        row = self.rows[index]
        if row.first not in DASHES or index + 1 == len(self.rows):
            return False
        return row.left + 0.3 * self.customs.em < self.rows[index + 1].left <= row.line.words[1].box[0] + 1

    def _is_entry(self, start: int, index: int) -> bool:
        """Whether a line begins with a term and a colon, or a term in bold, as the open block does: a glossary."""
        above, row, first = self.rows[index - 1], self.rows[index], self.rows[start]
        if not (ends_sentence(above.line.text) and opens_sentence(row.first)) or row.bold or first.bold:
            return False
        return (_names_term(row) and _names_term(first)) or (row.line.words[0].bold and first.line.words[0].bold)

    def _leaves_item(self, start: int, index: int) -> bool:
        """Whether a line stands left of the hanging text of its list item, and is no flush turn-over of it."""
        marker, row, em = self.rows[start].line.words[0], self.rows[index], self.customs.em
        if row.left > self._hanging(start, index) - self.customs.tolerance or not opens_sentence(row.first):
            return False
        step = row.left - marker.box[0]
        if BULLET.fullmatch(marker.text):
            return index - start > 1 or self.customs.hanging or abs(step) > 0.3 * em
        # A number may also begin a paragraph whose other lines are flush.
        hangs = index - start > 1 or (self.customs.hanging and step > -0.3 * em)
        return hangs and ends_sentence(self.rows[index - 1].line.text)

    def _hanging(self, start: int, index: int) -> float:
        """Where the text of a list item hangs: under its first word, or where its second line begins."""
        marker, text = self.rows[start].line.words[:2]
        if index - start > 1 and self.rows[start + 1].left > marker.box[0] + 0.3 * marker.size:
            return max(text.box[0], self.rows[start + 1].left)
        return text.box[0]

    def _changes_style(self, start: int, index: int) -> bool:
        """Another size, or bold that begins or ends with the line: what tells a heading from the text under it."""
        above, row = self.rows[index - 1], self.rows[index]
        if index - start == 1 and is_bare_label(above.line.text) and not read_label(row.line.text):
            return False  # a caption whose label has a line of its own
        if size_class(above.size) != size_class(row.size):
            return abs(above.size - row.size) > 0.02 * row.size
        if above.bold == row.bold:
            return False
        # A term in bold may fill a line of a paragraph, and then goes on from line to line.
        runs_on = above.line.words[-1].bold == row.line.words[0].bold
        return not (runs_on and is_full(self.rows, index - 1, self.customs))


def _are_centred(above: Row, row: Row, em: float) -> bool:
    """Whether two lines are set about one axis, so that where they begin and end means nothing."""
    step = row.left - above.left
    return abs(step) > 0.5 * em and abs(step + row.right - above.right) < 0.3 * em


def _names_term(row: Row) -> bool:
    """Whether the first words of a line end with a colon."""
    return any(word.text.endswith(":") for word in row.line.words[:_TERM_WORDS])
