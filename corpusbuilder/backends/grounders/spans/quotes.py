"""Where a quote stands in a passage: verbatim, then up to typography, then up to slips, or nowhere for certain.

A quote that stands in several places is left open even when the places read the same: evidence points at one place
with what surrounds it, and nothing in the quote says which. A quote matches whole words only.

A fuzzy match forgives slips of reading and of typing (one letter inside a word, a split word, a missing article), never
another word: numbers and negations must be the same, and so must every word that carries content.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from corpusbuilder.records.document import Passage
from corpusbuilder.records.evidence import SpanEvidence
from corpusbuilder.records.text import (
    Normalised,
    Token,
    is_stop_word,
    negations,
    normalised,
    numbers,
    shortened,
    tokens,
)

MAX_CANDIDATES: Final = 5
SHORTEST_FUZZY: Final = 12
"""Characters. A shorter quote is so near to other words that a slip cannot be told from another meaning."""
LONGEST_FUZZY: Final = 4_000
LONGEST_PASSAGE: Final = 200_000
"""Beyond these a fuzzy search costs more than it is worth: no passage of a book is so long."""
SECOND_PLACE_MARGIN: Final = 3.0
"""A second place that comes this near to the first, in points of similarity, makes the first uncertain."""
LEAST_CANDIDATE: Final = 70.0
"""Similarity from which a place is worth showing to an annotator."""


@dataclass(frozen=True, slots=True)
class Place:
    """A run of a passage that a quote may stand for."""

    start: int
    end: int
    method: str
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Search:
    """The place of a quote, or why there is none and where it might be."""

    place: Place | None = None
    candidates: tuple[Place, ...] = ()
    problem: str = ""


def span_at(passage: Passage, place: Place) -> SpanEvidence:
    """The characters at a place of a passage."""
    return SpanEvidence(
        passage_id=passage.id,
        start=place.start,
        end=place.end,
        quote=passage.text[place.start : place.end],
        method=place.method,
        score=place.score,
    )


def find_quote(text: str, quote: str, *, language: str, threshold: float) -> Search:
    """Look for ``quote`` in the passage ``text``.

    Args:
        text: the passage.
        quote: as the teacher wrote it.
        language: of the passage; decides which words are articles, numbers and negations.
        threshold: least rapidfuzz ratio (0 to 100) of a fuzzy match.
    """
    wanted = quote.strip()
    if not any(c.isalnum() for c in wanted):
        return Search(problem="the quote has no words")
    if places := list(_exact_places(text, wanted)):
        return _the_only(places)
    plain_text, plain_quote = normalised(text), normalised(wanted).text.strip(' "')
    if places := list(_normalised_places(text, plain_text, plain_quote)):
        return _the_only(places)
    return _fuzzy(text, plain_text, wanted, language, threshold)


def _the_only(places: Sequence[Place]) -> Search:
    if len(places) == 1:
        return Search(place=places[0])
    return Search(candidates=tuple(places[:MAX_CANDIDATES]), problem=f"the quote occurs {len(places)} times")


def _exact_places(text: str, quote: str) -> Iterator[Place]:
    for start, end in _occurrences(text, quote):
        if _whole_words(text, start, end):
            yield Place(start, end, "quote.exact", 1.0)


def _normalised_places(text: str, plain: Normalised, quote: str) -> Iterator[Place]:
    for plain_start, plain_end in _occurrences(plain.text, quote):
        start, end = plain.original(plain_start, plain_end)
        if _whole_words(text, start, end):
            yield Place(start, end, "quote.normalised", 0.99)


def _occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Occurrences that do not overlap."""
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        yield start, start + len(wanted)
        start = text.find(wanted, start + len(wanted))


def _whole_words(text: str, start: int, end: int) -> bool:
    """Whether the run is not empty and cuts no word at either end."""
    inside_first = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    inside_last = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return start < end and not inside_first and not inside_last


