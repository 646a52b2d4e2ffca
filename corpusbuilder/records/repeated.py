"""Questions that a corpus asks twice."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from corpusbuilder.records.example import Example
from corpusbuilder.records.minhash import Asked, Index, asked, bands, repeats
from corpusbuilder.records.text import stems

LEAST_SIMILARITY: Final = 0.7
"""Share of runs of words that two near-duplicates have in common: one word in nine or so is another."""


def near_duplicates_over(examples: Iterable[Example]) -> dict[str, str]:
    """Examples that repeat an earlier one of another document: their ids, each with the id of the one it repeats.

    Two examples are near-duplicates when they are in the same language, have the same answer (case, accents, plurals
    and punctuation apart), ask about the same numbers and names, and at least `LEAST_SIMILARITY` of the runs of two and
    three words of question and answer are the same. An example that repeats another is left out of further
    comparisons. Examples of one document are never compared: verification does that.

    Args:
        examples: in the order of the release; it decides which of two stays.
    """
    groups: dict[tuple[str, tuple[str, ...]], _Kept] = {}
    repeated: dict[str, str] = {}
    for example in examples:
        answer = stems(example.answer) or (example.answer.strip(),)
        kept = groups.setdefault((example.language.partition("-")[0].lower(), answer), _Kept())
        if (earlier := kept.first_like(example)) is not None:
            repeated[example.id] = earlier
    return repeated


class _Known(NamedTuple):
    id: str
    document_id: str
    asked: Asked


class _Kept:
    """Examples with one answer that repeat none."""

    def __init__(self) -> None:
        self._index = Index()
        self._known: list[_Known] = []

    def first_like(self, example: Example) -> str | None:
        """The id of the first example of another document that is repeated; when there is none, this one is kept."""
        own = asked(example.question, example.answer)
        keys = bands(own.shingles)
        for number in self._index.near(keys):
            known = self._known[number]
            if known.document_id != example.document_id and repeats(own, known.asked, LEAST_SIMILARITY):
                return known.id
        self._index.add(len(self._known), keys)
        self._known.append(_Known(example.id, example.document_id, own))
        return None
