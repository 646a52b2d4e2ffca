"""PDF links as evidence: the words under a link, and the figure where it leads."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from corpusbuilder.records.document import Figure, Passage, WordBox
from corpusbuilder.records.page import XY, PageLink, RawPage

_NEAR: Final = 36.0
"""Points above or below a figure within which a target belongs to it: that is its caption."""
_GAP: Final = 2
"""Characters between two pieces of one link, cut by a line's end or by a word left out."""


class LinkSpan(NamedTuple):
    """Words of a passage that lead somewhere."""

    start: int
    end: int
    page_no: int
    target: XY | None


def link_spans(passages: Sequence[Passage], pages: Sequence[RawPage]) -> dict[str, list[LinkSpan]]:
    """The linked words of each passage, by passage id, in order."""
    links = {page.page_no: page.links for page in pages if page.links}
    words: dict[int, list[tuple[float, WordBox, str]]] = defaultdict(list)
    for passage in passages:
        for word in passage.words:
            if word.page_no in links:
                words[word.page_no].append(((word.y0 + word.y1) / 2, word, passage.id))
    found: dict[str, list[LinkSpan]] = defaultdict(list)
    for page_no, standing in sorted(words.items()):
        standing.sort()
        heights = [height for height, _, _ in standing]
        for link in links[page_no]:
            rows = standing[bisect_left(heights, link.box[1]) : bisect_right(heights, link.box[3])]
            for passage_id, span in _under(link, rows).items():
                found[passage_id].append(span)
    return {passage_id: _joined(spans) for passage_id, spans in found.items()}


def _under(link: PageLink, words: Sequence[tuple[float, WordBox, str]]) -> dict[str, LinkSpan]:
    spans: dict[str, LinkSpan] = {}
    for _, word, passage_id in words:
        if not link.box[0] <= (word.x0 + word.x1) / 2 <= link.box[2]:
            continue
        start, end = word.start, word.end
        if passage_id in spans:
            start, end = min(start, spans[passage_id].start), max(end, spans[passage_id].end)
        spans[passage_id] = LinkSpan(start, end, link.page_no, link.target)
    return spans


def _joined(spans: Sequence[LinkSpan]) -> list[LinkSpan]:
    """Pieces with one target that follow one another, put together."""
    joined: list[LinkSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end, span.page_no, span.target or (0.0, 0.0))):
        last = joined[-1] if joined else None
        if last and last[2:] == span[2:] and span.start - last.end <= _GAP:
            joined[-1] = last._replace(end=max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def figure_at(link: LinkSpan, on_page: Mapping[int, Sequence[Figure]]) -> Figure | None:
    """The figure, or the caption, at which a link points; None when no figure or more than one is there.

    A link that names only a page points at none: so do broken ones, which lead to the first page.
    """
    figures = on_page.get(link.page_no, ())
    if link.target is None:
        return None
    x, y = link.target
    there = [f for f in figures if f.bbox[1] - _NEAR <= y <= f.bbox[3] + _NEAR]
    if len(there) > 1:
        there = [f for f in there if f.bbox[0] - _NEAR <= x <= f.bbox[2]] or there
    if len(there) > 1:  # a target stands at the head of what it names
        heads = sorted(abs(f.bbox[1] - y) for f in there)
        there = [f for f in there if abs(f.bbox[1] - y) == heads[0] and heads[1] - heads[0] > 1.0]
    return there[0] if len(there) == 1 else None
