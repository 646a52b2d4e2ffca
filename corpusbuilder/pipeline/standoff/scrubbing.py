"""Texts that are taken through the sources of all documents, one document in memory at a time."""

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.stages.standoff import Copy, SourceIndex, encode, marked
from corpusbuilder.stages.standoff.encoding import Manner, Piece

_WRITTEN: Final = frozenset(
    (
        "question",
        "answer",
        "choices",
        "choice",
        "steps",
        "step",
        "text",
        "reason",
        "quote",
        "caption",
        "label",
        "labels",
    )
)
"""Names of fields in which a text that is just one of a source's is the source's, however short."""


class ScrubbedText:
    """A text file, or a string of one.

    Args:
        text: of it.
        manner: how it came about.
        titles: of documents: where one stands in the text, it is treated as one.
    """

    def __init__(self, text: str, manner: Manner = "written", titles: Iterable[str] = ()) -> None:
        every = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True) if title)
        parts = re.split(f"({every})", text) if every else [text]
        self._parts: list[tuple[Manner, list[Piece]]] = [
            ("title" if number % 2 else manner, [part]) for number, part in enumerate(parts) if part
        ]

    def scrub(self, index: SourceIndex) -> None:
        """Take the words of one document out."""
        self._parts = [(manner, encode(pieces, index, manner)) for manner, pieces in self._parts]

    def _marked(self) -> tuple[str, list[Copy]]:
        return marked([piece for _, pieces in self._parts for piece in pieces])

    def shown(self) -> str:
        """What is left, with marks."""
        return self._marked()[0]

    def as_json(self) -> JsonValue:
        """What is left and what was taken out, as ``decode`` needs them."""
        text, copies = self._marked()
        return {"text": text, "taken": [asdict(copy) for copy in copies]}


class ScrubbedJson:
    """A JSON value: every string in it, names of fields too."""

    def __init__(self, value: JsonValue) -> None:
        self._value = value
        self._texts: dict[tuple[str, Manner], ScrubbedText] = {}
        self._walked(value, "name", self._take)

    def _take(self, text: str, manner: Manner) -> str:
        self._texts.setdefault((text, manner), ScrubbedText(text, manner))
        return text

    def scrub(self, index: SourceIndex) -> None:
        """Take the words of one document out."""
        for text in self._texts.values():
            text.scrub(index)

    def value(self) -> Any:  # noqa: ANN401 - any JSON
        """What is left, with marks."""
        return self._walked(self._value, "name", lambda text, manner: self._texts[text, manner].shown())

    def _walked(self, value: JsonValue, manner: Manner, change: Callable[[str, Manner], str]) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, str):
            return change(value, manner)
        if isinstance(value, list):
            return [self._walked(part, manner, change) for part in value]
        if isinstance(value, dict):
            return {
                change(name, "name"): self._walked(part, "written" if name in _WRITTEN else "name", change)
                for name, part in value.items()
            }
        return value
