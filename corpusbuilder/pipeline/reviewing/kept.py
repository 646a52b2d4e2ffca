"""What is kept of the annotations about one document: enough to tell what is new, without what it says.

One annotation says 20 KB, and a book can have ten thousand of them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from corpusbuilder.records.review import Annotation

Place: TypeAlias = tuple[str, int]
"""Example and task."""
Made: TypeAlias = tuple[int, datetime]
"""An annotation of a task, and when it was made: a server on SQLite gives an id that is free again to the next."""
OWN = ""
"""Stands for the author among those who changed an annotation."""


@dataclass(frozen=True, slots=True)
class State:
    """The last that one person said by an annotation."""

    said: Annotation
    """Without its result."""
    content: bytes
    """Stands for what was decided, whoever did."""
    whole: bytes
    """Stands for all there is."""

    @classmethod
    def of(cls, annotation: Annotation) -> "State":
        """What stands for an annotation."""
        content = annotation.model_dump_json(include={"result", "cancelled"})
        return cls(
            annotation.model_copy(update={"result": ()}), _digest(content), _digest(annotation.model_dump_json())
        )


@dataclass(frozen=True, slots=True)
class States:
    """What several people said by one annotation, by the pseudonym of who changed it, `OWN` for who made it."""

    by_editor: dict[str, State]

    @property
    def latest(self) -> State | None:
        """What was said last, if it was not withdrawn."""
        last = next(reversed(self.by_editor.values()), None)
        return None if last is None or last.said.deleted else last

    @property
    def author(self) -> str | None:
        """Who made it, if that is known."""
        own = self.by_editor.get(OWN)
        return own.said.annotator if own else next((state.said.author for state in self.by_editor.values()), None)


class KeptAnnotations:
    """The current states of all annotations about a document."""

    def __init__(self, annotations: Iterable[Annotation]) -> None:
        """Note annotations in the order in which they came; one at a time is in memory."""
        self._places: dict[Place, dict[Made, dict[str, State]]] = {}
        for annotation in annotations:
            self.is_new(annotation)

    def is_new(self, annotation: Annotation) -> bool:
        """Whether it is not known, all of it. It is from now on."""
        made = self._places.setdefault((annotation.example_id, annotation.task_id), {})
        states = made.setdefault((annotation.annotation_id, annotation.created_at), {})
        editor = annotation.annotator if annotation.author is not None else OWN
        state = State.of(annotation)
        if editor in states and states[editor].whole == state.whole:
            return False
        states.pop(editor, None)  # the latest stands last
        states[editor] = state
        return True

    def states(self, place: Place, made: Made) -> States:
        """What was said by one annotation."""
        return States(self._places.get(place, {}).get(made, {}))

    def standing(self, place: Place) -> Iterator[tuple[Made, Annotation]]:
        """What was said of a task and not withdrawn, without the results."""
        for made, states in self._places.get(place, {}).items():
            for state in tuple(states.values()):
                if not state.said.deleted:
                    yield made, state.said

    def places(self) -> list[Place]:
        """Where something stands."""
        return [place for place in self._places if any(self.standing(place))]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
