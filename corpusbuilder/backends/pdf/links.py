"""Links of a page that lead to a place of the same file.

MuPDF gives both ends as a reader sees them: rotation and crop box applied, origin top left.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from corpusbuilder.backends.pdf.bounds import within
from corpusbuilder.backends.pdf.failures import library_errors
from corpusbuilder.records.geometry import area
from corpusbuilder.records.page import PageLink, Rect

_SAME_FILE: Final = re.compile(r"(?:file:(?://)?)?#", re.IGNORECASE)
"""A URI that is only a fragment names a place of the document it stands in (RFC 3986, section 4.4)."""
_MOST_LINKS: Final = 2_000
"""On one page; a hostile file may hold any number."""


def read_links(document: Any, page: Any, bounds: Rect) -> tuple[PageLink, ...]:  # noqa: ANN401 - PyMuPDF publishes no types
    """The links of ``page`` within ``document``, each once, in the file's order. What leads nowhere is left out."""
    found: dict[PageLink, None] = {}
    try:
        for link in _chain(page.first_link):
            target = _target(document, link)
            box = within(tuple(link.rect), bounds)
            if target is not None and area(box) > 0:
                found[PageLink(box, *target)] = None
    except library_errors():
        pass  # a broken chain of annotations ends here; what was read before it counts
    return tuple(found)


def _chain(link: Any) -> Iterator[Any]:  # noqa: ANN401 - PyMuPDF publishes no types
    for _ in range(_MOST_LINKS):
        if link is None:
            return
        yield link
        link = link.next


def _target(document: Any, link: Any) -> tuple[int, tuple[float, float] | None] | None:  # noqa: ANN401 - as above
    """Page from 1 and the point on it, if the link gives one; None for a link that leads out of the file or nowhere."""
    uri = link.uri or ""
    if link.is_external and not _SAME_FILE.match(uri):
        return None
    try:
        page, x, y = document.resolve_link(uri)
    except library_errors():
        return None
    number = page[1] if isinstance(page, tuple) else page
    if not 0 <= number < document.page_count:
        return None
    return number + 1, ((x, y) if math.isfinite(x) and math.isfinite(y) and (x or y) else None)
