"""Near-duplicates among whole pieces of a corpus (documents, or units of one book), by their words.

A piece is sketched by the smallest hashes of its runs of four words (bottom-k MinHash, Broder 1997, widened to a fixed
share of all hashes as in FracMinHash, Irber et al. 2022), because what matters here is containment: a chapter is a
near-duplicate of the book that holds it, although their Jaccard similarity is small. Whether two pieces are alike
depends on these two alone, so that a third one never separates them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from corpusbuilder.stages.release.splitting.wordruns import Hashes, runs_of, word_hash

SHINGLE_WORDS: Final = 4
"""Unrelated schoolbooks share up to 1 % of such runs, a scan read by OCR still 94 % with its original."""
LEAST_SHARED: Final = 0.3
"""Share of the runs of the smaller piece that stand in the other one."""

_KEPT: Final = 512
_SAMPLED: Final = np.uint64(2**64 // 16)
_LEAST_HASHES: Final = 8
_ALL: Final = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one piece."""

    hashes: Hashes = field(repr=False)
    """Sorted, without repetitions: all hashes of the piece up to ``limit``."""
    limit: np.uint64


def sketch(words: Iterable[str]) -> Sketch:
    """Sketch a piece from its words in reading order, passages one after the other."""
    hashes = np.unique(runs_of(np.fromiter(map(word_hash, words), dtype=np.uint64), SHINGLE_WORDS))
    kept = hashes[: max(_KEPT, int(np.searchsorted(hashes, _SAMPLED)))]
    return Sketch(hashes=kept, limit=kept[-1] if kept.size < hashes.size else _ALL)


def text_pairs(sketches: Sequence[Sketch]) -> set[tuple[int, int]]:
    """Places of pieces of which one holds a good part of the other's words, the lower first."""
    found = set()
    for (a, b), shared in _shared_hashes(sketches).items():
        limit = min(sketches[a].limit, sketches[b].limit)
        smaller = min(int(np.searchsorted(sketches[p].hashes, limit, side="right")) for p in (a, b))
        if smaller >= _LEAST_HASHES and shared >= LEAST_SHARED * smaller:
            found.add((a, b))
    return found


def _shared_hashes(sketches: Sequence[Sketch]) -> dict[tuple[int, int], int]:
    """For each two pieces with a hash in common: how many. None can be above the lower of their limits."""
    if not sketches:
        return {}
    hashes = np.concatenate([s.hashes for s in sketches])
    owners = np.repeat(np.arange(len(sketches)), [s.hashes.size for s in sketches])
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    counts: dict[tuple[int, int], int] = {}
    # Equal hashes now stand side by side: step 1 meets neighbours, step 2 those two places apart, and so on.
    for step in range(1, len(sketches)):
        same = np.flatnonzero(hashes[step:] == hashes[:-step])
        if not same.size:
            break
        codes, times = np.unique(owners[same] * len(sketches) + owners[same + step], return_counts=True)
        for code, count in zip(codes.tolist(), times.tolist(), strict=True):
            pair = divmod(code, len(sketches))
            counts[pair] = counts.get(pair, 0) + count
    return counts
