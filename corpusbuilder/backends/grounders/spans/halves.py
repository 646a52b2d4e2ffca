"""A step that compresses two statements, each of which stands in a sentence of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from corpusbuilder.backends.grounders.spans.index import Index, Sentence
from corpusbuilder.backends.grounders.spans.places import Support, judged, likely
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import clause_spans, without_conjunction
from corpusbuilder.language.terms import Term

_BY_ITSELF: Final = 0.8
"""Share of a part that a sentence has in its own words, so that nothing has to be read into it."""
_LEAST_ALONE: Final = 0.35
"""Share that the first of two sentences has."""
_LEAST_GAIN: Final = 0.15
"""Share of a step that the second one must add."""
_GAIN_MARGIN: Final = 0.05
_LEAST_ADDED: Final = 2
"""Words of content that the second one must add."""
_MOST_BREAKS: Final = 2
"""How often a step may go from what one sentence says to what the other says."""


class Halves(NamedTuple):
    """Two parts of a step and what supports each."""

    first: Support
    second: Support
    least: float
    """The lesser of the shares of both parts."""
    share: float
    """Of both parts together."""


def halves_of(statement: Statement, index: Index) -> Iterator[Halves]:
    """The ways in which two sentences bear out the two parts of a step, the best first for each way to part it."""
    for one, other in _parted(statement):
        firsts = [s for s in likely(one, index) if not s.problem and s.says_enough]
        seconds = [s for s in likely(other, index) if not s.problem and _says(s, other)]
        options = [
            Halves(a, b, min(a.cover.share, b.cover.share), _together(one, other, a, b, index))
            for a in firsts[:3]
            for b in seconds[:3]
            if a.sentence is not b.sentence and _go_together(one, other, a, b)
        ]
        yield from sorted(options, key=lambda h: -h.least)[:2]


def completed(statement: Statement, found: Sequence[Support], index: Index) -> Halves | None:
    """The sentence that has most of a step, and the one near it that has what is missing; None when none has.

    Two that have as much of it leave it open.
    """
    first = next((s for s in found[:2] if not s.contradicts and s.cover.share >= _LEAST_ALONE), None)
    wanted = [t for t in first.cover.missing if t.kind != "mark" and not t.light] if first else []
    if first is None or not wanted:
        return None
    whole = sum(index.weight(t) for t in statement.terms) or 1.0
    options = sorted(
        ((_gain(wanted, sentence, index) / whole, sentence) for sentence in _neighbours(first.sentence, index)),
        key=lambda option: -option[0],
    )
    if (
        not options
        or options[0][0] < _LEAST_GAIN
        or (len(options) > 1 and options[0][0] - options[1][0] < _GAIN_MARGIN)
    ):
        return None
    gain, sentence = options[0]
    second = judged(statement, sentence, index)
    added = {t.start for t in wanted if not t.keys.isdisjoint(sentence.keys)}
    own = {t.start for t, there in first.cover.pairs if there.first >= 0} - {t.start for t, _ in second.cover.pairs}
    marks = [t.start in added for t in statement.terms if t.start in added | own]
    if second.contradicts or sum(a != b for a, b in pairwise(marks)) > _MOST_BREAKS or len(added) < _LEAST_ADDED:
        return None
    pair = sorted((first, second), key=lambda s: (s.sentence.passage, s.sentence.start))
    return Halves(pair[0], pair[1], min(first.cover.share, gain), first.cover.share + gain)


def _neighbours(sentence: Sentence, index: Index) -> Iterator[Sentence]:
    """The two sentences before and the two after in the same passage."""
    place = index.sentences.index(sentence)
    for other in index.sentences[max(place - 2, 0) : place + 3]:
        if other is not sentence and other.passage == sentence.passage:
            yield other


def _gain(wanted: Sequence[Term], sentence: Sentence, index: Index) -> float:
    return sum(index.weight(t) for t in wanted if not t.keys.isdisjoint(sentence.keys))


def _says(support: Support, half: Statement) -> bool:
    """Whether a place says enough of the second half, of which one word may be left: "and sugar"."""
    return support.says_enough or (len(_content(half.terms)) == 1 and not support.cover.missing)


def _together(one: Statement, other: Statement, a: Support, b: Support, index: Index) -> float:
    weights = [sum(index.weight(t) for t in statement.terms) for statement in (one, other)]
    return (weights[0] * a.cover.share + weights[1] * b.cover.share) / (sum(weights) or 1.0)


def _parted(statement: Statement) -> Iterator[tuple[Statement, Statement]]:
    """The step in two parts, at each joint; or what stands between two joints, and what it is put into."""
    text, language = statement.text, statement.language
    spans = list(clause_spans(text, 0, len(text), language))[:6]
    for place in range(1, len(spans)):
        head = text[: spans[place - 1][1]]
        start = without_conjunction(text, spans[place][0], len(text), language)
        yield from _statements(head, text[start:], statement)
    for place in range(1, len(spans) - 1):
        around = f"{text[: spans[place - 1][1]]} {text[spans[place + 1][0] :]}"
        yield from _statements(around, text[slice(*spans[place])], statement)


def _statements(one: str, other: str, whole: Statement) -> Iterator[tuple[Statement, Statement]]:
    found = replace(whole, text=one), replace(whole, text=other)
    if all(_content(s.terms) for s in found):
        yield found


def _content(terms: tuple[Term, ...]) -> list[Term]:
    return [t for t in terms if t.kind != "mark" and not t.light]


def _go_together(one: Statement, other: Statement, a: Support, b: Support) -> bool:
    """Whether the two places speak of one thing, so that the step may join what they say.

    A part that is one word only ("makes oxygen and sugar") needs a place with what the other part says of it.
    """
    if min(len(_content(one.terms)), len(_content(other.terms))) >= 3 and min(a.cover.own, b.cover.own) >= _BY_ITSELF:
        return True
    shared = _shared(one.terms, b)
    back = _shared(other.terms, a)
    if len(_content(other.terms)) < 2:
        return shared >= 2
    if len(_content(one.terms)) < 2:
        return back >= 2
    return shared >= 1 or back >= 1 or _follows(a, b) or _follows(b, a)


def _shared(terms: tuple[Term, ...], place: Support) -> int:
    """How many of some terms a place has or points at."""
    keys = place.sentence.keys | (place.sentence.context_keys if place.sentence.points_back() else frozenset())
    return sum(not t.keys.isdisjoint(keys) for t in _content(terms))


def _follows(a: Support, b: Support) -> bool:
    """Whether ``b`` comes right after ``a`` and points back at it."""
    near = a.sentence.passage == b.sentence.passage and 0 <= b.sentence.start - a.sentence.end <= 3
    return near and b.sentence.points_back()
