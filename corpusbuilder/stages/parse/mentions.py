"""References to figures in the text, resolved by their printed numbers: "see Figure 3.2", "(fig. 4 et 5)"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from corpusbuilder.records.document import Figure, Mention, Passage
from corpusbuilder.stages.parse.labels import LABEL_WORDS, NUMBER, WORD, read_label

_MENTION: Final = re.compile(
    rf"\b(?P<word>(?i:{WORD}))\b\.?[\s\u00a0]*(?:(?i:n[\s\u00a0]?[°o])[\s\u00a0]*)?(?P<numbers>{NUMBER}(?:\s*(?:,|;|&|–|-|et|and|à|to)"
    rf"\s*(?:\d{{1,3}}(?:\.\d{{1,3}}){{0,2}}[a-z]?(?!\w)))*)"
)
_NUMBER: Final = re.compile(NUMBER)
_PLATE_NUMBERS: Final = re.compile(
    r"(?:^|[.;:!?)]\s+)(?i:(?:fig|figs|figures?|nos?)\b\.?\s*)?"
    r"(?P<numbers>\d{1,3}(?:\s*(?:,|-|–|et|and|à|to)\s*\d{1,3})*)\.\s*(?=\S)"
)
"""Numbers at the head of a sentence of a caption: "37. ", "12, 13. ", "Fig. 38. "."""
_RANGE: Final = frozenset({"-", "–", "—", "to", "à"})
_LONGEST_RANGE: Final = 20
"""Further apart, two numbers are no range of figures."""
_PART: Final = re.compile(r"(?<=\d)[a-z]$")


def find_mentions(passages: Sequence[Passage], figures: Sequence[Figure]) -> dict[str, tuple[Mention, ...]]:
    """Mentions by figure id, in reading order.

    A number that several figures bear is that of the nearest page; "3a" is part of figure 3 when there is no 3a.
    """
    by_number: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        label = read_label(figure.caption or "")
        for number in _numbers_borne(figure):
            by_number[label.kind if label else "figure", _key(number)].append(figure)
    found: dict[str, list[Mention]] = defaultdict(list)
    for passage in passages:
        for figure, mention in _in_passage(passage, by_number):
            found[figure.id].append(mention)
    return {figure_id: tuple(mentions) for figure_id, mentions in found.items()}


def _numbers_borne(figure: Figure) -> Iterator[str]:
    """The number of a figure and, of a plate "Fig. 36. An acorn. 37. A seedling. 38, 39. Leaves.", those that follow.

    Only numbers that count up from the first, each at the head of a sentence, are taken.
    """
    if not figure.number:
        return
    yield figure.number
    if not (figure.number.isdecimal() and figure.caption):
        return
    last = int(figure.number)
    for match in _PLATE_NUMBERS.finditer(figure.caption):
        named = [int(number) for number in re.findall(r"\d+", match["numbers"])]
        if named[0] in (last, last + 1) and named[-1] - last < _LONGEST_RANGE:
            yield from map(str, range(last + 1, named[-1] + 1))
            last = max(last, named[-1])


def _in_passage(
    passage: Passage, by_number: Mapping[tuple[str, str], Sequence[Figure]]
) -> Iterator[tuple[Figure, Mention]]:
    for match in _MENTION.finditer(passage.text):
        kind = LABEL_WORDS[match["word"].lower()]
        seen: set[str] = set()
        page_no = _page_at(passage, match.start())
        for figure in _named(kind, match["numbers"], page_no, by_number):
            if figure.id not in seen:
                seen.add(figure.id)
                yield (
                    figure,
                    Mention(
                        passage_id=passage.id,
                        start=match.start(),
                        end=match.end(),
                        text=match.group(),
                        method="number",
                        score=1.0,
                    ),
                )


def _named(
    kind: str, numbers: str, page_no: int, by_number: Mapping[tuple[str, str], Sequence[Figure]]
) -> Iterator[Figure]:
    """The figures of "3.2 and 3.4" as they stand, of "5-8" also those between; "5-8" may be one number, too."""
    found = list(_NUMBER.finditer(numbers))
    for before, match in zip([None, *found], found, strict=False):
        between = numbers[before.end() : match.start()].strip() if before else ""
        figure = _resolve(kind, match.group(), page_no, by_number)
        inside = () if figure else match.group().split("-")
        first = before.group() if before and between in _RANGE else ""
        if len(inside) == 2:
            first, match_last = inside
            yield from filter(None, [_resolve(kind, first, page_no, by_number)])
        else:
            match_last = match.group()
        yield from filter(None, (_resolve(kind, n, page_no, by_number) for n in _between(first, match_last)))
        figure = figure or _resolve(kind, match_last, page_no, by_number)
        if figure is not None:
            yield figure


def _between(first: str, last: str) -> list[str]:
    """The whole numbers between two; none when they are no range."""
    if not (first.isdecimal() and last.isdecimal() and 0 < int(last) - int(first) < _LONGEST_RANGE):
        return []
    return [str(number) for number in range(int(first) + 1, int(last))]


def _resolve(
    kind: str, number: str, page_no: int, by_number: Mapping[tuple[str, str], Sequence[Figure]]
) -> Figure | None:
    for key in (_key(number), _PART.sub("", _key(number))):
        if candidates := by_number.get((kind, key)):
            return min(candidates, key=lambda figure: (abs(figure.page_no - page_no), figure.page_no, figure.id))
    return None


def _key(number: str) -> str:
    return number.casefold().replace("-", ".").strip(". ")


def _page_at(passage: Passage, start: int) -> int:
    return next((word.page_no for word in passage.words if word.end > start), passage.page_no)
