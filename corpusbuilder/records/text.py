"""How texts are compared: typography undone, words folded, numbers and negations counted. English and French.

Two strengths of comparison: `normalised` undoes typography and case and keeps the way back to the original offsets;
`tokens` also folds accents and plurals, and forgets punctuation.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

_IGNORED: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Soft hyphen and zero-width characters: they are invisible and mean nothing."""
_SIGNS: Final = {
    **dict.fromkeys("‘’‚‛ʼ′‹›`´", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "Æ": "ae",
    **dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
}
_CLUSTER: Final = re.compile(rf"\s+|[{_IGNORED}]+|[^\s{_IGNORED}][\u0300-\u036f]*")
_SPACE_BESIDE: Final = frozenset('";:!?')
"""French sets a blank inside quotation marks and before these signs, English does not."""
_PLAIN_TEXT: Final = re.compile("[\x00-\xac\xae-\u024f" + "".join(_SIGNS) + "]*")
"""Characters that stand for themselves whatever their neighbours: no combining marks, nothing invisible."""
_BLANKS: Final = re.compile(r"\s+")
_BLANK_BESIDE: Final = re.compile(r' ?([";:!?]) ?')
_PLAIN_SIGNS: Final = str.maketrans(_SIGNS)
_WORD: Final = re.compile(rf"\w+?n['’]t\b|(?:\w[\u0300-\u036f{_IGNORED}]*)+")
_DIGITS: Final = re.compile(r"\d+")
_ROMAN: Final = re.compile(r"(?=[IVXLC]{2})(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?=(?:er?|ème|th)?\Z)")


def _sequence(words: str) -> list[str]:
    return words.split()


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STOP_EN: Final = _words(
    "a about after all also an and any are as at be because been before being between both but by can could did do "
    "does each either for from had has have her here his how i if in into is it its itself just many may me more "
    "most much must my no nor not of off on one only onto or other our out over own s same shall she should so some "
    "such than that the their them then there these they this those through to too under until up upon us very was "
    "we were what when where which while who whom whose why will with within without would you your he him t"
)
_STOP_FR: Final = _words(
    "a afin ai ainsi alors apres au aucun aucune aussi autre autres aux avant avec avoir avait c ce ceci cela celle "
    "celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont du elle elles en "
    "entre est et etait etaient ete etre eu eux fait fois font il ils j je jusqu l la laquelle le lequel les "
    "lesquelles lesquels leur leurs lors lorsque lui m ma mais me meme memes mes moins mon n ne ni non nos notre "
    "nous on ont ou par parce parmi pas peu peut plus plusieurs pour pourquoi puis puisque qu quand que quel quelle "
    "quelles quelque quelques quels qui quoi s sa sans se sera ses si soit son sont sous sur t ta te tel telle tels "
    "tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y cependant"
)
_NEGATIONS_EN: Final = _words(
    "no not never none neither nor without cannot nothing nobody nowhere hardly scarcely barely rarely"
)
_NEGATIONS_FR: Final = _words("ne n pas jamais aucun aucune ni sans non rien nullement guere")
_NUMBERS_EN: Final = _sequence(
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half "
    "twice double triple first second third fourth fifth sixth seventh eighth ninth tenth"
)
_NUMBERS_FR: Final = _sequence(
    # "un" and "une" are articles first of all, as "one" is a pronoun.
    "zero deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente "
    "quarante cinquante soixante septante huitante nonante cent cents mille million millions milliard milliards "
    "moitie double triple tiers premier premiere deuxieme second seconde troisieme quatrieme cinquieme sixieme "
    "septieme huitieme neuvieme dixieme"
)
_PLAIN_NUMBERS: Final = {
    "fr": {
        "un": 1,
        "une": 1,
        **{word: value for value, word in enumerate(_NUMBERS_FR[1:16], start=2)},
        "zero": 0,
        "vingt": 20,
    },
    "en": {"zero": 0, "one": 1, **{word: value for value, word in enumerate(_NUMBERS_EN[1:20], start=2)}},
}


Stems: TypeAlias = tuple[str, ...]
"""The stems of the words of a name or a text, in order."""


class Normalised(NamedTuple):
    """A text without typography, and where each of its characters comes from."""

    text: str
    sources: tuple[tuple[int, int], ...]
    """Start and end (exclusive) in the original, one pair per character of ``text``."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the non-empty slice ``text[start:end]``."""
        return self.sources[start][0], self.sources[end - 1][1]


class Token(NamedTuple):
    """One word of a text."""

    text: str
    """Folded: lower case, no accents, ligatures undone."""
    stem: str
    """Without the endings of plural and gender."""
    start: int
    """First code point in the original."""
    end: int
    """One past the last."""


def normalised(text: str) -> Normalised:
    """``text`` in lower case with plain quotes, dashes, ligatures and single blanks."""
    pieces: list[tuple[str, int, int]] = []
    for match in _CLUSTER.finditer(text):
        piece = _plain(match[0])
        if piece == " " and pieces and pieces[-1][0] in _SPACE_BESIDE:
            continue
        if piece in _SPACE_BESIDE and pieces and pieces[-1][0] == " ":
            pieces.pop()
        pieces.extend((character, match.start(), match.end()) for character in piece)
    return Normalised("".join(p[0] for p in pieces), tuple((p[1], p[2]) for p in pieces))


def _plain(cluster: str) -> str:
    if cluster.isspace():
        return " "
    if cluster[0] in _IGNORED:
        return ""
    return _SIGNS.get(cluster) or unicodedata.normalize("NFC", cluster).casefold()


def fold(text: str) -> str:
    """``text`` normalised, without accents and outer blanks."""
    if text.isascii() and text.isalnum():
        return text.lower()  # most words, and much faster
    if _PLAIN_TEXT.fullmatch(text):  # as `normalised` has it, without the way back
        plain = _BLANK_BESIDE.sub(r"\1", _BLANKS.sub(" ", text).translate(_PLAIN_SIGNS)).casefold()
    else:
        plain = normalised(text).text
    if plain.isascii():
        return plain.strip()
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join([c for c in decomposed if c < "\u0300" or not unicodedata.combining(c)]).strip()


def tokens(text: str) -> list[Token]:
    """The words of ``text`` in order. An elision is two words: l'eau is ``l`` and ``eau``."""
    found = ((fold(match[0]), match) for match in _WORD.finditer(text))
    return [Token(word, stem(word), match.start(), match.end()) for word, match in found if word]


def stem(word: str) -> str:
    """A folded word without the endings of plural and of French gender: cities -> city, chevaux -> cheval."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("aux") and not word.endswith("eaux") and len(word) > 4:
        return word[:-3] + "al"
    if word[-1] in "sx" and not word.endswith("ss"):
        word = word[:-1]
    if word[-1] == "e" and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "y" if word[-1] == "i" and len(word) > 3 else word


@lru_cache(maxsize=2048)
def stems(text: str) -> tuple[str, ...]:
    """The stems of all words of ``text``."""
    return tuple(token.stem for token in tokens(text))


def is_stop_word(word: str, language: str) -> bool:
    """Whether a folded word carries no content of its own."""
    return word in (_STOP_FR if language.startswith("fr") else _STOP_EN)


def content_stems(text: str, language: str) -> tuple[str, ...]:
    """The stems of the words that carry content; of all words when none does ("us", "elle")."""
    every = tokens(text)
    content = tuple(token.stem for token in every if not is_stop_word(token.text, language))
    return content or tuple(token.stem for token in every)


def contains(haystack: Sequence[str], needle: Sequence[str]) -> bool:
    """Whether ``needle`` is a non-empty contiguous run of ``haystack``."""
    return next(occurrences(haystack, needle), None) is not None


def occurrences(haystack: Sequence[str], needle: Sequence[str]) -> Iterator[int]:
    """Where the non-empty run ``needle`` begins in ``haystack``."""
    size = len(needle)
    if size:
        wanted = tuple(needle)
        yield from (
            i
            for i in range(len(haystack) - size + 1)
            if haystack[i] == wanted[0] and tuple(haystack[i : i + size]) == wanted
        )


def numbers(text: str, language: str) -> tuple[str, ...]:
    """The digits, number words and Roman numerals of ``text`` in order; 1,000 is 1 and 000."""
    words = _NUMBERS_FR if language.startswith("fr") else _NUMBERS_EN
    return tuple(_numbers(text, frozenset(words)))


def _numbers(text: str, words: frozenset[str]) -> Iterator[str]:
    for token in tokens(text):
        if digits := _DIGITS.findall(token.text):
            yield from digits
        elif token.text in words:
            yield token.text
        elif roman := _ROMAN.match(text[token.start : token.end]):
            yield roman[0]


def number_value(text: str, language: str) -> int | None:
    """The small whole number that ``text`` is, in digits or words; None when it is something else."""
    words = [token.text for token in tokens(text)]
    if len(words) != 1:
        return None
    if re.fullmatch(r"[0-9]{1,9}", words[0]):
        return int(words[0])
    return _PLAIN_NUMBERS["fr" if language.startswith("fr") else "en"].get(words[0])


def negations(text: str, language: str) -> tuple[str, ...]:
    """The words that negate in ``text``, in order."""
    words = _NEGATIONS_FR if language.startswith("fr") else _NEGATIONS_EN
    found = (token.text for token in tokens(text))
    return tuple(word for word in found if word in words or word.endswith("n't"))


def shortened(text: str, limit: int = 60) -> str:
    """``text`` for a message: one line, at most ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def listed(texts: Iterable[str], limit: int = 4) -> str:
    """Texts for a message, in quotation marks, the first few of them."""
    every = list(texts)
    shown = ", ".join(f'"{shortened(text)}"' for text in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown
