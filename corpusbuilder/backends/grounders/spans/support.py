"""The sentences of passages that support a step which quotes nothing."""

from collections.abc import Sequence

from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.spans.quotes import find_quote, span_at
from corpusbuilder.records.document import Passage


def find_support(text: str, passages: Sequence[Passage], *, language: str) -> Found:
    """The least of the passages that supports a step, or nothing.

    Args:
        text: of the step.
        passages: those given with the question, in reading order, all in ``language``.
        language: BCP 47.
    """
    found = [(p, find_quote(p.text, text, language=language, threshold=92.0).place) for p in passages]
    spans = [span_at(passage, place) for passage, place in found if place]
    return Found(evidence=tuple(spans)) if len(spans) == 1 else Found(problems=("no passage supports it",))
