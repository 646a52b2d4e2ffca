"""Sizes of recognised type, told by how wide the words run.

The box of a recognised line is as high as the recogniser liked to cut it, but it is as wide as its letters: the width
over the sum of the letters' usual widths measures the type to a few hundredths.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.parse.upright import upright_line

_WIDTHS: Final = {
    "iljt.,;:'’‘|/": 0.28,
    "frI()[]-!`": 0.33,
    'sJ"“”*': 0.41,
    "aceéèêëàâçz?": 0.44,
    "w": 0.72,
    "mæœ": 0.76,
    "MW—…%": 0.92,
}
_ADVANCE: Final = {char: width for chars, width in _WIDTHS.items() for char in chars}
"""Widths of letters in a book face, in ems."""
_SMALL_LETTER, _OTHER = 0.5, 0.66
_TELLING, _HINTING = 10, 5
"""Characters that a line needs for its width to tell its size, and if its height says the same."""
_SAME, _SAME_PER_LETTER = 0.06, 1.0
"""Relative difference within which the lines of a paragraph are of one size, and more by the length of the line."""
_SMALL: Final = 0.93
"""Size, relative to the usual one, below which it is smaller."""
_LARGE, _LARGE_OF_LETTERS, _PER_LETTER = 1.1, 1.05, 1.0
"""Size, relative to the usual one, above which it is larger, and that of few letters: the fewer there are, the more
they stray, and the labels of figures are in wider faces."""
_LADDER: Final = (0.5, 0.6, 0.72, 0.85, 1.2, 1.4, 1.7, 2.0, 2.4, 2.9, 3.5, 4.2)
"""Sizes, relative to the usual one, on which what is measured is put: a heading measures alike on every page."""
_ORDINARY: Final = (0.6, 1.35)
"""Heights of short lines, relative to the usual one, that are of the usual size."""
_FLAT: Final = 0.8
"""Height, relative to the usual one, below which wide words are spaced out rather than large."""
_LEADING: Final = 0.35
"""Gap between lines of one paragraph, at most, as a share of their height."""


def levelled(page: RawPage) -> RawPage:
    """The page with an even size of type for each paragraph, if its text was recognised rather than typeset.

    Recognised words are each a little larger or smaller than their neighbours, in our OCR as in a text layer hidden in
    a scan; typeset ones are not.
    """
    upright = [upright_line(line) for line in page.lines]
    lines = [line for line in upright if len(line.words) >= 3]
    uneven = sum(len({word.size for word in line.words}) >= 3 for line in lines)
    if not lines or (page.status not in ("scanned", "bad_encoding") and uneven < 0.5 * len(lines)):
        return page
    usual = _Usual.of(upright, lines)
    sizes: dict[int, float] = {}
    for group in _paragraphs(upright):
        ratio = usual.ratio(group)
        sizes.update((id(line), round(usual.size * ratio, 1)) for line in group)
    levelled_lines = (
        replace(
            line,
            words=tuple(replace(word, size=sizes[id(seen)]) for word in line.words),
            box=_tightened(line, sizes[id(seen)]),
        )
        for line, seen in zip(page.lines, upright, strict=True)
    )
    return replace(page, lines=tuple(levelled_lines))


def _tightened(line: Line, size: float) -> Rect:
    """The box of a level line no higher than its type: round a turned line it reaches into the next."""
    x0, y0, x1, y1 = line.box
    half = 0.62 * size
    if line.direction[0] < 0.9 or y1 - y0 <= 2 * half:
        return line.box
    middle = (y0 + y1) / 2
    return x0, middle - half, x1, middle + half


@dataclass(frozen=True, slots=True)
class _Usual:
    """What most of a page's text measures."""

    size: float
    """Points."""
    em: float
    """The size that the widths tell, or 0."""
    height: float

    @classmethod
    def of(cls, lines: Iterable[Line], long_lines: Sequence[Line]) -> "_Usual":
        em = _weighted_median([(em, len(line.text)) for line in lines if (em := _em([line]))])
        return cls(
            size=round(em or median(line.size for line in long_lines), 1),
            em=em,
            height=median(line.box[3] - line.box[1] for line in long_lines),
        )

    def ratio(self, lines: Sequence[Line]) -> float:
        """Size of a paragraph relative to the usual one: by its width, or where that is short by its height."""
        tall = median(line.box[3] - line.box[1] for line in lines) / self.height if self.height else 1.0
        is_ordinary = _ORDINARY[0] <= tall <= _ORDINARY[1]
        em = _em(lines, least=_TELLING if is_ordinary else _HINTING)
        if not em or not self.em:
            return 1.0 if is_ordinary else tall
        wide = em / self.em
        letters = sum(len(word.text) for line in lines for word in line.words)
        if _SMALL <= wide <= max(_LARGE, _LARGE_OF_LETTERS + _PER_LETTER / letters) or tall < _FLAT <= 1 < wide:
            return 1.0
        return min(_LADDER, key=lambda step: abs(step - wide))


def _em(lines: Sequence[Line], *, least: int = _TELLING) -> float:
    """The size in points that the widths of the words tell; 0 for too little text, or text that is not level."""
    words = [word for line in lines if line.direction[0] > 0.9 for word in line.words]
    if sum(len(word.text) for word in words) < least:
        return 0.0
    return sum(word.box[2] - word.box[0] for word in words) / sum(map(advance_of, (word.text for word in words)))


def advance_of(text: str) -> float:
    """About how wide a word runs in a book face, in ems."""
    return sum(_ADVANCE.get(char, _SMALL_LETTER if char.islower() or char.isdigit() else _OTHER) for char in text)


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    total, passed = sum(weight for _, weight in values), 0
    for value, weight in sorted(values):
        passed += weight
        if 2 * passed >= total:
            return value
    return 0.0


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that follow closely one under the other in the same size, so far as their widths tell."""
    groups: list[list[Line]] = []
    open_groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box[1], line.box[0])):
        height = line.box[3] - line.box[1]
        open_groups = [group for group in open_groups if line.box[1] - group[-1].box[3] <= 2 * height]
        home = next((group for group in open_groups if _continues(group, line)), None)
        if home is None:
            home = []
            groups.append(home)
            open_groups.append(home)
        home.append(line)
    yield from groups


def _continues(group: Sequence[Line], line: Line) -> bool:
    above = group[-1]
    height = min(above.box[3] - above.box[1], line.box[3] - line.box[1])
    if not -0.5 * height <= line.box[1] - above.box[3] <= _LEADING * height:
        return False
    if min(above.box[2], line.box[2]) <= max(above.box[0], line.box[0]):
        return False
    here, there = _em([line]), _em(group)
    if not here or not there:
        taller = max(above.box[3] - above.box[1], line.box[3] - line.box[1])
        return bool(here or there) and taller <= _ORDINARY[1] * height
    return abs(here - there) <= (_SAME + _SAME_PER_LETTER / len(line.text)) * there