def _fuzzy(text: str, plain: Normalised, wanted: str, language: str, threshold: float) -> Search:
    quote = normalised(wanted).text.strip(' "')
    absent = Search(problem=f'the quote "{shortened(wanted)}" is not in the passage')
    if not SHORTEST_FUZZY <= len(quote) <= min(LONGEST_FUZZY, len(plain.text) + 8) or len(text) > LONGEST_PASSAGE:
        return absent
    first, second = _two_best(text, plain, quote)
    if first is None or first.score * 100 < LEAST_CANDIDATE:
        return absent
    found = [place for place in (first, second) if place and place.score * 100 >= LEAST_CANDIDATE]
    if first.score * 100 < threshold:
        return Search(candidates=tuple(found), problem=f"{absent.problem}; the nearest place is not near enough")
    if second and (first.score - second.score) * 100 < SECOND_PLACE_MARGIN:
        return Search(candidates=tuple(found), problem=f"{absent.problem}; two places come equally near")
    if difference := _difference(text[first.start : first.end], wanted, language):
        return Search(candidates=tuple(found), problem=f"{absent.problem}; the nearest place differs: {difference}")
    return Search(place=first)


def _two_best(text: str, plain: Normalised, quote: str) -> tuple[Place | None, Place | None]:
    """The place most similar to ``quote`` and the best one that does not overlap it."""
    words = tokens(text)
    first = _best(text, plain.text, plain, quote, words)
    if first is None:
        return None, None
    blank = "\0"  # A character that no quote has: the place cannot be found a second time.
    hidden = "".join(
        blank if first.start <= source[0] < first.end else c
        for c, source in zip(plain.text, plain.sources, strict=True)
    )
    second = _best(text, hidden, plain, quote, [w for w in words if not first.start <= w.start < first.end])
    return first, second


def _best(text: str, searched: str, plain: Normalised, quote: str, words: Sequence[Token]) -> Place | None:
    aligned = fuzz.partial_ratio_alignment(quote, searched)
    if aligned is None or aligned.dest_start >= aligned.dest_end:
        return None
    start, end = plain.original(aligned.dest_start, aligned.dest_end)
    starts, ends = _near((w.start for w in words), start), _near((w.end for w in words), end)
    spans = [(s, e) for s, e in product(starts, ends) if s < e]
    # The trimmed quote has no outer punctuation; its last sign stays with the last word when the text has it too.
    spans += [(s, e + 1) for s, e in spans if text[e : e + 1] == quote[-1] and not quote[-1].isalnum()]
    places = (
        Place(s, e, "quote.fuzzy", round(fuzz.ratio(quote, normalised(text[s:e]).text) / 100, 4)) for s, e in spans
    )
    return max(places, key=lambda p: (p.score, -p.start, -p.end), default=None)


def _near(offsets: Iterable[int], wanted: int) -> list[int]:
    """The few word boundaries nearest to ``wanted``: a window of fixed length cuts the run a word short or long."""
    return sorted(offsets, key=lambda offset: (abs(offset - wanted), offset))[:4]


def _difference(found: str, quote: str, language: str) -> str:
    """In what more than a slip ``found`` differs from ``quote``; empty when it does not."""
    if numbers(found, language) != numbers(quote, language):
        return "other numbers"
    if negations(found, language) != negations(quote, language):
        return "a negation"
    ours, theirs = [t.text for t in tokens(quote)], [t.text for t in tokens(found)]
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal" and not _slip(ours[a:b], theirs[c:d], language):
            return f'"{shortened(" ".join(theirs[c:d]))}" for "{shortened(" ".join(ours[a:b]))}"'
    return ""


def _slip(ours: Sequence[str], theirs: Sequence[str], language: str) -> bool:
    """Whether one run of words may be a slip for the other: one letter not at the beginning, a blank, an article."""
    if all(is_stop_word(word, language) for word in (*ours, *theirs)):
        return True
    a, b = "".join(ours), "".join(theirs)
    return a[:1] == b[:1] and min(len(a), len(b)) >= 4 and Levenshtein.distance(a, b, score_cutoff=1) <= 1
