"""Works on one group of a unit: a figure, or its text alone. Inventory, then questions, then steps."""

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.teachers.base import Draft, GenerationRequest
from corpusbuilder.backends.teachers.passes.drafts import Selected, draft, provenance, selected
from corpusbuilder.backends.teachers.passes.inventory import Fact, read_facts
from corpusbuilder.backends.teachers.passes.line import Line, all_of
from corpusbuilder.backends.teachers.passes.plan import Slot, plan_slots
from corpusbuilder.backends.teachers.passes.prompting import Opening
from corpusbuilder.backends.teachers.passes.questions import Written, candidates, read_questions
from corpusbuilder.backends.teachers.passes.reading import Reader
from corpusbuilder.backends.teachers.passes.schemas import inventory_output, questions_output, steps_output
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.passes.selection import choose
from corpusbuilder.backends.teachers.passes.settings import PassSettings
from corpusbuilder.backends.teachers.passes.steps import Chain, read_chains
from corpusbuilder.errors import RecordError
from corpusbuilder.records.text import shortened

MOST_SLOTS: Final = 60
"""Questions that are ordered in one call."""
_FACTS_PER_QUESTION: Final = 1.5
_FEWEST_FACTS: Final = 5
_MOST_FACTS: Final = 24
_LONGEST_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a group."""

    drafts: tuple[Draft, ...] = ()
    notes: tuple[str, ...] = ()
    """Why there are not more."""
    failures: tuple[RecordError, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A figure, or the text alone, and the questions to be asked about it."""

    scope: Scope
    opening: Opening
    slots: tuple[Slot, ...]
    count: int
    """At most so many examples."""
    seed: int
    settings: PassSettings

    async def work(self, line: Line) -> Outcome:
        """All passes.

        Raises:
            RecordError: a pass before the last one came to nothing.
            BackendError, BudgetReachedError: the model cannot be asked any more.
        """
        facts, notes = await self._inventory(line)
        if not facts:
            return Outcome(notes=(*notes, "the model found nothing worth asking about"))
        chosen, more = await self._questions(line, facts)
        notes += more
        if not chosen:
            return Outcome(notes=(*notes, "the model could ask none of the questions that were ordered"))
        size = self.settings.questions_per_call
        parts = [chosen[start : start + size] for start in range(0, len(chosen), size)]
        results = await all_of([self._steps(line, part, number) for number, part in enumerate(parts)])
        return _joined(notes, results)

    async def _inventory(self, line: Line) -> tuple[tuple[Fact, ...], list[str]]:
        scope = self.scope
        output = inventory_output(self.opening.pieces, scope.element_ids, scope.passage_ids)
        wanted = min(max(_FEWEST_FACTS, math.ceil(_FACTS_PER_QUESTION * len(self.slots))), _MOST_FACTS)
        request = self.opening.request("inventory", output, {**self._common(), "count": wanted})
        parse = functools.partial(
            read_facts, elements=scope.element_ids, passages=scope.passage_ids, seen=scope.figure is not None
        )
        asked = await line.ask(request, Reader(parse, self.opening.complaint))
        return asked.value.items, _notes(asked.value.left_out)

    async def _questions(self, line: Line, facts: Sequence[Fact]) -> tuple[list[Selected], list[str]]:
        output = questions_output(self.opening.pieces, [slot.id for slot in self.slots])
        shown = [{**_ids(fact), "statement": as_line(fact.statement, _LONGEST_SHOWN)} for fact in facts]
        values = {**self._common(), "facts": shown, "slots": self.slots}
        request = self.opening.request("questions", output, values)
        parse = functools.partial(read_questions, slots=self.slots, scope=self.scope)
        asked = await line.ask(request, Reader(parse, self.opening.complaint))
        return self._chosen(asked.value.items, facts), _notes(asked.value.left_out)

    def _chosen(self, written: Sequence[Written], facts: Sequence[Fact]) -> list[Selected]:
        """The best of the questions, in the order in which they were ordered."""
        by_slot = {question.slot.id: question for question in written}
        chosen = choose(candidates(written, facts, self.scope), self.count)
        kept = {candidate.slot.id: candidate for candidate in chosen}
        return [
            selected(by_slot[slot.id], kept[slot.id].passages, self.scope, self.seed)
            for slot in self.slots
            if slot.id in kept
        ]

    async def _steps(self, line: Line, part: Sequence[Selected], number: int) -> Outcome:
        asked_about = {f"Q{place}": question for place, question in enumerate(part, start=1)}
        scope = self.scope
        output = steps_output(self.opening.pieces, asked_about, scope.element_ids, scope.passage_ids)
        values = {**self._common(), "questions": [_shown(name, q) for name, q in asked_about.items()]}
        request = self.opening.request("steps", output, values, number)
        written = {name: question.written for name, question in asked_about.items()}
        parse = functools.partial(read_chains, asked=written, scope=scope)
        asked = await line.ask(request, Reader(parse, self.opening.complaint))
        origin = provenance(line.model, self.opening.pieces.prompt("questions"), self.opening.sampling, asked)
        chains = asked.value.items
        drafts = [draft(asked_about[chain.question], chain, scope, origin) for chain in chains if chain.steps]
        return Outcome(tuple(drafts), (*_notes(asked.value.left_out), *_taken_back(chains, asked_about)))

    def _common(self) -> dict[str, object]:
        """What the prompts of all passes are given."""
        return {
            "figure": self.scope.figure is not None,
            "image": self.scope.figure is not None and self.scope.figure.with_image,
            "elements": bool(self.scope.element_ids),
            "passages": bool(self.scope.passage_ids),
        }


