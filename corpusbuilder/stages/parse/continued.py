"""Captions of several blocks: a title with its description, further paragraphs, the line that credits a picture."""

import re
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Rect
from corpusbuilder.stages.parse.labels import read_label
from corpusbuilder.stages.parse.model import TextBlock

_CREDIT: Final = re.compile(
    r"[(\[]?(?:©|\(c\)|sources?\s?:|cr[ée]dits?\b(?:\s+photo\w*)?\s?:|photo(?:graph\w*)?\s?(?:©|:)|ph\.\s)",
    re.IGNORECASE,
)
_NEAR: Final = 0.7
"""In sizes: what follows a caption further down begins something else."""
_NEAR_CREDIT: Final = 1.2
_MOST: Final = 6
"""A caption takes in no more blocks than this."""


def with_continuations(
    captions: Sequence[TextBlock], blocks: Sequence[TextBlock], *, size: float, font: str, apart: Container[int] = ()
) -> dict[int, TextBlock]:
    """The captions that go on in the blocks below them, whole, by the ``id`` of the block they begin with.

    A block goes on with a caption when it stands directly below, begins where the caption does or is centred with it,
    and is set in the caption's type, which must not be the body's.

    Args:
        captions: blocks that begin captions.
        blocks: all text of the page.
        size: of the body text, in points.
        font: of the body text.
        apart: ids of blocks that are no continuation whatever they look like.
    """
    heads = {id(caption) for caption in captions}
    rest = [b for b in blocks if id(b) not in heads and id(b) not in apart and _may_continue(b, size, font)]
    rest.sort(key=lambda block: (block.box[1], block.box[0], block.text))
    tops = [block.box[1] for block in rest]
    taken: set[int] = set()
    whole: dict[int, TextBlock] = {}
    for caption in sorted(captions, key=lambda block: (block.box[1], block.box[0])):
        grown = caption
        for _ in range(_MOST):
            at = bisect_left(tops, grown.box[3] - 0.5 * size)
            limit = grown.box[3] + _NEAR_CREDIT * size
            near = []
            while at < len(rest) and tops[at] <= limit:
                near.append(rest[at])
                at += 1
            following = next((b for b in near if id(b) not in taken and _goes_on(grown, b, em=size)), None)
            if following is None:
                break
            taken.add(id(following))
            lines = (*grown.lines, *following.lines)
            grown = replace(grown, lines=lines, box=union([grown.box, following.box]))
        if grown is not caption:
            whole[id(caption)] = grown
    return whole


def is_credit(text: str) -> bool:
    """Whether a line says whose a picture is or where it comes from ("© …", "Source : …", "Crédit photo : …")."""
    return _CREDIT.match(text) is not None


def _may_continue(block: TextBlock, size: float, font: str) -> bool:
    if block.label is not BlockLabel.TEXT or read_label(block.text):
        return False
    line = block.lines[0]
    return (
        line.direction[0] > 0.9
        and line.size <= 1.02 * size
        and (line.size <= 0.95 * size or line.words[0].font != font)
    )


def _goes_on(caption: TextBlock, block: TextBlock, *, em: float) -> bool:
    last, first = caption.lines[-1], block.lines[0]
    gap = block.box[1] - caption.box[3]
    credit = is_credit(block.text)
    if not -0.5 * last.size <= gap <= (_NEAR_CREDIT if credit else _NEAR) * last.size:
        return False
    if caption.panel != block.panel or not (
        _is_level(caption.box, block.box, em=em) or (credit and _within(caption, block))
    ):
        return False
    if credit:
        return first.size <= 1.02 * last.size
    if abs(first.size - last.size) > 0.03 * last.size:
        return False
    # A title in bold ends a caption's description: another caption or a heading begins.
    return not (first.words[0].bold and not last.words[-1].bold and caption.lines[0] is not last)


def _is_level(box: Rect, other: Rect, *, em: float) -> bool:
    """Whether two blocks begin at one edge or stand about one axis."""
    return abs(box[0] - other[0]) <= 0.4 * em or abs(box[0] + box[2] - other[0] - other[2]) <= 0.5 * em


def _within(caption: TextBlock, block: TextBlock) -> bool:
    return block.box[0] >= caption.box[0] - 1 and block.box[2] <= caption.box[2] + 1
