"""Which terms of a step a place has, and how much of the step that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Final

from corpusbuilder.backends.grounders.spans.index import Index, Sentence
from corpusbuilder.language.terms import Term

SYNONYM = 0.9
"""What a synonym counts of the word itself."""
POINTED_AT = 0.8
"""What a word counts that the place replaces by a pronoun."""
UNSAID = 0.7
"""What a light word that the place lacks does not count of its weight."""
COMPOUND = 0.8
"""What a word counts that is the head of a compound there, or the other way round: worm and earthworm."""
_BEGINNING: Final = 5
"""Letters with which a name and what is derived of it begin."""
_ENDING: Final = 4
"""Least letters of the head of a compound."""
TOPIC = 0.6
"""What a word counts that only the heading has."""


@dataclass(frozen=True)
class Cover:
    """The terms of a step and those of a place that match them."""

    said: tuple[Term, ...]
    """The terms of the step, marks apart."""
    place: tuple[Term, ...]
    """The terms of the place."""
    pairs: tuple[tuple[Term, Term], ...]
    """Terms of the step with the first that matches in the place, in the order of the step."""
    missing: tuple[Term, ...]
    """Terms of the step that neither the place has nor what it points at."""
    share: float
    """Weight of what is there in the weight of all, 0 to 1."""
    own: float
    """As ``share``, without what it only points at."""
    shift: int = 0
    """Offset in the sentence of the text that was looked at."""

    def once(self) -> list[tuple[Term, Term]]:
        """The pairs whose terms match one another and nothing else, in the order of the step."""
        return [
            (ours, theirs)
            for ours, theirs in self.pairs
            if sum(not t.roots.isdisjoint(ours.roots) for t in self.place) <= 1
            and sum(t == theirs for _, t in self.pairs) == 1
        ]


def cover_of(said: Sequence[Term], sentence: Sentence, index: Index, *, part: tuple[int, int] | None = None) -> Cover:
    """How a sentence, or the part of it at the offsets ``part``, covers the terms of a step."""
    start, end = part or (0, len(sentence.text))
    there = tuple(t for t in sentence.terms if start <= t.start and t.end <= end)
    pointing = sentence.points_back(start, end)
    strangers = _strangers(said, index)
    pairs: list[tuple[Term, Term]] = []
    missing: list[Term] = []
    whole = found = own = 0.0
    for term in said:
        weight = index.weight(term)
        whole += weight
        match, worth = _match(term, there)
        if match:
            pairs.append((term, match))
            found += worth * weight
            own += worth * weight
        elif term.kind == "mark":
            continue
        elif term.light:
            whole -= weight * UNSAID
        elif pointing and term not in strangers and _is_meant(term, sentence, start):
            found += POINTED_AT * weight
            pairs.append((term, _pronoun(term, sentence, start, end)))
        elif term.kind != "number" and not term.keys.isdisjoint(sentence.topic_keys):
            found += TOPIC * weight
        else:
            missing.append(term)
    return Cover(
        said=tuple(t for t in said if t.kind != "mark"),
        place=there,
        pairs=tuple(pairs),
        missing=tuple(missing),
        share=found / whole if whole else 0.0,
        own=own / whole if whole else 0.0,
        shift=start,
    )


def _is_meant(term: Term, sentence: Sentence, start: int) -> bool:
    """Whether a pronoun from ``start`` on may stand for a word: not for the name of a place, "in Paris"."""
    if term.kind == "name" and term.marked:
        return False
    if not term.keys.isdisjoint(sentence.context_keys):
        return True
    before = [other for other in sentence.terms if other.end <= start]
    return any(not term.keys.isdisjoint(other.keys) for other in before) or any(
        _is_compound(term.text, other.text) for other in sentence.context
    )


def _strangers(said: Sequence[Term], index: Index) -> set[Term]:
    """Names in a row that no sentence has so: Pierre Curie is not whom a text with a Pierre and a Marie Curie means."""
    rows = [(a, b) for a, b in pairwise(said) if a.kind == b.kind == "name" and b.first == a.first + 1]
    return {t for a, b in rows if (a.text, b.text) not in index.full_names for t in (a, b)}


def _pronoun(term: Term, sentence: Sentence, start: int, end: int) -> Term:
    """The place of the first pronoun of a part of a sentence, as if the word stood there."""
    place = next(p for p in sentence.pointers if start <= p < end)
    return term._replace(first=-1, start=place, end=place + 1)


def _match(term: Term, place: Sequence[Term]) -> tuple[Term | None, float]:
    same = [other for other in place if not term.keys.isdisjoint(other.keys)]
    if not same:
        compound = next((o for o in place if _is_compound(term.text, o.text) or _is_derived_name(term, o)), None)
        return compound, COMPOUND if compound else 0.0
    exact = next((o for o in same if not term.roots.isdisjoint(o.roots)), None)
    return (exact, 1.0) if exact else (same[0], SYNONYM)


def _is_derived_name(one: Term, other: Term) -> bool:
    """Himalayan and Himalayas."""
    if one.text[:_BEGINNING] != other.text[:_BEGINNING] or "name" not in (one.kind, other.kind):
        return False
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.text, other.text, strict=False)))
    return same >= _BEGINNING and max(len(one.text), len(other.text)) - same <= 3


def _is_compound(one: str, other: str) -> bool:
    if one[-_ENDING:] != other[-_ENDING:]:
        return False
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _ENDING and len(longer) - len(shorter) >= 3 and longer.endswith(shorter) and longer.isalpha()
