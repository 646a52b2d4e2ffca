"""Whether the text layer of a page is language, or what a font with wrong character codes makes of it.

Wrong codes put one letter for another, or symbols for letters. In every language written in Latin letters most pairs of
neighbours in a word are from a few dozen; once letters are exchanged hardly any is.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from corpusbuilder.records.page import Line

_FOLLOWERS: Final = {
    "a": "bcdilmnrstv",
    "b": "e",
    "c": "aehiot",
    "d": "ei",
    "e": "acdeilmnrstv",
    "g": "e",
    "h": "aeio",
    "i": "cdelnorst",
    "l": "aeilo",
    "m": "aeio",
    "n": "adegiost",
    "o": "fmnru",
    "p": "aeor",
    "q": "u",
    "r": "aeiost",
    "s": "acehiostu",
    "t": "aehiors",
    "u": "elnrst",
    "v": "e",
    "w": "ae",
}
"""What commonly follows each letter in English and French, and mostly does so in their relatives."""
_PAIRS: Final = frozenset(first + second for first, followers in _FOLLOWERS.items() for second in followers)
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_SYMBOL: Final = re.compile(r"[!\"#$%&'*+/:;<=>?@\[\\\]^`{|}~\x01-\x1f\x7f-\x9f¡-©«-»¿]")
_LEAST_WORDS, _LEAST_LETTERS = 16, 12
"""Distinct words, and distinct letters in them, below which nothing can be told: codes, sequences, short pages."""
_MOST_WORDS: Final = 160
_COMMON: Final = 0.34
"""Share of pairs that are common ones, in what is language of some kind at least."""
_LEAST_SYMBOLS, _SYMBOL_KINDS = 100, 12
_SYMBOLS: Final = 0.45
"""Share of a page's characters that are symbols, in no formula or table."""


def is_garbled(lines: Sequence[Line]) -> bool:
    """Whether a page's characters are not what is printed; no when too little or no Latin script is there to tell."""
    text = " ".join(word.text for line in lines for word in line.words)
    symbols = _SYMBOL.findall(text)
    printed = len(text) - text.count(" ")
    if len(symbols) >= max(_LEAST_SYMBOLS, _SYMBOLS * printed) and len(set(symbols)) >= _SYMBOL_KINDS:
        return True
    words = list(dict.fromkeys(_WORD.findall(text)))[:_MOST_WORDS]
    latin = [plain for word in words if (plain := _plain(word)).isascii()]
    if len(latin) < max(_LEAST_WORDS, 0.6 * len(words)) or len(set("".join(latin))) < _LEAST_LETTERS:
        return False
    pairs = [first + second for word in latin for first, second in pairwise(word)]
    return sum(pair in _PAIRS for pair in pairs) < _COMMON * len(pairs)


def _plain(word: str) -> str:
    """A word in small letters without accents."""
    low = word.lower()
    return low if low.isascii() else "".join(char for char in normalize("NFD", low) if char.isalpha())
