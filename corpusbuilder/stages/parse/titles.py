"""Runs of passages for units by unstructured's ``chunk_by_title``."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from corpusbuilder.errors import MissingExtraError
from corpusbuilder.records.document import Passage

if TYPE_CHECKING:
    from unstructured.documents.elements import Element


def runs_by_title(passages: Sequence[Passage], *, characters: int) -> list[list[Passage]]:
    """The passages in the chunks that ``chunk_by_title`` makes of them; each is in exactly one, whole, in order.

    A chunk begins at every title once the one before is half full. A passage of more than ``characters`` is in the
    chunk where it begins: unstructured cuts inside paragraphs, we do not.

    Args:
        passages: in reading order; where their headings change, the new ones become titles.
        characters: most characters of a chunk.

    Raises:
        MissingExtraError: unstructured is not installed.
    """
    try:
        from unstructured.chunking.title import chunk_by_title
    except ImportError:
        raise MissingExtraError("unstructured", "layout", purpose='parse.units = "by_title"') from None
    chunks = chunk_by_title(
        list(_elements(passages)), max_characters=characters, combine_text_under_n_chars=characters // 2
    )
    waiting = {passage.id: passage for passage in passages}
    runs = []
    for chunk in chunks:
        ids = [element.id for element in chunk.metadata.orig_elements or ()]
        run = [waiting.pop(identity) for identity in dict.fromkeys(ids) if identity in waiting]
        if run:
            runs.append(run)
    return runs


def _elements(passages: Sequence[Passage]) -> "Iterator[Element]":
    from unstructured.documents.elements import ElementMetadata, ListItem, NarrativeText, Title

    headings: Sequence[tuple[str, ...]] = [(), *(passage.heading for passage in passages)]
    for number, (passage, (above, heading)) in enumerate(zip(passages, pairwise(headings), strict=True)):
        shared = next((i for i, (a, b) in enumerate(zip(above, heading, strict=False)) if a != b), len(above))
        for depth, title in enumerate(heading[shared:], start=min(shared, len(heading))):
            metadata = ElementMetadata(category_depth=depth, page_number=passage.page_no)
            yield Title(title, element_id=f"title-{number}-{depth}", metadata=metadata)
        kind = ListItem if passage.kind == "list" else NarrativeText
        yield kind(passage.text, element_id=passage.id, metadata=ElementMetadata(page_number=passage.page_no))
