"""Notes at the foot of a column: in smaller type, behind a mark that a word of the text above calls them by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.model import TextBlock

_SMALL: Final = 0.93
"""Type up to this share of the body's size is smaller."""
_LEAST_LETTERS: Final = 8
"""A note says something; a lone sign of a formula does not."""
_MARK: Final = re.compile(r"(?P<plain>\d{1,3}|[*†‡§]{1,3}|[¹²³⁴⁵⁶⁷⁸⁹]+)|\(?(?P<pointed>\d{1,3})[.)]")
_CALL: Final = re.compile(r"(?:[a-zà-öø-ÿ]|[.,;:!?»”’)])(?P<mark>\d{1,3}|[*†‡§]{1,3}|[¹²³⁴⁵⁶⁷⁸⁹]+)[.,;:!?»”’)]*$")
_CALL_CHARS: Final = 8
"""A call and the punctuation around it are no longer."""
_RAISED: Final = re.compile(r"\(?(?P<mark>\d{1,3}|[*†‡§]{1,3}|[¹²³⁴⁵⁶⁷⁸⁹]+)[).,;:!?]*")


def with_footnotes(blocks: Sequence[TextBlock], *, em: float) -> list[TextBlock]:
    """The blocks of a page with its footnotes labelled, so that the text above runs on to the next page.

    Args:
        blocks: of one page, without furniture.
        em: size of the body text in points.
    """
    notes = [block for block in blocks if _may_be_note(block, em)]
    if not notes:
        return list(blocks)
    body = [block for block in blocks if block.lines[0].size > _SMALL * em and block.panel is None]
    raised, calls = _calls(body)
    noted = {
        id(note)
        for note in notes
        if _is_called(note, raised, calls) and not any(_stands_under(block, note) for block in body)
    }
    return [replace(block, label=BlockLabel.FOOTNOTE) if id(block) in noted else block for block in blocks]


def _may_be_note(block: TextBlock, em: float) -> bool:
    return (
        block.label in (BlockLabel.TEXT, BlockLabel.LIST_ITEM)
        and block.panel is None
        and block.lines[0].direction[0] > 0.9
        and all(line.size <= _SMALL * em for line in block.lines)
        and len(block.lines[0].words) > 1
        and _MARK.fullmatch(block.lines[0].words[0].text) is not None
        and sum(char.isalpha() for char in block.text) >= _LEAST_LETTERS
    )


def _calls(blocks: Iterable[TextBlock]) -> tuple[set[str], set[str]]:
    """The marks that stand as superscripts in the text, and those that end a word."""
    raised: set[str] = set()
    ending: set[str] = set()
    for word in (word for block in blocks for line in block.lines for word in line.words):
        if word.superscript and (match := _RAISED.fullmatch(word.text)):
            raised.add(match["mark"])
        elif match := _CALL.search(word.text[-_CALL_CHARS:]):
            ending.add(match["mark"])
    return raised, ending


def _is_called(note: TextBlock, raised: set[str], ending: set[str]) -> bool:
    """A raised mark speaks for itself. A number with a point begins many things: only a superscript calls it."""
    mark = note.lines[0].words[0]
    match = _MARK.fullmatch(mark.text)
    if match is None:
        return False
    if match["pointed"]:
        return match["pointed"] in raised
    return mark.superscript or match["plain"] in raised or match["plain"] in ending


def _stands_under(block: TextBlock, note: TextBlock) -> bool:
    """Whether a block is below a note in its column."""
    shared = min(block.box[2], note.box[2]) - max(block.box[0], note.box[0])
    return block.box[1] >= note.box[3] and shared > 0
