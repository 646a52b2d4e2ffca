"""What a document holds, in one reading order: blocks, with the passages and figures that they became."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.document import Block, BlockLabel, Figure, Passage, Unit
from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area

FIGURE_LABELS: Final = frozenset({BlockLabel.PICTURE, BlockLabel.TABLE})
_OF_PASSAGES: Final = frozenset({BlockLabel.TEXT, BlockLabel.LIST_ITEM})


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, passage or figure in its place in the reading order."""

    unit: Unit
    item: Block | Passage | Figure
    block: Block | None = None
    """The block of a figure."""


def in_order(units: Iterable[Unit]) -> Iterator[Placed]:
    """All of a document: passages in place of the blocks that they are made of, figures in place of theirs."""
    for unit in units:
        on_page: dict[int, list[Block]] = defaultdict(list)
        for block in unit.blocks:
            on_page[block.page_no].append(block)
        others = [block for block in unit.blocks if block.label not in _OF_PASSAGES | FIGURE_LABELS]
        placed = [((block.index, 1, 0), Placed(unit, block)) for block in others]
        last = -1
        for number, passage in enumerate(unit.passages):
            last = max(last, _home(passage, on_page[passage.page_no], last))
            placed.append(((last, 2, number), Placed(unit, passage)))
        for number, figure in enumerate(unit.figures):
            home = figure_block(figure, on_page[figure.page_no])
            index = home.index if home else max((b.index for b in on_page[figure.page_no]), default=last)
            placed.append(((index, 0, number), Placed(unit, figure, home)))
        yield from (item for _, item in sorted(placed, key=lambda pair: pair[0]))


def plain(text: str) -> str:
    """``text`` without blanks and hyphens: the same for a block and for what was made of it."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


def figure_block(figure: Figure, blocks: Sequence[Block]) -> Block | None:
    """The picture or table among ``blocks`` that became ``figure``."""
    candidates = [block for block in blocks if block.label in FIGURE_LABELS]
    best = max(candidates, key=lambda block: intersection_area(block.bbox, figure.bbox), default=None)
    return best if best and intersection_area(best.bbox, figure.bbox) > 0.5 * area(best.bbox) else None


def _home(passage: Passage, blocks: Sequence[Block], last: int) -> int:
    """The index of the block where a passage begins; ``last`` when no block is there."""
    if not passage.words:
        return last
    start = passage.words[0]
    point = centre((start.x0, start.y0, start.x1, start.y1))
    there = (b.index for b in blocks if b.label in _OF_PASSAGES and contains_point(b.bbox, point, slack=1.0))
    return next(there, last)
