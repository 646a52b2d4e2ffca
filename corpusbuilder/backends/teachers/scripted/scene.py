"""What there is around a question from which a careless reader can take something wrong."""

from dataclasses import dataclass
from functools import cached_property

from corpusbuilder.backends.teachers.rules.sentences import Sentence, sentences
from corpusbuilder.backends.teachers.scripted.author import Author
from corpusbuilder.backends.teachers.scripted.item import Item
from corpusbuilder.records.diagram import Connector, DiagramLabel
from corpusbuilder.records.text import contains, fold, stems

_LEAST_WORDS = 6


@dataclass(frozen=True)
class Scene:
    """A figure or text with all good questions about it."""

    author: Author
    items: tuple[Item, ...]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Whole sentences of the unit."""
        found = sentences(self.author.unit, self.author.language)
        return tuple(s for s in found if len(s.text.split()) >= _LEAST_WORDS)

    @cached_property
    def labels(self) -> tuple[DiagramLabel, ...]:
        """Labels that can be named."""
        return tuple(self.author.view.names.values()) if self.author.view else ()

    @cached_property
    def connectors(self) -> tuple[Connector, ...]:
        """Arrows and lines of the figure."""
        figure = self.author.figure
        return tuple(c for c in figure.diagram.connectors if c.kind != "leader") if figure else ()

    def passage_text(self, passage_id: str) -> str:
        """The text of a passage of the unit."""
        passage = self.author.unit.passage(passage_id)
        return passage.text if passage else ""

    def foreign_sentence(self, item: Item, pick: int) -> Sentence | None:
        """A sentence that has nothing of the answer and is not quoted."""
        quoted = {fold(quote) for step in item.steps for _, quote in step.quotes}
        answer = stems(item.answer)
        free = [s for s in self.sentences if fold(s.text) not in quoted and not contains(stems(s.text), answer)]
        return free[pick % len(free)] if free else None

    def foreign_labels(self, item: Item, pick: int) -> tuple[DiagramLabel, ...]:
        """Labels that the item says nothing of, beginning with one of them."""
        texts = [stems(text) for text in (item.question, item.answer, *(step.text for step in item.steps))]
        free = [label for label in self.labels if not any(contains(text, stems(label.text)) for text in texts)]
        first = pick % len(free) if free else 0
        return (*free[first:], *free[:first])

    def is_drawn(self, tail: str, head: str) -> bool:
        """Whether a line of any kind joins two names in this direction or without one."""
        for connector in self.connectors:
            ends = (self._name(connector.tail_id), self._name(connector.head_id))
            if ends == (fold(tail), fold(head)):
                return True
            if ends == (fold(head), fold(tail)) and (connector.double or not connector.directed):
                return True
        return False

    def _name(self, element_id: str | None) -> str:
        figure = self.author.figure
        if figure is None or element_id is None:
            return ""
        label_ids = {region.id: region.label_id for region in figure.diagram.regions}
        wanted = label_ids.get(element_id, element_id)
        return next((fold(label.text) for label in figure.diagram.labels if label.id == wanted), "")
