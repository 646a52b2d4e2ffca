"""What a teacher does: write questions, answers and reasoning about a unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import AnswerType, Distractor, Facets, QuestionType, ReasoningStep
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.records.provenance import Provenance


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What is asked of a teacher about one unit."""

    unit: Unit
    language: str
    """``en`` or ``fr``: the language of the document, in which the teacher must write."""
    per_unit: int
    """At most so many examples on text alone."""
    per_figure: int
    """At most so many examples about each figure."""
    seed: int
    question_types: frozenset[QuestionType]
    prompts: Mapping[str, Prompt]
    """The prompts of the teacher's ``task`` in ``language``, by name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An example without ids and grounding. Its steps cite elements and quotes, never boxes or offsets."""

    figure_ids: tuple[str, ...]
    passage_ids: tuple[str, ...]
    question: str
    question_type: QuestionType
    answer: str
    answer_type: AnswerType
    choices: tuple[str, ...]
    steps: tuple[ReasoningStep, ...]
    provenance: Provenance
    distractors: tuple[Distractor, ...] = ()
    facets: Facets | None = None


@dataclass(frozen=True, slots=True)
class TeacherAnswer:
    """The drafts for one request, or the reason why there are none."""

    unit_id: str
    drafts: tuple[Draft, ...] = ()
    failure: str | None = None
    """Reason code when the teacher could not answer; ``drafts`` is then empty."""
    message: str = ""
    notes: tuple[str, ...] = ()
    """One sentence for each part of the unit about which there is nothing, and why."""


class Teacher(Protocol):
    """Writes drafts."""

    task: ClassVar[str]
    """Folder under ``prompts/`` whose prompts it uses."""

    def complete(self, requests: Sequence[GenerationRequest]) -> Iterable[TeacherAnswer]:
        """One answer per request, in any order.

        Raises:
            BackendError: the teacher cannot be used at all.
            BudgetReachedError: the money set aside is spent.
        """
        ...
