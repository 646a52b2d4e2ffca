"""A text as names are looked for in it: its words, its quotation marks, its sentences and its numbers."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from corpusbuilder.language.lexicon import FILLERS, arrow_lexicon, position_lexicon, words
from corpusbuilder.records.text import Token, is_stop_word, number_value, numbers, stem, tokens

MOST_CHARACTERS: Final = 10_000
"""Of a text; what comes after is not looked at. A step of reasoning is a sentence or two."""
_QUOTED: Final = re.compile(r'“([^“”]+)”|«([^«»]+)»|"([^"]+)"|‘([^‘’]{2,})’|(?<!\w)\'([^\'\s][^\']{0,60})\'(?!\w)')
ARTICLES: Final = words("the a an le la les l un une du de des d")
GENERIC: Final = frozenset(
    stem(word)
    for word in words(
        "arrow label part figure diagram line box map key legend picture drawing chart step stage element graph plan "
        "area fleche etiquette partie schema ligne case carte legende image dessin etape zone point name nom graphique "
        "title titre caption note notes source number numero letter lettre word mot colour color couleur region trait"
    )
)
"""Words for the pieces of any drawing."""
_PLACED: Final = words(
    "number numbers numero numeros no nos nr n num part parts partie parties point points repere reperes chiffre "
    "chiffres digit lettre lettres letter letters label labels labelled labeled etiquette etiquettes marked mark "
    "marque marquee marques marquees area region zone structure callout callouts legende element item case box "
    "numbered numerote numerotee reperee callout position"
)
"""Before a number or a letter: it is the mark of a part."""
_REFERENCES: Final = words(
    "figure figures fig figs page pages table tableau chapter chapitre step steps etape question exercise exercice "
    "section line plate planche document doc diagram year annee century siecle in en since depuis about environ"
)
"""Before a number: it is of something else than a part."""
EQUATES: Final = words(
    "is are was marks mark stands stand refers refer names shows show indicates indicate points point designates "
    "denotes represents represent identifies means corresponds est sont designe designent indique indiquent marque "
    "marquent montre represente correspond pointe repere renvoie nomme signifie identifie denote"
)
"""After the mark of a part: what it stands for is said."""
_SUBJECTS: Final = words(
    # After these comes a verb, not a name.
    "it they he she we you i which who that there not will would can could may might must should shall do does did "
    "il elle ils elles on qui que ne n se s me te nous vous y lui leur ou"
)


class Said:
    """A text as names are looked for in it."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text[:MOST_CHARACTERS]
        self.language = language
        self.words: Sequence[Token] = tokens(self.text)
        self.plain = [self._figured(i, plain(word.text)) for i, word in enumerate(self.words)]
        self.stems = [stem(word) for word in self.plain]
        self.quotes = [m.span(m.lastindex or 0) for m in _QUOTED.finditer(self.text)]

    def _figured(self, place: int, word: str) -> str:
        """The digit of a number word that marks a part: part three is part 3."""
        if place and word.isalpha() and self.words[place - 1].text in _PLACED:
            value = number_value(word, self.language)
            return word if value is None else str(value)
        return word

    def original(self, first: int, after: int) -> str:
        """The characters of some words and what is between them."""
        return self.text[self.words[first].start : self.words[after - 1].end]

    def word(self, place: int) -> str:
        """The folded word at a place; empty where there is none."""
        return self.words[place].text if 0 <= place < len(self.words) else ""

    def is_quoted(self, first: int, after: int) -> bool:
        """Whether some words are all that stands between quotation marks, articles apart."""
        start, end = self.words[first].start, self.words[after - 1].end
        return any(
            a <= start and end <= b and self._is_bare(a, start) and self._is_bare(end, b) for a, b in self.quotes
        )

    def _is_bare(self, start: int, end: int) -> bool:
        return all(word.text in ARTICLES for word in tokens(self.text[start:end]))

    def begins_sentence(self, first: int) -> bool:
        """Whether a word is the first of its sentence."""
        start = self.words[first].start
        before = self.text[max(start - 9, 0) : start].rstrip(" «“\"'(")
        return not before or before[-1] in ".!?:"

    def is_apart(self, first: int, after: int) -> bool:
        """Whether a sentence or a part of it ends before the last of some words."""
        between = self.text[self.words[after - 2].end : self.words[after - 1].start] if after - first > 1 else ""
        return not between.isspace() and any(sign in between for sign in '.;:!?,()[]"«»“”')

    def full_stop(self, place: int) -> Literal["inside", "end"] | None:
        """Whether a full stop right after a word is inside a sentence, as of an abbreviation, or may be its end."""
        end = self.words[place].end
        rest = self.text[end + 1 : end + 6].lstrip()
        if self.text[end : end + 1] != ".":
            return None
        return "inside" if rest and not rest[0].isupper() else "end"

    def is_content(self, place: int) -> bool:
        """Whether there is a word at a place that carries content and belongs to no drawing in general."""
        word = self.word(place)
        return bool(word) and not is_stop_word(word, self.language) and self.stems[place] not in GENERIC

    def may_be_noun(self, first: int) -> bool:
        """Whether a thing may be named at a place: after an article, a preposition, a comma, not after a subject."""
        before = self.word(first - 1)
        if not before or self.begins_sentence(first) or before in FILLERS or before in ARTICLES:
            return before not in _SUBJECTS
        if self.words[first].start - self.words[first - 1].end > 1 or self.is_capital(first):
            return True
        return before not in _SUBJECTS and (is_stop_word(before, self.language) or before in ordinary(self.language))

    def is_capital(self, first: int) -> bool:
        """Whether a word has a capital that no beginning of a sentence explains."""
        return self.text[self.words[first].start].isupper() and not self.begins_sentence(first)

    def is_placed(self, first: int, after: int) -> bool:
        """Whether a number or letter is the mark of a part, not a count, a date or a reference."""
        before, following = self.word(first - 1), self.word(after)
        digit = before in ("figure", "fig") and self.word(first - 2) in ("the", "this")
        if self._is_measured(after) or (before in _REFERENCES and not digit):
            return False
        if digit or before in _PLACED or self._in_brackets(first, after):
            return True
        if first >= 2 and before in ("and", "or", "et", "ou", "to", "a") and self.word(first - 2).isdigit():
            return self.is_placed(first - 2, first - 1) and not self.is_content(after)
        if following in EQUATES:
            return not before or is_stop_word(before, self.language) or self.is_apart(first - 1, first + 1)
        opens = before in ARTICLES or before in ("from", "to", "between", "vers", "entre", "au")
        return opens and not self.is_content(after)

    def _in_brackets(self, first: int, after: int) -> bool:
        start, end = self.words[first].start, self.words[after - 1].end
        return self.text[start - 1 : start] in ("(", "[") and self.text[end : end + 1] in (")", "]")

    def _is_measured(self, after: int) -> bool:
        """Whether a number goes on: 3.5, 3 %, 3°, 3-4."""
        end = self.words[after - 1].end
        rest = self.text[end : end + 2]
        return bool(re.match(r"\s?[%°‰€$]|[.,\-–/:]\d", rest))


def plain(word: str) -> str:
    """A folded word with subscripts and the like undone: co₂ is co2."""
    return word if word.isascii() else unicodedata.normalize("NFKC", word)


@lru_cache(maxsize=8)
def ordinary(language: str) -> frozenset[str]:
    """Words by which relations and places are said: none of them is a slip of a name."""
    lexicons = (arrow_lexicon(language) or {}, position_lexicon(language) or {})
    return frozenset(word for lexicon in lexicons for phrase in lexicon for word in phrase) | EQUATES | FILLERS


@lru_cache(maxsize=8192)
def is_ordinary(word: str, language: str) -> bool:
    """Whether a folded word is one of grammar, of drawings, of relations, or a number."""
    return (
        is_stop_word(word, language)
        or stem(word) in GENERIC
        or word in ordinary(language)
        or word in _PLACED
        or word.isdigit()
        or (word.isalpha() and bool(numbers(word, language)))
    )
