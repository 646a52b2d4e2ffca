"""The teacher on this machine: a vision-language model through the transformers library."""

from typing import Any, Final

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.registry import Backend
from corpusbuilder.backends.teachers.modelled import ModelTeacher, PassOptions

_FREE: Final = Price(input=0, output=0)


class TransformersTeacherOptions(LocalModelOptions, PassOptions):
    """A model on this machine writes the examples."""

    @property
    def price(self) -> Price:
        """It costs nothing."""
        return _FREE

    def fingerprint(self) -> dict[str, Any]:
        """What the examples depend on: the model and the passes."""
        return {**LocalModelOptions.fingerprint(self), **self.passes(self.sampling()).fingerprint()}


def create(options: TransformersTeacherOptions, access: Access) -> ModelTeacher:
    """The teacher. Nothing is loaded before the first call."""

    def make(ledger: Ledger) -> Model:  # noqa: ARG001 - a local model has nothing to remember about an endpoint
        from corpusbuilder.backends.models.local.model import LocalModel

        return LocalModel(options, read_image=access.read_image)

    return ModelTeacher(access, make, options.passes(options.sampling()), options.price)


BACKEND: Final = Backend(
    options=TransformersTeacherOptions,
    create=create,
    calls_models=True,
    extra="generate",
    packages=("transformers", "torch"),
)
