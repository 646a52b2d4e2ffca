"""Blocks in reading order to passages: joined over breaks, de-hyphenated, with the box of every word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from corpusbuilder.records.document import BlockLabel, Emphasis, Passage, WordBox
from corpusbuilder.records.geometry import rounded
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.page import Word
from corpusbuilder.stages.parse.headings import HeadingPath, heading_text
from corpusbuilder.stages.parse.model import TextBlock

_HYPHEN: Final = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_SENTENCE_END: Final = re.compile(r"[.!?…:;][\"'”’»)\]]*\d{0,3}$")
_STOP: Final = re.compile(r"[.!?…][\"'”’»)\]]*\d{0,3}$")
_INTERRUPTIONS: Final = 12
"""So many boxes, notes and labels may stand between the parts of a paragraph."""
_UPRIGHT: Final = 0.9
"""Cosine of the slant from which on text is no part of the running text."""
_LABEL_CHARS: Final = 25
"""A line of its own that is shorter may be a label of a figure."""
_SOFT_HYPHEN: Final = "\u00ad"


@dataclass(slots=True)
class _Draft:
    """A passage under construction: groups of blocks, one group a paragraph or a list item."""

    kind: Literal["paragraph", "list"]
    heading: tuple[str, ...]
    blocks: list[list[TextBlock]]


@dataclass(slots=True)
class _Text:
    """Text under construction, with the place of every word."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    words: list[WordBox] = field(default_factory=list)
    styled: list[tuple[int, int, bool, bool]] = field(default_factory=list)
    """Start, end, bold, italic of every word."""
    level: tuple[float, float] = (0.0, 0.0)
    """Top and bottom of the last word."""
    rounded_level: tuple[float, ...] = (0.0, 0.0)

    def add(self, text: str, word: Word, page_no: int) -> None:
        """Append the characters of a word."""
        if not text:
            return
        start = self.length
        self.length = end = start + len(text)
        self.parts.append(text)
        x0, y0, x1, y1 = word.box
        if (y0, y1) != self.level:  # rounding takes most of the time, and the words of a line mostly stand level
            self.level, self.rounded_level = (y0, y1), rounded((y0, y1))
        left, right = rounded((x0, x1))
        self.words.append(WordBox(start, end, page_no, left, self.rounded_level[0], right, self.rounded_level[1]))
        self.styled.append((start, end, word.bold, word.italic))

    def blank(self, mark: str = " ") -> None:
        """Append what parts words."""
        if self.length:
            self.parts.append(mark)
            self.length += len(mark)


def make_passages(blocks: Sequence[TextBlock], *, document_id: str, vocabulary: frozenset[str]) -> list[Passage]:
    """Passages in reading order.

    Args:
        blocks: of a whole document in reading order. Text, list items and headings matter; the rest is passed over.
        document_id: parent of the passages.
        vocabulary: words of the document in lower case; they tell whether a hyphen at a line's end is part of a word.
    """
    made = (_passage(draft, document_id, vocabulary) for draft in _drafts(blocks))
    return [passage for passage in made if passage is not None]


def words_of(blocks: Iterable[TextBlock]) -> frozenset[str]:
    """Words that stand whole within a line, in lower case, for `make_passages`."""
    lines = [line.words[:-1] for block in blocks for line in block.lines]
    return frozenset(word.text.strip(".,;:!?()[]«»“”\"'").lower() for words in lines for word in words)


def _drafts(blocks: Sequence[TextBlock]) -> list[_Draft]:
    path = HeadingPath()
    drafts: list[_Draft] = []
    reach = 0  # drafts before this one stand above a heading, and no text goes on from them
    is_open = False
    for block in blocks:
        in_panel = block.panel is not None
        if block.label is BlockLabel.SECTION_HEADER:
            reach = reach if in_panel else len(drafts)
            path.enter(block.level or 1, heading_text(block), in_panel=in_panel)
            is_open = False
        elif block.label in (BlockLabel.TEXT, BlockLabel.LIST_ITEM):
            if not in_panel:
                path.leave_panel()
            if not _resumes(drafts[reach:], block) and not (is_open and _joins(drafts[-1], block)):
                kind: Literal["paragraph", "list"] = "list" if block.label is BlockLabel.LIST_ITEM else "paragraph"
                drafts.append(_Draft(kind, path.titles, [[block]]))
            is_open = True
    return drafts


def _resumes(drafts: Sequence[_Draft], block: TextBlock) -> bool:
    """Add a block to the paragraph or list that boxes, notes and labels interrupt; whether there is one."""
    is_item = block.label is BlockLabel.LIST_ITEM
    if not is_item and (not block.text[:1].islower() or block.inset):
        return False
    for draft in reversed(drafts[-_INTERRUPTIONS:]):
        last = draft.blocks[-1][-1]
        if not _is_aside(last, block):
            stopped = block.page_no - last.page_no > 1 or (not is_item and _STOP.search(last.text.rstrip()))
            return not stopped and draft.kind == ("list" if is_item else "paragraph") and _joins(draft, block)
    return False


