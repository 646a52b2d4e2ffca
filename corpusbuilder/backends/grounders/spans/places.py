"""The sentence, the part of one, or the two sentences that say what a step says."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.grounders.spans.agreement import NEARLY_ALL, contradiction, lack
from corpusbuilder.backends.grounders.spans.coverage import Cover, cover_of
from corpusbuilder.backends.grounders.spans.index import Index, Sentence
from corpusbuilder.backends.grounders.spans.order import mixture
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.clauses import goes_on, without_conjunction, without_joint
from corpusbuilder.language.denials import Scope, scope_of

_LOOKED_AT: Final = 6
"""Sentences with most of the step's words that are looked at closely."""
_FEWEST: Final = 2
"""Words of content in common without which two sentences have only their topic in common."""
_FEWEST_OF_MORE: Final = 3
"""The same when the place lacks others: of a subject and its verb one alone makes another statement."""
_WORTH_COMPARING: Final = 0.3
"""Share below which a sentence does not support a step whatever else it says."""


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
    contradicts: bool = False
    """Whether it says the contrary, and does not only lack something."""

    @property
    def says_enough(self) -> bool:
        """Whether it has more in common with the step than a topic."""
        own = [o for o, t in self.cover.pairs if t.first >= 0 and o.kind != "mark" and not o.light]
        lacks = any(t.kind != "mark" and not t.light for t in self.cover.missing)
        return len(own) >= (_FEWEST_OF_MORE if lacks else _FEWEST)

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
    part = (
        cover
        if (start, end) == (0, len(sentence.text))
        else cover_of(statement.terms, sentence, index, part=(start, end))
    )
    if part.share < _WORTH_COMPARING:
        return Support(sentence, start, end, part, "")
    text, scope = sentence.text[start:end], _scope(sentence, part, start, end)
    if contrary := contradiction(statement, part, text, scope):
        return Support(sentence, start, end, part, contrary, contradicts=True)
    problem = lack(statement, part, text, scope)
    if not problem and part.share >= NEARLY_ALL:
        problem = mixture(statement, part, sentence)
    return Support(sentence, start, end, part, problem)


def _scope(sentence: Sentence, cover: Cover, start: int, end: int) -> Scope:
    """What the clauses deny and limit that have what the step says; what others deny does not touch it."""
    own = [theirs for _, theirs in cover.pairs if theirs.first >= 0 and theirs.kind != "mark"]
    clauses = [
        (s, e)
        for s, e in sentence.clauses
        if start <= s
        and e <= end
        and (any(s <= t.start < e for t in own) or goes_on(sentence.text[s:e], sentence.language))
    ]
    texts = [sentence.text[s:e] for s, e in clauses] or [sentence.text[start:end]]
    return scope_of(" ; ".join(texts), sentence.language)


def _least(sentence: Sentence, cover: Cover) -> tuple[int, int]:
    """The shortest run of statements of a sentence with all terms that match."""
    needed = [theirs for _, theirs in cover.pairs if theirs.kind != "mark" and theirs.first >= 0]
    starts = [0, *(start for start, equal in sentence.statements if equal)]
    if len(starts) < 2 or not needed:
        return 0, len(sentence.text)
    start = max(s for s in starts if s <= min(t.start for t in needed))
    for later in starts:
        before = [t for t in needed if t.start < later]
        # What a pronoun stands for need not be shown: "…; their ponds are deep".
        if len(before) == 1 and len(needed) > _FEWEST and later > start and sentence.points_back(later):
            start, needed = later, [t for t in needed if t.start >= later]
    end = min((s for s in starts if s >= max(t.end for t in needed)), default=len(sentence.text))
    if start:
        start = without_conjunction(sentence.text, start, end, sentence.language)
    return start, end if end == len(sentence.text) else without_joint(sentence.text, start, end)
