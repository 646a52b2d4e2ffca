"""Near-duplicates among the pieces of a corpus (documents, or units of one book).

A piece is sketched by the smallest hashes of its runs of four words (bottom-k MinHash, Broder 1997, widened to a fixed
share of all hashes as in FracMinHash, Irber et al. 2022), because what matters here is containment: a chapter is a
near-duplicate of the book that holds it, although their Jaccard similarity is small. Whether two pieces belong together
depends on these two alone, so that a third one never separates them.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from corpusbuilder.records.document import Figure

Hashes: TypeAlias = NDArray[np.uint64]

SHINGLE_WORDS: Final = 4
"""Unrelated schoolbooks share up to 1 % of such runs, a scan read by OCR still 94 % with its original."""
LEAST_SHARED: Final = 0.3
"""Share of the smaller piece (of its runs of words, or of its picture area) that stands in the other one."""

_KEPT: Final = 512
_SAMPLED: Final = np.uint64(2**64 // 16)
_LEAST_HASHES: Final = 8
_ALL: Final = np.uint64(2**64 - 1)
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one piece."""

    id: str
    hashes: Hashes = field(repr=False)
    """Sorted, without repetitions: all hashes of the piece up to ``limit``."""
    limit: np.uint64
    pictures: Mapping[str, int]
    """Area in pixels of each of its content figures, by SHA-256 of the image."""


def sketch(piece_id: str, texts: Iterable[str], figures: Iterable[Figure]) -> Sketch:
    """Sketch a piece from its passages in reading order and its figures."""
    words = np.fromiter((_hash(word) for text in texts for word in _words(text)), dtype=np.uint64)
    hashes = np.unique(_runs(words))
    kept = hashes[: max(_KEPT, int(np.searchsorted(hashes, _SAMPLED)))]
    # An ornament such as a publisher's logo on every title page says nothing of the content.
    content = [f for f in figures if f.caption or len(f.diagram.labels) >= 3]
    return Sketch(
        id=piece_id,
        hashes=kept,
        limit=kept[-1] if kept.size < hashes.size else _ALL,
        pictures={f.image.sha256: f.image.width * f.image.height for f in content},
    )


def near_duplicates(sketches: Sequence[Sketch]) -> list[tuple[str, ...]]:
    """Groups of two or more pieces that must not be separated: sorted ids, in order of the first."""
    leader = list(range(len(sketches)))

    def find(piece: int) -> int:
        while leader[piece] != piece:
            leader[piece] = leader[leader[piece]]
            piece = leader[piece]
        return piece

    for a, b in sorted(_text_pairs(sketches) | _picture_pairs(sketches)):
        leader[find(b)] = find(a)
    groups: dict[int, list[str]] = {}
    for place, piece in enumerate(sketches):
        groups.setdefault(find(place), []).append(piece.id)
    return sorted(tuple(sorted(ids)) for ids in groups.values() if len(ids) > 1)


def _text_pairs(sketches: Sequence[Sketch]) -> set[tuple[int, int]]:
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


def _picture_pairs(sketches: Sequence[Sketch]) -> set[tuple[int, int]]:
    holders: dict[str, list[int]] = {}
    for place, piece in enumerate(sketches):
        for sha256 in piece.pictures:
            holders.setdefault(sha256, []).append(place)
    shared: dict[tuple[int, int], int] = {}
    for sha256, places in holders.items():
        for pair in combinations(places, 2):
            shared[pair] = shared.get(pair, 0) + sketches[pair[0]].pictures[sha256]
    totals = [sum(piece.pictures.values()) for piece in sketches]
    return {(a, b) for (a, b), area in shared.items() if area >= LEAST_SHARED * min(totals[a], totals[b])}


def _words(text: str) -> list[str]:
    """Words without case and accents, which OCR and typography get wrong most often."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _runs(words: Hashes) -> Hashes:
    """A hash for each run of `SHINGLE_WORDS` words."""
    count = words.size - SHINGLE_WORDS + 1
    if count <= 0:
        return words[:0]
    mixed = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE_WORDS):
        mixed = np.multiply(mixed ^ words[offset : offset + count], _ODD, dtype=np.uint64)
        mixed ^= mixed >> np.uint64(29)
    return mixed
