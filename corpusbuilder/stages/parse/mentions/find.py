"""Mentions of figures in passages, each with what resolved it and how sure that is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from corpusbuilder.records.document import Figure, Mention, Passage
from corpusbuilder.records.page import RawPage
from corpusbuilder.stages.parse.mentions.grammar import Reference, references
from corpusbuilder.stages.parse.mentions.index import FigureIndex
from corpusbuilder.stages.parse.mentions.links import LinkSpan, figure_at, link_spans
from corpusbuilder.stages.parse.mentions.numbers import key
from corpusbuilder.stages.parse.mentions.positions import PlaceReference, fitting, place_references
from corpusbuilder.stages.parse.mentions.printed import printed_pages
from corpusbuilder.stages.parse.mentions.reading import Resolved, Spot, numbers_called, spot_of

_ALONE: Final = 60
"""Longer linked words are a line of a table of contents, not a reference."""
_PLACE_SCORE: Final = 0.6
_NEXT: Final = 3
"""So close behind a number, words of place belong to it: "document 1, ci-contre"."""
_Found: TypeAlias = tuple[Figure | None, Mention]


class FoundMentions(NamedTuple):
    """The references of a document."""

    by_figure: dict[str, tuple[Mention, ...]]
    """Mentions by the id of the figure to which they lead, in reading order."""
    unresolved: tuple[Mention, ...]
    """Those that lead to no figure of the document, in reading order, with score 0."""


def find_mentions(
    passages: Sequence[Passage], figures: Sequence[Figure], pages: Sequence[RawPage] = ()
) -> FoundMentions:
    """The mentions of a document's figures in its passages.

    What resolves a reference, in this order: a PDF link over it; its number, in its chapter where numbers begin again;
    for figures that print no number, the order of the book; for words such as "opposite", the place of the figure. One
    that leads to nothing, or to one of several, is kept as unresolved.

    Args:
        passages: in reading order.
        figures: in reading order.
        pages: with their links and labels.
    """
    resolver = _Resolver(passages, figures, pages)
    found: dict[str, list[Mention]] = defaultdict(list)
    unresolved: list[Mention] = []
    for passage in passages:
        for figure, mention in resolver.mentions(passage):
            if figure is None:
                unresolved.append(mention)
            else:
                found[figure.id].append(mention)
    return FoundMentions({figure_id: tuple(mentions) for figure_id, mentions in found.items()}, tuple(unresolved))


class _Resolver:
    """Resolves the references of one document."""

    def __init__(self, passages: Sequence[Passage], figures: Sequence[Figure], pages: Sequence[RawPage]) -> None:
        scanned = {page.page_no for page in pages if page.status == "scanned"}
        self._printed = printed_pages(pages)
        self._links = link_spans(passages, pages)
        self._references = {p.id: tuple(references(p.text, scanned=p.page_no in scanned)) for p in passages}
        self._index = FigureIndex(passages, figures)
        self._index.learn(self._linked_numbers(passages))
        self._index.infer(numbers_called(passages, self._references, self._index))

    def _linked_numbers(self, passages: Sequence[Passage]) -> Iterator[tuple[Figure, str]]:
        """Figures without a number to which a link leads from a number."""
        for passage in passages:
            for reference in self._references[passage.id]:
                member = reference.members[0]
                link = self._link(passage, member.start, member.end)
                figure = figure_at(link, self._index.on_page) if link else None
                if figure is not None and not self._index.bears_any(figure):
                    yield figure, key(member.number)

    def _link(self, passage: Passage, start: int, end: int) -> LinkSpan | None:
        spans = self._links.get(passage.id, ())
        return next((span for span in spans if span.start < end and start < span.end), None)

    def mentions(self, passage: Passage) -> Iterator[_Found]:
        """The mentions of a passage in order of their start."""
        found = list(self._by_number(passage))
        taken = [(mention.start, mention.end) for _, mention in found]
        for more in (self._by_place(passage), self._by_link_alone(passage)):
            kept = [(f, m) for f, m in more if all(m.end <= start or end + _NEXT <= m.start for start, end in taken)]
            found += kept
            taken += [(mention.start, mention.end) for _, mention in kept]
        found.sort(key=lambda item: (item[1].start, item[1].end))
        yield from found

    def _by_number(self, passage: Passage) -> Iterator[_Found]:
        for reference in self._references[passage.id]:
            any_found = False
            seen: set[str] = set()
            for resolved in self._members(passage, reference):
                any_found = True
                if resolved.figure.id not in seen:
                    seen.add(resolved.figure.id)
                    yield resolved.figure, _mention(passage, resolved)
            if not any_found:
                yield None, _unresolved(passage, reference.start, reference.end, "number")

    def _members(self, passage: Passage, reference: Reference) -> Iterator[Resolved]:
        """The figures of a reference, number by number."""
        spot = spot_of(passage, reference.start)
        page_no = self._printed.get(reference.page, 0) if reference.page else None
        used: set[LinkSpan] = set()
        before = None
        for member in reference.members:
            alone = len(reference.members) == 1
            link = self._link(passage, member.start, member.end)
            if link is not None and link not in used:
                used.add(link)
                figure = self._behind(link, reference.kind, member.number, spot)
                if figure is not None:
                    yield Resolved(figure, member.start, reference.end if alone else member.end, "link", 1.0)
                    before = member
                    continue
            for found in self._index.resolve(reference.kind, member, before, spot, page_no=page_no):
                yield found._replace(end=reference.end) if alone else found
            before = member

    def _behind(self, link: LinkSpan, kind: str, number: str, spot: Spot) -> Figure | None:
        """The figure where a link leads: on its page the one with the number, else that at its target."""
        borne = self._index.bearing(kind, number)
        for page_no in (link.page_no, link.page_no + 1, link.page_no - 1):
            there = [figure for figure in borne if figure.page_no == page_no]
            if there:
                return self._index.nearest(there, spot)
            if page_no == link.page_no and (figure := figure_at(link, self._index.on_page)) is not None:
                return figure
        return None

    def _by_place(self, passage: Passage) -> Iterator[_Found]:
        for reference in place_references(passage.text):
            spot = spot_of(passage, reference.start)
            link = self._link(passage, reference.start, reference.end)
            figure = figure_at(link, self._index.on_page) if link else None
            if figure is not None:
                resolved = Resolved(figure, reference.start, reference.end, "link", 1.0)
                yield figure, _mention(passage, resolved)
                continue
            if spot.word is None:
                continue
            figure = self._placed(reference, spot)
            if figure is None:
                yield None, _unresolved(passage, reference.start, reference.end, "position")
            else:
                resolved = Resolved(figure, reference.start, reference.end, "position", _PLACE_SCORE)
                yield figure, _mention(passage, resolved)

    def _placed(self, reference: PlaceReference, spot: Spot) -> Figure | None:
        if spot.word is None:
            return None
        word = spot.word
        if reference.place == "page":
            word = word._replace(page_no=self._printed.get(reference.page or "", 0))
        near = [f for n in (word.page_no - 1, word.page_no, word.page_no + 1) for f in self._index.on_page.get(n, ())]
        return fitting(reference, word, near)

    def _by_link_alone(self, passage: Passage) -> Iterator[_Found]:
        """Linked words that name no number, such as "the cycle", when they lead to a figure itself."""
        for span in self._links.get(passage.id, ()):
            if span.target is None or span.end - span.start > _ALONE:
                continue
            figure = figure_at(span, self._index.on_page)
            if figure is not None and any(char.isdigit() for char in passage.text[span.start : span.end]):
                yield figure, _mention(passage, Resolved(figure, span.start, span.end, "link", 0.9))


def _mention(passage: Passage, resolved: Resolved) -> Mention:
    return Mention(
        passage_id=passage.id,
        start=resolved.start,
        end=resolved.end,
        text=passage.text[resolved.start : resolved.end],
        method=resolved.method,
        score=resolved.score,
    )


def _unresolved(passage: Passage, start: int, end: int, method: str) -> Mention:
    text = passage.text[start:end]
    return Mention(
        passage_id=passage.id,
        start=start,
        end=end,
        text=text,
        method="number" if method == "number" else "position",
        score=0.0,
    )
