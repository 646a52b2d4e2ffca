"""Headings that are no larger than the text: told by how the whole book sets them, and by the text that they head."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import union
from corpusbuilder.stages.parse.model import TextBlock

_MAX_CHARS: Final = 90
_MIN_SHARE: Final = 0.6
"""Of the blocks that are set in the type of headings, so many head a text."""
_OPEN_END: Final = (".", ",", ";", ":", "-", "\u00ad")
_NUMBERED: Final = re.compile(
    r"(?:(?:chap\w*|unit\w*|part\w*|le[cç]on|lesson|topic|th[eè]me|section)\.?\s+(?:\d+|[IVXLC]+)\b"
    r"|\d{1,2}(?:\.[\dI]{1,2}){1,3}\.?\s+\w|[IVXL]{1,6}\s*\.\s*[-–—]*\s*\w)",
    re.IGNORECASE,
)
_SURE_CAPITALS: Final = 12
"""Fewer capitals may be a scrap of a picture."""
_Type: TypeAlias = tuple[str, float, bool, bool]


def set_apart(blocks: Sequence[TextBlock], *, font: str, size: float) -> frozenset[int]:
    """Indices of the blocks that are headings by their type: not that of the body, and kept for what heads a text.

    Args:
        blocks: of a document, in reading order.
        font: of the body.
        size: of the body, in points.
    """
    if is_plain(blocks):
        return frozenset(i for i in range(len(blocks)) if _is_plain_heading(blocks, i))
    used: Counter[_Type] = Counter()
    heading: dict[_Type, list[int]] = {}
    for i, block in enumerate(blocks):
        if block.label not in (BlockLabel.TEXT, BlockLabel.LIST_ITEM) or not block.lines[0].words:
            continue
        first = block.lines[0].words[0]
        key = first.font, round(2 * block.lines[0].size) / 2, first.bold, first.italic
        used[key] += 1
        if first.font != font and _is_title(block, size) and _is_of_one_type(block) and _heads_text(blocks, i, size):
            heading.setdefault(key, []).append(i)
    return frozenset(i for key, found in heading.items() if len(found) >= max(2, _MIN_SHARE * used[key]) for i in found)


def is_plain(blocks: Sequence[TextBlock]) -> bool:
    """Whether all words are of one font and weight, as recognised text is: then type tells nothing."""
    fonts: Counter[tuple[str, bool, bool]] = Counter()
    for block in blocks:
        for line in block.lines:
            for word in line.words:
                fonts[word.font, word.bold, word.italic] += 1
    return bool(fonts) and max(fonts.values()) >= 0.995 * fonts.total()


def is_debris(block: TextBlock) -> bool:
    """Whether words that were recognised in a picture are more likely scraps of it, or a torn line, than a heading."""
    text = block.text
    start = next((char for char in text if char.isalnum()), "")
    letters = sum(char.isalpha() for char in text)
    longest = max((len(word) for word in text.split()), default=0)
    return start.islower() or letters < 0.6 * len(text) or longest < 4


def _is_title(block: TextBlock, size: float) -> bool:
    """Whether a block could be a title by its words and its length."""
    text = block.text
    start = next((char for char in text if char.isalnum()), "")
    return (
        block.label is BlockLabel.TEXT
        and len(block.lines) <= 2
        and len(text) <= _MAX_CHARS
        and sum(char.isalpha() for char in text) >= 3
        and (start.isupper() or start.isdigit())
        and not text.endswith(_OPEN_END)
        and block.lines[0].size >= 0.95 * size
        and block.lines[0].direction[0] > 0.9
    )


def _is_of_one_type(block: TextBlock) -> bool:
    words = [word for line in block.lines for word in line.words]
    return len({(word.font, word.bold, word.italic) for word in words}) == 1


def _heads_text(blocks: Sequence[TextBlock], index: int, size: float) -> bool:
    """Whether body text follows right below, flush or centred, and what stands above is not nearer."""
    block = blocks[index]
    below = blocks[index + 1] if index + 1 < len(blocks) else None
    if below is None or below.page_no != block.page_no or below.label not in (BlockLabel.TEXT, BlockLabel.LIST_ITEM):
        return False
    gap = below.box[1] - block.box[3]
    flush = abs(below.box[0] - block.box[0]) <= 2 * size
    centred = abs(below.box[0] + below.box[2] - block.box[0] - block.box[2]) <= 4 * size
    if not (flush or centred) or not -0.4 * size <= gap <= 2 * size or abs(below.lines[0].size - size) > 0.1 * size:
        return False
    if len(below.lines) < 2 and below.box[2] - below.box[0] < 12 * size:
        return False
    return all(gap_above >= gap - 0.15 * size for gap_above in _gaps_above(blocks, index))


def _gaps_above(blocks: Sequence[TextBlock], index: int) -> Iterator[float]:
    """The space to the block before in the same column, if there is one."""
    block = blocks[index]
    if index and blocks[index - 1].page_no == block.page_no:
        above = blocks[index - 1].box
        if above[3] <= block.box[1] + 0.5 * (block.box[3] - block.box[1]) and above[0] < block.box[2]:
            yield block.box[1] - above[3]


def without_run_in_titles(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """Blocks of recognised text, a title that was taken for the first line of the paragraph under it put apart.

    A line that leaves room for the first word of the next one ends its paragraph; if it ends no sentence, it is a
    title.
    """
    parts: list[TextBlock] = []
    for block in blocks:
        if block.label is BlockLabel.TEXT and len(block.lines) >= 2 and _opens_with_title(block):
            first, rest = block.lines[:1], block.lines[1:]
            parts.append(replace(block, lines=first, box=first[0].box, full=False))
            parts.append(replace(block, lines=rest, box=union([line.box for line in rest]), inset=None))
        else:
            parts.append(block)
    return parts


def _opens_with_title(block: TextBlock) -> bool:
    first, second = block.lines[:2]
    start = next((char for char in first.text if char.isalnum()), "")
    if first.text.endswith(_OPEN_END) or not (start.isupper() or start.isdigit()) or is_debris(block):
        return False
    word = second.words[0]
    room = block.box[2] - first.box[2]
    return word.text[:1].isupper() and room >= max(word.box[2] - word.box[0] + 1.5 * first.size, 4 * first.size)


def _is_plain_heading(blocks: Sequence[TextBlock], index: int) -> bool:
    """Whether a short line in the type of the text is a heading by its number, its place or its capitals."""
    block = blocks[index]
    size = block.lines[0].size
    numbered = bool(_NUMBERED.match(block.text))
    if block.label is BlockLabel.CAPTION or len(block.lines) > (3 if numbered else 1):
        return False
    if numbered:
        long = len(block.text) > 2 * _MAX_CHARS or block.text.endswith((",", ";", ":", "-"))
        return not long and _stands_apart(blocks, index, size)
    return _is_title(block, size) and _heads_text(blocks, index, size) and _shows(blocks, index, size)


def _shows(blocks: Sequence[TextBlock], index: int, size: float) -> bool:
    """Whether a line above a text is in capitals, centred, or short with space above it."""
    box, below, gaps = blocks[index].box, blocks[index + 1].box, list(_gaps_above(blocks, index))
    is_centred = box[0] > below[0] + 3 * size and box[2] < below[2] - 3 * size
    if is_centred or (blocks[index].text.isupper() and len(blocks[index].text) >= _SURE_CAPITALS):
        return _stands_apart(blocks, index, size)
    is_short = box[2] - box[0] <= 0.75 * (below[2] - below[0])
    return is_short and bool(gaps) and min(gaps) >= 0.35 * size


def _stands_apart(blocks: Sequence[TextBlock], index: int, size: float) -> bool:
    """Whether there is more than a line's space above a block, or nothing."""
    return all(gap >= 0.15 * size for gap in _gaps_above(blocks, index))
