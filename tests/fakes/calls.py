"""A model that answers from a list, and a ledger in memory: for tests of what stands between them."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from corpusbuilder.backends.models.base import Message, ModelRequest, Sampling, TextPart
from corpusbuilder.records.call import Call, CallAnswer, CallState, Usage


class MemoryLedger:
    """Keeps calls as long as the test runs."""

    def __init__(self):
        self.calls: dict[str, Call] = {}
        self.answers: dict[str, CallAnswer] = {}
        self.states: dict[str, tuple[CallState, str]] = {}
        self.facts: dict[str, str] = {}

    def find(self, key):
        return self.answers.get(key)

    def plan(self, call):
        self.calls[call.key] = call
        self.states.setdefault(call.key, (CallState.PLANNED, ""))

    async def keep(self, call, answer):
        self.plan(call)
        self.answers[call.key] = answer
        self.states[call.key] = (CallState.ANSWERED, "")

    def settle(self, key, state, reason=""):
        self.states[key] = (state, reason)

    def spent_usd(self):
        return sum(answer.price_usd or 0.0 for answer in self.answers.values())

    def unpriced(self, model):
        keys = [key for key, answer in self.answers.items() if answer.price_usd is None]
        return [self.answers[key].usage for key in keys if self.calls[key].model == model]

    def recall(self, fact):
        return self.facts.get(fact)

    def remember(self, fact, value):
        self.facts[fact] = value

    def close(self):
        pass


class ListedModel:
    """Gives the answers of a list, one a request; an exception in it is raised. Or asks a function."""

    producer = "listed"
    name = "listed-1"
    identity = "listed-1"

    def __init__(self, answers: Iterable[object] | Callable[[ModelRequest], object]):
        self._function = answers if callable(answers) else None
        self._answers = None if callable(answers) else iter(answers)
        self.requests: list[ModelRequest] = []

    async def answer(self, request, admit=None):
        if admit is not None:
            await admit()
        self.requests.append(request)
        given = self._function(request) if self._function else next(self._answers)
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, CallAnswer) else answer(given)

    def stop(self, cause):
        pass

    async def close(self):
        pass


def body(text, *, finish="stop", **message):
    """A chat completion."""
    content = text if isinstance(text, str) else json.dumps(text)
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    return json.dumps({"id": "c-1", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()


def answer(given, *, prompt_tokens=100, completion_tokens=10):
    """An answer as a model gives it."""
    return CallAnswer(
        body=given if isinstance(given, bytes) else body(given),
        usage=Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens),
        latency_s=0.1,
        served_model="listed-1-2026-11",
        time=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    )


def asking(text="what?", *, max_tokens=100, **rest):
    """A request of one sentence."""
    return ModelRequest((Message("user", (TextPart(text),)),), sampling=Sampling(max_tokens=max_tokens), **rest)
