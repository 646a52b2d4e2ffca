"""Our result as layouts of layoutparser (Shen et al. 2021, 0.3)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.interop.sequence import figure_block, plain
from corpusbuilder.records.document import Block, BlockLabel, Figure, Unit

_FURNITURE: Final = frozenset({BlockLabel.PAGE_HEADER, BlockLabel.PAGE_FOOTER, BlockLabel.FOOTNOTE})


def to_layoutparser(units: Iterable[Unit]) -> dict[int, Any]:
    """A ``layoutparser.Layout`` for every page that has blocks, by page number from 1.

    Blocks are ``TextBlock`` of ``Rectangle`` in PDF points from the top left, in reading order. ``id`` is the block's
    place in the document, ``type`` one of our labels (DocLayNet's), ``next`` the id of the block that is read after it,
    ``parent`` the id of the heading above it, of a caption that of its figure, ``score`` that of a
    figure. ``page_data`` has ``width`` and ``height`` in points and ``index`` from 0, as ``layoutparser.load_pdf``
    writes them.

    Args:
        units: all or some units of one document, as `parse` wrote them.

    Raises:
        MissingExtraError: layoutparser is not installed.
    """
    try:
        from layoutparser.elements import Layout, Rectangle, TextBlock
    except ImportError:
        raise MissingExtraError("layoutparser", "layout", purpose="to_layoutparser()") from None
    known = list(units)
    blocks = sorted((block for unit in known for block in unit.blocks), key=lambda block: block.index)
    figures = _figure_blocks(known)
    scores, parents = {block.index: figure.score for figure, block in figures}, _parents(blocks, figures)
    body = [block.index for block in blocks if block.label not in _FURNITURE]
    following = dict(pairwise(body))
    on_page: dict[int, list[Any]] = defaultdict(list)
    for block in blocks:
        on_page[block.page_no].append(
            TextBlock(
                Rectangle(*block.bbox),
                text=block.text,
                id=block.index,
                type=block.label.value,
                parent=parents.get(block.index),
                next=following.get(block.index),
                score=scores.get(block.index),
            )
        )
    sizes = {page.page_no: (page.width, page.height) for unit in known for page in unit.document.pages}
    return {
        number: Layout(found, page_data={"width": sizes[number][0], "height": sizes[number][1], "index": number - 1})
        for number, found in sorted(on_page.items())
    }


def _figure_blocks(units: Iterable[Unit]) -> list[tuple[Figure, Block]]:
    """The figures whose block is known, with it."""
    pairs = []
    for unit in units:
        for figure in unit.figures:
            block = figure_block(figure, [block for block in unit.blocks if block.page_no == figure.page_no])
            pairs += [(figure, block)] if block else []
    return pairs


def _parents(blocks: Iterable[Block], figures: Sequence[tuple[Figure, Block]]) -> dict[int, int]:
    """The heading above each block of the body; a caption belongs to its figure."""
    of_caption = {plain(figure.caption): block.index for figure, block in reversed(figures) if figure.caption}
    parents: dict[int, int] = {}
    heading: int | None = None
    for block in (block for block in blocks if block.label not in _FURNITURE):
        if block.label in (BlockLabel.TITLE, BlockLabel.SECTION_HEADER):
            heading = block.index
            continue
        parent = of_caption.get(plain(block.text), heading) if block.label is BlockLabel.CAPTION else heading
        if parent is not None:
            parents[block.index] = parent
    return parents
