"""What a page says, made harmless: data that cannot be taken for anything else, and the way back."""

import re
import unicodedata
from functools import cache
from typing import Final

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "[": "&#91;"}
_CHARACTERS: Final = {entity: character for character, entity in _ENTITIES.items()}
_MARKUP: Final = re.compile(
    # A tag of ours and a control token of a chat template alike need "<" and ">", or look like [INST].
    r"[&<>]|\[(?=/?\w*[A-Z]{2,}\w*\])"
)
_ENTITY: Final = re.compile("|".join(_CHARACTERS))
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs"})
"""Controls, zero-width and direction marks, tag characters, lone surrogates: nobody sees them on paper."""
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS: Final = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""Variation selectors: any number of them can stand unseen behind a character and carry words."""
_BREAKS: Final = frozenset("\n\r\v\f\x85\u2028\u2029")
_NOT_PLAIN: Final = re.compile(r"[^ -~\n]")
_BLANKS: Final = re.compile(r"[ \t\n]+")


def as_data(text: str) -> str:
    """``text`` as it may stand between tags: what is unseen taken out, what could be markup written as an entity."""
    return _MARKUP.sub(lambda match: _ENTITIES[match[0]], visible(text).strip())


def as_line(text: str, limit: int) -> str:
    """Like `as_data`, on one line of at most ``limit`` characters before the entities."""
    line = " ".join(visible(text).split())
    return as_data(line if len(line) <= limit else line[: limit - 1].rstrip() + "…")


def said(text: str) -> str:
    """What a model wrote, on one line: entities undone, since it copies what it was shown. No-break spaces are kept."""
    plain = _ENTITY.sub(lambda match: _CHARACTERS[match[0]], text)
    return _BLANKS.sub(" ", visible(plain)).strip()


def visible(text: str) -> str:
    """``text`` without characters that nobody sees; every kind of line break is a line feed."""
    return _NOT_PLAIN.sub(lambda match: _shown(match[0]), text)


@cache
def _shown(character: str) -> str:
    if character in _BREAKS:
        return "\n"
    if character == "\t":
        return " "
    hidden = unicodedata.category(character) in _HIDDEN or character in _BLANK_LETTERS
    return "" if hidden or any(first <= ord(character) <= last for first, last in _SELECTORS) else character
