"""What must not be separated: pieces that are alike as wholes, or share passages or figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.stages.release.splitting.figures import FigureIndex
from corpusbuilder.stages.release.splitting.passages import PassageIndex
from corpusbuilder.stages.release.splitting.sketches import Sketch, text_pairs
from corpusbuilder.stages.release.splitting.unions import Unions


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of pieces, by their places, and what stands in too many to bind any."""

    groups: tuple[tuple[int, ...], ...]
    """Of two or more."""
    stock_passages: NDArray[np.bool_]
    """Of each passage."""
    stock_figures: frozenset[int]
    """Places."""


def group(sketches: Sequence[Sketch], passages: PassageIndex, figures: FigureIndex) -> Grouping:
    """Group pieces.

    Those that are alike as wholes are one family. Families that share a passage or a figure are one group, unless it
    stands in so many families that it says nothing of them.
    """
    wholes = Unions(len(sketches))
    _join(wholes, [*text_pairs(sketches), *figures.alike(len(sketches))])
    leaders = [wholes.find(place) for place in range(len(sketches))]
    families = np.unique(np.array(leaders, dtype=np.int64), return_inverse=True)[1]
    groups = Unions(int(families.max()) + 1 if families.size else 0)
    _join(groups, [*passages.bound(families), *figures.bound(families.tolist())])
    together = Unions(len(sketches))
    first: dict[int, int] = {}
    for place, family in enumerate(families.tolist()):
        together.join(first.setdefault(groups.find(family), place), place)
    return Grouping(
        tuple(together.groups()),
        passages.stock(families),
        frozenset(figures.stock(families.tolist())),
    )


def _join(unions: Unions, pairs: Iterable[tuple[int, int]]) -> None:
    for a, b in pairs:
        unions.join(a, b)
