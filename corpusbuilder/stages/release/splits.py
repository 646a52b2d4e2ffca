"""Which document (or unit) stands in which split.

What stood in a split of the last release of that name stays there. The rest is assigned in bundles, which are pieces
that must not be separated, so that every stratum (language, subject, question type), all examples and all pieces are
divided by the configured shares as nearly as bundles allow: the largest bundle first, each to the split that needs it
most. That is the aim of iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, On the Stratification of
Multi-Label Data); because bundles are lumps, the split is chosen by what it does to the sum of (found - wanted)^2 /
wanted, where they choose by the greatest want. Equal bundles are taken in the order of a hash of their ids, so that the
order of the input plays no part.

Few pieces: up to four bundles all are in train; from five on no split with a share stays empty (five bundles at .8, .1,
.1 are 3, 1, 1), test being filled before validation. Train is never empty while it has a share and anything is free.

A bundle that holds pieces of several splits, because a newcomer is like all of them, goes to the most held-out of them.
Nothing ever goes from test to train or validation, or from validation to train.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.config import Splits
from corpusbuilder.records.release import SPLITS, ReleaseManifest, Split

SPREAD: Final = 5
"""Bundles from which on every split gets one; also those that a stratum needs to be divided by itself."""

_SALT: Final = b"corpusbuilder split 2\0"
_PASSES: Final = 4
_GAIN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Piece:
    """What is assigned: a document, or a unit when units are split."""

    id: str
    counts: Mapping[tuple[str, str], int]
    """Number of examples by kind of stratum and stratum, such as ``("language", "fr")``; all: ``("examples", "")``."""
    document_id: str
    unit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A piece that changes its split, because it is a near-duplicate of one that is held out further."""

    id: str
    before: Split
    after: Split


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The split of every piece."""

    split_of: Mapping[str, Split]
    groups: tuple[tuple[str, ...], ...]
    """Near-duplicates that were kept together: sorted ids."""
    moves: tuple[Move, ...] = ()
    """By id."""
    known: frozenset[str] = frozenset()
    """Pieces that stood in the last release, or of which something did."""

    def importance(self, piece: str) -> tuple[int, int]:
        """Whose examples stay when two ask the same: what was released before, then what is held out further."""
        return piece not in self.known, -SPLITS.index(self.split_of[piece])


def plan_splits(
    pieces: Iterable[Piece],
    groups: Iterable[Sequence[str]],
    shares: Splits,
    previous: ReleaseManifest | None = None,
) -> SplitPlan:
    """Assign every piece to a split.

    Args:
        pieces: in any order.
        groups: ids of pieces that must not be separated; no piece is in two of them.
        shares: wanted.
        previous: the last release of the same name.
    """
    known = {piece.id: piece for piece in pieces}
    grouped = [tuple(sorted(group)) for group in groups]
    alone = known.keys() - {member for group in grouped for member in group}
    bundles = sorted([*grouped, *((one,) for one in alone)])
    pins = _pins(known.values(), previous)
    pinned = [_most_held_out(pins[one] for one in bundle if one in pins) for bundle in bundles]
    chosen = _Assignment(bundles, known, shares, pinned).splits()
    split_of = {one: split for bundle, split in zip(bundles, chosen, strict=True) for one in bundle}
    moves = (Move(one, pins[one], split) for one, split in split_of.items() if pins.get(one, split) != split)
    return SplitPlan(
        dict(sorted(split_of.items())),
        tuple(sorted(bundle for bundle in bundles if len(bundle) > 1)),
        tuple(sorted(moves, key=lambda move: move.id)),
        frozenset(pins),
    )


def _most_held_out(splits: Iterable[Split]) -> Split | None:
    return max(splits, key=SPLITS.index, default=None)


def _pins(pieces: Iterable[Piece], previous: ReleaseManifest | None) -> dict[str, Split]:
    """Where pieces stood, under their own ids, or their document or units did: the most held-out of these."""
    if previous is None:
        return {}
    stood = previous.splits
    found = {
        piece.id: _most_held_out(stood[one] for one in {piece.id, piece.document_id, *piece.unit_ids} if one in stood)
        for piece in pieces
    }
    return {piece: split for piece, split in found.items() if split is not None}


def place_of(bundle: Sequence[str]) -> bytes:
    """Where a bundle stands among its equals."""
    return hashlib.blake2b(_SALT + "\0".join(bundle).encode(), digest_size=8).digest()


class _Assignment:
    """Bundles on their way into splits."""

    def __init__(
        self,
        bundles: Sequence[tuple[str, ...]],
        pieces: Mapping[str, Piece],
        shares: Splits,
        pinned: Sequence[Split | None],
    ) -> None:
        self._bundles = bundles
        self._pinned = pinned
        self._wanted = np.array([getattr(shares, split) for split in SPLITS])
        self._open = [place for place, share in enumerate(self._wanted) if share > 0]
        self._amounts, self._weights = _amounts(bundles, pieces)
        self._found = np.zeros((len(SPLITS), self._weights.size))
        self._split: list[int | None] = [None] * len(bundles)

    def splits(self) -> list[Split]:
        """The split of each bundle."""
        for bundle, split in enumerate(self._pinned):
            if split is not None:
                self._put(bundle, SPLITS.index(split))
        free = [bundle for bundle, split in enumerate(self._pinned) if split is None]
        importance = self._amounts @ self._weights
        free.sort(key=lambda bundle: (-round(float(importance[bundle]), 9), place_of(self._bundles[bundle])))
        for bundle in free:
            self._put(bundle, self._best(bundle))
        self._improve(free)
        self._fill(free)
        return [SPLITS[split] for split in self._split if split is not None]

    def _put(self, bundle: int, split: int) -> None:
        before = self._split[bundle]
        if before is not None:
            self._found[before] -= self._amounts[bundle]
        self._found[split] += self._amounts[bundle]
        self._split[bundle] = split

    def _cost(self, bundle: int, split: int) -> float:
        """What it costs to put a bundle there that is nowhere now."""
        amount, wanted = self._amounts[bundle], self._wanted[split]
        return float(self._weights @ (amount * (2 * (self._found[split] - wanted) + amount))) / float(wanted)

    def _best(self, bundle: int) -> int:
        # Of two that need it as much, the more held-out one: it can never be filled from the other later.
        return min(self._open, key=lambda split: (round(self._cost(bundle, split), 12), -split))

    def _improve(self, free: Sequence[int]) -> None:
        """Move single bundles while that helps."""
        for _ in range(_PASSES):
            moved = False
            for bundle in free:
                own = self._split[bundle]
                best, gain = self._better(bundle)
                if best != own and gain > _GAIN:
                    self._put(bundle, best)
                    moved = True
            if not moved:
                return

    def _better(self, bundle: int) -> tuple[int, float]:
        own = self._split[bundle]
        if own is None or own not in self._open:
            return self._best(bundle), 0.0
        self._found[own] -= self._amounts[bundle]
        best = self._best(bundle)
        gain = self._cost(bundle, own) - self._cost(bundle, best)
        self._found[own] += self._amounts[bundle]
        return best, gain

    def _fill(self, free: Sequence[int]) -> None:
        """Give every split that should have something the free bundle that can best be spared."""
        train, *held_out = (split for split in range(len(SPLITS)))
        wanted = [train, *reversed(held_out)] if len(self._bundles) >= SPREAD else [train]
        for split in wanted:
            if split not in self._open or split in self._split:
                continue
            spared = [bundle for bundle in free if split == train or self._can_be_spared(bundle)]
            if spared:
                self._put(min(spared, key=lambda bundle: self._price(bundle, split)), split)

    def _can_be_spared(self, bundle: int) -> bool:
        return self._split.count(self._split[bundle]) > 1

    def _price(self, bundle: int, split: int) -> tuple[float, bytes]:
        own = self._split[bundle]
        relieved = 0.0
        if own is not None:
            self._found[own] -= self._amounts[bundle]
            relieved = self._cost(bundle, own)
            self._found[own] += self._amounts[bundle]
        return round(self._cost(bundle, split) - relieved, 12), place_of(self._bundles[bundle])


def _amounts(
    bundles: Sequence[tuple[str, ...]], pieces: Mapping[str, Piece]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each bundle (row) in each stratum (column), and how much each stratum weighs.

    Pieces, examples, languages, subjects and question types weigh the same, examples twice as much. A stratum that only
    a few bundles have would draw them all into train: it is left out.
    """
    columns: dict[tuple[str, str], NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(bundles)))
    for place, bundle in enumerate(bundles):
        columns["pieces", ""][place] = len(bundle)
        for one in bundle:
            for stratum, number in pieces[one].counts.items():
                columns[stratum][place] += number
    kept = {
        stratum: column
        for stratum, column in sorted(columns.items())
        if stratum[0] in {"pieces", "examples"} or np.count_nonzero(column) >= SPREAD
    }
    kinds = [stratum[0] for stratum in kept]
    weights = np.array([(2.0 if kind == "examples" else 1.0) / kinds.count(kind) for kind in kinds])
    amounts = np.array([column / (column.sum() or 1) for column in kept.values()]).reshape(len(kept), len(bundles))
    return amounts.T, weights
