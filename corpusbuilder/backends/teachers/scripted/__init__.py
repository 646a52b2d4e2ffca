"""A teacher without a model that goes through the passes as models do: for tests and the tutorial, and to try a budget.

It writes what the rules teacher finds in other words, or what a script says; on request it makes mistakes as a careless
model does, to see that verification finds them.
"""

from typing import Any, Final, Literal

from pydantic import Field, field_validator

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.backends.teachers.base import Teacher
from corpusbuilder.backends.teachers.modelled import PassOptions
from corpusbuilder.records.ids import content_id

REVISION: Final = "1"
"""Goes up when the same request would be answered differently."""

FaultName = Literal[
    "altered_quote",
    "duplicate_choice",
    "invented_attribute",
    "invented_quote",
    "irrelevant_evidence",
    "leak",
    "missing_step",
    "nonexistent_arrow",
    "opposite",
    "recall_presented_as_read",
    "reversed_arrow",
    "swapped_entities",
    "two_right_choices",
    "wrong_answer",
    "wrong_count",
    "wrong_element",
    "wrong_language",
    "wrong_number",
    "wrong_passage",
]


class ScriptedOptions(Options, PassOptions):
    """Answers without a model."""

    kind: Literal["scripted"] = "scripted"
    script: str | None = None
    """A JSON Lines file with answers of your own: ``task``, ``match`` (words of the request, or a unit's id) and
    ``answer`` (the JSON of the pass). The first line that matches wins; without one the teacher thinks for itself."""
    faults: tuple[FaultName, ...] = ()
    """Mistakes to make; each wrong example has one of them."""
    fault_share: float = Field(default=1.0, ge=0, le=1)
    """Share of the examples that get a mistake. What would get one and cannot is not asked."""
    latency_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """How long it thinks about each call."""
    price: Price = Price(input=0, output=0)
    """What it costs, so that a budget can be tried: ``{ input = 0.5, output = 2.0 }`` in USD per million tokens."""

    @field_validator("faults")
    @classmethod
    def _each_once(cls, faults: tuple[FaultName, ...]) -> tuple[FaultName, ...]:
        return tuple(sorted(set(faults)))

    def fingerprint(self) -> dict[str, Any]:
        """All that the drafts depend on: not how long it takes and what it costs."""
        return {**self._settled(), **self.passes(Sampling()).fingerprint()}

    def _settled(self) -> dict[str, Any]:
        from corpusbuilder.backends.teachers.scripted.script import script_digest

        return {
            "kind": self.kind,
            "scripted revision": REVISION,
            "script": script_digest(self.script),
            "faults": list(self.faults),
            "fault_share": self.fault_share,
        }

    @property
    def identity(self) -> str:
        """Name of the model in the ledger: with other mistakes or another script it is another model."""
        return content_id("scripted", self._settled())


def _create(options: ScriptedOptions, access: Access) -> Teacher:
    from corpusbuilder.backends.teachers.scripted.teacher import ScriptedTeacher

    return ScriptedTeacher(options, access)


BACKEND = Backend(options=ScriptedOptions, create=_create, calls_models=True)
