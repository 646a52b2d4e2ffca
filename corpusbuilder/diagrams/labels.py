"""Lines of text as labels: split where words stand far apart, joined where lines are stacked."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from corpusbuilder.diagrams.callouts import mark_of, marks_explained
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import dot
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import XY, Line, Rect, Word

Role: TypeAlias = Literal["text", "number", "legend", "connector_label"]

FAR_WORDS: Final = 1.0
"""Words of one line that are further apart than this many em belong to different labels."""
LOOSE_PITCH, TIGHT_PITCH = 1.9, 1.42
"""Distance of the baselines of one label in em, at most: in a box of its own, and without one."""

_MOST_ALIKE: Final = 20
"""A text is compared with so many others of the same words."""
_LEVEL: Final = (1.0, 0.0)
"""The writing direction of nearly all labels."""


@dataclass(frozen=True)
class Text:
    """One label: words in reading order."""

    lines: tuple[tuple[Word, ...], ...]
    box: Rect
    ring: tuple[XY, ...]
    """Four corners around the words, turned with them."""
    direction: XY
    size: float
    frame: Rect
    """Extent along and across the writing direction."""
    bold: bool
    color: str
    pitch: float = 0.0
    """Across the writing, from the middle of the first line to that of the last."""

    @cached_property
    def content(self) -> str:
        """The words with single blanks between them."""
        return " ".join(" ".join(word.text for word in line) for line in self.lines)

    @property
    def centre(self) -> XY:
        """The middle of the words."""
        xs, ys = [p[0] for p in self.ring], [p[1] for p in self.ring]
        return sum(xs) / 4, sum(ys) / 4

    @cached_property
    def is_number(self) -> bool:
        """Whether it can be a numbered callout."""
        return self.mark is not None and self.mark.isdigit()

    @cached_property
    def mark(self) -> str | None:
        """What it says when it can be a callout: a number, a letter."""
        return mark_of(self.content)


def make_texts(
    lines: Sequence[Line],
    *,
    keep_apart: Callable[[Text, Text], bool | None],
    is_wall: Callable[[Word, Word, XY], bool] = lambda _left, _right, _along: False,
) -> list[Text]:
    """Labels of a figure, in an order that follows from geometry alone.

    Args:
        lines: text of the figure.
        keep_apart: what the drawing says of two lines that are stacked: True when something stands between them,
            False when one box holds just them, None when it says nothing.
        is_wall: whether something is drawn between two words of one line, given its direction.
    """
    pieces = _each_once(sorted((piece for line in lines for piece in _pieces(line, is_wall)), key=by_place))
    return sorted(_stacked(pieces, keep_apart), key=by_place)


def _each_once(pieces: Sequence[Text]) -> list[Text]:
    """Without the texts that are drawn again all but in place, as a shadow or a halo."""
    seen: dict[tuple[str, XY], list[Text]] = {}
    out = []
    for piece in pieces:
        same = seen.setdefault((piece.content, piece.direction), [])
        near = 0.25 * piece.size
        if not any(math.dist(piece.box[:2], other.box[:2]) <= near for other in same[-_MOST_ALIKE:]):
            same.append(piece)
            out.append(piece)
    return out


def in_a_row(first: Text, second: Text) -> Text:
    """Two texts of one line as one; what is stacked under the second stays there."""
    head, *rest = second.lines
    return replace(_text(((*first.lines[0], *head), *rest), second.direction), pitch=second.pitch)


def is_arrow_glyph(text: Text) -> bool:
    """Whether it is nothing but an arrow out of a font."""
    return text.content in _GLYPH_ANGLES


def by_place(text: Text) -> tuple[object, ...]:
    """A key that sorts texts as they stand in the figure, from the top."""
    return (round(text.box[1], 2), round(text.box[0], 2), text.content)


def _pieces(line: Line, is_wall: Callable[[Word, Word, XY], bool]) -> list[Text]:
    words = [word for word in line.words if word.text.strip()]
    if not words:
        return []
    along = line.direction
    words.sort(key=lambda word: span(word.box, along)[0])
    size = line.size or max(word.size for word in words) or 1.0
    runs = [[words[0]]]
    for before, word in pairwise(words):
        gap = span(word.box, along)[0] - span(before.box, along)[1]
        if gap > FAR_WORDS * size or is_wall(before, word, along):
            runs.append([])
        runs[-1].append(word)
    return [_text(((*run,),), along) for run in runs]


def _text(lines: tuple[tuple[Word, ...], ...], direction: XY) -> Text:
    words = [word for line in lines for word in line]
    box = union(word.box for word in words)
    sizes = sorted((len(word.text), word.size) for word in words)
    size = max(sizes)[1] or (box[3] - box[1]) or 1.0
    frame = _frame(words, direction, size)
    ring = tuple(_unframed(corner, direction) for corner in _corners(frame))
    longest = max(words, key=lambda word: (len(word.text), word.text))
    return Text(lines, box, ring, direction, size, frame, longest.bold, longest.color)


def span(box: Rect, along: XY) -> tuple[float, float]:
    """The extent of a box along a direction."""
    if along == _LEVEL:
        return box[0], box[2]
    at = [dot(corner, along) for corner in _corners(box)]
    return min(at), max(at)


def _corners(box: Rect) -> tuple[XY, XY, XY, XY]:
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _unframed(p: XY, along: XY) -> XY:
    return p[0] * along[0] - p[1] * along[1], p[0] * along[1] + p[1] * along[0]


def _frame(words: Sequence[Word], along: XY, size: float) -> Rect:
    """Extent of words along and across a direction. Upright boxes of slanted words are larger than the words."""
    if along == _LEVEL:
        return union([word.box for word in words])
    across = -along[1], along[0]
    boxes = []
    for word in words:
        corners = _corners(word.box)
        u, v = [dot(p, along) for p in corners], [dot(p, across) for p in corners]
        if min(abs(along[0]), abs(along[1])) > 0.05:
            width, height = word.box[2] - word.box[0], 1.2 * size
            tall = word.box[3] - word.box[1]
            length = (
                (width - height * abs(along[1])) / abs(along[0])
                if abs(along[0]) >= abs(along[1])
                else (tall - height * abs(along[0])) / abs(along[1])
            )
            mu, mv = sum(u) / 4, sum(v) / 4
            length = max(length, 0.3 * size)
            boxes.append((mu - length / 2, mv - height / 2, mu + length / 2, mv + height / 2))
        else:
            boxes.append((min(u), min(v), max(u), max(v)))
    return union(boxes)


def _stacked(pieces: Sequence[Text], keep_apart: Callable[[Text, Text], bool | None]) -> list[Text]:
    """Joins each line with the one under it, where they are one label."""
    below: dict[int, int] = {}
    taken: dict[int, int] = {}
    found = []
    index = BoxIndex([piece.box for piece in pieces])
    for i, upper in enumerate(pieces):
        for j in index.near(upper.box, LOOSE_PITCH * upper.size):
            lower = pieces[j]
            if i != j and (cost := _stack_cost(upper, lower, keep_apart)) is not None:
                found.append((cost, i, j))
    for _, i, j in sorted(found):
        if i not in below and j not in taken:
            below[i], taken[j] = j, i
    out = []
    for start in range(len(pieces)):
        if start in taken:
            continue
        chain = [start]
        while chain[-1] in below:
            chain.append(below[chain[-1]])
        if len(chain) == 1:
            out.append(pieces[start])
            continue
        joined = _text(tuple(line for k in chain for line in pieces[k].lines), pieces[start].direction)
        middles = [(pieces[k].frame[1] + pieces[k].frame[3]) / 2 for k in (chain[0], chain[-1])]
        out.append(replace(joined, pitch=middles[1] - middles[0]))
    return out


def _stack_cost(upper: Text, lower: Text, keep_apart: Callable[[Text, Text], bool | None]) -> float | None:
    """Distance of two lines in em when the second can go on the first, else None."""
    size = max(upper.size, lower.size)
    if dot(upper.direction, lower.direction) < 0.99 or min(upper.size, lower.size) < 0.87 * size:
        return None
    pitch = (lower.frame[1] + lower.frame[3] - upper.frame[1] - upper.frame[3]) / 2 / size
    if not 0.6 <= pitch <= LOOSE_PITCH or upper.frame[2] <= lower.frame[0] or lower.frame[2] <= upper.frame[0]:
        return None
    if (
        upper.bold != lower.bold
        or upper.color != lower.color
        or marks_explained(lower.content)
        or lower.is_number
        or upper.is_number
    ):
        return None
    offsets = (
        abs(upper.frame[0] + upper.frame[2] - lower.frame[0] - lower.frame[2]) / 2,
        abs(upper.frame[0] - lower.frame[0]),
        abs(upper.frame[2] - lower.frame[2]),
    )
    apart = keep_apart(upper, lower)
    hangs = bool(marks_explained(upper.content)) and 0 <= lower.frame[0] - upper.frame[0] <= 2.5 * size
    if apart or (min(offsets) > 0.35 * size and not hangs and apart is None):
        return None
    if pitch > (LOOSE_PITCH if apart is False else TIGHT_PITCH):
        return None
    return round(pitch, 4)


_GLYPH_ANGLES: Final = {
    "→": 0,
    "⇒": 0,
    "➔": 0,
    "➜": 0,
    "➝": 0,
    "➞": 0,
    "➡": 0,
    "⟶": 0,
    "⟹": 0,
    "↘": 45,
    "↓": 90,
    "⇓": 90,
    "↙": 135,
    "←": 180,
    "⇐": 180,
    "⟵": 180,
    "⟸": 180,
    "↖": 225,
    "↑": 270,
    "⇑": 270,
    "↗": 315,
}


def glyph_arrows(texts: Sequence[Text]) -> list[tuple[XY, XY, str]]:
    """Tail, tip and colour of each arrow that is a character of a font."""
    out = []
    for text in texts:
        if text.content not in _GLYPH_ANGLES:
            continue
        turn = math.radians(_GLYPH_ANGLES[text.content])
        along, across = text.direction, (-text.direction[1], text.direction[0])
        way = (
            math.cos(turn) * along[0] + math.sin(turn) * across[0],
            math.cos(turn) * along[1] + math.sin(turn) * across[1],
        )
        x, y = text.centre
        half = max(text.frame[2] - text.frame[0], 0.8 * text.size) / 2
        out.append(((x - half * way[0], y - half * way[1]), (x + half * way[0], y + half * way[1]), text.color))
    return out


def em_of(texts: Sequence[Text], fallback: Rect) -> float:
    """The usual font size of labels; where there are none, 3 % of the diagonal of ``fallback``."""
    sizes = sorted(text.size for text in texts)
    if sizes:
        return sizes[len(sizes) // 2]
    return 0.03 * math.dist(fallback[:2], fallback[2:]) or 1.0
