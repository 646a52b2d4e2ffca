"""The figures of a document by the numbers that they bear, and which of several with one number is meant."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from corpusbuilder.records.document import Figure, Passage
from corpusbuilder.stages.parse.labels import DASH
from corpusbuilder.stages.parse.mentions.chapters import chapter_depth, figure_headings, shared
from corpusbuilder.stages.parse.mentions.grammar import Member
from corpusbuilder.stages.parse.mentions.inferred import inferred_numbers
from corpusbuilder.stages.parse.mentions.numbers import key, kind_of, numbers_of
from corpusbuilder.stages.parse.mentions.reading import Resolved, Spot, between

_OWN_SERIES: Final = frozenset({"document", "table", "box"})
"""Things that are counted apart from pictures: "Table 3" is never Figure 3."""
_PART: Final = re.compile(r"(?<=\d)[a-h]$")
_REPEATED: Final = 0.5
"""Numbers begin again with each chapter when this share of the figures has one that another has, too."""
_OTHER_KIND, _BY_CHAPTER, _BY_PAGE, _OTHER_PAGE = 0.8, 0.9, 0.7, 0.6
"""How sure a number is that a figure of another kind bears, two figures, or one on the page beside."""


class FigureIndex:
    """Figures by number.

    Args:
        passages: in reading order; their headings tell the chapters.
        figures: in reading order.
    """

    def __init__(self, passages: Sequence[Passage], figures: Sequence[Figure]) -> None:
        self._figures = figures
        self._headings = figure_headings(passages, figures)
        self._kinds = {figure.id: kind_of(figure) for figure in figures}
        self._used: set[str] = set()
        self._by_number: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        self._borne: dict[str, list[str]] = {figure.id: [] for figure in figures}
        self._sure: dict[tuple[str, str], tuple[float, bool]] = {}
        on_page: dict[int, list[Figure]] = defaultdict(list)
        for figure, numbers in zip(figures, numbers_of(figures), strict=True):
            on_page[figure.page_no].append(figure)
            for number in numbers:
                self._add(figure, number)
        self.on_page: Mapping[int, Sequence[Figure]] = dict(on_page)
        self._depth = self._chapter_depth()

    def _add(self, figure: Figure, number: str) -> None:
        if number not in self._borne[figure.id]:
            self._borne[figure.id].append(number)
            self._by_number[self._kinds[figure.id], number].append(figure)
            self._used.add(self._kinds[figure.id])

    def learn(self, linked: Iterable[tuple[Figure, str]]) -> None:
        """Take over the numbers by which links call figures that bear none."""
        for figure, number in list(linked):
            self._add(figure, number)

    def infer(self, asked: Mapping[str, Sequence[int]]) -> None:
        """Take over the numbers that the order of the book gives to figures that bear none; see `inferred_numbers`."""
        borne = [self._borne[figure.id] for figure in self._figures]
        by_id = {figure.id: figure for figure in self._figures}
        for figure_id, numbers in inferred_numbers(self._figures, borne, asked).items():
            for number, score, was_read in numbers:
                self._add(by_id[figure_id], number)
                self._sure[figure_id, number] = score, was_read
        self._depth = self._chapter_depth()

    def bears_any(self, figure: Figure) -> bool:
        """Whether a figure has a number."""
        return bool(self._borne[figure.id])

    def bearing(self, kind: str, number: str) -> Sequence[Figure]:
        """The figures that a word of this kind with this number may call, all of one kind.

        A picture of another kind only when the document numbers none of this kind; one whose caption names no kind
        stands for any that the document does not number.
        """
        whole = key(number)
        for wanted in dict.fromkeys((whole, _PART.sub("", whole))):
            if own := self._by_number.get((kind, wanted)):
                return own
            if kind in _OWN_SERIES or kind in self._used:
                others = [""] if kind == "figure" or kind not in self._used else []
            else:
                others = sorted(self._used - _OWN_SERIES)
            if found := [figure for other in others for figure in self._by_number.get((other, wanted), ())]:
                return found
        return ()

    def resolve(
        self, kind: str, member: Member, before: Member | None, spot: Spot, *, page_no: int | None
    ) -> Iterator[Resolved]:
        """The figures that one number of a reference calls; of a range all from after its first.

        Args:
            kind: what the word of the reference names.
            member: the number.
            before: the number before it in the reference.
            spot: where the reference stands.
            page_no: the page that the reference names, 0 for one that the book does not have.
        """
        numbers = [member.number]
        if not self.bearing(kind, member.number) and len(DASH.findall(member.number)) == 1:
            first, last = DASH.split(member.number)  # "5-8" is a number in some books, a range in others
            numbers = [first, *between(first, last), last]
        elif before is not None and member.ends_range:
            numbers = [*between(DASH.split(before.number)[-1], member.number), member.number]
        for number in numbers:
            figure, score = self._choose(kind, number, spot, page_no)
            if figure is not None:
                known, was_read = self._sure.get((figure.id, key(number)), (1.0, True))
                yield Resolved(figure, member.start, member.end, "number" if was_read else "position", score * known)

    def _choose(self, kind: str, number: str, spot: Spot, page_no: int | None) -> tuple[Figure | None, float]:
        """The figure that is meant, and how sure that is."""
        borne = self.bearing(kind, number)
        if page_no is not None:
            borne, sure = _on_named_page(borne, page_no)
        else:
            sure = 1.0
        if not borne:
            return None, 0.0
        score = sure * (1.0 if self._kinds[borne[0].id] in (kind, "") else _OTHER_KIND)
        depth = self._depth
        if page_no is None and depth is not None:
            chapter = [f for f in borne if shared(self._headings[f.id], spot.heading) >= min(depth, len(spot.heading))]
            if len(chapter) == 1:
                return chapter[0], score * (_BY_CHAPTER if len(borne) > 1 else 1.0)
            if not chapter and number.isdecimal():
                return None, 0.0
            borne = chapter or borne
        if len(borne) == 1:
            return borne[0], score
        return self.nearest(borne, spot), score * _BY_PAGE

    def nearest(self, figures: Sequence[Figure], spot: Spot) -> Figure:
        """Of several figures the one in the chapter, then on the page, nearest to the reference."""
        return min(
            figures,
            key=lambda f: (
                -shared(self._headings[f.id], spot.heading),
                abs(f.page_no - spot.page_no),
                f.page_no,
                f.id,
            ),
        )

    def _chapter_depth(self) -> int | None:
        """How deep a heading path tells the chapters in which numbers begin again; None when they do not."""
        groups = [[self._headings[f.id] for f in figures] for figures in self._by_number.values()]
        repeated = [group for group in groups if len(group) > 1]
        begin_again = len(repeated) > 1 and sum(map(len, repeated)) >= _REPEATED * sum(map(len, groups))
        return chapter_depth(repeated) if begin_again else None


def _on_named_page(borne: Sequence[Figure], page_no: int) -> tuple[Sequence[Figure], float]:
    """The figures on the page that a reference names, and how sure that is.

    A printed page may be one off, and a figure may float over the break: the only one with its number still counts.
    """
    there = [figure for figure in borne if figure.page_no == page_no]
    if not there and len(borne) == 1 and page_no and abs(borne[0].page_no - page_no) <= 1:
        return borne, _OTHER_PAGE
    return there, 1.0
