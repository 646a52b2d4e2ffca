"""What the scripted teacher says about one figure or text, in the JSON of the three passes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from corpusbuilder.backends.teachers.base import GenerationRequest
from corpusbuilder.backends.teachers.passes.plan import Slot
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.rules.candidate import draw
from corpusbuilder.backends.teachers.scripted import ScriptedOptions
from corpusbuilder.backends.teachers.scripted.author import Author, as_form
from corpusbuilder.backends.teachers.scripted.faults import spoilt
from corpusbuilder.backends.teachers.scripted.item import Item, Step
from corpusbuilder.backends.teachers.scripted.scene import Scene
from corpusbuilder.records.text import number_value


@dataclass(frozen=True, slots=True)
class Part:
    """All that is said about one group."""

    scope: Scope
    filled: Mapping[str, Item]
    """By slot."""
    slots: Sequence[Slot]
    facts: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]
    """Statements with the ids, as the records have them, of elements and passages."""

    def inventory(self) -> JsonValue:
        """The first pass."""
        facts: list[JsonValue] = []
        for statement, elements, passages in self.facts:
            shown: dict[str, JsonValue] = {"statement": statement}
            shown["elements"] = [*self._elements(elements)]
            shown["passages"] = [*self._passages(passages)]
            facts.append(shown)
        return {"facts": facts}

    def questions(self) -> JsonValue:
        """The second pass."""
        return {"questions": [self._question(slot, self.filled.get(slot.id)) for slot in self.slots]}

    def chains(self, asked: Mapping[str, str]) -> JsonValue:
        """The third pass.

        Args:
            asked: names of the questions by slot.
        """
        return {
            "chains": [
                {"question": name, "steps": [self._step(step) for step in self.filled[slot].steps]}
                for slot, name in asked.items()
            ]
        }

    def written(self) -> Iterator[tuple[str, str]]:
        """Slots and their questions."""
        return ((slot, item.question) for slot, item in self.filled.items())

    def _question(self, slot: Slot, item: Item | None) -> JsonValue:
        if item is None:
            return {"slot": slot.id, "possible": False, "question": "", "answer": "", "distractors": []}
        return {
            "slot": slot.id,
            "possible": True,
            "question": item.question,
            "answer": item.answer,
            "distractors": [{"text": text, "type": self._tempting(text)} for text in item.wrong],
        }

    def _tempting(self, text: str) -> str:
        if number_value(text, self.scope.language) is not None:
            return "near_value"
        return "same_figure" if self.scope.figure else "same_passage"

    def _step(self, step: Step) -> JsonValue:
        passages = {real: shown for shown, real in self.scope.material.real_ids.items()}
        quotes: list[JsonValue] = [{"passage": passages[p], "quote": q} for p, q in step.quotes if p in passages]
        return {
            "text": step.text,
            "kind": str(step.kind),
            "elements": [*self._elements(step.elements)],
            "quotes": quotes,
            "premises": [*step.premises],
        }

    def _elements(self, ids: Sequence[str]) -> Iterator[str]:
        short = {real: shown for shown, real in self.scope.elements.real_ids.items()}
        return (short[i] for i in ids if i in short)

    def _passages(self, ids: Sequence[str]) -> Iterator[str]:
        short = {real: shown for shown, real in self.scope.material.real_ids.items()}
        return (short[i] for i in ids if i in short)


def play(request: GenerationRequest, scope: Scope, slots: Sequence[Slot], options: ScriptedOptions) -> Part:
    """Fill the slots with questions; with mistakes in as many of them as the options say."""
    figure = scope.figure.figure if scope.figure else None
    author = Author(request.unit, figure, request.language, request.seed)
    items = [item for item in author.items if _is_shown(item, scope)]
    scene = Scene(author, tuple(items))
    filled: dict[str, Item] = {}
    used: set[str] = set()
    for slot in slots:
        for item in _fitting(slot, items, request.language):
            told = _told(item, slot, scene, options)
            if told is not None and not used & {item.question, told.question}:
                filled[slot.id] = told
                used |= {item.question, told.question}
                break
    return Part(scope, filled, slots, [_fact(item) for item in items[:24]] or [_any_fact(scope, author)])


def _is_shown(item: Item, scope: Scope) -> bool:
    """Whether the teacher was shown all that a question rests on."""
    elements, passages = set(scope.elements.real_ids.values()), set(scope.material.real_ids.values())
    return all(elements.issuperset(s.elements) and passages.issuperset(p for p, _ in s.quotes) for s in item.steps)


def _fitting(slot: Slot, items: Sequence[Item], language: str) -> Iterator[Item]:
    """Items that can have the slot's form, those of its context first. Its other facets are not looked at."""
    shaped = [shape for shape in (as_form(item, slot.form, language) for item in items) if shape]
    yield from sorted(shaped, key=lambda item: _context(item) != slot.context)


def _context(item: Item) -> str:
    sees, reads = (any(getattr(step, name) for step in item.steps) for name in ("elements", "quotes"))
    return "both" if sees and reads else "figure" if sees else "text"


def _told(item: Item, slot: Slot, scene: Scene, options: ScriptedOptions) -> Item | None:
    """The item, or the item with a mistake; None where it should have one and can have none."""
    author = scene.author
    key = (author.unit.id, author.figure.id if author.figure else "text", slot.id)
    if not options.faults or draw(author.seed, "fault", *key) % 10_000 >= options.fault_share * 10_000:
        return item
    return spoilt(item, options.faults, scene, draw(author.seed, "which fault", *key))


def _fact(item: Item) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    steps = item.steps[:-1] or item.steps
    said = " ".join(step.text for step in steps)
    elements = tuple(dict.fromkeys(e for step in steps for e in step.elements))
    return said[:600], elements, tuple(dict.fromkeys(p for step in steps for p, _ in step.quotes))


def _any_fact(scope: Scope, author: Author) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Where nothing can be asked, a passage or the figure as it is: an inventory is never empty."""
    for passage in scope.material.passages:
        return passage.text[:300], (), (scope.material.real_ids[passage.id],)
    figure = author.figure
    return (figure.caption or author.words.place(figure) if figure else "…"), (), ()
