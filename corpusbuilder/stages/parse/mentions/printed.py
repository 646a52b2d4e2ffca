"""Page numbers as a reader sees them."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.page import RawPage

_EDGE: Final = 0.12
"""Share of the page's height at its head and foot where its number stands."""
_AGREE: Final = 0.5
"""Share of the pages whose number must tell the same offset."""


def printed_pages(pages: Sequence[RawPage]) -> dict[str, int]:
    """Page numbers from 1 by the number printed on the page: the PDF's labels, else what stands at head or foot."""
    labels = {page.label: page.page_no for page in reversed(pages) if page.label}
    if labels:
        return labels
    offsets = Counter(int(number) - page.page_no for page in pages for number in _edge_numbers(page))
    if not offsets:
        return {str(page.page_no): page.page_no for page in pages}
    offset, votes = max(offsets.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
    if votes < _AGREE * len(pages):
        return {str(page.page_no): page.page_no for page in pages} if len(pages) > 1 else {}
    return {str(page.page_no + offset): page.page_no for page in pages}


def _edge_numbers(page: RawPage) -> set[str]:
    """Numbers that stand alone at the head or foot of a page."""
    band = _EDGE * page.height
    edge = [line for line in page.lines if line.box[3] <= band or line.box[1] >= page.height - band]
    texts = [word.text.strip("—–-·. ") for line in edge for word in (line.words[:1] + line.words[-1:])]
    return {text for text in texts if text.isdecimal() and text.isascii() and len(text) <= 4}
