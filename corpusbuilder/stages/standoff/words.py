"""Words as whoever looks for a source in a release would count them: no typography makes two of the same word."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from corpusbuilder.records.text import fold

_WITHIN: Final = "\u00ad\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u200b-\u200f\u202a-\u202e\u2060\ufeff"
"""Soft hyphens, accents and vowel signs of their own, and marks that cannot be seen: they end no word."""
_WORD: Final = re.compile(rf"[^\W_](?:[{_WITHIN}]*[^\W_])*[\u0300-\u036f]*")


class Word(NamedTuple):
    """One word of a text. An apostrophe or a low line ends a word."""

    text: str
    """Without case, accents, ligatures, and forms such as ₂ for 2."""
    start: int
    """First code point in the original."""
    end: int
    """One past the last."""


def words_in(text: str) -> list[Word]:
    """The words of ``text`` in order."""
    found = ((_folded(match[0]), match) for match in _WORD.finditer(text))
    return [Word(word, match.start(), match.end()) for word, match in found if word]


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(filter(str.isalnum, fold(unicodedata.normalize("NFKC", word))))