def group_for(scope: Scope, opening: Opening, request: GenerationRequest, settings: PassSettings) -> Group | None:
    """The group with the questions to order; None when none are wanted."""
    count = request.per_figure if scope.figure else request.per_unit
    shares = settings.shares
    if not scope.passage_ids:
        if not shares.context.figure:
            return None
        shares = shares.model_copy(update={"context": shares.context.model_copy(update={"both": 0.0})})
    slots = plan_slots(
        unit_id=request.unit.id,
        group=scope.name,
        context="figure" if scope.figure else "text",
        count=min(math.ceil(count * settings.oversample), MOST_SLOTS),
        shares=shares,
        seed=request.seed,
        allowed=request.question_types,
    )
    return Group(scope, opening, slots, count, request.seed, settings) if slots else None


def _joined(notes: list[str], results: Iterable[Outcome | RecordError]) -> Outcome:
    """One outcome of several calls, of which some may have come to nothing."""
    drafts: list[Draft] = []
    failures: list[RecordError] = []
    for result in results:
        if isinstance(result, RecordError):
            failures.append(result)
            notes = [*notes, f"some questions have no reasoning: {result.message}"]
        else:
            drafts += result.drafts
            notes = [*notes, *result.notes]
    return Outcome(tuple(drafts), tuple(notes), tuple(failures))


def _ids(fact: Fact) -> dict[str, object]:
    return {"elements": fact.elements, "passages": fact.passages}


def _shown(name: str, question: Selected) -> Mapping[str, object]:
    """A question as the prompt ``steps`` is given it. What a model wrote about a page is no more to be trusted."""
    return {
        "id": name,
        "question": as_line(question.written.question, _LONGEST_SHOWN),
        "answer": as_line(question.written.answer, _LONGEST_SHOWN),
        "choices": [as_line(choice, _LONGEST_SHOWN) for choice in question.choices],
        "context": question.written.slot.context,
        "form": question.written.slot.form,
    }


def _notes(left_out: Sequence[str]) -> list[str]:
    if not left_out:
        return []
    return [f"{len(left_out)} items of an answer could not be used: {shortened('; '.join(left_out), 300)}"]


def _taken_back(chains: Sequence[Chain], asked: Mapping[str, Selected]) -> Iterator[str]:
    for chain in chains:
        if not chain.steps:
            question = shortened(asked[chain.question].written.question, 120)
            yield f"the model took a question back when it looked for its reasoning: {question!r}"
