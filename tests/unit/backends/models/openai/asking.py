"""Asks a model behind a real HTTP server, with a ledger in memory."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from corpusbuilder.backends.models.base import Message, ModelRequest, OutputSchema, Sampling, TextPart
from corpusbuilder.backends.models.openai.model import OpenAIModel
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions

KEY = "canary-7f3a9c51e2d84b60"
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
OUTPUT = OutputSchema("short_answer", SCHEMA, f"Answer as a JSON object of this form: {json.dumps(SCHEMA)}")


class MemoryLedger:
    """The facts of a ledger."""

    def __init__(self):
        self.facts = {}

    def recall(self, fact):
        return self.facts.get(fact)

    def remember(self, fact, value):
        self.facts[fact] = value


def question(number: int = 0, *, output: OutputSchema | None = OUTPUT, **sampling: Any) -> ModelRequest:
    parts = (TextPart(f"Question {number}: what is shown?"),)
    return ModelRequest((Message("user", parts),), output, Sampling(**sampling), order=(number,))


def make_model(base_url, *, ledger=None, environ=None, read_image=None, **options) -> OpenAIModel:
    return OpenAIModel(
        OpenAIModelOptions(**({"model": "fake-vlm", "base_url": base_url, "concurrency": 8, "timeout_s": 5} | options)),
        read_image=read_image or (lambda sha256: b""),
        ledger=ledger or MemoryLedger(),
        environ={"OPENAI_API_KEY": KEY} if environ is None else environ,
    )


def using(model: OpenAIModel, work: Callable[[OpenAIModel], Awaitable[Any]]) -> Any:
    """What some work with a model gives; the model is closed."""

    async def run():
        try:
            return await work(model)
        finally:
            await model.close()

    return asyncio.run(run())


def ask(base_url, requests=1, **options) -> list[Any]:
    """The answer or the error for each request; a number stands for so many questions."""
    asked = [question(number) for number in range(requests)] if isinstance(requests, int) else requests

    async def all_of_them(model):
        return await asyncio.gather(*map(model.answer, asked), return_exceptions=True)

    return using(make_model(base_url, **options), all_of_them)
