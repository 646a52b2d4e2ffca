"""The sentence, the part of one, or the two sentences that say what a step says."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.grounders.spans.agreement import disagreement, mixture
from corpusbuilder.backends.grounders.spans.coverage import Cover, cover_of
from corpusbuilder.backends.grounders.spans.index import Index, Sentence
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import without_conjunction, without_joint

_LOOKED_AT: Final = 8
"""Sentences with most of the step's words that are looked at closely."""


@dataclass(frozen=True)
class Support:
    """Part of a sentence, and what it covers of a step."""

    sentence: Sentence
    start: int
    """Offset in the sentence."""
    end: int
    cover: Cover
    problem: str
    """What it says otherwise than the step; empty when nothing."""

    @property
    def text(self) -> str:
        """The part of the sentence."""
        return self.sentence.text[self.start : self.end]


def likely(statement: Statement, index: Index) -> list[Support]:
    """The sentences that have most of what a step says, the best first."""
    scores: defaultdict[int, float] = defaultdict(float)
    for term in statement.terms:
        weight = index.weight(term)
        for place in {place for key in term.keys for place in index.places.get(key, ())}:
            scores[place] += weight
    best = sorted(scores, key=lambda place: (-scores[place], place))[:_LOOKED_AT]
    # A sentence whose subject is a pronoun has fewer of the words than the one before it, and may say more.
    after = [p + 1 for p in best[:3] if p + 1 < len(index.sentences) and p + 1 not in best]
    found = (judged(statement, index.sentences[place], index) for place in [*best, *after])
    return sorted(found, key=lambda s: -s.cover.share)


def judged(statement: Statement, sentence: Sentence, index: Index) -> Support:
    """The least part of a sentence that covers of a step what the whole of it does."""
    cover = cover_of(statement.terms, sentence, index)
    start, end = _least(sentence, cover)
    part = cover_of(statement.terms, sentence, index, part=(start, end))
    problem = disagreement(statement, part, sentence.text[start:end]) or mixture(statement, part, sentence)
    return Support(sentence, start, end, part, problem)


def _least(sentence: Sentence, cover: Cover) -> tuple[int, int]:
    """The shortest run of statements of a sentence with all terms that match."""
    needed = [theirs for _, theirs in cover.pairs if theirs.kind != "mark"]
    starts = [0, *sentence.statements]
    if len(starts) < 2 or not needed:
        return 0, len(sentence.text)
    start = max(s for s in starts if s <= min(t.start for t in needed))
    end = min((s for s in starts if s >= max(t.end for t in needed)), default=len(sentence.text))
    if start:
        start = without_conjunction(sentence.text, start, end, sentence.language)
    return start, end if end == len(sentence.text) else without_joint(sentence.text, start, end)
