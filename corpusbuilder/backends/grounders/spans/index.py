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
    def statements(self) -> tuple[int, ...]:
        """Offsets into ``text`` at which a new statement begins, the first one apart."""
        return tuple(statement_starts(self.text, self.language))

    @cached_property
    def keys(self) -> Keys:
        """All keys of its terms."""
        return frozenset().union(*(term.keys for term in self.terms))

    @cached_property
    def points_back(self) -> bool:
        """Whether it has a pronoun or the like, which may stand for the subject of the sentence before."""
        return points_back(self.text, self.language)

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
    def names(self) -> frozenset[str]:
        """The folded words that stand with a capital inside a sentence."""
        return frozenset(term.text for s in self.sentences for term in s.terms if term.kind == "name")

    def weight(self, term: Term) -> float:
        """How much a term tells one sentence from the others: 1 when every one has it, 2 when one has it alone.

        Robertson and Spärck Jones' inverse document frequency, scaled so that no single rare word decides.
        """
        if term.kind == "mark":
            return 0.0
        least = min((len(self.places[key]) for key in term.keys if key in self.places), default=1)
        rarity = math.log(len(self.sentences) / least) / math.log(len(self.sentences)) if len(self.sentences) > 1 else 1
        return (1 + rarity) * (0.25 if term.light else 1.0)


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


def points_back(text: str, language: str) -> bool:
    """Whether a clause has a pronoun or the like, which may stand for what was named before."""
    return any(token.text in _POINTING[language] for token in tokens(text))


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
    inherited = before.context if points_back(before.text[:_OPENING], before.language) else ()
    names = [t for t in own if t.kind == "name"]
    return (*inherited[:_SUBJECT_TERMS], *own[:_SUBJECT_TERMS], *names[:_SUBJECT_TERMS])


def _plain(text: str) -> str:
    return normalised(text).text
