"""Binds captions to figures, jointly over a page, and reads the numbers that figures are called by."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import area, intersection_area, union
from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.parse.assignment import assign
from corpusbuilder.stages.parse.continued import with_continuations
from corpusbuilder.stages.parse.labels import number_called, number_on_ground, read_label
from corpusbuilder.stages.parse.model import BoundCaption, FoundFigure, TextBlock

Side: TypeAlias = Literal["below", "above", "beside", "inside"]

_FAR: Final = 12.0
"""A caption costs more than this (in widths of an m, plus penalties): it belongs to no figure in sight."""
_SIDE_COST: Final[dict[Side, float]] = {"below": 0.0, "inside": 0.5, "above": 0.8, "beside": 1.0}
_OTHER_SIDE: Final = 1.5
"""Penalty for a caption on another side of its figure than the page's other captions."""
_WIDE_LINES: Final = 3
"""A caption without a number that is wider than its figure has no more lines."""
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]$")
_PANELS: Final = re.compile(r"\([a-h]\)|\b[a-d]\)|\b(?:left|right|top|bottom|gauche|droite|haut|bas)\b", re.IGNORECASE)


class _Tie(NamedTuple):
    cost: float
    side: Side


def parse_label(text: str) -> tuple[str, str] | None:
    """``("Fig", "3.2")`` when ``text`` begins as a caption "Fig. 3.2 …" does, else None; see `read_label`."""
    label = read_label(text)
    return (label.word, label.number) if label else None


def bind_captions(
    page: RawPage,
    figures: Sequence[FoundFigure],
    blocks: Sequence[TextBlock],
    *,
    side: Side | None = None,
) -> list[BoundCaption]:
    """The captions of a page with their figures, in the order of ``blocks``.

    Args:
        page: figures and blocks of other pages are left out.
        figures: as `find_figures` gives them.
        blocks: the text of the page outside figures, one block per paragraph or caption.
        side: where the document's captions usually stand; see `usual_side`. Told from the page when None.

    Returns:
        Captions that name themselves ("Figure 3.2 …"), also when no figure stands near (``figures`` is then empty),
        and captions without a number that stand directly under a figure in another style than the body.
    """
    figures = [figure for figure in figures if figure.page_no == page.page_no]
    blocks = [block for block in blocks if block.page_no == page.page_no]
    size, font = _body_style(blocks)
    em = size or 10.0
    named = [block for block in blocks if _may_be_caption(block) and _calls(block)]
    blocks, named = _whole(blocks, named, em=em, font=font)
    bound = _assign(named, figures, blocks, side, em=em)
    taken = {id(figure) for members in bound.values() for figure in members}
    for index, members in bound.items():
        panels = [f for f in figures if id(f) not in taken and _is_panel_of(f, members, named[index], em=em)]
        taken |= {id(figure) for figure in panels}
        members.extend(panels)
    # A number in a square also heads a box of text: it is a caption only beside a picture.
    captions = {
        id(block): (block, tuple(bound.get(i, ())))
        for i, block in enumerate(named)
        if bound.get(i) or read_label(block.text)
    }
    for figure in figures:
        if id(figure) not in taken and not figure.is_table and (block := _unnamed(figure, blocks, captions, em=em)):
            captions[id(block)] = (block, (figure,))
    return [_caption(*captions[id(block)]) for block in blocks if id(block) in captions]


def _whole(
    blocks: Sequence[TextBlock], heads: Sequence[TextBlock], *, em: float, font: str
) -> tuple[list[TextBlock], list[TextBlock]]:
    """Blocks and captions once more, the captions with the blocks that go on with them."""
    whole = with_continuations(heads, blocks, size=em, font=font)
    inside = {id(line) for block in whole.values() for line in block.lines}
    kept = [whole.get(id(b), b) for b in blocks if id(b) in whole or id(b.lines[0]) not in inside]
    return kept, [whole.get(id(block), block) for block in heads]


def usual_side(captions: Iterable[BoundCaption]) -> Side | None:
    """Where most numbered captions of a document stand; None when there are none."""
    return _most(
        [
            _side(caption.block.box, caption.figures[0].box)[0]
            for caption in captions
            if caption.number and caption.figures
        ]
    )


def _calls(block: TextBlock) -> bool:
    """Whether a block begins as captions do that name themselves."""
    return read_label(block.text) is not None or number_on_ground(block.lines[0]) is not None


def _most(sides: Sequence[Side]) -> Side | None:
    return max(sides, key=lambda side: (sides.count(side), -_SIDE_COST[side]), default=None)


def _may_be_caption(block: TextBlock) -> bool:
    return block.label not in (BlockLabel.PAGE_HEADER, BlockLabel.PAGE_FOOTER)


def _caption(block: TextBlock, figures: tuple[FoundFigure, ...]) -> BoundCaption:
    return BoundCaption(
        block=block.labelled(BlockLabel.CAPTION),
        text=join_lines(line.text for line in block.lines),
        number=number_called(block.text) or number_on_ground(block.lines[0]),
        figures=tuple(sorted(figures, key=lambda figure: (figure.box[1], figure.box[0]))),
    )


def join_lines(lines: Iterable[str]) -> str:
    """Lines as running text: a hyphen at a line's end goes when the next line begins in lower case."""
    text = ""
    for line in lines:
        if text and _HYPHEN.search(text) and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text.replace("\u00ad", "")


def _assign(
    captions: Sequence[TextBlock],
    figures: Sequence[FoundFigure],
    blocks: Sequence[TextBlock],
    side: Side | None,
    *,
    em: float,
) -> dict[int, list[FoundFigure]]:
    """Figures by index of caption: first freely, then again with a bias for the side that most captions take."""
    ties = [[_tie(caption, figure, figures, blocks, em=em) for figure in figures] for caption in captions]
    pairs: list[tuple[int, int]] = []
    for _ in range(2):
        costs = [[tie.cost + _OTHER_SIDE * (side is not None and tie.side != side) for tie in row] for row in ties]
        pairs = assign(costs, limit=_FAR)
        side = side or _most([ties[i][j].side for i, j in pairs])
    return {i: [figures[j]] for i, j in pairs}


def _tie(
    caption: TextBlock, figure: FoundFigure, figures: Sequence[FoundFigure], blocks: Sequence[TextBlock], *, em: float
) -> _Tie:
    """How dear it is to bind a caption to a figure, in widths of an m."""
    box, picture = caption.box, figure.box
    side, distance = _side(box, picture)
    if side in ("below", "above"):
        apart = 6.0 * (1 - _shared(box, picture, axis=0))
    elif side == "beside":
        apart = 3.0 * (1 - _shared(box, picture, axis=1))
    else:
        apart = 0.0
    cost = _SIDE_COST[side] + max(distance, 0.0) / em + apart
    label = read_label(caption.text)
    if label is not None and (label.kind == "table") != figure.is_table:
        cost += 4.0
    between = _between(box, picture, side)
    others = [block.box for block in blocks if block is not caption] + [f.box for f in figures if f is not figure]
    if any(intersection_area(other, between) > 0.3 * min(area(other), area(between)) > 0 for other in others):
        cost += 6.0
    return _Tie(cost, side)


def _side(box: Rect, picture: Rect) -> tuple[Side, float]:
    """Where a caption stands and how far away, in points."""
    if intersection_area(box, picture) > 0.6 * area(box):
        return "inside", 0.0
    below, above = box[1] - picture[3], picture[1] - box[3]
    beside = max(box[0] - picture[2], picture[0] - box[2])
    if beside >= max(below, above):
        return "beside", beside
    return ("below", below) if below >= above else ("above", above)


def _shared(a: Rect, b: Rect, *, axis: Literal[0, 1]) -> float:
    """The part of the shorter extent along ``axis`` that both share."""
    shared = min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])
    shorter = min(a[axis + 2] - a[axis], b[axis + 2] - b[axis])
    return min(max(shared / shorter, 0.0), 1.0) if shorter > 0 else 0.0


