"""Which of the two languages a short text is in, told by the little words that every sentence has."""

import re
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.text import Token, is_stop_word, tokens

_QUOTED: Final = re.compile(r'“[^“”]*”|«[^«»]*»|"[^"]*"')
_CAPITAL: Final = r"\b[A-ZÀ-ÖØ-Þ][\w’'-]{0,40}"
_LINK: Final = r"(?:of|the|and|in|on|de|du|des|la|le|les|et|en|sur|sous|aux|au|à|l|d)\b"
_NAME: Final = re.compile(rf"{_CAPITAL}(?:[ -]{_LINK}['’]?){{1,4}}[ -]?{_CAPITAL}")
"""Le Petit Prince, Bank of England, Châlons-sur-Marne: what a thing is called is in no language."""
_ELIDED: Final = re.compile(r"\b(?:[CcDdJjLlMmNnSsTt]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu)['’](?=[a-zß-ÿœ])")
"""L'eau, qu'il; L'Origine may be the name of a painting."""
_ACCENTED: Final = re.compile(r"\b[a-zß-öø-ÿ]*[àâçèéêëîïôùûœ][a-zß-öø-ÿœ]*")
_SHARED: Final = frozenset(
    # They are little words of both, or of Latin ("in vitro", "et al."), or letters: they tell nothing.
    "a in on or me son but et est plus ni si s t m c d l n y des tu te as pour on car once".split()  # noqa: SIM905 - reads as the list of words it is
)
_LEAST_SURE: Final = 2
"""Different signs of the other language that a text must have to be in it: one may belong to a name or a term."""


def is_in(text: str, language: str) -> bool | None:
    """Whether ``text`` is in ``language``; None when it is too short to tell.

    Quotations and names of several words are left out. What counts is how many different function words of either
    language there are, and for French elisions and words with accents.

    Args:
        text: a question or an answer, such as a sentence or a few words.
        language: BCP 47, English or French; any other gives None.
    """
    prose = _NAME.sub(" ", _QUOTED.sub(" ", text))
    words = tokens(prose)
    signs = {"en": _english(prose, words), "fr": _french(prose, words)}
    own = signs.pop(language[:2].lower(), None)
    if own is None:
        return None
    (other,) = signs.values()
    if own > other:
        return True
    return False if other >= _LEAST_SURE and other > 2 * own else None


def _english(prose: str, words: Sequence[Token]) -> int:
    plain = {token.text for token in words if prose[token.start : token.end].isascii()}
    return sum(is_stop_word(w, "en") and not is_stop_word(w, "fr") and w not in _SHARED for w in plain)


def _french(prose: str, words: Sequence[Token]) -> int:
    folded = {token.text for token in words}
    little = sum(is_stop_word(w, "fr") and not is_stop_word(w, "en") and w not in _SHARED for w in folded)
    elided = {match[0].casefold() for match in _ELIDED.finditer(prose)}
    # One accented word may be borrowed (café, naïve): together they count as one sign more.
    return little + len(elided) + bool(_ACCENTED.search(prose))
