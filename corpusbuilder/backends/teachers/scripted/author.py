"""Writes good questions about one figure or text: what the rules teacher finds, in other words and other forms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from corpusbuilder.backends.teachers.rules.candidate import Candidate, StepPlan, infer
from corpusbuilder.backends.teachers.rules.cloze import cloze_questions
from corpusbuilder.backends.teachers.rules.combined import combined_questions
from corpusbuilder.backends.teachers.rules.facts import text_questions
from corpusbuilder.backends.teachers.rules.inventory import Arrow, FigureView, unit_vocabulary
from corpusbuilder.backends.teachers.rules.layout import layout_questions
from corpusbuilder.backends.teachers.rules.leaks import leaks
from corpusbuilder.backends.teachers.rules.relations import arrow_questions, see_arrow
from corpusbuilder.backends.teachers.rules.select import select
from corpusbuilder.backends.teachers.rules.sentences import sentences
from corpusbuilder.backends.teachers.scripted.item import Item, Step
from corpusbuilder.backends.teachers.scripted.wording import Words
from corpusbuilder.records.document import Figure, Unit
from corpusbuilder.records.evidence import ElementCitation, QuoteCitation
from corpusbuilder.records.example import AnswerType, QuestionType
from corpusbuilder.records.text import number_value

_OF_THE_CHOICES: Final = frozenset({"arrow_which", "inside", "inside_of", "class_area", "place_in"})
"""Without their choices these questions may have other answers."""
_LONGEST_SHORT: Final = 8
"""Words."""


@dataclass(frozen=True)
class Author:
    """Knows one figure of a unit, or its text."""

    unit: Unit
    figure: Figure | None
    language: str
    seed: int

    @cached_property
    def words(self) -> Words:
        """How things are said."""
        return Words(self.language, self.seed)

    @cached_property
    def view(self) -> FigureView | None:
        """What of the figure can be named."""
        if self.figure is None:
            return None
        return FigureView(self.figure, self.words.place(self.figure), unit_vocabulary(self.unit))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All questions, the most worthwhile first."""
        known = (plan for plan in select(self._plans(), self.seed) if self.words.knows(plan.form))
        return tuple(self.write(plan) for plan in known if not self._gives_itself_away(plan))

    def _plans(self) -> Iterator[Candidate]:
        found = sentences(self.unit, self.language)
        if self.view is None:
            yield from text_questions(found, self.language, self.seed)
            yield from cloze_questions(found, self.language, self.seed)
        else:
            yield from combined_questions(self.view, found, self.language, self.seed)
            yield from arrow_questions(self.view, self.seed)
            yield from layout_questions(self.view, self.seed)
            yield from self._yes_or_no(self.view)

    def _yes_or_no(self, view: FigureView) -> Iterator[Candidate]:
        """Whether there is an arrow: there is, or it runs the other way."""
        pairs = {(arrow.tail.id, arrow.head.id) for arrow in view.arrows}
        for arrow in view.arrows:
            yield self._polar("arrow_true", arrow, view, self.words.table["yes"])
            if (arrow.head.id, arrow.tail.id) not in pairs and view.all_arrows_are_known:
                yield self._polar("arrow_false", arrow, view, self.words.table["no"])

    @staticmethod
    def _polar(form: str, arrow: Arrow, view: FigureView, answer: str) -> Candidate:
        return Candidate(
            form=form,
            key=(view.figure.id, arrow.connector.id, form),
            topic=arrow.tail.text,
            question_type=QuestionType.LOOKUP,
            answer=answer,
            answer_type="yes_no",
            slots={"tail": arrow.tail.text, "head": arrow.head.text, "where": view.where},
            steps=(see_arrow(view, arrow), infer("infer", (1,))),
            figure_ids=(view.figure.id,),
        )

    def write(self, plan: Candidate, words: Words | None = None) -> Item:
        """A plan in words."""
        said = words or self.words
        question = said.say(plan.form, "question", plan.slots, *plan.key)
        wrong = tuple(choice for choice in plan.choices if choice != plan.answer)
        steps = tuple(self._step(plan, step, said) for step in plan.steps)
        return Item(question, plan.answer, plan.answer_type, wrong, steps, plan)

    @staticmethod
    def _step(plan: Candidate, step: StepPlan, words: Words) -> Step:
        return Step(
            text=words.say(plan.form, step.section, {**plan.slots, **step.slots}, *plan.key, step.section),
            kind=step.kind,
            elements=tuple(e for c in step.citations if isinstance(c, ElementCitation) for e in c.element_ids),
            quotes=tuple((c.passage_id, c.quote) for c in step.citations if isinstance(c, QuoteCitation)),
            premises=step.premises,
        )

    def _gives_itself_away(self, plan: Candidate) -> bool:
        return leaks(self.words.say(plan.form, "question", plan.slots, *plan.key), plan.answer, self.language)


def as_form(item: Item, form: AnswerType, language: str) -> Item | None:
    """The item with an answer of another form; None when its answer cannot have it."""
    if item.form == form:
        return item
    if item.plan.form in _OF_THE_CHOICES or item.form in ("yes_no", "list"):
        return None
    fits = {
        "short": item.form in ("multiple_choice", "number") or len(item.answer.split()) <= _LONGEST_SHORT,
        "number": number_value(item.answer, language) is not None,
        "free": item.form == "short",
    }
    return replace(item, form=form, wrong=()) if fits.get(form) else None
