"""The sentences of passages, read once: their terms, what they hang on, and where each word occurs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from corpusbuilder.language.clauses import clause_spans, statement_starts
from corpusbuilder.language.lexicon import words
from corpusbuilder.language.sentences import sentence_spans
from corpusbuilder.language.terms import Term, terms
from corpusbuilder.language.words import Keys
from corpusbuilder.records.document import Passage
from corpusbuilder.records.language import is_in
from corpusbuilder.records.text import normalised, tokens

_LONGEST: Final = 2_000
"""Characters. A longer run without an end of sentence is no sentence."""
_GLANCE: Final = 3_000
"""Characters of a passage from which its language is told."""
_SUBJECT_TERMS: Final = 4
"""Terms at the beginning of a sentence to which a pronoun in the next one may point."""
LIGHT: Final = 0.25
"""What a word counts that says little by itself."""
_COMMON: Final = 0.5
"""Weight of a word that every sentence has."""
_RARE: Final = 2.0
"""Weight of a word that one sentence has."""
_UNKNOWN: Final = 1.2
"""Weight of a word that no sentence has."""
_PERSONAL: Final = {
    "en": words("it they he she them him her its their his"),
    "fr": words("il ils elle elles lui leur leurs eux son sa ses"),
}
SUBJECT_PRONOUNS: Final = {"en": words("it they he she"), "fr": words("il ils elle elles on c ce")}
"""What a clause begins with that has the subject of the one before."""
_POINTING: Final = {
    "en": words(
        "it its they their them he his him she her this these those that such both each one ones another others "
        "latter former same here there"
    ),
    "fr": words(
        "il ils elle elles ce cet cette ces cela ceci celui celle ceux celles son sa ses leur leurs lui eux y en tous "
        "toutes chacun chacune autre autres on tel telle tels telles dernier derniere derniers dernieres meme memes"
    ),
}


_OPENING: Final = 16
"""Characters at the beginning of a sentence in which a pronoun is its subject."""
_VERB_ENDINGS: Final = {"en": ("s", "ed", "ing"), "fr": ("e", "ent", "ait", "it", "a", "ant")}


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage."""

    passage: int
    """Index of the passage."""
    start: int
    """First code point in the passage."""
    end: int
    text: str
    terms: tuple[Term, ...]
    context: tuple[Term, ...]
    """What its pronouns may stand for."""
    topic: tuple[Term, ...]
    """The headings above it."""
    language: str

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Offsets into ``text``."""
        return tuple(clause_spans(self.text, 0, len(self.text), self.language))

    @cached_property
    def statements(self) -> tuple[tuple[int, bool], ...]:
        """Offsets into ``text`` at which a new statement begins, the first one apart, and whether it is a main one."""
        return tuple(statement_starts(self.text, self.language))

    @cached_property
    def keys(self) -> Keys:
        """All keys of its terms."""
        return frozenset().union(*(term.keys for term in self.terms))

    @cached_property
    def pointers(self) -> tuple[int, ...]:
        """Offsets in ``text`` of pronouns and the like, which may stand for what was named before."""
        return tuple(token.start for token in tokens(self.text) if token.text in _POINTING[self.language])

    def points_back(self, start: int = 0, end: int | None = None) -> bool:
        """Whether the part at some offsets has a pronoun or the like."""
        return any(start <= place < (len(self.text) if end is None else end) for place in self.pointers)

    @cached_property
    def context_keys(self) -> Keys:
        """All keys of what its pronouns may stand for."""
        return frozenset().union(*(term.keys for term in self.context))

    @cached_property
    def topic_keys(self) -> Keys:
        """All keys of the headings."""
        return frozenset().union(*(term.keys for term in self.topic))


@dataclass(frozen=True)
class Index:
    """Passages made ready for looking things up."""

    sentences: tuple[Sentence, ...]
    places: Mapping[str, tuple[int, ...]]
    """From a key to the sentences that have it."""
    normalised: tuple[str, ...]
    """The passages without typography."""

    @cached_property
    def full_names(self) -> frozenset[tuple[str, str]]:
        """Pairs of words with capitals that stand side by side, folded."""
        return frozenset(
            (a.text, b.text)
            for s in self.sentences
            for a, b in pairwise(s.terms)
            if b.kind == "name" and b.first == a.first + 1
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The folded words that stand with a capital inside a sentence."""
        return frozenset(term.text for s in self.sentences for term in s.terms if term.kind == "name")

    def weight(self, term: Term) -> float:
        """How much a term tells one sentence from the others: most when one of them has it alone.

        Spärck Jones' inverse document frequency, scaled so that no single rare word decides. What a step calls by a
        word that no passage has counts less than a rare word that one has: it may be another word for the same.
        """
        if term.kind == "mark":
            return 0.0
        return self._weight(term) * (LIGHT if term.light else 1.0)

    def _weight(self, term: Term) -> float:
        least = min((len(self.places[key]) for key in term.roots if key in self.places), default=0)
        least = least or min((len(self.places[key]) for key in term.keys if key in self.places), default=0)
        if not least or len(self.sentences) < 2:
            return _UNKNOWN
        return _COMMON + (_RARE - _COMMON) * (1 - math.log(least) / math.log(len(self.sentences)))


