"""Questions that a corpus asks twice."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from corpusbuilder.records.example import Example
from corpusbuilder.records.minhash import asked
from corpusbuilder.records.text import stems, tokens
from corpusbuilder.stages.release.splitting.likeness import Likeness, likeness
from corpusbuilder.stages.release.splitting.wordruns import Hashes, Runs, Texts, word_hash

LEAST_SIMILARITY: Final = 0.7
"""Share of runs of words that two near-duplicates have in common: one word in nine or so is another."""


class Questions:
    """Examples as far as they are compared: by the words of question and answer, 8 bytes each."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.documents: list[str] = []
        self.pieces: list[str] = []
        """What is assigned to a split with it: its document or unit."""
        self.questions = Texts()
        self._wholes = Texts()
        self._same_answer = array("Q")
        self._same_subject = array("Q")
        self.exactly = array("Q")
        """What is equal for questions of the same words; 0 where there is none."""
        self.marks = array("Q")
        """The names and numbers of the question: a question about another year is another question."""

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, example: Example, piece: str) -> None:
        """Remember an example."""
        question = [token.text for token in tokens(example.question)]
        answer = [token.text for token in tokens(example.answer)]
        language = example.language.partition("-")[0].lower()
        given = " ".join(stems(example.answer)) or example.answer.strip()
        marks = marks_of(example.question)
        self.ids.append(example.id)
        self.documents.append(example.document_id)
        self.pieces.append(piece)
        self.questions.add(question)
        self._wholes.add([*question, *answer])
        self._same_answer.append(word_hash(f"{language}\0{marks}\0{given}"))
        # What a figure shows is asked in the same words of many: those repeat each other only with the same answer.
        same = f"{language}\0{marks}\0{given}" if example.figure_ids else f"{language}\0{marks}"
        self._same_subject.append(word_hash(same))
        self.marks.append(word_hash(marks))
        self.exactly.append(exactly(question))

    def repeated(self, importance: Callable[[str], tuple[int, ...]] = lambda _: ()) -> Mapping[str, str]:
        """Examples that repeat an earlier one of another document: their ids, each with the id of the one it repeats.

        Two examples are near-duplicates when they are in the same language, have the same answer (case, accents,
        plurals and punctuation apart), ask about the same numbers and names, and at least `LEAST_SIMILARITY` of the
        runs of two and three words of question and answer are the same. An example that repeats another is left out of
        further comparisons. Examples of one document are never compared: verification does that.

        Args:
            importance: of a piece: of those with the lowest comes the first example, which is kept; of two with the
                same, the one that was added first.
        """
        if not self.ids:
            return {}
        classes, near = likeness(self._wholes.runs(2, 3), _hashes(self._same_answer), LEAST_SIMILARITY)
        said = np.flatnonzero(self._wholes.sizes).tolist()
        kept: dict[int, dict[str, tuple[int, int]]] = {}
        repeated: dict[str, str] = {}
        for rank, place in enumerate(sorted(said, key=lambda place: importance(self.pieces[place]))):
            own, document = int(classes[place]), self.documents[place]
            beside = [own, *(other for other, _ in near.get(own, ()))]
            known = [first for one in beside for name, first in kept.get(one, {}).items() if name != document]
            if known:
                repeated[self.ids[place]] = self.ids[min(known)[1]]
            else:
                kept.setdefault(own, {}).setdefault(document, (rank, place))
        return repeated

    def alike(self) -> Likeness:
        """Questions that ask the same in nearly the same words; those on figures, with the same answer."""
        return likeness(self.question_runs, _hashes(self._same_subject), LEAST_SIMILARITY)

    @property
    def question_runs(self) -> Runs:
        """The runs of two and three words of the questions."""
        return self.questions.runs(2, 3)


def exactly(words: Sequence[str]) -> int:
    """What is equal for texts of the same words; 0 of none."""
    return word_hash(" ".join(words)) if words else 0


def marks_of(question: str) -> str:
    """The names and numbers of a question, as one text."""
    return "\0".join(sorted(asked(question, "").marks))


def _hashes(values: Sequence[int]) -> Hashes:
    return np.array(values, dtype=np.uint64)
