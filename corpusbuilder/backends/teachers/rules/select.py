"""Chooses among candidates: the surest tiers first, and many topics and forms before many of one."""

from collections import Counter
from collections.abc import Iterable, Iterator

from corpusbuilder.backends.teachers.rules.candidate import Candidate, draw


def select(candidates: Iterable[Candidate], seed: int) -> Iterator[Candidate]:
    """All candidates, best choice first.

    Each next one is of a form and a topic that were taken least so far; ties go to the lower tier, then to the seed.
    """
    left = sorted(candidates, key=lambda c: (draw(seed, c.form, *c.key), c.form, c.key))
    forms: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    while left:
        best = min(range(len(left)), key=lambda i: (topics[left[i].topic], left[i].tier, forms[left[i].form]))
        chosen = left.pop(best)
        forms[chosen.form] += 1
        topics[chosen.topic] += 1
        yield chosen