def index_of(passages: Sequence[Passage], language: str) -> Index:
    """The index of passages, made once for each run of them.

    A passage in another language has no sentences in it.
    """
    code = "fr" if language.startswith("fr") else "en"
    return _index(tuple(_Source(p.id, p.text, p.kind == "list", p.heading) for p in passages), code)


@dataclass(frozen=True)
class _Source:
    id: str
    text: str
    is_list: bool
    heading: tuple[str, ...]


@lru_cache(maxsize=64)
def _index(sources: tuple[_Source, ...], language: str) -> Index:
    sentences = [sentence for number, source in enumerate(sources) for sentence in _sentences(source, number, language)]
    places: dict[str, list[int]] = {}
    for number, sentence in enumerate(sentences):
        for key in sentence.keys:
            places.setdefault(key, []).append(number)
    return Index(
        sentences=tuple(sentences),
        places={key: tuple(found) for key, found in places.items()},
        normalised=tuple(_plain(source.text) for source in sources),
    )


def _sentences(source: _Source, number: int, language: str) -> list[Sentence]:
    if is_in(source.text[:_GLANCE], language) is False:
        return []
    topic = terms(" . ".join(source.heading), language)
    found: list[Sentence] = []
    for start, end in sentence_spans(source.text, language, lines=source.is_list):
        text = source.text[start:end]
        if end - start <= _LONGEST:
            found.append(
                Sentence(
                    passage=number,
                    start=start,
                    end=end,
                    text=text,
                    terms=terms(text, language),
                    context=_subject(found[-1]) if found else (),
                    topic=topic,
                    language=language,
                )
            )
    return found


def _subject(before: Sentence) -> tuple[Term, ...]:
    """What the sentence after ``before`` may call "it": the first things that it names, or what it calls "it" itself.

    Only what stands like a noun can be meant: a name, what follows an article, and what begins the sentence.
    """
    every = [term for term in before.terms if term.kind in ("word", "name") and not term.light]
    # "The steam engine", but not "the heart pumps".
    compound = {
        b.start
        for a, b in pairwise(every)
        if a.noun and b.first == a.first + 1 and not b.text.endswith(_VERB_ENDINGS[before.language])
    }
    own = [t for t in every if t.noun or t.kind == "name" or t.first == 0 or t.start in compound]
    personal = any(token.text in _PERSONAL[before.language] for token in tokens(before.text))
    inherited = before.context if personal or before.points_back(0, _OPENING) else ()
    names = [t for t in own if t.kind == "name"]
    return (*inherited[:_SUBJECT_TERMS], *own[:_SUBJECT_TERMS], *names[:_SUBJECT_TERMS])


def _plain(text: str) -> str:
    return normalised(text).text
