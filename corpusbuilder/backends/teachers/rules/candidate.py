"""A question before it is put into words: what is asked, what the answer is, and what every step rests on."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from corpusbuilder.backends.teachers.rules.language import words
from corpusbuilder.records.evidence import Citation, ElementCitation, QuoteCitation
from corpusbuilder.records.example import AnswerType, QuestionType, StepKind

Slots: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step: which section of the prompt words it, and what it rests on."""

    section: str
    kind: StepKind
    citations: tuple[Citation, ...] = ()
    premises: tuple[int, ...] = ()
    slots: Slots = field(default_factory=dict)
    """Words for this step alone, beside those of the question."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that could be asked."""

    form: str
    """Name of the prompt that words it."""
    key: tuple[str, ...]
    """Ids and texts that make it this question: seeds its wording and the order of its choices."""
    topic: str
    """What it is about: no topic is asked about twice while another is left."""
    question_type: QuestionType
    answer: str
    answer_type: AnswerType
    slots: Slots
    steps: tuple[StepPlan, ...]
    choices: tuple[str, ...] = ()
    figure_ids: tuple[str, ...] = ()
    passage_ids: tuple[str, ...] = ()
    tier: int = 0
    """Lower tiers are asked first."""
    strict: bool = False
    """Whether no word of the answer may stand in the question, in any inflected form."""


def perceive(section: str, figure_id: str, element_ids: Iterable[str], **slots: object) -> StepPlan:
    """A step seen in a figure."""
    cited = ElementCitation(figure_id=figure_id, element_ids=tuple(dict.fromkeys(element_ids)))
    return StepPlan(section, StepKind.PERCEIVE, (cited,), slots=slots)


def read(section: str, passage_id: str, quote: str, **slots: object) -> StepPlan:
    """A step read in a passage; ``quote`` is verbatim."""
    return StepPlan(section, StepKind.READ, (QuoteCitation(passage_id=passage_id, quote=quote),), slots=slots)


def infer(section: str, premises: Sequence[int], **slots: object) -> StepPlan:
    """A step that follows from earlier ones."""
    return StepPlan(section, StepKind.INFER, premises=tuple(premises), slots=slots)


def draw(seed: int, *key: str) -> int:
    """A large number that depends on nothing but the seed and the key."""
    text = "\x1f".join((str(seed), *key))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def shuffled(items: Iterable[str], seed: int, *key: str) -> tuple[str, ...]:
    """``items`` in an order that depends only on the items, the seed and the key."""
    return tuple(sorted(items, key=lambda item: (draw(seed, *key, item), item)))


def _alike(text: str) -> str:
    """What two choices share that a reader would take for the same."""
    return "".join(words(text)) or text


def with_distractors(
    answer: str, others: Iterable[str], *, seed: int, key: Sequence[str], least: int = 2, most: int = 3
) -> tuple[str, ...]:
    """The answer among 2 to 3 of ``others``, shuffled; empty when there are fewer than ``least`` of them."""
    distinct: dict[str, str] = {}
    for other in others:
        distinct.setdefault(_alike(other), other)
    distinct.pop(_alike(answer), None)
    chosen = shuffled(distinct.values(), seed, "distractors", *key)[:most]
    if len(chosen) < least:
        return ()
    return shuffled((answer, *chosen), seed, "order", *key)
