"""The recognised lines of a figure made labels of: freed of what is no lettering, cut at marks, their type told.

A recogniser that is made for pages takes arrow heads for letters and the dot beside the name of a town for a bullet,
gives each word a box of its own height, and says nothing about bold type. The pixels say all that.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line, Rect, Word
from corpusbuilder.stages.parse.scans.ink import Picture
from corpusbuilder.stages.parse.scans.typeface import with_type

_MARKS: Final = frozenset("•●·∙○◦◯▪■□◆◇▲△▼▽►▶◄◀★☆→←↑↓↗↘↖↙⇒⇐➔➜√↵¬│┃█▌▐※◎⊙个")
"""Read where a dot, a head or a line is; no label begins or ends with one."""
_IDEOGRAPHS: Final = "\u2e80"
"""From here on there are no letters of English or French; the recogniser knows Chinese and sees it in drawings."""
_PRIMES: Final = frozenset("'’′")
_STROKES: Final = _PRIMES | frozenset('-–—−_|\\/~^`´‘",.;:=<>≤≥«»*')
"""Read where a line is, but also what text may begin or end with."""
_CIRCLED: Final = {chr(0x2460 + k): str(k + 1) for k in range(20)} | {chr(0x2776 + k): str(k + 1) for k in range(10)}
"""Numbers in circles, light and dark: in a picture the circle is drawn, so that it is a shape of its own."""
_MINE: Final = 0.25
"""Share of a letter in the box of a word, at least, for it to be of that word."""
_SIGNS: Final = frozenset("+?!%&€$£°∞Ω")
"""What may be a label without letters or digits."""


_LOOKALIKES: Final = frozenset("AVvKkXxYyIlOoQDCcΔΛ01479")
"""Characters for which heads, ends of lines and closed shapes are taken."""
_TALL: Final = 2.2
"""Height of one of these over that of the figure's lines, from which on it is an arrow rather than a letter."""
_ENOUGH: Final = 2
"""Single characters that nothing looks like, from which on the others in a figure are believed as well."""


def doubtful_characters(lines: Sequence[Line]) -> frozenset[str]:
    """The letters and digits that may be strokes of the drawing where one stands alone in a figure.

    None of those that a figure has others of: the points of a geometer's drawing, the numbers of its parts.
    """
    single = [line.text for line in lines if len(line.text) == 1 and line.text not in _LOOKALIKES]
    has_letters = sum(text.isalpha() for text in single) >= _ENOUGH
    has_digits = sum(text.isdigit() for text in single) >= _ENOUGH
    return frozenset(char for char in _LOOKALIKES if not (has_digits if char.isdigit() else has_letters))


def clear_labels(lines: Sequence[Line], picture: Picture) -> list[Line]:
    """The lines of a figure with exact words, one line for each row of a label, of even sizes.

    Args:
        lines: recognised in the figure, in points of the page.
        picture: of the figure, which need not be the one that was read.
    """
    doubtful = doubtful_characters(lines)
    tallest = _TALL * median([line.box[3] - line.box[1] for line in lines] or [0.0])
    letters = [line for line in lines if line.text not in doubtful or line.box[3] - line.box[1] <= tallest]
    parts = [part for line in letters for part in _cleared(line, picture, doubtful)]
    return with_type([_fitted(part, picture) for part in parts], picture)


def _cleared(line: Line, picture: Picture, doubtful: AbstractSet[str]) -> Iterator[Line]:
    """The parts of a line that are lettering."""
    if line.direction != (1.0, 0.0) and all(_is_count(word.text) for word in line.words) and len(line.words) > 1:
        for word in line.words:
            yield Line((word,), word.box, block=line.block)
        return
    run: list[Word] = []
    for word in line.words:
        if _is_mark(word.text):
            yield from _part(line, run, picture, doubtful)
            run = []
        else:
            run.append(word)
    yield from _part(line, run, picture, doubtful)


def _part(line: Line, words: Sequence[Word], picture: Picture, doubtful: AbstractSet[str]) -> Iterator[Line]:
    """A run of words as a line, if anything is left of it without the lines that were taken for letters."""
    kept = list(words)
    while kept and _is_stray(kept[0], picture, doubtful, alone=len(kept) == 1):
        kept.pop(0)
    while kept and _is_stray(kept[-1], picture, doubtful, alone=len(kept) == 1):
        kept.pop()
    if not kept:
        return
    kept[0] = _bared(kept[0], picture, at_end=False)
    kept[-1] = _bared(kept[-1], picture, at_end=True)
    if len(kept) == 1:
        kept[0] = _without_circle(kept[0])
    whole = tuple(word for word in kept if word.text)
    if len(whole) == len(line.words) and all(a is b for a, b in zip(whole, line.words, strict=True)):
        yield line
    elif whole:
        yield replace(line, words=whole, box=union([word.box for word in whole]))


