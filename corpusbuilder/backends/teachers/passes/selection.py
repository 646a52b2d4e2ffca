"""Which of many questions to keep: each about something new, of many kinds, and none twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.teachers.passes.plan import Slot
from corpusbuilder.records.minhash import Asked, asked, repeats

LEAST_SIMILARITY: Final = 0.7
"""Share of runs of words from which two questions on one figure or text are the same one."""
_FACETS: Final = ("what", "context", "reasoning", "difficulty", "form")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with what it is about."""

    slot: Slot
    question: str
    answer: str
    elements: frozenset[str]
    """Ids of the elements of figures on which it rests."""
    passages: frozenset[str]
    """Ids of the passages on which it rests."""


def choose(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """At most ``count`` of the candidates, the most telling first.

    Each next one is about elements and passages of which most were not asked about so far, and of those, of the kind
    that was taken least. Of near-duplicates the one that is chosen first stays. Ties go to the earlier candidate.
    """
    left = [(candidate, asked(candidate.question, candidate.answer)) for candidate in candidates]
    chosen: list[Candidate] = []
    covered: set[str] = set()
    taken: Counter[tuple[str, str]] = Counter()
    while left and len(chosen) < count:
        best = max(range(len(left)), key=lambda i: (*_worth(left[i][0], covered, taken), -i))
        candidate, own = left.pop(best)
        chosen.append(candidate)
        covered |= candidate.elements | candidate.passages
        taken.update((facet, getattr(candidate.slot, facet)) for facet in _FACETS)
        left = _without_repetitions(left, own)
    return chosen


def _worth(candidate: Candidate, covered: set[str], taken: Counter[tuple[str, str]]) -> tuple[int, int, int]:
    """Whether it brings in something new, how rarely its kind was taken, and how much is new."""
    new = len((candidate.elements | candidate.passages) - covered)
    familiar = sum(taken[facet, getattr(candidate.slot, facet)] for facet in _FACETS)
    return min(new, 1), -familiar, new


def _without_repetitions(left: list[tuple[Candidate, Asked]], own: Asked) -> list[tuple[Candidate, Asked]]:
    return [(other, its) for other, its in left if not repeats(own, its, LEAST_SIMILARITY)]
