"""A step that compresses two statements, each of which stands in a sentence of its own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from corpusbuilder.backends.grounders.spans.index import Index
from corpusbuilder.backends.grounders.spans.places import Support, likely
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import clause_spans, without_conjunction
from corpusbuilder.language.terms import Term


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
        firsts = [s for s in likely(one, index) if not s.problem]
        seconds = [s for s in likely(other, index) if not s.problem]
        options = [
            Halves(a, b, min(a.cover.share, b.cover.share), _together(one, other, a, b, index))
            for a in firsts[:3]
            for b in seconds[:3]
            if a.sentence is not b.sentence and _go_together(one, other, a, b)
        ]
        yield from sorted(options, key=lambda h: -h.least)[:2]


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
    shared = _shared(one.terms, b)
    back = _shared(other.terms, a)
    if len(_content(other.terms)) < 2:
        return shared >= 2
    if len(_content(one.terms)) < 2:
        return back >= 2
    return shared >= 1 or back >= 1 or _follows(a, b) or _follows(b, a)


def _shared(terms: tuple[Term, ...], place: Support) -> int:
    """How many of some terms a place has or points at."""
    keys = place.sentence.keys | (place.sentence.context_keys if place.sentence.points_back else frozenset())
    return sum(not t.keys.isdisjoint(keys) for t in _content(terms))


def _follows(a: Support, b: Support) -> bool:
    """Whether ``b`` comes right after ``a`` and points back at it."""
    near = a.sentence.passage == b.sentence.passage and 0 <= b.sentence.start - a.sentence.end <= 3
    return near and b.sentence.points_back
