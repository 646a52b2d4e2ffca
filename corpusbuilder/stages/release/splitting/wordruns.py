"""Runs of words as numbers: texts are alike as far as they have runs of words in common (Broder 1997)."""

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_WORD: Final = re.compile(r"[^\W_]+")
_FOLDED: Final = {
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff")),
    **{ord(one): two for one, two in (("œ", "oe"), ("æ", "ae"))},
}
"""Soft hyphens and zero-width characters are invisible, and stand inside words."""


def folded_words(text: str) -> list[str]:
    """Words without case, accents and ligatures, which OCR and typography get wrong most often."""
    folded = text.casefold()
    if not folded.isascii():
        plain = unicodedata.normalize("NFKD", folded.translate(_FOLDED))
        folded = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD.findall(folded)


@lru_cache(maxsize=1 << 17)
def word_hash(word: str) -> int:
    """64 bits of BLAKE2b."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Texts:
    """The words of many texts, 8 bytes each."""

    def __init__(self) -> None:
        self._words = array("Q")
        self._sizes = array("q")

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, words: Iterable[str]) -> None:
        """Append a text."""
        before = len(self._words)
        self._words.extend(map(word_hash, words))
        self._sizes.append(len(self._words) - before)

    @property
    def sizes(self) -> Numbers:
        """Words of each text."""
        return np.array(self._sizes, dtype=np.int64)

    def runs(self, *lengths: int) -> "Runs":
        """All runs of so many words inside the texts, each once a text."""
        words, owners = np.array(self._words, dtype=np.uint64), np.repeat(np.arange(len(self)), self.sizes)
        found, texts = [], []
        for length in lengths:
            inside = np.flatnonzero(owners[length - 1 :] == owners[: owners.size - length + 1])
            found.append(runs_of(words, length)[inside])
            texts.append(owners[inside])
        return Runs.of(np.concatenate(found), np.concatenate(texts))


class Runs(NamedTuple):
    """Which text holds which run: one row for each run of each text, sorted by run and text, none twice."""

    hashes: Hashes
    texts: Numbers

    @classmethod
    def of(cls, hashes: Hashes, texts: Numbers) -> "Runs":
        """Sort the rows and drop those that repeat one."""
        order = np.lexsort((texts, hashes))
        hashes, texts = hashes[order], texts[order]
        new = np.ones(hashes.size, dtype=bool)
        new[1:] = (hashes[1:] != hashes[:-1]) | (texts[1:] != texts[:-1])
        return cls(hashes[new], texts[new])

    def numbers(self) -> Numbers:
        """The number of each row's run: equal runs have one, ascending from 0."""
        new = np.ones(self.hashes.size, dtype=np.int64)
        new[1:] = self.hashes[1:] != self.hashes[:-1]
        return np.cumsum(new) - 1


def runs_of(words: Hashes, length: int) -> Hashes:
    """A hash for each run of ``length`` words, as they come."""
    count = max(0, words.size - length + 1)
    mixed = np.zeros(count, dtype=np.uint64)
    for offset in range(length):
        mixed = np.multiply(mixed ^ words[offset : offset + count], _ODD, dtype=np.uint64)
        mixed ^= mixed >> np.uint64(29)
    return mixed
