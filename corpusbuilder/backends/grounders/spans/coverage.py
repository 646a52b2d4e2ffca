"""Which terms of a step a place has, and how much of the step that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpusbuilder.backends.grounders.spans.index import Index, Sentence, points_back
from corpusbuilder.language.terms import Term

SYNONYM = 0.9
"""What a synonym counts of the word itself."""
POINTED_AT = 0.8
"""What a word counts that the place replaces by a pronoun."""
UNSAID = 0.7
"""What a light word that the place lacks does not count of its weight."""
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
            if sum(not t.keys.isdisjoint(ours.keys) for t in self.place) == 1
            and sum(not t.keys.isdisjoint(theirs.keys) for t, _ in self.pairs) == 1
        ]


def cover_of(said: Sequence[Term], sentence: Sentence, index: Index, *, part: tuple[int, int] | None = None) -> Cover:
    """How a sentence, or the part of it at the offsets ``part``, covers the terms of a step."""
    start, end = part or (0, len(sentence.text))
    there = tuple(t for t in sentence.terms if start <= t.start and t.end <= end)
    pointing = points_back(sentence.text[start:end], sentence.language)
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
        elif pointing and not term.keys.isdisjoint(sentence.context_keys):
            found += POINTED_AT * weight
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


def _match(term: Term, place: Sequence[Term]) -> tuple[Term | None, float]:
    same = [other for other in place if not term.keys.isdisjoint(other.keys)]
    if not same:
        return None, 0.0
    exact = next((o for o in same if not term.roots.isdisjoint(o.roots)), None)
    return (exact, 1.0) if exact else (same[0], SYNONYM)
