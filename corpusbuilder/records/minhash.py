"""Near-duplicates among short texts: MinHash (Broder 1997) with banding, and the exact similarity of what it finds."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from corpusbuilder.records.text import numbers, stems, tokens

Shingles: TypeAlias = frozenset[int]

_ROWS: Final = 3
_BANDS: Final = 20
"""Texts of similarity .7 share a band with a probability of .9998; texts of .3 with .42, to be compared in vain."""
_PRIME: Final = (1 << 61) - 1
_QUOTED: Final = re.compile(r'“([^“”]*)”|«([^«»]*)»|"([^"]*)"')


def shingles(text: str) -> Shingles:
    """Hashes of the runs of two and three words of ``text``, case and accents folded; of the words if there is one."""
    words = [token.text for token in tokens(text)]
    runs = [tuple(words[i : i + size]) for size in (2, 3) for i in range(len(words) - size + 1)]
    return frozenset(_hash(" ".join(run)) for run in runs or [tuple(words)] if run)


def similarity(a: Shingles, b: Shingles) -> float:
    """Jaccard similarity: what both have as a share of what either has; 0 when neither has anything."""
    return len(a & b) / len(a | b) if a or b else 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared of a question."""

    shingles: Shingles
    """Of the question and the answer."""
    marks: frozenset[str]
    """Numbers and names in the question: a question about another year or another person is another question."""


def asked(question: str, answer: str) -> Asked:
    """What is compared of a question with its answer."""
    return Asked(shingles(f"{question}\n{answer}"), frozenset(_marks(question)))


def _marks(question: str) -> Iterator[str]:
    yield from (*numbers(question, "en"), *numbers(question, "fr"))
    for match in _QUOTED.finditer(question):
        yield " ".join(stems(match[0]))
    yield from (token.stem for token in tokens(question)[1:] if question[token.start].isupper())


def repeats(a: Asked, b: Asked, least: float) -> bool:
    """Whether two questions are near-duplicates: similar by at least ``least``, and about the same names."""
    return a.marks == b.marks and similarity(a.shingles, b.shingles) >= least


Bands: TypeAlias = tuple[tuple[int, ...], ...]
"""What an `Index` knows of a text: similar texts have at least one in common."""


def bands(found: Shingles) -> Bands:
    """The bands of a text; none for one without a word."""
    if not found:
        return ()
    smallest = [min([(a * h + b) % _PRIME for h in found]) for a, b in _permutations()]
    return tuple((band, *smallest[band * _ROWS : (band + 1) * _ROWS]) for band in range(_BANDS))


@dataclass(slots=True)
class Index:
    """Texts that can be found again by those that are similar to them."""

    _holders: dict[tuple[int, ...], list[int]] = field(default_factory=dict)

    def add(self, number: int, own: Bands) -> None:
        """Remember a text as ``number``."""
        for band in own:
            self._holders.setdefault(band, []).append(number)

    def near(self, own: Bands) -> list[int]:
        """Numbers of texts that may be similar, in ascending order."""
        return sorted({number for band in own for number in self._holders.get(band, ())})


@lru_cache(maxsize=1)
def _permutations() -> tuple[tuple[int, int], ...]:
    return tuple((_hash(f"a{i}") or 1, _hash(f"b{i}")) for i in range(_BANDS * _ROWS))


@lru_cache(maxsize=1 << 16)
def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) % _PRIME