def _between(box: Rect, picture: Rect, side: Side) -> Rect:
    """The space that parts a caption from its figure."""
    x0, x1 = max(box[0], picture[0]), min(box[2], picture[2])
    y0, y1 = max(box[1], picture[1]), min(box[3], picture[3])
    if side == "below":
        return x0, picture[3], x1, box[1]
    if side == "above":
        return x0, box[3], x1, picture[1]
    return min(box[2], picture[2]), y0, max(box[0], picture[0]), y1


def _is_panel_of(figure: FoundFigure, members: Sequence[FoundFigure], caption: TextBlock, *, em: float) -> bool:
    """Whether a figure without a caption is another panel of a captioned one: level with it and close."""
    if figure.is_table or any(member.is_table for member in members):
        return False
    whole = union([member.box for member in members])
    _, distance = _side(figure.box, whole)
    level = _shared(figure.box, whole, axis=1) > 0.8
    stacked = _shared(figure.box, whole, axis=0) > 0.8
    spans = _shared(caption.box, union([whole, figure.box]), axis=0) > 0.9 and (
        caption.box[2] - caption.box[0] >= 0.8 * (union([whole, figure.box])[2] - union([whole, figure.box])[0])
    )
    says_so = _PANELS.search(caption.text) is not None
    return distance <= 3 * em and ((level and (spans or says_so)) or (stacked and says_so))


def _body_style(blocks: Sequence[TextBlock]) -> tuple[float, str]:
    weights: Counter[tuple[float, str]] = Counter()
    for block in blocks:
        for line in block.lines:
            weights[round(line.size, 1), line.words[0].font] += len(line.text)
    return max(weights, key=lambda style: (weights[style], style), default=(0.0, ""))


def _unnamed(figure: FoundFigure, blocks: Sequence[TextBlock], taken: Container[int], *, em: float) -> TextBlock | None:
    """The block directly under a figure and under no text beside it, in a smaller or slanted type: it has no number."""
    size, font = _body_style(blocks)
    candidates = [
        block
        for block in blocks
        if id(block) not in taken
        and block.label in (BlockLabel.TEXT, BlockLabel.CAPTION)
        and -0.4 * em <= block.box[1] - figure.box[3] <= 1.3 * em
        and (_is_as_wide(block.box, figure.box, em=em) or _is_alone_under(block, figure, blocks, em=em))
        and len(block.text) <= 1200
        and not _shares_lines(block, figure)
        and _differs(block.lines, size, font)
    ]
    return min(candidates, key=lambda block: (block.box[1], block.box[0]), default=None)


def _is_as_wide(box: Rect, picture: Rect, *, em: float) -> bool:
    """Whether a block is no wider than a figure, or hardly."""
    return box[0] >= picture[0] - 1.5 * em and box[2] <= picture[2] + 1.5 * em


def _is_alone_under(block: TextBlock, figure: FoundFigure, blocks: Sequence[TextBlock], *, em: float) -> bool:
    """Whether a few lines run out from under a figure on both sides, or from its left edge, with no text beside."""
    box, picture = block.box, figure.box
    starts_with_it = abs(box[0] - picture[0]) <= em
    spans_it = _shared(box, picture, axis=0) > 0.75 and box[2] - box[0] >= picture[2] - picture[0]
    is_no_note = box[2] - box[0] <= max(1.5 * (picture[2] - picture[0]), picture[2] - picture[0] + 3 * em)
    if len(block.lines) > _WIDE_LINES or block.panel or not (is_no_note and (starts_with_it or spans_it)):
        return False
    around = min(box[0], picture[0]), picture[1], max(box[2], picture[2]), box[3]
    return not any(intersection_area(other.box, around) > 0 for other in blocks if other is not block)


def _shares_lines(block: TextBlock, figure: FoundFigure) -> bool:
    return any(line is other for line in block.lines for other in figure.lines)


def _differs(lines: Sequence[Line], size: float, font: str) -> bool:
    """Whether type is smaller than the body's or slanted, and not merely in part."""
    words = [word for line in lines for word in line.words]
    italic = sum(word.italic for word in words) >= 0.8 * len(words)
    small = all(line.size <= 0.93 * size for line in lines)
    return small or (italic and words[0].font != font)
