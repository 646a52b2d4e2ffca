"""Questions that a document asks twice."""

from typing import Final, TypeAlias

from rapidfuzz import fuzz

from corpusbuilder.records.example import Example
from corpusbuilder.records.text import content_stems, fold, stems

NAME: Final = "duplicates"
VERSION: Final = 1
_Key: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class SeenQuestions:
    """The questions accepted so far, by document, answer and words of content.

    Two questions are duplicates when they have the same answer, the same words of content in the same order about the
    same figures, and are similar as a whole: "from A to B" is not "from B to A", and a question about another figure
    that happens to have the same labels is another question.
    """

    def __init__(self, similarity: float) -> None:
        self._similarity = similarity
        self._seen: dict[_Key, list[tuple[str, str]]] = {}

    def add(self, example: Example) -> None:
        """Remember an accepted example."""
        self._seen.setdefault(_key(example), []).append((example.id, fold(example.question)))

    def first(self, example: Example) -> str | None:
        """The id of the earlier example that ``example`` repeats."""
        question = fold(example.question)
        for earlier, asked in self._seen.get(_key(example), ()):
            if fuzz.ratio(question, asked, score_cutoff=self._similarity) > 0 or question == asked:
                return earlier
        return None


def _key(example: Example) -> _Key:
    content = content_stems(example.question, example.language)
    return example.document_id, stems(example.answer), content, example.figure_ids
