"""Which blocks are headings, and how deep: the table of contents first, then the type and the numbering."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import Line, OutlineEntry
from corpusbuilder.records.text import fold
from corpusbuilder.stages.parse.model import TextBlock

_NUMBERING: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVXLC]{1,6}\.|[A-Z]\.)\s+\S")
_MAX_CHARS: Final = 160


@dataclass(frozen=True, slots=True)
class BodyStyle:
    """How most of a document's characters are set."""

    size: float
    font: str
    bold: bool


def body_style(lines: Iterable[Line]) -> BodyStyle:
    """The style of most characters; 10 points when there is no text."""
    exact: dict[tuple[float, str, bool], int] = {}
    for line in lines:
        for word in line.words:
            style = word.size, word.font, word.bold
            exact[style] = exact.get(style, 0) + len(word.text)
    weights: Counter[tuple[float, str, bool]] = Counter()
    for (size, font, bold), number in exact.items():
        weights[round(size * 2) / 2, font, bold] += number
    if not weights:
        return BodyStyle(10.0, "", bold=False)
    size, font, bold = max(weights, key=lambda style: (weights[style], style))
    return BodyStyle(size, font, bold)


def mark_headings(
    blocks: Sequence[TextBlock], body: BodyStyle, outline: Sequence[OutlineEntry] = ()
) -> list[TextBlock]:
    """The same blocks; headings are labelled and have a level from 1.

    Args:
        blocks: of a whole document, in reading order.
        body: see `body_style`.
        outline: the PDF's table of contents. Where it names a block, its levels hold.
    """
    titles = {(fold(entry.title), entry.page_no): entry.level for entry in outline}
    on_pages = {entry.page_no for entry in outline}
    listed = {
        i: level
        for i, block in enumerate(blocks)
        if block.page_no in on_pages and (level := titles.get((fold(block.text), block.page_no)))
    }
    found = {i for i, block in enumerate(blocks) if i in listed or looks_like_heading(block, body)}
    levels = _levels(blocks, sorted(found), listed)
    return [
        replace(block, label=BlockLabel.SECTION_HEADER, level=levels[i]) if i in found else block
        for i, block in enumerate(blocks)
    ]


def looks_like_heading(block: TextBlock, body: BodyStyle) -> bool:
    """Whether a block is set as headings are: larger, or apart from the body in bold or capitals, and short."""
    numbered = block.label is BlockLabel.LIST_ITEM and block.lines[0].words[0].text[0].isalnum()
    if not (block.label is BlockLabel.TEXT or numbered) or len(block.lines) > 4:
        return False
    text = block.text
    if len(text) > _MAX_CHARS or sum(char.isalpha() for char in text) < 3 or block.lines[0].direction[0] < 0.9:
        return False
    size = block.lines[0].size
    words = [word for line in block.lines for word in line.words]
    if size >= 1.15 * body.size:
        return True
    # Type 3 and subset fonts do not say that they are bold: another font in a larger size does.
    in_other_font = bool(body.font) and all(word.font != body.font for word in words)
    if size >= 1.08 * body.size and in_other_font and not text.endswith((".", ",", ";", ":")):
        return True
    if size < 0.95 * body.size or (text.endswith((".", ",", ";", ":")) and not _NUMBERING.match(text)):
        return False
    stands_out = all(word.bold for word in words) and not body.bold
    capitals = text.isupper() and len(words) <= 12
    return (stands_out or capitals) and len(words) <= 16


def _levels(blocks: Sequence[TextBlock], found: Sequence[int], listed: dict[int, int]) -> dict[int, int]:
    """Levels by the table of contents where it speaks, elsewhere by rank of the style among the headings' styles."""
    styles = sorted({_rank(blocks[i]) for i in found}, reverse=True)
    by_style = {style: place for place, style in enumerate(styles, start=1)}
    told: dict[tuple[float, bool, bool], Counter[int]] = {}
    for i, level in listed.items():
        told.setdefault(_rank(blocks[i]), Counter())[level] += 1
    deepest = max(listed.values(), default=0)
    levels = {}
    for i in found:
        style = _rank(blocks[i])
        if i in listed:
            levels[i] = listed[i]
        elif style in told:
            levels[i] = max(told[style], key=lambda level: (told[style][level], -level))
        else:
            levels[i] = max(by_style[style], deepest + 1) if listed else by_style[style]
    return levels


def _rank(block: TextBlock) -> tuple[float, bool, bool]:
    """Larger type stands higher; at one size capitals, then bold."""
    words = [word for line in block.lines for word in line.words]
    return round(block.lines[0].size * 2) / 2, block.text.isupper(), all(word.bold for word in words)


def heading_text(block: TextBlock) -> str:
    """A heading as one line."""
    return " ".join(block.text.replace("\u00ad", "").split())


class HeadingPath:
    """The headings above the current place, outermost first."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []
        self._boxed: list[tuple[int, str]] = []

    def enter(self, level: int, title: str, *, in_panel: bool = False) -> None:
        """Go on under a heading. One inside a panel stands under all that are open outside, whatever its level."""
        if in_panel:
            self._boxed = [(depth, name) for depth, name in self._boxed if depth < level] + [(level, title)]
        else:
            self._open = [(depth, name) for depth, name in self._open if depth < level] + [(level, title)]
            self._boxed = []

    def leave_panel(self) -> None:
        """Go on outside: the headings inside head nothing any more."""
        self._boxed = []

    @property
    def titles(self) -> tuple[str, ...]:
        """As stored in a passage."""
        return tuple(title for _, title in self._open + self._boxed)
