"""Which blocks are headings, and how deep: the table of contents first, then the type and the numbering."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.page import Line, OutlineEntry
from corpusbuilder.records.text import fold
from corpusbuilder.stages.parse.headlines import is_debris, is_plain, set_apart
from corpusbuilder.stages.parse.levels import heading_levels
from corpusbuilder.stages.parse.model import TextBlock

_NUMBERING: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVXLC]{1,6}\.|[A-Z]\.)\s+\S")
_LEAD: Final = re.compile(
    r"^(?:(?:chap\w*|unit\w*|part\w*|le[cç]on|lesson|topic|th[eè]me|section)\.?\s+)?"
    r"(?:\d{1,2}(?:\.\d{1,2})*|[IVXLC]{1,6}|[A-Z])\s*[.:)–—-]*\s+(?=\w)",
    re.IGNORECASE,
)
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

    A heading in a box heads only the box, unless it is of the highest kind or the box is but the ground that it stands
    on.
    """
    listed = _listed(blocks, outline)
    apart = set_apart(blocks, font=body.font, size=body.size)
    plain = is_plain(blocks)

    def by_itself(block: TextBlock) -> bool:
        return looks_like_heading(block, body) and not (plain and is_debris(block))

    found = [i for i, block in enumerate(blocks) if i in listed or i in apart or by_itself(block)]
    levels = heading_levels(blocks, found, listed, body_font=body.font, recognised=plain)
    boxed = {(b.page_no, b.panel) for i, b in enumerate(blocks) if i not in levels and b.panel}
    top = min(levels.values(), default=1)
    return [
        replace(
            block,
            label=BlockLabel.SECTION_HEADER,
            level=levels[i],
            panel=block.panel if (block.page_no, block.panel) in boxed and levels[i] > top else None,
        )
        if i in levels
        else block
        for i, block in enumerate(blocks)
    ]


def _listed(blocks: Sequence[TextBlock], outline: Sequence[OutlineEntry]) -> dict[int, int]:
    """The blocks that the table of contents names, with their levels: by their words, or by those after the number."""
    titles = {(fold(entry.title), entry.page_no): entry.level for entry in outline}
    bare = {
        (name, entry.page_no): entry.level for entry in outline if len(name := fold(_without_number(entry.title))) > 3
    }
    listed = {}
    for i, block in enumerate(blocks):
        if len(block.text) > 2 * _MAX_CHARS or block.label not in (BlockLabel.TEXT, BlockLabel.LIST_ITEM):
            continue
        text, name = fold(block.text), fold(_without_number(block.text))
        level = titles.get((text, block.page_no)) or bare.get((name, block.page_no))
        if level:
            listed[i] = level
    return listed


def _without_number(title: str) -> str:
    return _LEAD.sub("", title.replace("\u00ad", "")).strip()


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
