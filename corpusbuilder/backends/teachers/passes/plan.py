"""What is ordered of a teacher: for each question its kind, drawn so that the shares come true over a corpus.

Each group of questions (those about one figure, or those on a unit's text) is planned by itself, from its ids and the
seed alone. There is one endless sequence of kinds in which every run has each value of each facet about as often as its
share says (built like an apportionment: next comes the kind that is furthest behind). Each group takes a run of it that
begins at a hashed place. So a group spreads over the kinds, and many groups together come near to the shares without
knowing of one another: over 300 groups of 8 questions within 1.1 points. Groups of a few questions need more of them,
as any draw does that keeps no count.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final, Literal, NamedTuple, Self, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpusbuilder.backends.teachers.passes.compatible import CONFLICTS
from corpusbuilder.records.example import AnswerType, Context, Difficulty, Facets, QuestionType, Reasoning, What

Group: TypeAlias = Literal["figure", "text"]
_FITTING_ROUNDS: Final = 60
_PERIOD: Final = 720
"""Length after which the sequence of kinds begins again: long enough for kinds as rare as 1 in 500."""
_VARIETY: Final = 0.3
"""Weight of the whole combination beside that of each facet: the facets come near to their shares, and still mix."""


class ShareTable(BaseModel):
    """Shares of the values of one facet. They need not add up to 1: only their proportions count.

    Whoever states what is wanted states all of it: what is left out is 0. Where only zeros are stated, the others keep
    their defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _what_is_left_out_is_not_wanted(cls, stated: Any) -> Any:  # noqa: ANN401 - whatever the config file holds
        if not isinstance(stated, dict) or not any(stated.values()):
            return stated
        return {**dict.fromkeys(cls.model_fields, 0.0), **stated}

    @model_validator(mode="after")
    def _something_is_wanted(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError("all shares are 0, so no question could be asked: give at least one of them a share")
        return self

    def normalised(self) -> dict[str, float]:
        """The shares by value, adding up to 1."""
        raw: dict[str, float] = self.model_dump()
        total = sum(raw.values())
        return {value: share / total for value, share in raw.items()}


class WhatShares(ShareTable):
    """Shares of what is asked for (CQuAE)."""

    factual: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    """A fact: who, what, which, where, when, how many."""
    definition: float = Field(default=0.15, ge=0, allow_inf_nan=False)
    """What a term means, or which term is meant."""
    explanation: float = Field(default=0.2, ge=0, allow_inf_nan=False)
    """Why or how."""
    synthesis: float = Field(default=0.15, ge=0, allow_inf_nan=False)
    """Bringing several places together."""


class ContextShares(ShareTable):
    """Shares of what one needs to see.

    Questions about a figure are divided between ``figure`` and ``both`` in their proportion. How many questions there
    are on text alone is not drawn: ``generate.per_unit`` and ``generate.per_figure`` say so. Of ``text`` it only counts
    whether it is 0, which leaves these questions out.
    """

    figure: float = Field(default=0.35, ge=0, allow_inf_nan=False)
    """The figure alone."""
    text: float = Field(default=0.35, ge=0, allow_inf_nan=False)
    """Passages alone: 0 asks none; otherwise ``generate.per_unit`` decides how many."""
    both: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """A figure and passages together."""


class ReasoningShares(ShareTable):
    """Shares of the kinds of reasoning."""

    lookup: float = Field(default=0.22, ge=0, allow_inf_nan=False)
    """Found at one place."""
    comparison: float = Field(default=0.14, ge=0, allow_inf_nan=False)
    """Two things set side by side."""
    multi_hop: float = Field(default=0.18, ge=0, allow_inf_nan=False)
    """One place leads to the next."""
    counting: float = Field(default=0.06, ge=0, allow_inf_nan=False)
    """How many of what is drawn."""
    spatial: float = Field(default=0.12, ge=0, allow_inf_nan=False)
    """Where something lies in a figure."""
    temporal: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """What comes before or after, and when."""
    causal: float = Field(default=0.13, ge=0, allow_inf_nan=False)
    """What brings something about."""
    counterfactual: float = Field(default=0.05, ge=0, allow_inf_nan=False)
    """What would be if something were otherwise."""


class DifficultyShares(ShareTable):
    """Shares of the levels of difficulty."""

    easy: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """One step."""
    medium: float = Field(default=0.45, ge=0, allow_inf_nan=False)
    """A few steps."""
    hard: float = Field(default=0.25, ge=0, allow_inf_nan=False)
    """Many steps, or things that are easily confused."""


class FormShares(ShareTable):
    """Shares of the forms of answers."""

    short: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """A few words."""
    multiple_choice: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """One of several choices."""
    yes_no: float = Field(default=0.08, ge=0, allow_inf_nan=False)
    """Yes or no."""
    number: float = Field(default=0.07, ge=0, allow_inf_nan=False)
    """A number, a year or a quantity."""
    list: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """Several items."""
    free: float = Field(default=0.15, ge=0, allow_inf_nan=False)
    """A sentence or two."""


class Shares(BaseModel):
    """Which kinds of questions are wanted, in which proportion. What cannot go together is never ordered."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    what: WhatShares = WhatShares()
    """What is asked for."""
    context: ContextShares = ContextShares()
    """What one needs to see."""
    reasoning: ReasoningShares = ReasoningShares()
    """How the answer is reached."""
    difficulty: DifficultyShares = DifficultyShares()
    """How hard it is."""
    answer_form: FormShares = FormShares()
    """What the answer is like."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A question that is ordered."""

    id: str
    """``S1``, ``S2`` … within its group."""
    what: What
    context: Context
    reasoning: Reasoning
    difficulty: Difficulty
    form: AnswerType

    @property
    def facets(self) -> Facets:
        """What is noted of the order with the example."""
        return Facets(what=self.what, context=self.context, reasoning=self.reasoning, difficulty=self.difficulty)

    @property
    def question_type(self) -> QuestionType:
        """The type of the question: what is asked for where the text decides, else the kind of reasoning."""
        return QuestionType(self.what if self.context == "text" else self.reasoning)


class Kind(NamedTuple):
    """One combination of facets. The rarest come first: what is drawn first comes nearest to its shares."""

    reasoning: Reasoning
    form: AnswerType
    what: What
    context: Context
    difficulty: Difficulty


def plan_slots(
    *,
    unit_id: str,
    group: str,
    context: Group,
    count: int,
    shares: Shares,
    seed: int,
    allowed: frozenset[QuestionType],
) -> tuple[Slot, ...]:
    """The questions to order for one group; the same for the same arguments, whatever else is planned.

    Args:
        unit_id: of the unit.
        group: tells the groups of a unit apart, such as the figure's id.
        context: ``figure`` for questions about a figure, of which some need the text as well; ``text`` for questions on
            passages alone.
        count: how many.
        shares: what is wanted.
        seed: another seed gives another draw.
        allowed: types of question that may be asked. There are no slots when nothing wanted is allowed.
    """
    kinds = _sequence(shares, context, allowed)
    if not kinds:
        return ()
    start = _hashed(seed, unit_id, group)
    drawn = (kinds[(start + place) % len(kinds)] for place in range(count))
    return tuple(Slot(id=f"S{place}", **kind._asdict()) for place, kind in enumerate(drawn, start=1))


@lru_cache(maxsize=64)
def kind_shares(shares: Shares, group: Group, allowed: frozenset[QuestionType]) -> Mapping[Kind, float]:
    """The share of each possible kind in a group, adding up to 1; empty when nothing wanted is possible.

    All facets together come as near to their shares as the conflicts among them allow (iterative proportional fitting,
    Deming and Stephan 1940). A value that is not possible in this group leaves its share to the others.
    """
    wanted = _wanted(shares, group)
    cells = {kind: 1.0 for kind in _possible() if _is_allowed(kind, allowed)}
    for facet, targets in enumerate(wanted):
        cells = {kind: share * targets.get(kind[facet], 0.0) for kind, share in cells.items()}
    cells = {kind: share for kind, share in cells.items() if share > 0}
    for _ in range(_FITTING_ROUNDS):
        for facet, targets in enumerate(wanted):
            cells = _fitted(cells, facet, targets)
    return cells


def _wanted(shares: Shares, group: Group) -> list[dict[str, float]]:
    """Targets in the order of `Kind`."""
    contexts = shares.context.normalised()
    own = {"text"} if group == "text" else {"figure", "both"}
    return [
        shares.reasoning.normalised(),
        shares.answer_form.normalised(),
        shares.what.normalised(),
        {value: share for value, share in contexts.items() if value in own},
        shares.difficulty.normalised(),
    ]


@lru_cache(maxsize=1)
def _possible() -> tuple[Kind, ...]:
    values = (get_args(facet) for facet in (Reasoning, AnswerType, What, Context, Difficulty))
    every = (Kind(*combination) for combination in product(*values))
    return tuple(kind for kind in every if not any(conflict.forbids(kind) for conflict in CONFLICTS))


def _is_allowed(kind: Kind, allowed: frozenset[QuestionType]) -> bool:
    return Slot(id="", **kind._asdict()).question_type in allowed


def _fitted(cells: Mapping[Kind, float], facet: int, targets: Mapping[str, float]) -> dict[Kind, float]:
    """Cells scaled so that one facet has its shares, as far as there are cells with its values."""
    sums = _sums(cells, facet)
    total = sum(targets[value] for value in sums)
    factors = {value: targets[value] / total / present for value, present in sums.items()}
    return {kind: share * factors[kind[facet]] for kind, share in cells.items()}


def _sums(cells: Mapping[Kind, float], facet: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for kind, share in cells.items():
        sums[kind[facet]] = sums.get(kind[facet], 0.0) + share
    return sums


@lru_cache(maxsize=64)
def _sequence(shares: Shares, group: Group, allowed: frozenset[QuestionType]) -> tuple[Kind, ...]:
    """One period of the sequence of kinds; empty when nothing wanted is possible."""
    cells = kind_shares(shares, group, allowed)
    facets = [_sums(cells, facet) for facet in range(len(Kind._fields))]
    behind = dict.fromkeys(cells, 0.0)
    facets_behind: list[dict[str, float]] = [dict.fromkeys(shared, 0.0) for shared in facets]

    of_reasoning, of_form, of_what, of_context, of_difficulty = facets_behind

    def lag(kind: Kind) -> float:
        first, form, what, context, difficulty = kind
        facets_lag = of_reasoning[first] + of_form[form] + of_what[what] + of_context[context]
        return _VARIETY * behind[kind] + (facets_lag + of_difficulty[difficulty])

    found: list[Kind] = []
    for _ in range(_PERIOD if cells else 0):
        behind.update({kind: behind[kind] + share for kind, share in cells.items()})
        for lags, shared in zip(facets_behind, facets, strict=True):
            lags.update({value: lags[value] + share for value, share in shared.items()})
        chosen = max(cells, key=lag)
        behind[chosen] -= 1
        for lags, value in zip(facets_behind, chosen, strict=True):
            lags[value] -= 1
        found.append(chosen)
    return tuple(found)


def _hashed(seed: int, unit_id: str, group: str) -> int:
    """A large number that depends on nothing else."""
    text = "\x1f".join((str(seed), unit_id, group))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
