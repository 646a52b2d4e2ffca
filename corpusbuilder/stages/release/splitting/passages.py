"""Passages that stand in several pieces of a corpus: a page that was typed anew, or text that stands everywhere.

Passages are compared by all their runs of four words. What counts is how much of a passage stands somewhere in another
piece, not in one of its passages: another line break, a paragraph cut by another page, plays no part. A run that stands
in more than `MOST_HOLDERS` families (groups of pieces that are alike as wholes) is stock: a licence notice, the
instructions above every exercise, a blurb. It binds nobody, or one notice would chain a whole corpus together.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.stages.release.splitting.wordruns import Numbers, Texts

RUN_WORDS: Final = 4
MOST_HOLDERS: Final = 3
"""Families of pieces in which a text may stand and still bind them."""
LEAST_OF_PASSAGE: Final = 0.5
"""Share of a passage's runs. Of one word in ten misread, a third of the runs is lost."""
LEAST_RUNS: Final = 24
"""Runs that two pieces share, in passages most of which they share: about 27 words, a short paragraph. In the books at
hand (n = 46 documents, 10,000 passages) ones that are not copies share at most 15."""
LEAST_WHOLE: Final = 8
"""Runs of a passage that is long enough to be called stock, or a repetition, by itself."""
_SAMPLED_RUNS: Final = 16


class PassageIndex:
    """Which runs of words stand in which passages, and these in which pieces."""

    def __init__(self, texts: Texts, pieces: Sequence[int]) -> None:
        """Index passages; ``pieces`` has the place of the piece of each of them."""
        runs = texts.runs(RUN_WORDS)
        self._rows = runs.texts
        self._runs = runs.numbers()
        self._count = int(self._runs[-1]) + 1 if self._runs.size else 0
        self._starts = np.searchsorted(self._runs, np.arange(self._count + 1))
        self._pieces = np.asarray(pieces, dtype=np.int64)
        self.sizes: Numbers = np.bincount(self._rows, minlength=len(texts))
        """Different runs of each passage."""

    def bound(self, families: Numbers) -> list[tuple[int, int]]:
        """Families that share enough of their passages, the lower first.

        Args:
            families: the family of each piece, numbered from 0.
        """
        holders, within = self._holders(families)
        number = int(families.max()) + 1 if families.size else 1
        meeting = [self._meeting(holders[:, place], within, families) for place in range(MOST_HOLDERS)]
        rows, others = (np.concatenate(parts) for parts in zip(*meeting, strict=True))
        codes = self._rows[rows] * number + others
        found, shared = np.unique(codes, return_counts=True)
        mostly = found[shared >= LEAST_OF_PASSAGE * self.sizes[found // number]]
        kept = np.isin(codes, mostly)
        own = families[self._pieces[self._rows[rows[kept]]]]
        # A run counts once for two families, in however many passages it stands.
        pairs = np.unique((own * number + others[kept]) * self._count + self._runs[rows[kept]]) // max(self._count, 1)
        bound, runs = np.unique(pairs, return_counts=True)
        ends = (divmod(int(pair), number) for pair in bound[runs >= LEAST_RUNS])
        return sorted({(min(pair), max(pair)) for pair in ends})

    def _meeting(self, holders: Numbers, within: NDArray[np.bool_], families: Numbers) -> tuple[Numbers, Numbers]:
        """Rows whose run also stands in another family, and that family, as far as ``holders`` has it."""
        other = holders[self._runs]
        rows = np.flatnonzero(within[self._runs] & (other >= 0) & (other != families[self._pieces[self._rows]]))
        return rows, other[rows]

    def stock(self, families: Numbers) -> NDArray[np.bool_]:
        """Which passages consist for the most part of what stands in more than `MOST_HOLDERS` families."""
        _, within = self._holders(families)
        common = np.bincount(self._rows, weights=~within[self._runs], minlength=self.sizes.size)
        return np.asarray((common >= LEAST_OF_PASSAGE * self.sizes) & (common >= LEAST_WHOLE))

    def _holders(self, families: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """Up to `MOST_HOLDERS` families of each run (-1: none), and whether these are all."""
        number = int(families.max()) + 1 if families.size else 1
        codes = np.unique(self._runs * number + families[self._pieces[self._rows]])
        runs, holders = np.divmod(codes, number)
        nth = np.arange(runs.size) - np.searchsorted(runs, runs)
        table = np.full((self._count, MOST_HOLDERS), -1, dtype=np.int64)
        kept = nth < MOST_HOLDERS
        table[runs[kept], nth[kept]] = holders[kept]
        return table, np.bincount(runs, minlength=self._count) <= MOST_HOLDERS

    def shares(self, sides: Numbers, side: int) -> NDArray[np.float64]:
        """Share of each passage's runs that stand in pieces of ``side``; 0 of what is too short to say.

        Args:
            sides: the side of each piece.
            side: the one that is meant.
        """
        there = np.zeros(self._count, dtype=bool)
        there[self._runs[sides[self._pieces[self._rows]] == side]] = True
        shared = np.bincount(self._rows, weights=there[self._runs], minlength=self.sizes.size)
        return np.asarray(np.where(self.sizes >= LEAST_WHOLE, shared / np.maximum(self.sizes, 1), 0.0))

    def likest(self, passages: Numbers, sides: Numbers, side: int) -> dict[int, tuple[int, float]]:
        """For each of ``passages`` the one on ``side`` that has most of a sample of its runs, and how many, 0 to 1."""
        asked = np.flatnonzero(np.isin(self._rows, passages))
        asked = asked[np.argsort(self._rows[asked], kind="stable")]
        found = {}
        for rows in np.split(asked, np.flatnonzero(np.diff(self._rows[asked])) + 1) if asked.size else ():
            sample = self._runs[rows[:: max(1, rows.size // _SAMPLED_RUNS)]]
            holders = np.concatenate([self._rows[self._starts[run] : self._starts[run + 1]] for run in sample])
            there, times = np.unique(holders[sides[self._pieces[holders]] == side], return_counts=True)
            if there.size:
                best = int(np.argmax(times))
                found[int(self._rows[rows[0]])] = int(there[best]), float(times[best] / sample.size)
        return found
