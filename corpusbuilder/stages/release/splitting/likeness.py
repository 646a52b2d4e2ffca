"""Texts that are alike, found among very many: which have most of their runs of words in common.

Candidates share one of the rarest runs of both: two sets of which `least` is common must (prefix filtering: Chaudhuri,
Ganti & Kaushik 2006; Xiao et al. 2008), so that nothing is missed as with random hashing, and common phrases cost
nothing. Each candidate is then counted out.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.stages.release.splitting.wordruns import Hashes, Numbers, Runs

_ODD: Final = np.uint64(0xD6E8FEB86659FD93)
_NEIGHBOURS: Final = 64
"""A run in the prefix of more texts is compared with so many after each only: they are variants of one phrase."""
_AT_ONCE: Final = 20_000


class Likeness(NamedTuple):
    """Which texts are alike."""

    classes: Numbers
    """Class of each text: equal for texts with the same key and the same runs."""
    near: dict[int, list[tuple[int, float]]]
    """For each class the others that are near, and how similar: the Jaccard index, at least what was asked for."""


def likeness(runs: Runs, keys: Hashes, least: float) -> Likeness:
    """Find texts whose Jaccard similarity is at least ``least``; those without any run are like none.

    Args:
        runs: of all texts.
        keys: one per text; texts of different keys are never alike.
        least: above 0, up to 1.
    """
    mixed = np.multiply(runs.hashes ^ keys[runs.texts], _ODD, dtype=np.uint64)
    sizes = np.bincount(runs.texts, minlength=keys.size)
    sums = np.zeros(keys.size, dtype=np.uint64)
    np.add.at(sums, runs.texts, mixed ^ (mixed >> np.uint64(31)))
    places = np.arange(keys.size)
    # A text without runs is a class by itself.
    own = np.where(sizes == 0, places + 1, 0).astype(np.uint64)
    _, firsts, classes = np.unique(
        np.stack([sums, sizes.astype(np.uint64), own]), axis=1, return_index=True, return_inverse=True
    )
    stands_for = np.full(keys.size, -1, dtype=np.int64)
    stands_for[firsts] = np.arange(firsts.size)
    kept = stands_for[runs.texts] >= 0
    some = Runs.of(mixed[kept], stands_for[runs.texts[kept]])
    near: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, b, similarity in _similar(some, sizes[firsts], least):
        near[a].append((b, similarity))
        near[b].append((a, similarity))
    return Likeness(classes.ravel(), dict(near))


def _similar(runs: Runs, sizes: Numbers, least: float) -> Iterator[tuple[int, int, float]]:
    pairs = _neighbours(_rarest(runs, sizes, least))
    small, large = np.sort(sizes[pairs], axis=1).T
    pairs = pairs[small >= least * large]
    shared = common(runs, runs, pairs)
    similarity = shared / (sizes[pairs].sum(axis=1) - shared)
    for place in np.flatnonzero(similarity >= least):
        yield int(pairs[place, 0]), int(pairs[place, 1]), float(similarity[place])


def _rarest(runs: Runs, sizes: Numbers, least: float) -> Runs:
    """Of each text so many of its rarest runs that a similar one must have one of them among its own."""
    numbers = runs.numbers()
    often = np.bincount(numbers)[numbers] if numbers.size else numbers
    return prefixes(runs, often, sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1)


def prefixes(runs: Runs, often: Numbers, lengths: Numbers) -> Runs:
    """The ``lengths`` rarest runs of each text, where ``often`` says how often each row's run occurs."""
    order = np.lexsort((runs.hashes, often, runs.texts))
    texts = runs.texts[order]
    nth = np.arange(texts.size) - np.searchsorted(texts, texts)
    kept = np.sort(order[nth < lengths[texts]])
    return Runs(runs.hashes[kept], runs.texts[kept])


def _neighbours(runs: Runs) -> NDArray[np.int64]:
    """Pairs of texts with a run in common, the lower first; one row each."""
    found: list[NDArray[np.int64]] = [np.empty((0, 2), dtype=np.int64)]
    for step in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero(runs.hashes[step:] == runs.hashes[:-step])
        if not same.size:
            break
        found.append(np.unique(np.stack([runs.texts[same], runs.texts[same + step]], axis=1), axis=0))
    return np.asarray(np.unique(np.concatenate(found), axis=0), dtype=np.int64)


def meetings(some: Runs, others: Runs) -> NDArray[np.int64]:
    """Pairs of a text of ``some`` and one of ``others`` with a run in common; one row each."""
    start = np.searchsorted(others.hashes, some.hashes)
    number = np.minimum(np.searchsorted(others.hashes, some.hashes, side="right") - start, _NEIGHBOURS)
    rows = np.repeat(np.arange(number.size), number)
    nth = np.arange(rows.size) - np.repeat(np.cumsum(number) - number, number)
    pairs = np.stack([some.texts[rows], others.texts[start[rows] + nth]], axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.int64)


def common(some: Runs, others: Runs, pairs: NDArray[np.int64]) -> Numbers:
    """How many runs the first of each pair, of ``some``, has in common with the second, of ``others``."""
    left, right = _by_text(some), _by_text(others)
    counts: list[Numbers] = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(pairs), _AT_ONCE):
        part = pairs[start : start + _AT_ONCE]
        codes = [_runs_of_pairs(side, part[:, place]) for place, side in enumerate((left, right))]
        hashes, owners = (np.concatenate(both) for both in zip(*codes, strict=True))
        order = np.lexsort((hashes, owners))
        hashes, owners = hashes[order], owners[order]
        twice = (hashes[1:] == hashes[:-1]) & (owners[1:] == owners[:-1])
        counts.append(np.asarray(np.bincount(owners[1:][twice], minlength=len(part)), dtype=np.int64))
    return np.concatenate(counts)


def _by_text(runs: Runs) -> tuple[Hashes, Numbers]:
    """All runs, text by text, and where each text begins."""
    order = np.argsort(runs.texts, kind="stable")
    last = int(runs.texts.max()) + 1 if runs.texts.size else 0
    return runs.hashes[order], np.searchsorted(runs.texts[order], np.arange(last + 1))


def _runs_of_pairs(side: tuple[Hashes, Numbers], texts: Numbers) -> tuple[Hashes, Numbers]:
    hashes, starts = side
    sizes = starts[texts + 1] - starts[texts]
    owners = np.repeat(np.arange(texts.size), sizes)
    nth = np.arange(owners.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return hashes[starts[texts][owners] + nth], owners
