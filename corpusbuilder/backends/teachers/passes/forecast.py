"""Which calls will follow one that is not answered yet, and about how long answers are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import ceil
from typing import Final

from corpusbuilder.backends.models.estimate import WouldSend

ASSUMED_TOKENS: Final[Mapping[str, int]] = {"inventory": 600, "questions": 900, "steps": 1200}
"""Length of an answer, in tokens, as long as the ledger has none of the kind."""
_TASK_TOKENS: Final = 350
"""What the later passes add to the request of the first: their task, the facts or the questions."""


def follow_ups(item: WouldSend, *, per_unit: int, per_figure: int, questions_per_call: int) -> Iterator[WouldSend]:
    """The calls that come after ``item`` when all goes well.

    Args:
        item: the first call of a group that has no answer.
        per_unit: examples on text alone, as in ``[generate]``.
        per_figure: examples about a figure.
        questions_per_call: how many questions get their steps in one call.
    """
    count = per_figure if item.subject == "figure" else per_unit
    later = replace(item, prompt_tokens=item.prompt_tokens + _TASK_TOKENS)
    if item.task == "inventory":
        yield replace(later, task="questions")
    if item.task in {"inventory", "questions"}:
        yield from [replace(later, task="steps")] * ceil(count / questions_per_call)
