"""Numbered keys printed beside or below a drawing: "1. root, 2. stem", for the numbers that stand alone in it."""

import re
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.geometry import centre, contains_point, union
from corpusbuilder.records.page import Line, Rect

_CALLOUT: Final = re.compile(r"\(?(\d{1,2}|[①-⑳])\)?")
_ENTRY: Final = re.compile(r"\(?(\d{1,2}|[①-⑳])\s?[.):=–—-]?\s+(?P<name>[^\W\d_].*)")
_FEWEST: Final = 3
"""Fewer callouts than this may be anything: years, units, numbers of exercises."""
_LONGEST_NAME: Final = 5
"""An entry names a part in at most so many words; what is longer is a question or a sentence."""
_NEAR: Final = 5.0
"""A key stands at most so many sizes of its type from the drawing."""


def with_key(box: Rect, lines: Sequence[Line]) -> Rect:
    """The box of a drawing grown over the key of its numbers; the same box when there is none.

    Args:
        box: the drawing, in points.
        lines: all lines of the page.
    """
    callouts = {number for line in lines if _holds(box, line) and (number := _number(_CALLOUT, line))}
    if len(callouts) < _FEWEST:
        return box
    entries = _near(box, [line for line in lines if not _holds(box, line) and _is_entry(line, callouts)])
    found = {number for line in entries if (number := _number(_ENTRY, line))}
    if len(found) < max(_FEWEST, 0.6 * len(callouts)) or len(found) < len(entries) or not _is_flush(entries):
        return box
    whole = union([box, *(line.box for line in entries)])
    known = {id(line) for line in entries}
    strange = any(_holds(whole, line) and not _holds(box, line) and id(line) not in known for line in lines)
    return box if strange else whole


def _number(pattern: re.Pattern[str], line: Line) -> str | None:
    match = pattern.fullmatch(line.text.strip())
    return match[1] if match else None


def _holds(box: Rect, line: Line) -> bool:
    return contains_point(box, centre(line.box))


def _is_entry(line: Line, callouts: set[str]) -> bool:
    match = _ENTRY.fullmatch(line.text.strip())
    if match is None or match[1] not in callouts:
        return False
    return len(match["name"].split()) <= _LONGEST_NAME and not match["name"].endswith(("?", "!", ":"))


def _near(box: Rect, entries: Sequence[Line]) -> list[Line]:
    """The entries beside a drawing, at its height, and those right below it or below one another."""
    near: list[Line] = []
    foot = box[3]
    for line in sorted(entries, key=lambda line: (line.box[1], line.box[0])):
        y0, y1, reach = line.box[1], line.box[3], _NEAR * line.size
        aside = min(_aside(box, other) for other in entries if abs(other.box[0] - line.box[0]) <= 0.5 * line.size)
        level = box[1] - line.size <= y0 and y1 <= box[3] + line.size
        if (aside <= reach and level) or (aside < 0 and 0 <= y0 - foot <= reach):
            near.append(line)
            foot = max(foot, y1)
    return near


def _aside(box: Rect, line: Line) -> float:
    """How far a line stands from the nearer side of a drawing; below 0 above or below it."""
    return max(box[0] - line.box[2], line.box[0] - box[2])


def _is_flush(entries: Sequence[Line]) -> bool:
    """Whether the entries stand in columns: most share their left edge with another."""
    edges = [line.box[0] for line in entries]
    alone = [edge for edge in edges if sum(abs(edge - other) <= 0.5 * entries[0].size for other in edges) < 2]
    return len(alone) <= len(edges) // 4
