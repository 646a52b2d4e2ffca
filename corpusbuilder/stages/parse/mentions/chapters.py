"""In which chapter a figure stands, for books whose numbers begin again with each chapter."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, islice
from typing import Final

from corpusbuilder.records.document import Figure, Passage, WordBox

_MOST_PAIRS: Final = 50
"""Of figures with the same number that are compared."""


def figure_headings(passages: Sequence[Passage], figures: Sequence[Figure]) -> dict[str, tuple[str, ...]]:
    """The heading path at the place of each figure, by its id: that of the text above it, else of the text before."""
    on_page: dict[int, list[tuple[WordBox, Passage]]] = defaultdict(list)
    for passage in passages:
        seen: set[int] = set()
        for word in passage.words:
            if word.page_no not in seen:
                seen.add(word.page_no)
                on_page[word.page_no].append((word, passage))
    ends: dict[int, tuple[str, ...]] = {}
    for passage in passages:
        ends[passage.words[-1].page_no if passage.words else passage.page_no] = passage.heading
    ordered = sorted(ends)
    headings = {}
    for figure in figures:
        here = on_page.get(figure.page_no, [])
        above = [(word.y0, place) for place, (word, _) in enumerate(here) if word.y0 <= figure.bbox[1]]
        if above:
            headings[figure.id] = here[max(above)[1]][1].heading
        elif here:
            headings[figure.id] = here[0][1].heading
        else:
            before = [page for page in ordered if page < figure.page_no]
            headings[figure.id] = ends[before[-1]] if before else ()
    return headings


def shared(first: Sequence[str], second: Sequence[str]) -> int:
    """How many titles two heading paths have in common from the top."""
    count = 0
    for a, b in zip(first, second, strict=False):
        if a != b:
            break
        count += 1
    return count


def chapter_depth(groups: Iterable[Sequence[tuple[str, ...]]]) -> int | None:
    """So many titles of a heading path tell the figures of one number apart.

    Args:
        groups: the heading paths of the figures that bear the same number.

    Returns:
        None when no number is borne twice, or when headings do not tell such figures apart.
    """
    depth = 0
    for group in groups:
        for first, second in islice(combinations(group, 2), _MOST_PAIRS):
            common = shared(first, second)
            if common == min(len(first), len(second)):
                return None
            depth = max(depth, common + 1)
    return depth or None
