"""Whether a clause denies, limits or generalises. English and French."""

import re
from typing import Final, NamedTuple

_DENIES: Final = {
    "en": re.compile(
        r"\b(?:no|not|never|none|neither|nor|without|cannot|nothing|nobody|nowhere|hardly|scarcely|barely|unable|"
        r"impossible|absent|absence|devoid|lack(?:s|ed|ing)?|refus(?:es?|ed|ing)|fails? to|failed to|in vain|missing)\b"
        r"|n['’]t\b"
    ),
    "fr": re.compile(
        r"\b(?:ne|jamais|aucune?|ni|sans|non|rien|nullement|guère|absente?s?|absence|dépourvue?s?|impossibles?|"
        r"incapables?|manqu(?:e|ent|ait|aient|er)|nulle?|refus(?:e|ent|ait|aient|er)|en vain|faute de)\b|\bn['’]"
    ),
}
_NO_DENIAL: Final = {
    "en": re.compile(
        r"\b(?:not only|not just|not merely|no doubt|without doubt|no less|nothing but|no other than"
        r"|not (?:[\w'-]+ ){0,4}until|(?:never|not|n't) (?:stops?|ceases?|stopped|ceased))\b"
    ),
    "fr": re.compile(
        r"\b(?:non seulement|sans cesse|sans doute|sans arrêt|non loin|n['’]est autre|à jamais|ne (?:cesse"
        r"|cessent|cessait|cessaient)(?: (?:pas|jamais))?)\b"
        r"|\b(?:ne\s|n['’])(?!(?:[^.;]{0,120}\b(?:pas|jamais|aucune?|rien|guère|point|ni|personne)\b))"
        r"(?:[\w'’-]+\s+){1,12}?qu(?:e\b|['’])"
    ),
}
"""What looks like a denial and is none; in French "ne … que" says "only"."""
_ONLY: Final = {
    "en": re.compile(r"\b(?:only|sole|solely|exclusively|alone|unique|uniquely|merely|nothing but)\b"),
    "fr": re.compile(
        r"\b(?:seule?s?|seulement|uniquement|exclusivement|unique)\b"
        r"|\b(?:ne\s|n['’])(?!(?:[^.;]{0,120}\b(?:pas|jamais|aucune?|rien|guère|point|ni|personne)\b))"
        r"(?:[\w'’-]+\s+){1,12}?qu(?:e\b|['’])"
    ),
}
_ALL: Final = {
    "en": re.compile(r"\b(?:all|every|each|always|everyone|everything|everywhere|any|entirely|completely)\b"),
    "fr": re.compile(r"\b(?:tous|toutes|tout|toute|chaque|chacune?|toujours|partout|entièrement|complètement)\b"),
}
_SOME: Final = {
    "en": re.compile(
        r"\b(?:some|most|many|several|few|certain|often|sometimes|usually|partly|generally|mostly|nearly all|almost|"
        r"half|a minority|the majority)\b"
    ),
    "fr": re.compile(
        r"\b(?:certaine?s|quelques|plusieurs|souvent|parfois|la plupart|beaucoup|partiellement|en partie|généralement|"
        r"presque|moitié|la majorité|une minorité|peu)\b"
    ),
}
_MOST: Final = {
    "en": re.compile(
        r"\b(?:most|least|best|worst|\w{3,}est)\b(?<!\brest)(?<!forest)(?<!harvest)(?<!honest)(?<!modest)"
    ),
    "fr": re.compile(r"\b(?:le|la|les|l['’]un des|une des|son|sa|ses|leurs?|du|des|au|aux)\s+(?:plus|moins|mieux)\b"),
}


class Scope(NamedTuple):
    """What a clause does besides saying something."""

    denies: bool
    only: bool
    all: bool
    some: bool
    most: bool
    """A superlative."""


def scope_of(text: str, language: str) -> Scope:
    """Whether ``text`` denies, limits or generalises."""
    code = "fr" if language.startswith("fr") else "en"
    plain = text.lower().replace("\u2019", "'")
    return Scope(
        denies=_DENIES[code].search(_NO_DENIAL[code].sub(" ", plain)) is not None,
        only=_ONLY[code].search(plain) is not None,
        all=_ALL[code].search(plain) is not None,
        some=_SOME[code].search(plain) is not None,
        most=_MOST[code].search(plain) is not None,
    )
