"""What can be set about the passes."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.teachers.passes.plan import Shares

REVISION: Final = "passes-1"
"""Goes up when the same answers would become other drafts."""


class PassSettings(BaseModel):
    """How questions are ordered from a model, and how many at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    shares: Shares = Shares()
    """Which kinds of questions are wanted, in which proportion."""
    questions_per_call: int = Field(default=4, ge=1, le=12)
    """Questions whose reasoning is written in one call."""
    oversample: float = Field(default=1.5, ge=1, le=5, allow_inf_nan=False)
    """How many questions are ordered for each one that is kept."""
    sampling: Sampling = Sampling()
    """How the model draws its answers."""
    images: bool = True
    """Whether the model is shown the figures; without, it gets their captions and what was found in them."""

    def fingerprint(self) -> dict[str, JsonValue]:
        """All that the drafts depend on, apart from prompts and answers."""
        return {"revision": REVISION, **self.model_dump(mode="json")}
