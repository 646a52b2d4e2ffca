"""The words of a sentence that carry what it says, and the little ones that turn it round."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from corpusbuilder.language.lexicon import words
from corpusbuilder.language.quantities import Quantity, quantities
from corpusbuilder.language.words import Keys, is_root, word_keys, words_of
from corpusbuilder.records.text import Token, is_stop_word, tokens

TermKind: TypeAlias = Literal["word", "name", "number", "mark"]
"""``mark``: a preposition or conjunction that tells which of two things is which, such as before and because."""

_MARKS: Final = {
    "en": words("before after above below over under than because so since more less until through without"),
    "fr": words("avant apres depuis sur sous que car parce donc plus moins jusqu dessus dessous"),
}
_BEFORE_NOUNS: Final = {
    "en": words(
        "the a an this that these those its his her their our your my some any no each every all both of in on at by "
        "for from with without into onto over under between among through during against about as than like many few "
        "several most other another"
    ),
    "fr": words(
        "le la les l un une des du de d ce cet cette ces son sa ses leur leurs notre nos votre vos mon ma mes au aux "
        "dans sur sous par pour avec sans entre vers chez chaque tout tous toute toutes quelques plusieurs aucun "
        "aucune comme en contre pendant depuis autre autres"
    ),
}


_VERB_ENDINGS: Final = ("s", "ed", "ing")
_PREPOSITIONS: Final = {
    "en": words("in on at from into onto to with for during within inside near through across toward towards as"),
    "fr": words("dans sur a au aux en vers avec pour pendant chez sous des depuis pres comme contre"),
}
_NEVER: Final = frozenset(
    ["never", "jamais", "not", "nobody", "nothing", "cannot", "although", "though", "despite", "unless"]
)
"""They change what a sentence says without saying anything; `denials` looks at them."""
ARTICLES: Final = {
    "en": words("the a an this that these those his its their our your my some each every all"),
    "fr": words("le la les l un une des du ce cet cette ces son sa ses leur leurs notre nos chaque tous toutes"),
}
"""Words with which a subject begins."""


class Term(NamedTuple):
    """One word, number or set phrase."""

    text: str
    """Folded, as written."""
    keys: Keys
    kind: TermKind
    light: bool
    """Whether it says little by itself."""
    noun: bool
    """Whether it stands where a noun or its adjective would, after an article, a preposition or a number."""
    marked: bool
    """Whether a preposition tells its part in the sentence, "of" and "by" apart."""
    first: int
    """Index of its first token."""
    start: int
    """First code point."""
    end: int
    """One past the last."""

    @property
    def roots(self) -> Keys:
        """The keys that are its own, without synonyms."""
        return frozenset(key for key in self.keys if is_root(key))


def terms(text: str, language: str) -> tuple[Term, ...]:
    """The terms of a sentence, in order.

    Args:
        text: one sentence or a few.
        language: BCP 47.
    """
    return _terms(text, "fr" if language.startswith("fr") else "en")


@lru_cache(maxsize=4096)
def _terms(text: str, language: str) -> tuple[Term, ...]:
    every = tokens(text)
    stated = {quantity.start: quantity for quantity in quantities(text, language, every)}
    return tuple(_found(text, every, stated, language))


def _found(text: str, every: Sequence[Token], stated: dict[int, Quantity], language: str) -> Iterator[Term]:
    place = 0
    compound = False
    ends = {quantity.end for quantity in stated.values()}
    while place < len(every):
        token = every[place]
        counted = place > 0 and every[place - 1].end in ends
        noun = place > 0 and (counted or every[place - 1].text in _BEFORE_NOUNS[language])
        noun = noun or (language == "en" and compound and not _may_be_verb(token.text))
        noun = noun and token.text not in _MARKS[language] and not _is_infinitive(every, place, language)
        # "The beet sugar factory", but not "the plants need light" nor "the plant needs light".
        compound = noun and not token.text.endswith("s")
        marked = _is_marked(every, place, language)
        if quantity := stated.get(token.start):
            value = f"{quantity.value:g}" if quantity.value < 1e6 else f"{quantity.value:.12g}"
            yield Term(value, frozenset([value]), "number", False, noun, marked, place, quantity.start, quantity.end)  # noqa: FBT003 - fields in order
            while place < len(every) and every[place].start < quantity.end:
                place += 1
            continue
        if phrase := _phrase(every, place, language):
            size, keys = phrase
            said = " ".join(t.text for t in every[place : place + size])
            yield Term(said, keys, "word", False, noun, marked, place, token.start, every[place + size - 1].end)  # noqa: FBT003 - likewise
            place += size
            continue
        if term := _term(text, token, place, noun=noun, marked=marked, language=language):
            yield term
        place += 1


def _term(text: str, token: Token, place: int, *, noun: bool, marked: bool, language: str) -> Term | None:
    if token.text in _MARKS[language]:
        return Term(token.text, frozenset([token.text]), "mark", True, noun, marked, place, token.start, token.end)  # noqa: FBT003 - likewise
    if (
        token.text in _NEVER
        or is_stop_word(token.text, language)
        or (len(token.text) == 1 and not token.text.isdigit())
    ):
        return None
    keys = word_keys(token.text, language)
    name = text[token.start].isupper() and not _begins(text, token.start)
    light = not name and words_of(language).is_light(keys)
    return Term(token.text, keys, "name" if name else "word", light, noun, marked, place, token.start, token.end)


def _is_infinitive(every: Sequence[Token], place: int, language: str) -> bool:
    """D'acheter, pour vendre; after "to" English has no article either."""
    after = every[place - 1].text if place else ""
    return language == "fr" and after in ("d", "de", "pour", "sans") and every[place].text.endswith(("er", "ir", "re"))


def _may_be_verb(word: str) -> bool:
    return word.endswith(_VERB_ENDINGS) or words_of("en").is_irregular(word)


def _is_marked(every: Sequence[Token], place: int, language: str) -> bool:
    before = [t.text for t in every[max(place - 2, 0) : place]]
    marks = _PREPOSITIONS[language]
    return bool(before) and (
        before[-1] in marks or (len(before) > 1 and before[0] in marks and before[1] in ARTICLES[language])
    )


def _begins(text: str, start: int) -> bool:
    """Whether a sentence or a quotation begins here: its capital says nothing."""
    before = text[max(start - 8, 0) : start].rstrip(" \t\n\u00a0\u202f")
    return not before or before[-1] in '.!?…:«“"(['


def _phrase(every: Sequence[Token], place: int, language: str) -> tuple[int, Keys] | None:
    """The longest set phrase that begins at a token: how many tokens, and its keys."""
    table = words_of(language).phrases
    best = 0
    keys: set[str] = set()
    for root in word_keys(every[place].text, language):
        for phrase in table.get(root, ()):
            size = _length(every, place, phrase.rest, language)
            keys = {phrase.group} if size > best else keys | {phrase.group} if size == best else keys
            best = max(best, size)
    return (best, frozenset(keys)) if best else None


def _length(every: Sequence[Token], first: int, rest: Sequence[str], language: str) -> int:
    """How many tokens a phrase takes from ``first`` on, articles in it left out; 0 when it is not there."""
    place = first + 1
    for word in rest:
        if place < len(every) and every[place].text in ARTICLES[language] and every[place].text != word:
            place += 1
        if place >= len(every) or word not in (
            every[place].text,
            every[place].stem,
            every[place].text.removesuffix("s"),
        ):
            return 0
        place += 1
    return place - first
