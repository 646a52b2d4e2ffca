"""Lines that print parts though they are one: a label set apart from its caption, a drop cap from its word."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line, RawPage, Word
from corpusbuilder.stages.parse.labels import is_bare_label

_LABEL_GAP: Final = 2.0
"""In sizes: a caption begins no further from its label; a gutter with a label alone before it is not met."""
_TALL: Final = 1.8
"""A drop cap is larger than its text by this at least."""
_TALLEST: Final = 12.0
"""And by this at most."""
_INITIAL: Final = re.compile(r"[«“\"‘(—–-]{0,2}[^\W\d_][’']?")
_DESCENT: Final = 0.22
"""Of a type's size, about: baselines stand so far above the lower edge of a line."""
_CAP_HEIGHT: Final = 0.7
_WORD_LETTERS: Final = frozenset("AIOYÀÔÉ")
"""Letters that can be words in the languages read here."""


def rejoined(page: RawPage, *, apart: Iterable[Line] = ()) -> RawPage:
    """A page with labels in the lines of their captions and drop caps in their words.

    Args:
        page: as read.
        apart: lines of the page that stay as they are, for they belong to figures.
    """
    fixed = {id(line) for line in apart}
    free = [line for line in page.lines if id(line) not in fixed]
    whole = _with_initials(_with_labels(free))
    if len(whole) == len(free):
        return page
    kept = [*whole, *(line for line in page.lines if id(line) in fixed)]
    return replace(page, lines=tuple(sorted(kept, key=lambda line: (line.box[1], line.box[0], line.box, line.text))))


def _with_labels(lines: Sequence[Line]) -> list[Line]:
    """Bare labels ("Fig. 3.1", perhaps in a coloured pill) joined to what follows on their baseline."""
    labels = [i for i, line in enumerate(lines) if line.direction[0] > 0.9 and is_bare_label(line.text)]
    if not labels:
        return list(lines)
    by_foot = sorted((line.box[3], i) for i, line in enumerate(lines))
    follower: dict[int, int] = {}
    for i in labels:
        other = _on_baseline(lines, i, by_foot)
        if other is not None and other not in follower.values():
            follower[i] = other
    gone = set(follower.values())
    return [_join(line, lines[follower[i]]) if i in follower else line for i, line in enumerate(lines) if i not in gone]


def _on_baseline(lines: Sequence[Line], label: int, by_foot: Sequence[tuple[float, int]]) -> int | None:
    """The line that follows a label closely on its baseline."""
    own = lines[label]
    slack = 0.25 * own.size
    found: list[tuple[float, int]] = []
    for at in range(bisect_left(by_foot, (own.box[3] - slack, -1)), len(by_foot)):
        foot, i = by_foot[at]
        if foot > own.box[3] + slack:
            break
        gap = lines[i].box[0] - own.box[2]
        if i != label and 0 <= gap <= _LABEL_GAP * own.size:
            found.append((gap, i))
    nearest = min(found, default=None)
    if nearest is None:
        return None
    other = lines[nearest[1]]
    alike = other.direction == own.direction and 0.8 <= other.size / max(own.size, 0.1) <= 1.25
    return nearest[1] if alike and not other.text[:1].islower() and not is_bare_label(other.text) else None


def _join(first: Line, second: Line) -> Line:
    return Line((*first.words, *second.words), union([first.box, second.box]), first.direction)


def _with_initials(lines: Sequence[Line]) -> list[Line]:
    """Drop caps joined to the first word of the topmost line beside them."""
    initials = [i for i, line in enumerate(lines) if _may_be_initial(line)]
    if not initials:
        return list(lines)
    by_left = sorted((line.box[0], i) for i, line in enumerate(lines))
    known = frozenset(word.text.strip(".,;:!?").lower() for line in lines for word in line.words)
    result: dict[int, Line] = dict(enumerate(lines))
    for i in initials:
        first = _first_beside(lines, i, by_left)
        if first is not None and first in result:
            result[first] = _with_initial(lines[i].words[0], result[first], known)
            del result[i]
    return [result[i] for i in sorted(result)]


def _may_be_initial(line: Line) -> bool:
    text = line.words[0].text
    return (
        len(line.words) == 1
        and line.direction[0] > 0.9
        and _INITIAL.fullmatch(text) is not None
        and text.strip("«“\"‘(—–-’'").isupper()
    )


def _first_beside(lines: Sequence[Line], initial: int, by_left: Sequence[tuple[float, int]]) -> int | None:
    """The topmost of two or more lines of one smaller size that begin right of an initial within its height."""
    own = lines[initial]
    tall = own.size
    foot = own.box[3] - _DESCENT * tall
    top = foot - _CAP_HEIGHT * tall
    beside: list[tuple[float, int]] = []
    for at in range(bisect_left(by_left, (own.box[0] - 0.1 * tall, -1)), len(by_left)):
        left, i = by_left[at]
        if left > own.box[2] + 0.4 * tall:
            break
        line = lines[i]
        baseline = line.box[3] - _DESCENT * line.size
        fits = _TALL * line.size <= tall <= _TALLEST * line.size and top < baseline <= foot + 0.4 * line.size
        # The line that the initial was taken from may be drawn over it; the others give way.
        if i != initial and fits and line.direction[0] > 0.9 and len(line.words) > 1:
            beside.append((line.box[1], i))
    if len(beside) < 2:
        return None
    first = min(beside)[1]
    alike = all(abs(lines[i].size - lines[first].size) <= 0.12 * lines[first].size for _, i in beside)
    # The capital stands as high as the first line's letters, or that line is not the first of the paragraph.
    near = lines[first].box[3] - _DESCENT * lines[first].size - top <= 1.6 * lines[first].size
    return first if alike and near else None


def _with_initial(initial: Word, line: Line, known: frozenset[str]) -> Line:
    """A line that begins with an initial; the word's box takes the initial in, the line's only its width."""
    word, letter = line.words[0], initial.text
    whole = letter + word.text
    stands_alone = letter in _WORD_LETTERS and _bare(word.text) in known and _bare(whole) not in known
    box = (min(initial.box[0], line.box[0]), *line.box[1:])
    if stands_alone or word.text[:1] in '«“"(':
        first = replace(word, text=letter, box=initial.box)
        return Line((first, *line.words), box, line.direction)
    joined = replace(word, text=whole, box=union([initial.box, word.box]))
    return Line((joined, *line.words[1:]), box, line.direction)


def _bare(text: str) -> str:
    return text.strip(".,;:!?").lower()
