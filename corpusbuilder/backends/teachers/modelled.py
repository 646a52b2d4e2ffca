"""A teacher that is a model: the passes of many units run at once in one event loop, whichever shard asks."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model, Sampling
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.models.together import together
from corpusbuilder.backends.teachers.base import GenerationRequest, TeacherAnswer
from corpusbuilder.backends.teachers.passes.plan import Shares
from corpusbuilder.backends.teachers.passes.settings import PassSettings
from corpusbuilder.backends.teachers.passes.teacher import PassTeacher


class PassOptions(BaseModel):
    """What can be set about every teacher that is a model."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    shares: Shares = Shares()
    """Which kinds of questions are wanted, in which proportion."""
    questions_per_call: int = Field(default=4, ge=1, le=12)
    """Questions whose reasoning is written in one call."""
    oversample: float = Field(default=1.5, ge=1, le=5, allow_inf_nan=False)
    """How many questions are ordered for each one that is kept."""
    images: bool = True
    """Whether the model is shown the figures; without, it gets their captions and what was found in them."""

    def passes(self, sampling: Sampling) -> PassSettings:
        """These options as the passes take them."""
        return PassSettings(
            shares=self.shares,
            questions_per_call=self.questions_per_call,
            oversample=self.oversample,
            images=self.images,
            sampling=sampling,
        )


class ModelTeacher:
    """Asks one model in small passes. Many threads may call `complete`; they share the model, its rate and its budget.

    Args:
        access: to the ledger, the images and the event loop.
        make: makes the model. Called once, in the loop, when the first answer is wanted.
        settings: of the passes.
        price: of the model, when the user states it.
    """

    task: ClassVar[str] = PassTeacher.task

    def __init__(
        self,
        access: Access,
        make: Callable[[Ledger], Model],
        settings: PassSettings,
        price: Price | None = None,
    ) -> None:
        self._access = access
        self._make = make
        self._settings = settings
        self._price = price
        self._passes: PassTeacher | None = None
        self._order = itertools.count()

    def complete(self, requests: Sequence[GenerationRequest]) -> Iterator[TeacherAnswer]:
        """One answer per request, as they come.

        Raises:
            BackendError: the model cannot be used at all.
            BudgetReachedError: the money set aside is spent.
            MissingExtraError: a package is missing.
            ConfigError: a prompt does not render, or a budget cannot be kept.
        """
        yield from together(self._access, (self._draft(request, next(self._order)) for request in requests))

    async def _draft(self, request: GenerationRequest, order: int) -> TeacherAnswer:
        if self._passes is None:  # in the loop, so nobody else asks at the same time
            self._passes = PassTeacher(self._access.calls(self._make, self._price), self._settings)
        return await self._passes.draft(request, order)
