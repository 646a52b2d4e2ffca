"""The teacher behind an OpenAI-compatible endpoint: OpenAI, Azure, Mistral, vLLM, SGLang, Ollama, llama.cpp."""

from typing import Any, Final

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.registry import Backend
from corpusbuilder.backends.teachers.modelled import ModelTeacher, PassOptions


class OpenAITeacherOptions(OpenAIModelOptions, PassOptions):
    """A model behind an OpenAI-compatible endpoint writes the examples."""

    def fingerprint(self) -> dict[str, Any]:
        """What the examples depend on: the model and the passes."""
        return {**OpenAIModelOptions.fingerprint(self), **self.passes(self.sampling()).fingerprint()}


def create(options: OpenAITeacherOptions, access: Access) -> ModelTeacher:
    """The teacher. Nothing is connected before the first call."""

    def make(ledger: Ledger) -> Model:
        from corpusbuilder.backends.models.openai.model import OpenAIModel

        return OpenAIModel(options, read_image=access.read_image, ledger=ledger, environ=access.environ)

    return ModelTeacher(access, make, options.passes(options.sampling()), options.price)


BACKEND: Final = Backend(
    options=OpenAITeacherOptions, create=create, calls_models=True, extra="generate", packages=("openai", "aiohttp")
)
