"""Reads a chat completion: the answer, the reasoning beside it, and how it ended."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Finish: TypeAlias = Literal["stop", "length", "refusal", "content_filter"]


class NotACompletionError(ValueError):
    """The body is not a chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said."""

    text: str
    """The answer, without reasoning and without the fence around its JSON."""
    reasoning: str | None
    """What a reasoning model thought before it answered; None when it did not say."""
    finish: Finish
    refusal: str = ""
    """Its words of refusal, or the filter's."""


def read_completion(body: bytes) -> Completion:
    """The first choice of a completion as the endpoint sent it.

    Raises:
        NotACompletionError: ``body`` is no such thing.
    """
    raise NotImplementedError


def reasoning_steps(reasoning: str) -> tuple[str, ...]:
    """A trace of reasoning cut into its steps."""
    raise NotImplementedError
