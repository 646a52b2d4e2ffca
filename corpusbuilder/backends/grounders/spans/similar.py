"""Sentences that an encoder finds to mean what a step says."""

from functools import lru_cache
from typing import Any, Final

from corpusbuilder.backends.grounders.spans.encoder import Encoder
from corpusbuilder.backends.grounders.spans.index import Index
from corpusbuilder.backends.grounders.spans.places import Support, judged
from corpusbuilder.backends.grounders.spans.statement import Statement
from corpusbuilder.language.denials import scope_of

LEAST_SIMILAR: Final = 0.8
"""Cosine from which a sentence may say the same. Models differ: it can be set."""
_MARGIN: Final = 0.05
"""What the second sentence must be less similar: encoders find all sentences of one topic alike."""


def most_similar(statement: Statement, index: Index, encoder: Encoder, *, least: float) -> tuple[Support, float] | None:
    """The sentence that means what a step says, with the cosine; None when none does for certain.

    A sentence that says otherwise in a way that can be read off it (other numbers, a denial) is none, however near.

    Args:
        statement: of the step.
        index: of the passages.
        encoder: gives unit vectors.
        least: cosine from which a sentence is believed.
    """
    if not index.sentences:
        return None
    texts = tuple(sentence.text for sentence in index.sentences)
    cosines = _vectors(encoder, texts) @ encoder.encode([statement.text])[0]
    order = sorted(range(len(texts)), key=lambda place: (-float(cosines[place]), place))
    best = order[0]
    second = float(cosines[order[1]]) if len(order) > 1 else -1.0
    if float(cosines[best]) < max(least, second + _MARGIN):
        return None
    found = judged(statement, index.sentences[best], index)
    return (
        None
        if found.problem or _says_otherwise(statement, found)
        else (found, min(round(float(cosines[best]), 4), 1.0))
    )


def _says_otherwise(statement: Statement, place: Support) -> bool:
    """Whether a number or a name is missing, or one of the two denies: encoders hardly see that."""
    missing = any(term.kind in ("number", "name") for term in place.cover.missing)
    return missing or statement.scope.denies != scope_of(place.text, statement.language).denies


@lru_cache(maxsize=16)
def _vectors(encoder: Encoder, texts: tuple[str, ...]) -> Any:  # noqa: ANN401 - an array, and numpy is imported late
    return encoder.encode(list[str](texts))
