"""Questions with answers and reasoning, stage by stage: each record contains the former by value."""

from enum import StrEnum
from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from corpusbuilder.records.base import Record
from corpusbuilder.records.evidence import Citation, Evidence, RelationFinding
from corpusbuilder.records.provenance import Provenance
from corpusbuilder.records.verdict import Verdict


class StepKind(StrEnum):
    """What a step rests on."""

    PERCEIVE = "perceive"
    """Seen in the figure."""
    READ = "read"
    """Stated in a passage."""
    RECALL = "recall"
    """Prior knowledge: carries no evidence by definition."""
    INFER = "infer"
    """Follows from its premises."""


class QuestionType(StrEnum):
    """What a question asks for: CQuAE's classes where the text decides, the kind of reasoning elsewhere."""

    FACTUAL = "factual"
    DEFINITION = "definition"
    EXPLANATION = "explanation"
    SYNTHESIS = "synthesis"
    LOOKUP = "lookup"
    COMPARISON = "comparison"
    MULTI_HOP = "multi_hop"
    COUNTING = "counting"
    SPATIAL = "spatial"
    TEMPORAL = "temporal"
    CAUSAL = "causal"
    COUNTERFACTUAL = "counterfactual"


AnswerType: TypeAlias = Literal["short", "multiple_choice", "yes_no", "number", "list", "free"]
What: TypeAlias = Literal["factual", "definition", "explanation", "synthesis"]
"""What is asked for (CQuAE)."""
Context: TypeAlias = Literal["figure", "text", "both"]
"""What one needs to see to answer."""
Reasoning: TypeAlias = Literal[
    "lookup", "comparison", "multi_hop", "counting", "spatial", "temporal", "causal", "counterfactual"
]
Difficulty: TypeAlias = Literal["easy", "medium", "hard"]
DistractorType: TypeAlias = Literal[
    "same_figure", "same_passage", "same_category", "reversed_relation", "near_value", "misconception"
]
"""Why a wrong choice is tempting: it stands in the same figure or passage, is of the same kind as the answer, turns a
relation round, is a number close by, or is what pupils often believe."""


class Facets(Record):
    """What a question was meant to be when it was ordered from a teacher."""

    what: What
    context: Context
    reasoning: Reasoning
    difficulty: Difficulty


class Distractor(Record):
    """A wrong choice."""

    text: str
    """As among the choices."""
    type: DistractorType


class ReasoningStep(Record):
    """One step of a chain of thought, as a teacher wrote it."""

    index: int
    """From 1."""
    text: str
    kind: StepKind
    premises: tuple[int, ...] = ()
    """Indices of the earlier steps that it uses."""
    citations: tuple[Citation, ...] = ()
    """What the teacher says it rests on."""


class Example(Record):
    """A question, its answer and the reasoning."""

    id: str
    document_id: str
    unit_id: str
    figure_ids: tuple[str, ...]
    """Figures it is about, the main one first; empty for a question on text alone."""
    passage_ids: tuple[str, ...]
    """Passages given with the question as its context, in reading order."""
    language: str
    """BCP 47."""
    question: str
    question_type: QuestionType
    answer: str
    answer_type: AnswerType
    choices: tuple[str, ...] = ()
    """Empty unless ``answer_type`` is ``multiple_choice`` or ``yes_no``; contains ``answer``."""
    distractors: tuple[Distractor, ...] = ()
    """The wrong choices, as far as the teacher said what makes them tempting."""
    facets: Facets | None = None
    """What was ordered; null where nothing was."""
    steps: tuple[ReasoningStep, ...]
    provenance: Provenance

    @model_validator(mode="after")
    def _steps_are_numbered_and_look_back(self) -> Self:
        for place, step in enumerate(self.steps, start=1):
            if step.index != place:
                raise ValueError(f"step {place} has index {step.index}")
            if any(not 1 <= premise < place for premise in step.premises):
                raise ValueError(f"step {place} has premises {step.premises}: only earlier steps can be premises")
        return self


StepFlag: TypeAlias = Literal[
    "perceived_without_region",
    "read_without_span",
    "recalled_from_passage",
    "inferred_without_premises",
    "cited_otherwise",
]
"""Where the kind of a step and its evidence do not fit: a fact given as prior knowledge stands in a passage
(``recalled_from_passage``); the step cites other elements than those of which it speaks (``cited_otherwise``)."""


class StepGrounding(Record):
    """The evidence of one step, or why there is none."""

    step: int
    """Index of the step."""
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Evidence, ...] = ()
    """What it might be, for the annotator; never released as evidence."""
    unresolved: tuple[str, ...] = ()
    """One sentence per citation or statement that could not be grounded."""
    relations: tuple[RelationFinding, ...] = ()
    """The relations that the step asserts, for verification: also those that the figure contradicts."""
    flags: tuple[StepFlag, ...] = ()
    """Nothing is repaired because of them."""


class GroundedExample(Record):
    """An example and the evidence of its steps."""

    example: Example
    groundings: tuple[StepGrounding, ...]
    """One per step, in order."""

    @model_validator(mode="after")
    def _one_grounding_per_step(self) -> Self:
        if [g.step for g in self.groundings] != [s.index for s in self.example.steps]:
            raise ValueError(f"example {self.example.id}: groundings and steps do not correspond")
        return self

    @property
    def id(self) -> str:
        """The example's id."""
        return self.example.id


class VerifiedExample(Record):
    """A grounded example and the verdict on it."""

    grounded: GroundedExample
    verdict: Verdict

    @property
    def id(self) -> str:
        """The example's id."""
        return self.grounded.id

    @property
    def example(self) -> Example:
        """The example as generated."""
        return self.grounded.example

    @property
    def accepted(self) -> bool:
        """Whether it may be released as it is."""
        return self.verdict.label == "supported"
