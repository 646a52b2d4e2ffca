"""Which examples ask what a benchmark asks."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from corpusbuilder.records.text import tokens
from corpusbuilder.stages.release.splitting.likeness import common, meetings, prefixes
from corpusbuilder.stages.release.splitting.questions import LEAST_SIMILARITY, Questions, exactly, marks_of
from corpusbuilder.stages.release.splitting.wordruns import Hashes, Numbers, Runs, Texts, word_hash

LEAST_CONTAINED: Final = 0.9
"""Share of a question's runs of words that stand in a longer prompt."""
LEAST_WORDS: Final = 8
"""Words of a question that is looked for inside of longer prompts: a shorter one stands there by chance."""


@dataclass(frozen=True, slots=True)
class BenchmarkQuestion:
    """A question of a benchmark."""

    line: int
    """Where it begins in its file, from 1."""
    text: str


@dataclass(frozen=True, slots=True)
class BenchmarkFile:
    """The questions of one file."""

    name: str
    """Within the workspace; without folders when it lies elsewhere."""
    sha256: str
    questions: tuple[BenchmarkQuestion, ...] = field(repr=False)


class Match(NamedTuple):
    """An example that asks what a benchmark asks."""

    line: int
    example_id: str
    exact: bool
    similarity: float


def matches(examples: Questions, file: BenchmarkFile) -> list[Match]:
    """The examples that ask a question of ``file``, each with the most similar one, in the order of the examples.

    Exact: the same words, case, accents and punctuation apart. Near: the same names and numbers, and at least
    `LEAST_SIMILARITY` of the runs of two and three words of either; or at least `LEAST_CONTAINED` of the example's runs
    stand in a longer prompt.
    """
    texts, marks = Texts(), array("Q")
    firsts: dict[int, int] = {}
    for place, question in enumerate(file.questions):
        words = [token.text for token in tokens(question.text)]
        texts.add(words)
        marks.append(word_hash(marks_of(question.text)))
        if words:
            firsts.setdefault(exactly(words), place)
    # Places count down, so that the greatest is the first of the file.
    best = {place: (True, 1.0, -firsts[whole]) for place, whole in enumerate(examples.exactly) if whole in firsts}
    for example, place, similarity in _near(examples, texts, np.array(marks, dtype=np.uint64)):
        best[example] = max(best.get(example, (False, 0.0, 0)), (False, similarity, -place))
    return [
        Match(file.questions[-place].line, examples.ids[example], exact, similarity)
        for example, (exact, similarity, place) in sorted(best.items())
    ]


def _near(examples: Questions, texts: Texts, marks: Hashes) -> Iterator[tuple[int, int, float]]:
    """Places of examples and questions that are alike, and how much."""
    asked, theirs = examples.question_runs, texts.runs(2, 3)
    if not theirs.hashes.size or not asked.hashes.size:
        return
    sizes = np.bincount(asked.texts, minlength=len(examples))
    their_sizes = np.bincount(theirs.texts, minlength=len(texts))
    lengths = sizes - np.ceil(LEAST_SIMILARITY * sizes - 1e-9).astype(np.int64) + 1
    pairs = meetings(_rarest(asked, theirs, lengths), theirs)
    shared = common(asked, theirs, pairs)
    own, other = sizes[pairs[:, 0]], their_sizes[pairs[:, 1]]
    similarity, contained = shared / (own + other - shared), shared / own
    same = np.array(examples.marks, dtype=np.uint64)[pairs[:, 0]] == marks[pairs[:, 1]]
    inside = (contained >= LEAST_CONTAINED) & (examples.questions.sizes[pairs[:, 0]] >= LEAST_WORDS)
    near = (same & (similarity >= LEAST_SIMILARITY)) | inside
    for place in np.flatnonzero(near):
        likeness = max(similarity[place], contained[place] if inside[place] else 0.0)
        yield int(pairs[place, 0]), int(pairs[place, 1]), float(likeness)


def _rarest(asked: Runs, theirs: Runs, lengths: Numbers) -> Runs:
    """Of each example the runs that are rarest in the benchmark, one of which a similar question must have."""
    often = np.searchsorted(theirs.hashes, asked.hashes, side="right") - np.searchsorted(theirs.hashes, asked.hashes)
    return prefixes(asked, often, lengths)
