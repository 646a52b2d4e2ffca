"""One page after another: figures, blocks, captions, furniture, and all of it in reading order."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import area, centre, contains_point, union
from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.parse.blocks import make_blocks, observe_pages
from corpusbuilder.stages.parse.captions import bind_captions, usual_side
from corpusbuilder.stages.parse.footnotes import with_footnotes
from corpusbuilder.stages.parse.freed import without_captions
from corpusbuilder.stages.parse.furniture import furniture_lines
from corpusbuilder.stages.parse.headings import BodyStyle, looks_like_heading
from corpusbuilder.stages.parse.headlines import is_plain, without_run_in_titles
from corpusbuilder.stages.parse.levels import Style, style_of
from corpusbuilder.stages.parse.model import BoundCaption, FoundFigure, FoundPart, TextBlock
from corpusbuilder.stages.parse.order import reading_order
from corpusbuilder.stages.parse.ownership import with_own_lines
from corpusbuilder.stages.parse.panels import in_panels
from corpusbuilder.stages.parse.rejoined import rejoined
from corpusbuilder.stages.parse.scans.skew import skew_of
from corpusbuilder.stages.parse.upright import main_direction, upright_box


@dataclass(frozen=True, slots=True)
class CaptionedFigure:
    """A figure, with its panels put together, and its caption."""

    figure: FoundFigure
    caption: BoundCaption | None


@dataclass(frozen=True, slots=True)
class PageLayout:
    """What stands on a page, in reading order."""

    items: tuple[TextBlock | CaptionedFigure, ...]
    """Text, headings to be, captions and figures."""
    furniture: tuple[TextBlock, ...]

    @property
    def figures(self) -> tuple[CaptionedFigure, ...]:
        """The figures alone."""
        return tuple(item for item in self.items if isinstance(item, CaptionedFigure))


def lay_out(
    pages: Sequence[RawPage],
    figures: Sequence[Sequence[FoundFigure]],
    panels: Sequence[Sequence[Rect]],
    body: BodyStyle,
) -> list[PageLayout]:
    """The layout of every page of a document.

    Args:
        pages: with their lines; paths and images play no part any more.
        figures: of each page.
        panels: of each page; see `find_panels`.
        body: how most of the text is set.
    """
    freed = [_free(page, with_own_lines(found)) for page, found in zip(pages, figures, strict=True)]
    pages, figures = [page for page, _ in freed], [found for _, found in freed]
    furniture = furniture_lines(pages, em=body.size)
    texts = [_outside(page, found, outer) for page, found, outer in zip(pages, figures, furniture, strict=True)]
    customs = observe_pages(texts, em=body.size)
    panels = [_boxes_on(page, text, rects) for page, text, rects in zip(pages, texts, panels, strict=True)]
    blocks = [
        with_footnotes(
            in_panels(make_blocks(text, page_no=page.page_no, em=body.size, typography=customs), boxes), em=body.size
        )
        for page, text, boxes in zip(pages, texts, panels, strict=True)
    ]
    if is_plain([block for text in blocks for block in text]):
        blocks = [without_run_in_titles(text) for text in blocks]
    on_pages = list(zip(pages, figures, blocks, strict=True))
    in_columns = column_headings(blocks, body)
    first = [caption for page, found, text in on_pages for caption in bind_captions(page, found, text)]
    side = usual_side(first)
    return [
        PageLayout(
            items=_in_order(
                _items(found, text, bind_captions(page, found, text, side=side)),
                boxes,
                body,
                in_columns=in_columns,
                skew=skew_of(page.lines) if page.is_scan else None,
            ),
            furniture=_furniture_blocks(page, found, outside),
        )
        for (page, found, text), outside, boxes in zip(on_pages, furniture, panels, strict=True)
    ]


def _free(page: RawPage, found: Sequence[FoundFigure]) -> tuple[RawPage, Sequence[FoundFigure]]:
    """A page and its figures, which hold no captions any more."""
    freed = [without_captions(figure) for figure in found]
    if all(a is b for a, b in zip(freed, found, strict=True)):
        return page, found
    return rejoined(page, apart=[line for figure in freed for line in figure.lines]), freed


def _outside(page: RawPage, found: Sequence[FoundFigure], furniture: frozenset[int]) -> list[Line]:
    """The text of a page outside figures and furniture."""
    inside = {id(line) for figure in found for line in figure.lines}
    return [line for i, line in enumerate(page.lines) if i not in furniture and id(line) not in inside]


def column_headings(pages: Iterable[Sequence[TextBlock]], body: BodyStyle) -> frozenset[Style]:
    """The styles of headings that stand in a column, body text beside them, at least now and then.

    A heading over all columns has none beside it, so that those of another style may stand over columns where they
    look as if they did.
    """
    seen: Counter[Style] = Counter()
    beside: Counter[Style] = Counter()
    for blocks in pages:
        heads = [block for block in blocks if looks_like_heading(block, body)]
        text = [b.box for b in blocks if abs(b.lines[0].size - body.size) <= 0.1 * body.size and len(b.lines) >= 3]
        for head in heads:
            seen[style_of(head)] += 1
            x0, y0, x1, y1 = head.box
            beside[style_of(head)] += any(
                min(box[3], y1) - max(box[1], y0) > 0.5 * (y1 - y0)
                and (box[0] > x1 + 0.5 * body.size or box[2] < x0 - 0.5 * body.size)
                for box in text
            )
    return frozenset(style for style, number in seen.items() if beside[style] >= max(1, 0.25 * number))


def _boxes_on(page: RawPage, text: Sequence[Line], panels: Sequence[Rect]) -> list[Rect]:
    """The panels but for the ground of the whole page: a sheet of colour, or of white, that holds nearly all text."""
    least_area, least_lines = 0.5 * page.width * page.height, 0.6 * len(text)

    def is_ground(panel: Rect) -> bool:
        if area(panel) < least_area:
            return False
        return sum(contains_point(panel, centre(line.box)) for line in text) >= least_lines

    return [panel for panel in panels if not is_ground(panel)]


def _items(
    found: Sequence[FoundFigure], blocks: Sequence[TextBlock], captions: Sequence[BoundCaption]
) -> list[TextBlock | CaptionedFigure]:
    """Text, captions and figures of a page, in no order."""
    bound = {id(line) for caption in captions for line in caption.block.lines}
    rest = [block for block in blocks if id(block.lines[0]) not in bound]
    return [*rest, *(caption.block for caption in captions), *_captioned(found, captions)]


def _in_order(
    items: Sequence[TextBlock | CaptionedFigure],
    panels: Sequence[Rect],
    body: BodyStyle,
    *,
    in_columns: frozenset[Style],
    skew: float | None,
) -> tuple[TextBlock | CaptionedFigure, ...]:
    """The items of a page as they are read; ``skew`` is how far a scan is turned in radians, None for no scan."""
    heads = [
        isinstance(item, TextBlock) and looks_like_heading(item, body) and style_of(item) not in in_columns
        for item in items
    ]
    holders = [next((panel for panel in panels if contains_point(panel, centre(_box(item)))), None) for item in items]
    direction = main_direction([line for item in items if isinstance(item, TextBlock) for line in item.lines])
    boxes = [upright_box(_level_box(item, skew, em=body.size), direction) for item in items]
    upright = [upright_box(holder, direction) if holder else None for holder in holders]
    return tuple(items[i] for i in reading_order(boxes, heads, em=body.size, panels=upright))


def _captioned(found: Sequence[FoundFigure], captions: Iterable[BoundCaption]) -> list[CaptionedFigure]:
    """Figures with their captions; the panels under one caption become one figure."""
    made, taken = [], set()
    for caption in captions:
        if caption.figures:
            taken |= {id(figure) for figure in caption.figures}
            made.append(CaptionedFigure(_together(caption.figures), caption))
    return made + [CaptionedFigure(figure, None) for figure in found if id(figure) not in taken]


def _together(panels: Sequence[FoundFigure]) -> FoundFigure:
    if len(panels) == 1:
        return panels[0]
    sources = {panel.source for panel in panels}
    return replace(
        panels[0],
        box=union([panel.box for panel in panels]),
        source=sources.pop() if len(sources) == 1 else "mixed",
        images=tuple(image for panel in panels for image in panel.images),
        paths=tuple(path for panel in panels for path in panel.paths),
        lines=tuple(line for panel in panels for line in panel.lines),
        score=min(panel.score for panel in panels),
        parts=tuple(part for panel in panels for part in panel.parts or (FoundPart(panel.box),)),
    )


def _box(item: TextBlock | CaptionedFigure) -> Rect:
    return item.box if isinstance(item, TextBlock) else item.figure.box


def _level_box(item: TextBlock | CaptionedFigure, skew: float | None, *, em: float) -> Rect:
    """The box of an item on the page turned straight: on one that is askew the boxes of columns reach into another.

    Recognised boxes stand out from their letters by a fifth of an em, which narrow gutters cannot spare.
    """
    if skew is None:
        return _box(item)
    boxes = [line.box for line in item.lines] if isinstance(item, TextBlock) else [_box(item)]
    x0, y0, x1, y1 = union([_turned_back(box, skew) for box in boxes])
    margin = min(0.2 * em, (x1 - x0) / 4)
    return x0 + margin, y0, x1 - margin, y1


def _turned_back(box: Rect, skew: float) -> Rect:
    """A box of the same size, its centre turned back about the page's corner."""
    x, y = centre(box)
    cos, sin = math.cos(skew), math.sin(skew)
    half_width, half_height = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    x, y = x * cos + y * sin, y * cos - x * sin
    return x - half_width, y - half_height, x + half_width, y + half_height


def _furniture_blocks(page: RawPage, found: Sequence[FoundFigure], furniture: frozenset[int]) -> tuple[TextBlock, ...]:
    inside = {id(line) for figure in found for line in figure.lines}
    lines = [page.lines[i] for i in sorted(furniture) if id(page.lines[i]) not in inside]
    return tuple(
        TextBlock(
            page_no=page.page_no,
            box=line.box,
            lines=(line,),
            label=BlockLabel.PAGE_HEADER if line.box[1] < page.height / 2 else BlockLabel.PAGE_FOOTER,
        )
        for line in lines
    )