def _fitted(line: Line, picture: Picture) -> Line:
    """The line with words as wide as their letters, of which a recogniser cuts the first or last at times."""
    if line.direction != (1.0, 0.0):
        return line
    boxes = [word.box for word in line.words]
    words = tuple(
        replace(word, box=_around_letters(word.box, boxes[:k] + boxes[k + 1 :], picture))
        for k, word in enumerate(line.words)
    )
    return replace(line, words=words, box=union([line.box, *(word.box for word in words)]))


def _around_letters(box: Rect, others: Sequence[Rect], picture: Picture) -> Rect:
    """A word's box made wide enough for the letters that are in it rather than in another word of the line."""
    ink = picture.ink(box)
    if ink is None:
        return box
    left, right = box[0], box[2]
    for start, end in ink.spans():
        x0, _, x1, _ = picture.points((start, 0.0, end, 0.0))
        mine = min(x1, box[2]) - max(x0, box[0])
        theirs = max((min(x1, other[2]) - max(x0, other[0]) for other in others), default=0.0)
        if mine >= _MINE * (x1 - x0) and mine > theirs:
            left, right = min(left, x0), max(right, x1)
    return left, box[1], right, box[3]


def _is_mark(text: str) -> bool:
    return all(char in _MARKS or char >= _IDEOGRAPHS for char in text)


def _is_count(text: str) -> bool:
    return len(text) <= 2 and (text.isdigit() or text in _CIRCLED)


def _is_stray(word: Word, picture: Picture, doubtful: AbstractSet[str], *, alone: bool) -> bool:
    """Whether the first or last word of a line is no word: strokes, or a piece of the drawing read as a letter."""
    letters = sum(char.isalnum() for char in word.text)
    if letters == 0 and not _SIGNS & set(word.text):
        return True
    if letters > 1 or len(word.text) > 2 or (not alone and word.text[0].isdigit()):
        return False
    ink = picture.ink(word.box)
    if ink is None or (alone and word.text not in _CIRCLED and ink.is_solid):
        return True
    return ink.juts_out and (alone if letters == 0 else any(char in doubtful for char in word.text))


def _bared(word: Word, picture: Picture, *, at_end: bool) -> Word:
    """A word without the marks that it begins or ends with."""
    text = word.text[::-1] if at_end else word.text
    count = 0
    while count < len(text) and text[count] in _MARKS:
        count += 1
    if count < len(text) and text[count] in _STROKES and _is_drawn(word, text, count, picture, at_end=at_end):
        count += 1
    if not count:
        return word
    rest = text[count:]
    box = _without(word.box, count / len(text), picture, at_end=at_end)
    return replace(word, text=rest[::-1] if at_end else rest, box=box)


def _is_drawn(word: Word, text: str, place: int, picture: Picture, *, at_end: bool) -> bool:
    """Whether a stroke at the rim of a word is the end of a line: a dash before a letter, or one that goes on."""
    rest = text[place + 1 :]
    if not rest:
        return False
    if not at_end and text[place] in "-–—−_" and rest[0].isalpha():
        return True
    if at_end and (text[place] in ".:" or (text[place] in _PRIMES and len(rest) <= 2)):
        return False
    share = 1 / len(text)
    x0, y0, x1, y1 = word.box
    width = share * (x1 - x0)
    box = (x1 - width, y0, x1, y1) if at_end else (x0, y0, x0 + width, y1)
    ink = picture.ink(box)
    return ink is not None and ink.juts_out and not (ink.cover.mean() > 0.4)


def _without(box: Rect, share: float, picture: Picture, *, at_end: bool) -> Rect:
    """A word's box less about such a share of it: cut at the middle of the widest gap there is nearby."""
    x0, y0, x1, y1 = box
    cut = x1 - share * (x1 - x0) if at_end else x0 + share * (x1 - x0)
    ink = picture.ink(box)
    if ink is not None:
        left, _, right, _ = picture.pixels(box)
        blank = [place for place, has_ink in enumerate(ink.columns().tolist()) if not has_ink]
        scale = (right - left) / (x1 - x0)
        wanted = (cut - x0) * scale
        near = [place for place in blank if abs(place - wanted) <= 0.4 * (y1 - y0) * scale]
        if near:
            run = _widest_run(near)
            cut = x0 + (run + 0.5) / scale
    return (x0, y0, cut, y1) if at_end else (cut, y0, x1, y1)


def _widest_run(places: Sequence[int]) -> float:
    """The middle of the longest run of successive numbers."""
    runs = [[places[0]]]
    for before, place in pairwise(places):
        if place != before + 1:
            runs.append([])
        runs[-1].append(place)
    longest = max(runs, key=len)
    return (longest[0] + longest[-1]) / 2


def _without_circle(word: Word) -> Word:
    """A number that was read with the circle around it, without that."""
    number = _CIRCLED.get(word.text)
    if number is None:
        return word
    x0, y0, x1, y1 = word.box
    dx, dy = 0.25 * (x1 - x0), 0.2 * (y1 - y0)
    return replace(word, text=number, box=(x0 + dx, y0 + dy, x1 - dx, y1 - dy))