def _is_aside(block: TextBlock, body: TextBlock) -> bool:
    """Whether a block is no part of the text that ``body`` belongs to: boxed, of another size, or a mere label."""
    size = body.lines[0].size
    other_size = abs(block.lines[-1].size - size) > 0.06 * max(size, 1.0)
    if block.lines[0].direction[0] < _UPRIGHT:
        return True
    return (block.panel is None) != (body.panel is None) or other_size or _is_label(block)


def _is_label(block: TextBlock) -> bool:
    """Whether a block is a short line that stands alone, as what names something in a figure does."""
    is_short = len(block.text) < _LABEL_CHARS and len(block.lines) == 1
    return is_short and block.label is BlockLabel.TEXT and block.full is None


def _joins(draft: _Draft, block: TextBlock) -> bool:
    """Add a block to the passage before it, if it goes on there; whether it did."""
    last = draft.blocks[-1][-1]
    if abs(last.lines[-1].size - block.lines[0].size) > 0.06 * max(last.lines[-1].size, 1.0):
        return False
    if draft.kind == "list" and block.label is BlockLabel.LIST_ITEM:
        draft.blocks.append([block])
        return True
    if (last.panel is None) != (block.panel is None):
        return False
    # Items often end without a point, so that only a small letter shows that one goes on.
    if draft.kind == "list" and not block.text[:1].islower():
        return False
    if block.label is BlockLabel.TEXT and _goes_on(last, block):
        draft.blocks[-1].append(block)
        return True
    return False


def _goes_on(last: TextBlock, block: TextBlock) -> bool:
    """Whether a paragraph runs on: cut by a column or page break, or round a figure."""
    before, after = last.text.rstrip(), block.text.lstrip()
    if _HYPHEN.search(before) and after[:1].islower():
        return True
    ended = bool(_SENTENCE_END.search(before))
    if block.inset and (ended or not after[:1].islower()):
        return False
    elsewhere = last.page_no != block.page_no or block.box[1] < last.box[3] or block.box[0] > last.box[2]
    # Where a paragraph ends, its last line is seldom full and the next line seldom flush: both together tell more
    # than a sentence that happens to end with the line.
    if elsewhere and last.full and block.inset is False and not after[:1].isdigit():
        return True
    if ended:
        return elsewhere and after[:1].islower() and not _STOP.search(before)
    may_go_on = elsewhere and last.full is not False and not after[:1].isdigit() and not _is_label(block)
    return after[:1].islower() or may_go_on


def _passage(draft: _Draft, document_id: str, vocabulary: frozenset[str]) -> Passage | None:
    text = _Text()
    for group in draft.blocks:
        text.blank("\n")
        _write(text, [(word, block.page_no) for block in group for word in _line_words(block)], vocabulary)
    if not text.words:
        return None
    content = "".join(text.parts)
    first = text.words[0]
    return Passage(
        id=content_id("psg", document_id, content, list(first[2:])),
        document_id=document_id,
        kind=draft.kind,
        heading=draft.heading,
        text=content,
        words=tuple(text.words),
        emphasis=tuple(_emphasis(text, content)),
    )


def _line_words(block: TextBlock) -> Iterator[tuple[Word, bool]]:
    """Words with whether each is the last of its line."""
    for line in block.lines:
        for place, word in enumerate(line.words, start=1):
            yield word, place == len(line.words)


def _write(text: _Text, words: Sequence[tuple[tuple[Word, bool], int]], vocabulary: frozenset[str]) -> None:
    """Append words with blanks between them; a word cut at a line's end is put together."""
    fused = True
    for place, ((word, ends_line), page_no) in enumerate(words):
        if not fused:
            text.blank()
        content, fused = word.text, False
        if ends_line and place + 1 < len(words) and _HYPHEN.search(content):
            follower = words[place + 1][0][0].text
            fused = follower[:1].islower()
            if fused and not _keeps_hyphen(content, follower, vocabulary):
                content = content[:-1]
        text.add(content.replace(_SOFT_HYPHEN, ""), word, page_no)


def _keeps_hyphen(first: str, second: str, vocabulary: frozenset[str]) -> bool:
    """Whether the document writes the word with a hyphen elsewhere, and never without."""
    if first.endswith(_SOFT_HYPHEN):
        return False
    tail = second.strip(".,;:!?()[]«»“”\"'").lower()
    head = first.strip(".,;:!?()[]«»“”\"'").lower()
    return f"{head[:-1]}-{tail}" in vocabulary and f"{head[:-1]}{tail}" not in vocabulary


def _emphasis(text: _Text, content: str) -> Iterator[Emphasis]:
    """Bold and italic runs, unless all of the passage is set so."""
    for style, column in (("bold", 2), ("italic", 3)):
        flags = {word[column] for word in text.styled}
        if False not in flags or True not in flags:  # all of it, or nothing
            continue
        for is_set, run in groupby(text.styled, key=lambda word: bool(word[column])):
            if not is_set:
                continue
            members = list(run)
            start, end = _trimmed(content, members[0][0], members[-1][1])
            if start < end:
                yield Emphasis(start, end, style)  # type: ignore[arg-type]  # one of the two literals above


def _trimmed(content: str, start: int, end: int) -> tuple[int, int]:
    """A run without the punctuation around it, which is often set in the style of its neighbour."""
    while start < end and not content[start].isalnum():
        start += 1
    while start < end and not content[end - 1].isalnum() and content[end - 1] not in ")]%°":
        end -= 1
    return start, end
