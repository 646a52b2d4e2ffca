"""Which document (or unit) stands in which split.

The rule: the hash of its id puts each piece into a split by the configured shares, and a group of near-duplicates goes
where its most held-out member would go (test before validation before train). So the split of a piece does not depend
on how many others there are: adding documents moves no document, except into a more held-out split when a
near-duplicate of it arrives, and never from test to train. The price is that the shares hold only on average: in a
corpus of a few documents a split can be empty, which is said in a note. Train alone is never empty, for a dataset
without it is no use: if nothing falls into it, the piece nearest to it does (and may be held out again when others
arrive, which still never goes from test to train).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from corpusbuilder.config import Splits
from corpusbuilder.stages.release.similarity import Sketch, near_duplicates

Split: TypeAlias = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")
"""From least to most held out."""

_SALT: Final = b"corpusbuilder split 1\0"
"""Changing it moves everything."""


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The split of every piece."""

    split_of: Mapping[str, Split]
    groups: tuple[tuple[str, ...], ...]
    """Near-duplicates that were kept together: sorted ids."""


def plan_splits(sketches: Iterable[Sketch], shares: Splits) -> SplitPlan:
    """Assign each sketched piece to a split. The order of ``sketches`` plays no part."""
    pieces: Sequence[Sketch] = sorted(sketches, key=lambda piece: piece.id)
    split_of = {piece.id: split_by_hash(piece.id, shares) for piece in pieces}
    groups = near_duplicates(pieces)
    for group in groups:
        held_out = max((split_of[member] for member in group), key=SPLITS.index)
        split_of.update(dict.fromkeys(group, held_out))
    if shares.train and split_of and "train" not in split_of.values():
        nearest = max(split_of, key=place_of)
        together = next((group for group in groups if nearest in group), (nearest,))
        split_of.update(dict.fromkeys(together, "train"))
    return SplitPlan(split_of, tuple(groups))


def split_by_hash(piece_id: str, shares: Splits) -> Split:
    """The split of a piece that has no near-duplicates.

    Test takes the lowest hashes and validation the next, so that a larger held-out share moves pieces into it only.
    """
    place = place_of(piece_id)
    if place < shares.test:
        return "test"
    if place < shares.test + shares.validation or not shares.train:
        return "validation" if shares.validation else "test"
    return "train"


def place_of(piece_id: str) -> float:
    """Where a piece falls between 0 (most held out) and 1, by the hash of its id."""
    digest = hashlib.blake2b(_SALT + piece_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
