"""The marks of list items: bullets, dashes, numbers and letters."""

import re
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.page import Line

BULLET: Final = re.compile(r"[•◦▪●■□‣∙⁃▸►➢➤✓·]|[–—-]")
NUMBERED: Final = re.compile(r"\(?(?:\d{1,2}|[a-hA-H]|[ivx]{1,4})[.)°]")
DASHES: Final = ("–", "—", "-")
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def starts_item(lines: Sequence[Line]) -> bool:
    """Whether lines are a list item: a bullet, or a number with the further lines hanging under its text."""
    words = lines[0].words
    if len(words) < 2:
        return False
    marker = words[0]
    hangs = len(lines) == 1 or lines[1].box[0] > marker.box[0] + 0.3 * marker.size
    if BULLET.fullmatch(marker.text):
        return hangs or marker.text not in DASHES
    return hangs and bool(NUMBERED.fullmatch(marker.text))


def is_next_item(first: str, marker: str) -> bool:
    """Whether ``marker`` is that of the item after the one that ``first`` begins: the next number, or the same dash."""
    if first in DASHES or marker in DASHES:
        return first == marker
    if not (NUMBERED.fullmatch(first) and NUMBERED.fullmatch(marker)):
        return False
    a, b = first.strip("().°"), marker.strip("().°")
    if a.isdigit() and b.isdigit():
        return int(b) == int(a) + 1
    if a in _ROMAN and b in _ROMAN and _ROMAN.index(b) == _ROMAN.index(a) + 1:
        return True
    return len(a) == len(b) == 1 and ord(b) == ord(a) + 1


def is_marked(line: Line) -> bool:
    """Whether a line begins with the mark of an item."""
    first = line.words[0].text
    return len(line.words) > 1 and bool(BULLET.fullmatch(first) or NUMBERED.fullmatch(first))
