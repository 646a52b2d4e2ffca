"""What the parts of reading share."""

from dataclasses import dataclass

from pydantic import JsonValue


class MalformedError(ValueError):
    """An annotation is not what the page can make; the message says what is wrong, and `read_annotation` where."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what was sent and what came back."""

    field: str
    """Path, such as ``steps.2.text``, with the numbers of the version shown."""
    before: JsonValue
    after: JsonValue
