"""What is asked of a vision-language model and what comes back, whatever serves it."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Literal, Protocol, TypeAlias

from pydantic import JsonValue

from corpusbuilder.errors import CorpusbuilderError
from corpusbuilder.records.call import Call, CallAnswer, CallState, Usage
from corpusbuilder.records.ids import canonical_json

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Some text of a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image of a message. Its bytes are read and encoded when it is sent, not before."""

    sha256: str
    media_type: str
    width: int
    """Pixels."""
    height: int
    """Pixels."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    parts: tuple[TextPart | ImagePart, ...]


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """The JSON that an answer has to be."""

    name: str
    """Letters, digits and underscores."""
    schema: Mapping[str, JsonValue] = field(repr=False)
    """JSON Schema in the subset of OpenAI's strict mode: every property is required, none may be added."""
    instruction: str = ""
    """What is added to the last message when the endpoint cannot be held to the schema: it describes the JSON in words.
    An endpoint that can be held is not shown it (vLLM loops on blanks when a prompt shows JSON beside a grammar)."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the model draws its answer."""

    temperature: float | None = None
    """None leaves it to the model: some refuse any other value."""
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int = 4096
    """Longest answer, reasoning included."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a call is made. It plays no part in the key."""

    task: str
    subject: str | None = None
    """What of the unit it is about: ``figure`` or ``text``."""
    prompt_id: str | None = None
    prompt_sha256: str | None = None
    document_id: str | None = None
    unit_id: str | None = None


@dataclass(frozen=True)
class ModelRequest:
    """One call."""

    messages: tuple[Message, ...]
    output: OutputSchema | None = None
    """None for free text."""
    sampling: Sampling = Sampling()
    sample: int = 0
    """Number of the draw, when the same question is asked more than once on purpose."""
    purpose: Purpose = Purpose("ask")
    order: tuple[int, ...] = ()
    """Requests are sent in this order as far as they wait: those that share a prefix stand side by side."""

    @cached_property
    def canonical(self) -> bytes:
        """All that the answer depends on, apart from the model: the same bytes on every machine."""
        rest: dict[str, JsonValue] = {
            "output": _plain_output(self.output),
            "sampling": {
                "temperature": self.sampling.temperature,
                "top_p": self.sampling.top_p,
                "seed": self.sampling.seed,
                "max_tokens": self.sampling.max_tokens,
            },
            "sample": self.sample,
        }
        # As canonical_json would put it, without encoding the texts that many requests share again and again.
        messages = b",".join(map(_canonical, self.messages))
        return b'{"messages":[' + messages + b"]," + canonical_json(rest)[1:]

    def key(self, identity: str) -> str:
        """Key of this call to a model in the ledger, 64 hex digits. Address, time limits and rates play no part."""
        return hashlib.sha256(canonical_json(identity) + b"\n" + self.canonical).hexdigest()

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """All images in order."""
        return tuple(part for message in self.messages for part in message.parts if isinstance(part, ImagePart))


@lru_cache(maxsize=256)
def text_as_json(text: str) -> bytes:
    """A text as a JSON string in UTF-8. Half a surrogate pair, which broken PDFs contain, becomes a question mark."""
    return _ENCODE(text).encode("utf-8", "replace")


def _canonical(message: Message) -> bytes:
    parts = [
        b'{"text":' + text_as_json(part.text) + b"}"
        if isinstance(part, TextPart)
        else b'{"image":' + text_as_json(part.sha256) + b"}"
        for part in message.parts
    ]
    return b'{"parts":[' + b",".join(parts) + b'],"role":' + text_as_json(message.role) + b"}"


def _plain_output(output: OutputSchema | None) -> JsonValue:
    if output is None:
        return None
    return {"name": output.name, "schema": dict(output.schema), "instruction": output.instruction}


Admit: TypeAlias = Callable[[], Awaitable[None]]


class Model(Protocol):
    """Answers requests. Knows neither ledger nor budget."""

    producer: str
    """The backend, such as ``openai``."""
    name: str
    """The model, as the endpoint or the model hub knows it."""
    identity: str
    """The same with all that is set about it and changes its answers: keys are made of it."""

    async def answer(self, request: ModelRequest, admit: Admit | None = None) -> CallAnswer:
        """One answer. It waits for its turn, sends, and tries again as long as that makes sense.

        The answer's ``price_usd`` is None: what it costs is not the model's matter.

        Args:
            request: what to ask.
            admit: awaited when the request's turn has come, each time before it is sent. What it raises ends the call.

        Raises:
            RecordError: this request cannot be answered: ``context_too_long``, ``image_unreadable``,
                ``request_refused`` for good; ``endpoint_failed`` when it may be answered another time.
            BackendError: the model cannot be used at all; every other request will fail, too.
            MissingExtraError: a package is missing.
        """
        ...

    def stop(self, cause: CorpusbuilderError) -> None:
        """Send nothing more: whoever waits or comes gets the cause. Called in the event loop.

        What is in flight is answered; nobody waits for a time at which to try again.
        """
        ...

    async def close(self) -> None:
        """Give back connections and memory. No call may follow."""
        ...


class Ledger(Protocol):
    """Where calls are kept. All methods may be called from any thread."""

    def find(self, key: str) -> CallAnswer | None:
        """The durable answer to a call, by whichever writer, or None."""
        ...

    def plan(self, call: Call) -> None:
        """Note that a call is about to be sent. Does not wait for the disk."""
        ...

    async def keep(self, call: Call, answer: CallAnswer) -> None:
        """Keep an answer. It is on the disk when this returns.

        Raises:
            StorageError: the disk is full or cannot be written.
        """
        ...

    def settle(self, key: str, state: CallState, reason: str = "") -> None:
        """Say what became of a call. Does not wait for the disk; saying it again changes nothing."""
        ...

    def spent_usd(self) -> float:
        """What all calls of this workspace have cost, as far as prices are known."""
        ...

    def unpriced(self, model: str) -> list[Usage]:
        """What calls of a model used of which it was not known what they cost."""
        ...

    def recall(self, fact: str) -> str | None:
        """What `remember` kept under this name, or None."""
        ...

    def remember(self, fact: str, value: str) -> None:
        """Keep a fact about an endpoint, such as how it can be asked for structure. Does not wait for the disk."""
        ...
