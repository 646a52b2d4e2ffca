"""Lines of a page to blocks: paragraphs, list items, headings to be. Geometry and typography, no meaning."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.labels import read_label
from corpusbuilder.stages.parse.model import TextBlock

BULLET: Final = re.compile(r"[•◦▪●■□‣∙⁃▸►➢➤✓·]|[–—-]")
NUMBERED: Final = re.compile(r"\(?(?:\d{1,2}|[a-hA-H]|[ivx]{1,4})[.)°]")
_TERMINAL: Final = (".", "!", "?", ":", "…", "»", "”", '"', ")", ";")


def make_blocks(lines: Sequence[Line], *, page_no: int, em: float) -> list[TextBlock]:
    """The blocks of a page, in no particular order.

    Args:
        lines: text outside figures; rotated lines become blocks of their own.
        page_no: from 1.
        em: size of the body text in points.
    """
    upright = [line for line in lines if line.direction[0] > 0.9]
    blocks = [_block([line], page_no) for line in lines if line.direction[0] <= 0.9]
    for column in _columns(upright, em=em):
        blocks += [_block(part, page_no) for part in _paragraphs(column, em=em)]
    return blocks


def _block(lines: Sequence[Line], page_no: int) -> TextBlock:
    label = BlockLabel.LIST_ITEM if starts_item(lines) else BlockLabel.TEXT
    return TextBlock(page_no=page_no, box=union([line.box for line in lines]), lines=tuple(lines), label=label)


def starts_item(lines: Sequence[Line]) -> bool:
    """Whether lines are a list item: a bullet, or a number with the further lines hanging under its text."""
    words = lines[0].words
    if len(words) < 2:
        return False
    if BULLET.fullmatch(words[0].text):
        return words[0].text not in "–—-" or len(lines) == 1 or lines[1].box[0] > words[0].box[2] - 1
    return bool(NUMBERED.fullmatch(words[0].text)) and (len(lines) == 1 or lines[1].box[0] > words[0].box[2] - 1)


def _columns(lines: Sequence[Line], *, em: float) -> list[list[Line]]:
    """Runs of lines one under the other, close and of like size."""
    runs: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box[1], line.box[0], line.text)):
        home = min(
            (run for run in runs if _continues(run[-1], line, em=em)),
            key=lambda run: (line.box[1] - run[-1].box[3], abs(line.box[0] - run[-1].box[0])),
            default=None,
        )
        if home is None:
            runs.append([line])
        else:
            home.append(line)
    return runs


def _continues(above: Line, line: Line, *, em: float) -> bool:
    gap = line.box[1] - above.box[3]
    size = max(above.size, line.size)
    if not -0.6 * size <= gap <= 0.75 * size or abs(above.size - line.size) > 0.12 * size:
        return False
    shared = min(above.box[2], line.box[2]) - max(above.box[0], line.box[0])
    narrower = min(above.box[2] - above.box[0], line.box[2] - line.box[0])
    return shared > min(0.5 * narrower, 4 * em)


def _paragraphs(column: Sequence[Line], *, em: float) -> Iterable[list[Line]]:
    """Cut a column at wider gaps, changes of style, list markers, indents and short last lines."""
    leading = _leading(column)
    part = [column[0]]
    for index, (above, line) in enumerate(pairwise(column), start=1):
        if _breaks(column, index, part, above, line, leading=leading, em=em):
            yield part
            part = []
        part.append(line)
    yield part


def _leading(column: Sequence[Line]) -> float:
    return median([line.box[1] - above.box[1] for above, line in pairwise(column)]) if len(column) > 1 else 0.0


def _breaks(
    column: Sequence[Line], index: int, part: Sequence[Line], above: Line, line: Line, *, leading: float, em: float
) -> bool:
    """Whether a new block begins at ``column[index]``."""
    if line.box[1] - above.box[1] > 1.25 * leading + 0.5 or _style(line) != _style(above):
        return True
    first = line.words[0].text
    if BULLET.fullmatch(first) and first not in "–—-" and len(line.words) > 1:
        return True
    if _leaves_item(part, line, em=em) or (read_label(line.text) and above.text.endswith(_TERMINAL)):
        return True
    below = column[index + 1] if index + 1 < len(column) else None
    if _is_indented(line, above, below, em=em) and above.text.rstrip().endswith(_TERMINAL):
        return not (starts_item(part) and len(part) == 1)
    if NUMBERED.fullmatch(first) and _is_short(above, column, em=em):
        return True
    return _is_short(above, column, em=em) and above.text.endswith(_TERMINAL[:5]) and _opens_sentence(first)


def _leaves_item(part: Sequence[Line], line: Line, *, em: float) -> bool:
    """Whether ``line`` stands left of the hanging text of the list item ``part``, and is no flush turn-over of it."""
    marker = part[0].words[0]
    if not starts_item(part) or not BULLET.fullmatch(marker.text) or line.box[0] > part[0].words[1].box[0] - 0.3 * em:
        return False
    hangs = len(part) > 1 or abs(line.box[0] - marker.box[0]) > 0.3 * em
    return hangs and line.words[0].text[:1].isupper()


def _opens_sentence(word: str) -> bool:
    """Whether a word can begin a sentence: a capital, also after the dash or quotation mark that opens speech."""
    bare = word.lstrip("—–-«“\"'‘(")
    return bare[:1].isupper() or (not bare and word[:1] in "—–«")


def _style(line: Line) -> tuple[bool, float]:
    """Bold throughout or not, and size: what tells a heading from the text under it."""
    return all(word.bold for word in line.words), round(line.size * 2) / 2


def _is_indented(line: Line, above: Line, below: Line | None, *, em: float) -> bool:
    """Whether a line begins further right than its neighbours, as the first of a paragraph does."""
    step = line.box[0] - above.box[0]
    if 0.6 * em <= step <= 6 * em:
        return below is None or line.box[0] - below.box[0] >= 0.5 * em
    # The line above may be an indented first line itself: two paragraphs of which one has a single line.
    return abs(step) < 0.2 * em and below is not None and 0.6 * em <= line.box[0] - below.box[0] <= 6 * em


def _is_short(line: Line, column: Sequence[Line], *, em: float) -> bool:
    """Whether a line ends well before the right edge of its neighbours."""
    return line.box[2] < max(other.box[2] for other in column) - 2.5 * em
