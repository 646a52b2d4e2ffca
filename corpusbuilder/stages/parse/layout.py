"""One page after another: figures, blocks, captions, furniture, and all of it in reading order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line, RawPage, Rect
from corpusbuilder.stages.parse.blocks import make_blocks, observe_pages
from corpusbuilder.stages.parse.captions import bind_captions, usual_side
from corpusbuilder.stages.parse.furniture import furniture_lines
from corpusbuilder.stages.parse.headings import BodyStyle, looks_like_heading
from corpusbuilder.stages.parse.model import BoundCaption, FoundFigure, FoundPart, TextBlock
from corpusbuilder.stages.parse.order import reading_order
from corpusbuilder.stages.parse.ownership import with_own_lines
from corpusbuilder.stages.parse.panels import in_panels


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
    figures = [with_own_lines(found) for found in figures]
    furniture = furniture_lines(pages, em=body.size)
    texts = [_outside(page, found, outer) for page, found, outer in zip(pages, figures, furniture, strict=True)]
    customs = observe_pages(texts, em=body.size)
    blocks = [
        in_panels(make_blocks(text, page_no=page.page_no, em=body.size, typography=customs), boxes)
        for page, text, boxes in zip(pages, texts, panels, strict=True)
    ]
    on_pages = list(zip(pages, figures, blocks, strict=True))
    first = [caption for page, found, text in on_pages for caption in bind_captions(page, found, text)]
    side = usual_side(first)
    return [
        PageLayout(
            items=_in_order(found, text, bind_captions(page, found, text, side=side), body),
            furniture=_furniture_blocks(page, found, outside),
        )
        for (page, found, text), outside in zip(on_pages, furniture, strict=True)
    ]


def _outside(page: RawPage, found: Sequence[FoundFigure], furniture: frozenset[int]) -> list[Line]:
    """The text of a page outside figures and furniture."""
    inside = {id(line) for figure in found for line in figure.lines}
    return [line for i, line in enumerate(page.lines) if i not in furniture and id(line) not in inside]


def _in_order(
    found: Sequence[FoundFigure], blocks: Sequence[TextBlock], captions: Sequence[BoundCaption], body: BodyStyle
) -> tuple[TextBlock | CaptionedFigure, ...]:
    """Text, captions and figures of a page as they are read."""
    bound = {id(line) for caption in captions for line in caption.block.lines}
    rest = [block for block in blocks if id(block.lines[0]) not in bound]
    items: list[TextBlock | CaptionedFigure] = [
        *rest,
        *(caption.block for caption in captions),
        *_captioned(found, captions),
    ]
    heads = [isinstance(item, TextBlock) and looks_like_heading(item, body) for item in items]
    order = reading_order([_box(item) for item in items], heads, em=body.size)
    return tuple(items[i] for i in order)


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
