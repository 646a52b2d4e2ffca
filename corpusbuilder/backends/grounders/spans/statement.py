"""What a step says, without the words by which it only speaks of the text."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from corpusbuilder.language.claims import quoted
from corpusbuilder.language.denials import Scope, scope_of
from corpusbuilder.language.terms import Term, terms
from corpusbuilder.language.words import words_of
from corpusbuilder.records.text import tokens

_SOURCES: Final = {
    "en": r"(?:(?:the|this|that|our|first|second|last|next|same|other|opening|given|following)\s+)*"
    r"(?:text|passage|paragraph|sentence|book|chapter|section|author|article|extract|excerpt|document|reading|lesson|"
    r"source|it|here)s?(?:\s+(?:also|then|clearly|explicitly|further|itself|we read))*",
    "fr": r"(?:(?:le|la|l['’]|les|ce|cet|cette|notre|un|premier|première|second|seconde|dernier|dernière|même"
    r"|autre)\s*)*"
    r"(?:texte|passage|paragraphe|phrase|livre|chapitre|auteur|article|extrait|document|leçon|source|on|il|y)s?"
    r"(?:\s+(?:aussi|ensuite|clairement|explicitement|lui-même|y|nous))*",
}
_TELLS: Final = {
    "en": r"(?:says?|said|states?|stated|tells?(?: us)?|explains?|describes?|mentions?|notes?|adds?|indicates?|"
    r"specif(?:y|ies)|reports?|informs? us|reads?|writes?|makes? clear|makes? it clear|points? out|gives?|shows?|"
    r"teaches|confirms?|recalls?|reveals?|learns?|is (?:said|stated|written|told|explained))",
    "fr": r"(?:dit|disent|indique|précise|explique|affirme|mentionne|ajoute|note|rappelle|écrit|décrit|signale"
    r"|souligne|"
    r"raconte|rapporte|apprend|nous apprend|nous dit|montre|confirme|énonce|déclare|lit|apprenons|lisons|"
    r"est (?:dit|écrit|indiqué|précisé|expliqué))",
}
_META: Final = {
    "en": re.compile(
        rf"\s*(?:(?:according to|as stated in|as explained in|in|from|per|based on)\s+{_SOURCES['en']}\s*,?\s*"
        rf"(?:(?:we|one|you)\s+(?:can\s+)?(?:read|learn|see|find)s?\s*(?:that|:|,)?\s*|it is (?:said|stated"
        rf"|written|explained) that\s+)?"
        rf"|(?:{_SOURCES['en']}|we|one)\s+(?:can\s+)?{_TELLS['en']}\s*(?:(?:us|here|in the (?:text|passage))\s*)?"
        rf"(?:that\b|:|,)\s*|as\s+{_SOURCES['en']}\s+{_TELLS['en']}\s*,\s*)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf"\s*(?:(?:d['’]après|selon|dans|suivant|comme l['’]indique|comme le dit)\s+{_SOURCES['fr']}\s*,?\s*"
        rf"(?:(?:on|nous)\s+(?:peut\s+)?(?:lit|lire|apprend|lisons|apprenons)\s*(?:qu['’]|que\b|:|,)?\s*)?"
        rf"|{_SOURCES['fr']}\s+{_TELLS['fr']}\s*(?:(?:ici|dans le (?:texte|passage))\s*)?(?:qu['’]|que\b|:|,)\s*"
        rf"|comme\s+{_SOURCES['fr']}\s+{_TELLS['fr']}\s*,\s*)",
        re.IGNORECASE,
    ),
}
_AFTER: Final = {
    "en": re.compile(
        rf",?\s*\(?(?:according to|as (?:stated|explained|mentioned) in"
        rf"|{_TELLS['en']})\s+{_SOURCES['en']}\)?\s*\.?\s*\Z"
        rf"|,\s*as\s+{_SOURCES['en']}\s+{_TELLS['en']}\s*\.?\s*\Z",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        rf",?\s*\(?(?:d['’]après|selon|comme l['’]indique|comme le dit"
        rf"|{_TELLS['fr']})\s+{_SOURCES['fr']}\)?\s*\.?\s*\Z",
        re.IGNORECASE,
    ),
}
_PARTICIPLES: Final = ("é", "ée", "és", "ées", "ant", "ment", "ir", "is", "it", "ie", "ue", "u")
_SHORTEST_QUOTE: Final = 4
"""Words. What is shorter is a name in quotation marks, not a quotation."""
_LONGEST: Final = 2_000


@dataclass(frozen=True)
class Statement:
    """What a step says of the world."""

    text: str
    quotes: tuple[str, ...]
    """What it quotes, names apart."""
    language: str
    names: frozenset[str] = frozenset()
    """Folded words that are names though they may begin the sentence."""

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms of ``text``."""
        found = terms(self.text, self.language)
        return tuple(t._replace(kind="name", light=False) if self._is_name(t) else t for t in found)

    def _is_name(self, term: Term) -> bool:
        if term.kind != "word" or not self.text[term.start].isupper():
            return False
        # A French sentence begins with an article, or else with a name.
        bare = self.language == "fr" and term.first == 0 and not words_of("fr").knows(term.keys)
        said = self.text[term.start : term.end]
        return term.text in self.names or (bare and not said.endswith(_PARTICIPLES))

    @cached_property
    def scope(self) -> Scope:
        """What the whole of it denies and limits."""
        return scope_of(self.text, self.language)


@lru_cache(maxsize=1024)
def statement_of(text: str, language: str, names: frozenset[str] = frozenset()) -> Statement:
    """What the step ``text`` says.

    Args:
        text: of a step; what is longer than any step is cut off.
        language: BCP 47.
        names: folded words that are known to be names.
    """
    code = "fr" if language.startswith("fr") else "en"
    said = text[:_LONGEST].strip()
    if match := _META[code].match(said):
        said = said[match.end() :]
    if match := _AFTER[code].search(said):
        said = said[: match.start()]
    quotes = tuple(quote for quote in quoted(said) if len(tokens(quote)) >= _SHORTEST_QUOTE)
    return Statement(text=said.strip(), quotes=quotes, language=code, names=names)
