"""The relations between named things that a text asserts: "from A to B", "B provient de A", "it leads to C".

A text becomes items (names, verbs, marks; `items`), the items frames (who is source, who is target; `reading`,
`frames`), and a frame its relations. The words are known by classes (`vocabulary`) and their forms made by rule
(`inflection`). Where the words do not say which way a relation runs, it is given as not clear.
"""

from collections.abc import Sequence
from typing import NamedTuple

from corpusbuilder.language.names import Name
from corpusbuilder.language.relations.frames import Party, Relation
from corpusbuilder.language.relations.items import items_of
from corpusbuilder.language.relations.reading import Reader
from corpusbuilder.language.relations.vocabulary import Vocabulary, vocabulary
from corpusbuilder.records.text import Stems

__all__ = ["Party", "Relation", "Said", "read_relations"]

REMEMBERED: int = 4
"""Steps before in which the thing is looked for that a pronoun stands for."""


class Said(NamedTuple):
    """What a text says of relations, each once, in order."""

    asserted: list[Relation]
    denied: list[Relation]
    """ "No arrow leads from A to B"."""


def read_relations(
    text: str,
    names: Sequence[Name],
    *,
    language: str,
    before: Sequence[str] = (),
    along: frozenset[Stems] = frozenset(),
) -> Said:
    """The relations that ``text`` asserts and denies.

    Args:
        text: one step of reasoning.
        names: what things are called.
        language: BCP 47; in one that is neither English nor French nothing is read.
        before: the texts of the steps before, in order.
        along: the stems of what is written along connectors.
    """
    words = vocabulary(language)
    if words is None:
        return Said([], [])
    return _Remembering(names, along, language, words).relations(text, before)


class _Remembering:
    def __init__(self, names: Sequence[Name], along: frozenset[Stems], language: str, words: Vocabulary) -> None:
        self._names, self._along, self._language, self._words = names, along, language, words

    def relations(self, text: str, before: Sequence[str]) -> Said:
        return Said(*self._reader(text, before).read())

    def _reader(self, text: str, before: Sequence[str]) -> Reader:
        items = items_of(text, self._names, self._along, language=self._language, vocabulary=self._words)
        french = self._language.lower().startswith("fr")
        return Reader(items, french=french, earlier=lambda: self._earlier(before))

    def _earlier(self, before: Sequence[str]) -> list[list[Party]]:
        """Who was named in the last of the steps before that named something; who was reached last comes first."""
        for place in range(len(before) - 1, max(-1, len(before) - 1 - REMEMBERED), -1):
            if group := self._named(before[place], before[max(0, place - 1) : place]):
                return [group]
        return []

    def _named(self, text: str, before: Sequence[str]) -> list[Party]:
        reader = self._reader(text, before)
        asserted, _ = reader.read()
        ends = [p for r in reversed(asserted) for p in (r.target, r.source) if p and p.names]
        others = [Party(m.name.text, (m.name,), m.similarity) for m in reversed(reader.mentions)]
        return list(dict.fromkeys([*ends, *others])) or reader.heard
